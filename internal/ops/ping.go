package ops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Ping calls an address of somebody else's while this server does its work, so that
// silence is noticed there: nobody here can tell that the machine is gone. It is never
// called by a timer. A round of the loop that follows the schedules is what sets it off,
// and it is left out while messages do not get on.
type Ping struct {
	Watch *Watch
	URL   string        // a secret: whoever has it can feign that the server lives
	Every time.Duration // at most so often; 0: DefaultPing
	Leads func() bool   // this node follows the schedules and delivers
	Log   *slog.Logger
	Over  http.RoundTripper // nil: the network
}

// DefaultPing is how often the address is called at most.
const DefaultPing = 5 * time.Minute

const (
	// patienceThere is how long the other side may take.
	patienceThere = 10 * time.Second
	// behind is how long messages may be due without any try at all.
	behind = 5 * time.Minute
)

// Attend calls the address until ctx ends. That nobody answers there harms nothing here;
// it is said once in the log, and once when it answers again.
func (p *Ping) Attend(ctx context.Context) {
	client := &http.Client{
		Transport: p.Over, Timeout: patienceThere, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	every, failed := cmp.Or(p.Every, DefaultPing), false
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.Watch.ticked:
		}
		if !last.IsZero() && time.Since(last) < every || !p.Leads() || !p.well(ctx) {
			continue
		}
		last = time.Now()
		switch err := p.call(ctx, client); {
		case ctx.Err() != nil:
			return
		case err != nil && !failed:
			failed = true
			p.Log.Warn("the address that watches this server cannot be called; everything goes on, and it is tried again",
				"error", err, "next", "see that this host may reach it, and that the file named by `ping.url_file` holds it")
		case err == nil && failed:
			failed = false
			p.Log.Info("the address that watches this server answers again")
		}
	}
}

// well tells whether the work is done: nothing keeps this node from it, and messages that
// are due are being tried.
func (p *Ping) well(ctx context.Context) bool {
	s := p.Watch.look(ctx)
	if len(s.trouble) > 0 && !s.trouble[0].Minor {
		return false
	}
	late := 0
	for _, n := range s.census.Overdue {
		late += n
	}
	if late == 0 {
		return true
	}
	for _, t := range p.Watch.told() {
		if s.at.Sub(t.Tried) < behind {
			return true // there are many, and they get on
		}
	}
	return false
}

func (p *Ping) call(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL, nil)
	if err != nil {
		return errors.New("the address is none") // and is not repeated: it is a secret
	}
	request.Header.Set("User-Agent", "beredskab")
	answer, err := client.Do(request)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // without the address
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	return nil
}
