package app

import (
	"context"
	"io/fs"
	"os"
	"sync"

	"beredskab/internal/access"
	"beredskab/internal/channels"
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
	provider, err := a.Settings.signIn()
	if err != nil {
		return nil, err
	}
	return web.New(web.Options{
		SignIn: provider,
		Door:   a.door, Register: a.Register, Office: a.Office, Dossier: dossier.New(a.door), Gate: a.gate, Copies: a.copies, Bundle: a.carried,
		Bureau: a.Bureau, Desk: a.After, Check: a.checkNow, Judge: a.RunChecks, Notary: a.Notary, Commands: a.commands, Author: a.author, File: a.planFile,
		Settings: a.settings, Channels: a.channels, Draft: a.Courier.Draft, Sent: channels.Outbox(a.Settings.Channels, guest != ""), Try: a.TryChannel, Resend: a.Resend,
		Name: a.municipality, Origin: a.Settings.URL, Guest: guest, Proxies: a.Settings.Proxies,
		Broken:  func(err error) bool { return a.store.Away(err) || a.store.Faulty(err) },
		Version: ReadBuild().Version, Slack: a.heard(), Log: a.Log,
	})
}

// author is who wrote a plan, as git claims.
func (a *App) author(ctx context.Context, system string) (claim string, err error) {
	if a.Author == nil {
		return "", nil
	}
	return a.Author(ctx, a.Settings.Plans, system)
}

// planFile is the file that a system's plan is written in.
func (a *App) planFile(_ context.Context, system string) (name string, text []byte, err error) {
	name = system + ".yaml" // every plan file is named after its system
	text, err = fs.ReadFile(os.DirFS(a.Settings.Plans), name)
	return name, text, err
}

// settings are those in force, without secrets.
func (a *App) settings() (list []web.Setting) {
	for _, s := range a.Settings.List() {
		list = append(list, web.Setting(s))
	}
	return list
}

// channels are those that are configured.
func (a *App) channels() (list []web.Channel) {
	for _, c := range a.Courier.Channels() {
		list = append(list, web.Channel{Name: c.Name, Kind: c.Kind, Address: c.Address, Fallback: c.Fallback})
	}
	return list
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
