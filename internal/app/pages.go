package app

import (
	"context"
	"sync"

	"beredskab/internal/access"
	"beredskab/internal/check"
	"beredskab/internal/dossier"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/web"
)

// Gate is how people come in from outside.
func (a *App) Gate() *access.Gate { return a.gate }

// Site builds what people see in a browser. In a demo a visitor is guest, a
// person's ID, until he chooses to be somebody else.
func (a *App) Site(guest string) (*web.Site, error) {
	return web.New(web.Options{
		Door: a.door, Register: a.Register, Office: a.Office, Dossier: dossier.New(a.door), Gate: a.gate, Copies: a.copies,
		Bureau: a.Bureau, Desk: a.After, Check: a.checkNow,
		Name: a.municipality, Origin: a.Settings.URL, Guest: guest,
		Broken:  func(err error) bool { return a.store.Away(err) || a.store.Faulty(err) },
		Version: ReadBuild().Version, Log: a.Log,
	})
}

// checkNow applies every rule to the register as it is now.
func (a *App) checkNow(ctx context.Context) (check.Report, error) {
	set, err := a.Register.Set(ctx)
	if err != nil {
		return check.Report{}, err
	}
	return a.Check(ctx, set, a.clock.Now().Wall)
}

// link makes the link and the short code of a message about a step, where people can
// reach the pages.
func (a *App) link(ctx context.Context, n outbox.Notice) (link, code string, err error) {
	return a.gate.NoticeLink(ctx, a.Settings.URL, n)
}

// open lets people in, from the server's first moment on. A node that only carries
// steps out has no pages.
func (a *App) open(ctx context.Context, beside *sync.WaitGroup) error {
	if a.Settings.Web == listenOff || a.Settings.Role(false) == kept.Runner {
		return nil
	}
	site, err := a.Site(a.Guest)
	if err != nil {
		return err
	}
	beside.Go(func() {
		site.Serve(ctx, web.Place{Address: a.Settings.Web, Certificate: a.Settings.WebCert, Key: a.Settings.WebKey})
	})
	return nil
}
