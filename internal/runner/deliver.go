package runner

import (
	"cmp"
	"context"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/fault"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

const (
	// fetch bounds how many owed messages are read at a time.
	fetch = 10_000
	// digestOver is from how many delayed messages on one summary is sent (F16).
	digestOver = 5
	// lastMessages is how long a stopping server goes on delivering.
	lastMessages = 2 * time.Second
)

// deliveries sends what is owed, each channel on its own: a slow one holds up
// neither the others nor a drill. Before it ends it tries everything once more.
func (r *Runner) deliveries(ctx context.Context) error {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastMessages, cancel) })()
	busy, done := map[string]bool{}, make(chan string)
	for {
		r.Round("deliver")
		wait := r.round(sending, busy, done)
		select {
		case <-ctx.Done():
			for len(busy) > 0 {
				delete(busy, <-done)
			}
			r.round(sending, busy, done)
			for len(busy) > 0 {
				delete(busy, <-done)
			}
			return nil
		case channel := <-done:
			delete(busy, channel)
		case <-r.deliver:
		case <-time.After(wait):
		}
	}
}

// round begins to send what is due on each channel that is not busy, and says
// when to look again.
func (r *Runner) round(ctx context.Context, busy map[string]bool, done chan<- string) (wait time.Duration) {
	longest := cmp.Or(r.Look, longestDeliver)
	if !r.leads.Load() || !r.lease.good() {
		return longest
	}
	owed, err := r.Register.Owed(ctx, fetch)
	if err != nil {
		r.Log.Error("the outbox cannot be read; trying again", "error", err)
		return longest
	}
	now := time.Now()
	channels, due := map[string][]outbox.Notice{}, map[string]time.Time{}
	for _, n := range owed {
		if first, ok := due[n.Channel]; !ok || n.NextTry.Before(first) {
			due[n.Channel] = n.NextTry
		}
		channels[n.Channel] = append(channels[n.Channel], n)
	}
	wait = longest
	for channel, list := range channels {
		switch left := due[channel].Sub(now); {
		case busy[channel]:
		case left > 0:
			wait = min(wait, left)
		default:
			busy[channel] = true
			go func() { r.send(ctx, list); done <- channel }()
		}
	}
	return wait
}

// send tries what is due on one channel.
func (r *Runner) send(ctx context.Context, list []outbox.Notice) {
	single, groups := notify.Digest(list, digestOver, time.Now())
	for _, n := range single {
		if ctx.Err() != nil || !r.keep(ctx, n, r.Courier.Deliver(ctx, r.linked(ctx, n))) {
			return
		}
	}
	for _, group := range groups {
		for i, d := range r.Courier.DeliverDigest(ctx, group) {
			if !r.keep(ctx, group[i], d) {
				return
			}
		}
	}
}

// linked is the message with a link for this one try. The message that the register
// keeps stays without: whoever read it there could answer. A link that cannot be made
// holds up no message, which says then what to type.
func (r *Runner) linked(ctx context.Context, n outbox.Notice) outbox.Notice {
	if r.Link == nil {
		return n
	}
	link, code, err := r.Link(ctx, n)
	if err != nil {
		r.Log.Error("a message goes out without its link", "message", n.ID, "error", err)
		return n
	}
	n.Facts.Link, n.Facts.ShortCode = cmp.Or(link, n.Facts.Link), code
	return n
}

// keep writes what became of a try, and owes the fallback channel its copy. When
// the register does not take it the channel rests a while, so that nobody is
// told the same again and again.
func (r *Runner) keep(ctx context.Context, n outbox.Notice, d notify.Decision) bool {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if err := r.Register.Tried(last, n.ID, d.Delivery, d.State); err != nil {
		r.Log.Error("a delivery could not be kept; it may be told twice", "message", n.ID, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(longestPause):
		}
		return false
	}
	fault.Point("runner.delivery.kept")
	if other, ok := d.Owed(n, time.Now()); ok {
		if _, err := r.Register.Owe(last, door.System(r.Node), other); err != nil {
			r.Log.Error("the fallback channel could not be asked", "message", n.ID, "error", err)
		}
	}
	return true
}
