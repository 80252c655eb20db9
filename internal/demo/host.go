package demo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
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
	Program string // this program's own file, for when the sample is made anew
	Account string // of the operating system, of whoever looks at the demo
	Address string // where its pages answer; the port may be 0
	Speed   int    // how many times as quick as their plans the people are; 0: Quicker
	Log     *slog.Logger
}

// Quicker is how many times as quick as their plans the people of a demo are.
const Quicker = 60

// Hold shows the pages until ctx ends: the server runs on the sample, the business
// system answers, one drill of it is held, and another one is held by the people of
// the municipality, sixty times as quickly as their plans say. Whoever looks may have all
// of it begin anew. ready is called with the address of the pages once they can be
// opened. Nothing is sent anywhere.
func (s *Stage) Hold(ctx context.Context, ready func(address string)) (err error) {
	l, err := listen(ctx, s.Address)
	if err != nil {
		return err
	}
	f := newFront()
	server := &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute}
	var beside sync.WaitGroup
	beside.Go(func() { _ = server.Serve(l) }) // it ends by being closed
	defer beside.Wait()
	defer func() { err = errors.Join(err, server.Close()) }()
	address := "http://" + l.Addr().String()
	up := func() { ready(address) }
	for {
		again, err := s.act(ctx, address, f, up)
		if err != nil || again == nil {
			return err
		}
		if s.Sample, err = Prepare(ctx, s.Sample.Dir, s.Program, s.Account, time.Now()); err != nil {
			return err
		}
		up = func() { close(again) }
	}
}

// act shows the sample until ctx ends or somebody wants all of it to begin anew; then he
// waits for what is given to be closed.
func (s *Stage) act(ctx context.Context, address string, f *front, up func()) (again chan struct{}, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a, err := s.build(ctx, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	ended := make(chan error, 2)
	business := make(chan struct{})
	beside.Go(func() { ended <- Run(ctx, s.Sample, func() { close(business) }) })
	select {
	case <-business:
	case err := <-ended:
		return nil, err
	}
	cast := &cast{app: a, since: map[string]time.Time{}, quicker: time.Duration(cmp.Or(s.Speed, Quicker))}
	if err := cast.begin(ctx); err != nil {
		return nil, err
	}
	site, err := a.Site(a.Guest)
	if err != nil {
		return nil, err
	}
	beside.Go(func() { ended <- a.Serve(ctx, nil) })
	beside.Go(func() { cast.play(ctx, s.Log) })
	f.open(site.Handler())
	up()
	select {
	case <-ctx.Done():
		return nil, nil
	case err := <-ended:
		return nil, err
	case again := <-f.again:
		f.shut()
		return again, nil
	}
}

// build opens the program over the sample. Its pages are answered here and not by
// itself, so that the address stays when the sample is made anew.
func (s *Stage) build(ctx context.Context, address string) (*app.App, error) {
	settings, err := s.Sample.Settings()
	if err != nil {
		return nil, err
	}
	settings.Listen, settings.Web, settings.URL = "off", "off", address
	a, err := app.Open(ctx, settings, app.Serve, s.Log)
	if err != nil {
		return nil, err
	}
	book, err := a.Office.Book(ctx)
	if err == nil {
		var guest rights.Person
		guest, err = book.Who(local(s.Account), time.Now())
		a.Guest = guest.ID
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("finding the guest of the demo: %w", err), a.Close())
	}
	return a, nil
}

// listen listens at the address, and at another one of this machine where somebody
// answers there.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	if l, err := config.Listen(ctx, "tcp", address); err == nil {
		return l, nil
	}
	free, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	return config.Listen(ctx, "tcp", free)
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

	quicker time.Duration // how many times as quick as their plans they are
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
		case step.State == drill.Taken && now.Sub(begun) > step.Estimate.Std()/c.quicker:
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
