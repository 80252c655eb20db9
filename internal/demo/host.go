package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// Stage is a demo whose pages are open.
type Stage struct {
	Sample  *Sample
	Account string // of the operating system, of whoever looks at the demo
	Address string // where its pages answer; the port may be 0
	Log     *slog.Logger
}

// Hold shows the pages until ctx ends: the server runs on the sample, the business
// system answers, one drill of it is held, and another one is held by the people of
// the municipality, sixty times as quickly as their plans say. ready is called with
// the address of the pages once they can be opened. Nothing is sent anywhere.
func (s *Stage) Hold(ctx context.Context, ready func(address string)) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a, address, err := s.build(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	ended := make(chan error, 2)
	up := make(chan struct{})
	beside.Go(func() { ended <- Run(ctx, s.Sample, func() { close(up) }) })
	select {
	case <-up:
	case err := <-ended:
		return err
	}
	cast := &cast{app: a, since: map[string]time.Time{}}
	if err := cast.begin(ctx); err != nil {
		return err
	}
	beside.Go(func() { ended <- a.Serve(ctx, nil) })
	beside.Go(func() { cast.play(ctx, s.Log) })
	for answers := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case <-time.After(look):
			if !answers && answered(ctx, address) {
				answers = true
				ready("http://" + address)
			}
		}
	}
}

// look is how often it is tried whether the pages can be opened.
const look = 50 * time.Millisecond

// answered tells whether somebody listens at the address.
func answered(ctx context.Context, address string) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	return err == nil && conn.Close() == nil
}

// build opens the program over the sample, with its pages at the address.
func (s *Stage) build(ctx context.Context) (a *app.App, address string, err error) {
	settings, err := s.Sample.Settings()
	if err != nil {
		return nil, "", err
	}
	if settings.Web, err = freePort(ctx, s.Address); err != nil {
		return nil, "", err
	}
	settings.Listen, settings.URL = "off", "http://"+settings.Web
	if a, err = app.Open(ctx, settings, app.Serve, s.Log); err != nil {
		return nil, "", err
	}
	book, err := a.Office.Book(ctx)
	if err == nil {
		var guest rights.Person
		guest, err = book.Who(local(s.Account), time.Now())
		a.Guest = guest.ID
	}
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("finding the guest of the demo: %w", err), a.Close())
	}
	return a, settings.Web, nil
}

// freePort is the address itself where nobody answers there yet, and another one of
// this machine where somebody does.
func freePort(ctx context.Context, address string) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return freeAddress(ctx)
	}
	return l.Addr().String(), l.Close()
}

// The drills that go on while somebody looks.
const (
	asideSystem = "oekonomi"
	asideDrill  = "betaling-i-haanden"
)

// cast are the people of the municipality, who do their part in the drills. What the
// owner of the drilled system is asked is left to whoever looks at the demo.
type cast struct {
	app   *app.App
	aside string               // the drill that they hold
	since map[string]time.Time // when each step was first seen to ask somebody
}

// begin lets the drill leader open both drills.
func (c *cast) begin(ctx context.Context) (err error) {
	if c.aside, err = c.app.Register.Open(ctx, as(leader), register.Opening{System: asideSystem, Drill: asideDrill}); err != nil {
		return fmt.Errorf("opening the drill of %s: %w", asideSystem, err)
	}
	if _, err = c.app.Register.Open(ctx, as(leader), register.Opening{System: System, Drill: Drill}); err != nil {
		return fmt.Errorf("opening the drill of %s: %w", System, err)
	}
	return nil
}

// quicker is how many times as quick as their plans the people are.
const quicker = 60

// play looks once a second who has something to do.
func (c *cast) play(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if err := c.round(ctx, now); err != nil && ctx.Err() == nil {
				log.Warn("the people of the demo are stuck", "error", err)
			}
		}
	}
}

// round lets everybody of the drill beside do what is theirs: who is asked begins at
// once, and is done when the time of his step is over.
func (c *cast) round(ctx context.Context, now time.Time) error {
	row, run, err := c.app.Register.Run(ctx, c.aside)
	if err != nil || run.Finished() {
		return err
	}
	t := &story{app: c.app}
	if t.set, err = c.app.Register.Set(ctx); err != nil {
		return err
	}
	for i := range run.Steps {
		step := &run.Steps[i]
		who := t.hand(&run, step)
		switch begun, known := c.since[step.ID]; {
		case step.State == drill.Asked && !known:
			c.since[step.ID] = now
			err = c.app.Register.Take(ctx, who, row.ID, step.ID)
		case step.State == drill.Taken && now.Sub(begun) > step.Estimate.Std()/quicker:
			answer := register.Answer{Run: row.ID, Step: step.ID, Answer: "yes"}
			if step.Decision != nil && len(step.Decision.Options) > 0 {
				answer.Answer = step.Decision.Options[0]
			}
			err = c.app.Register.Answer(ctx, who, answer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
