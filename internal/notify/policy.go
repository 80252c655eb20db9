package notify

import (
	"math/rand/v2"
	"time"

	"beredskab/internal/outbox"
)

// Policy says when a failed message is tried again and when another channel
// takes over (F16). The zero value of a field means its default.
type Policy struct {
	FirstPause    time.Duration // pause after the first failure, doubled after each more; default 5 seconds
	LongestPause  time.Duration // default 1 hour
	FallbackAfter time.Duration // how long a channel may fail before its fallback is asked; default 10 minutes
}

// Decision is what follows from one try.
type Decision struct {
	Delivery outbox.Delivery // the row to keep
	State    outbox.State    // the notice's new state; owed means: again at Delivery.RetryAt
	Fallback string          // channel that should carry the message now as well; "" for none
}

// Decide judges one try of a notice. n.Tries counts the tries before this one.
// fallback is the channel that the notice's channel falls back to, or "".
//
//   - Delivered and refused are final.
//   - Anything else is tried again with growing pauses, spread by a jitter that
//     depends on nothing but the notice, and never sooner than the other side asked.
//   - No try is planned at or after ExpiresAt: the last one comes just before,
//     and after that the notice is expired.
//   - The fallback is named when the channel has failed for FallbackAfter, or
//     will not be tried before then, or has refused. It is named again at later
//     tries; the natural key of Owed keeps the message from being owed twice.
func (p Policy) Decide(n outbox.Notice, r Receipt, now time.Time, fallback string) Decision {
	p = p.withDefaults()
	d := Decision{Delivery: outbox.Delivery{
		Notice: n.ID, Try: n.Tries + 1, At: now, Channel: n.Channel, Outcome: r.Outcome, Detail: r.Detail,
	}}
	switch r.Outcome {
	case outbox.Accepted:
		d.State = outbox.Delivered
	case outbox.TryAgain:
		p.retry(&d, n, r, now, fallback)
	default:
		d.Delivery.Outcome = outbox.GiveUp
		d.State, d.Fallback = outbox.Refused, fallback
	}
	return d
}

func (p Policy) retry(d *Decision, n outbox.Notice, r Receipt, now time.Time, fallback string) {
	askedFor := now.Add(r.RetryAfter)
	next := latest(now.Add(p.pause(n.ID, n.Tries+1)), askedFor)
	if fallback != "" {
		failing := n.CreatedAt
		if n.Tries == 0 {
			failing = now // it may have been held back, by quiet hours say; the channel fails only now
		}
		due := failing.Add(p.FallbackAfter)
		switch {
		case !now.Before(due), askedFor.After(due):
			d.Fallback = fallback
		case next.After(due):
			next = due // so that the fallback is asked on time and not a pause later
		}
	}
	if n.ExpiresAt.IsZero() || next.Before(n.ExpiresAt) {
		d.State, d.Delivery.RetryAt = outbox.Owed, next
		return
	}
	if last := n.ExpiresAt.Add(-p.FirstPause); last.After(now) && !askedFor.After(last) {
		d.State, d.Delivery.RetryAt = outbox.Owed, last
		return
	}
	d.State = outbox.Expired
	d.Delivery.Outcome = outbox.GiveUp
	d.Delivery.Detail = join("; ", r.Detail, "no time is left before the message expires")
}

// expired is the decision about a notice that is too old to be sent.
func (p Policy) expired(n outbox.Notice, now time.Time) Decision {
	return Decision{State: outbox.Expired, Delivery: outbox.Delivery{
		Notice: n.ID, Try: n.Tries + 1, At: now, Channel: n.Channel, Outcome: outbox.GiveUp,
		Detail: "not sent: the message had expired",
	}}
}

// Owed is the notice that the fallback channel owes for n, if the decision
// names one. Its key makes sure that it is owed once, however often it is asked
// for. Address is empty: the caller may fill in the receiver's own.
func (d Decision) Owed(n outbox.Notice, now time.Time) (outbox.Notice, bool) {
	if d.Fallback == "" {
		return outbox.Notice{}, false
	}
	return outbox.Notice{
		Key: n.Key + " via " + d.Fallback, Kind: n.Kind, Channel: d.Fallback,
		Receiver: n.Receiver, Language: n.Language, Facts: n.Facts,
		CreatedAt: now, ExpiresAt: n.ExpiresAt, NextTry: now, State: outbox.Owed,
	}, true
}

// pause doubles with each try up to LongestPause, then takes between half and
// all of it, so that notices that failed together do not come back together.
func (p Policy) pause(id int64, try int) time.Duration {
	d := p.FirstPause
	for range try - 1 {
		if d *= 2; d >= p.LongestPause {
			d = p.LongestPause
			break
		}
	}
	jitter := rand.New(rand.NewPCG(uint64(id), uint64(try))).Float64()
	return d/2 + time.Duration(jitter*float64(d/2))
}

func (p Policy) withDefaults() Policy {
	orElse := func(d *time.Duration, standard time.Duration) {
		if *d <= 0 {
			*d = standard
		}
	}
	orElse(&p.FirstPause, 5*time.Second)
	orElse(&p.LongestPause, time.Hour)
	orElse(&p.FallbackAfter, 10*time.Minute)
	return p
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
