package notify

import (
	"testing"
	"time"

	"beredskab/internal/outbox"
)

func TestDecide(t *testing.T) {
	owed := time.Date(2026, time.November, 26, 8, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return owed.Add(d) }
	retry := Receipt{Outcome: outbox.TryAgain, Detail: "busy"}
	for _, c := range []struct {
		name     string
		tries    int
		expires  time.Duration // after owed; 0 means never
		receipt  Receipt
		now      time.Duration
		fallback string

		state     outbox.State
		outcome   outbox.Outcome
		from, to  time.Duration // RetryAt lies here, after owed
		fallsBack bool
	}{
		{name: "delivered", receipt: Accepted("ok"), fallback: "mail", state: outbox.Delivered, outcome: outbox.Accepted},
		{name: "refused falls back at once", receipt: Refused("no"), fallback: "mail", state: outbox.Refused, outcome: outbox.GiveUp, fallsBack: true},
		{name: "an empty receipt is a refusal", state: outbox.Refused, outcome: outbox.GiveUp},
		{name: "first failure", receipt: retry, state: outbox.Owed, outcome: outbox.TryAgain, from: 2500 * time.Millisecond, to: 5 * time.Second},
		{name: "fourth failure", receipt: retry, tries: 3, state: outbox.Owed, outcome: outbox.TryAgain, from: 20 * time.Second, to: 40 * time.Second},
		{name: "never pauses more than an hour", receipt: retry, tries: 500, now: time.Minute, state: outbox.Owed, outcome: outbox.TryAgain, from: 31 * time.Minute, to: 61 * time.Minute},
		{name: "asked to wait", receipt: Receipt{Outcome: outbox.TryAgain, RetryAfter: 90 * time.Second}, state: outbox.Owed, outcome: outbox.TryAgain, from: 90 * time.Second, to: 90 * time.Second},
		{name: "asked to wait longer than the fallback does", receipt: Receipt{Outcome: outbox.TryAgain, RetryAfter: time.Hour}, fallback: "mail", state: outbox.Owed, outcome: outbox.TryAgain, from: time.Hour, to: time.Hour, fallsBack: true},
		{name: "the try before ten minutes waits until just then", receipt: retry, tries: 9, now: 9 * time.Minute, fallback: "mail", state: outbox.Owed, outcome: outbox.TryAgain, from: 10 * time.Minute, to: 10 * time.Minute},
		{name: "ten minutes of failing", receipt: retry, tries: 9, now: 10 * time.Minute, fallback: "mail", state: outbox.Owed, outcome: outbox.TryAgain, from: 20 * time.Minute, to: time.Hour, fallsBack: true},
		{name: "held back for hours, failing only now", receipt: retry, now: 5 * time.Hour, fallback: "mail", state: outbox.Owed, outcome: outbox.TryAgain, from: 5 * time.Hour, to: 5*time.Hour + 5*time.Second},
		{name: "a last try before it expires", receipt: retry, tries: 9, now: 58 * time.Minute, expires: time.Hour, state: outbox.Owed, outcome: outbox.TryAgain, from: time.Hour - 5*time.Second, to: time.Hour - 5*time.Second},
		{name: "no time left", receipt: retry, tries: 9, now: time.Hour - 2*time.Second, expires: time.Hour, state: outbox.Expired, outcome: outbox.GiveUp},
		{name: "asked to wait past its end", receipt: Receipt{Outcome: outbox.TryAgain, RetryAfter: 2 * time.Hour}, expires: time.Hour, state: outbox.Expired, outcome: outbox.GiveUp},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := outbox.Notice{ID: 7, Key: "k", Channel: "slack", CreatedAt: owed, Tries: c.tries}
			if c.expires > 0 {
				n.ExpiresAt = at(c.expires)
			}
			d := Policy{}.Decide(n, c.receipt, at(c.now), c.fallback)
			if d.State != c.state || d.Delivery.Outcome != c.outcome || (d.Fallback != "") != c.fallsBack {
				t.Errorf("state %s, outcome %s, fallback %q", d.State, d.Delivery.Outcome, d.Fallback)
			}
			if c.state == outbox.Owed && (d.Delivery.RetryAt.Before(at(c.from)) || d.Delivery.RetryAt.After(at(c.to))) {
				t.Errorf("tried again at +%v, want between +%v and +%v", d.Delivery.RetryAt.Sub(owed), c.from, c.to)
			}
			if c.state != outbox.Owed && !d.Delivery.RetryAt.IsZero() {
				t.Errorf("%s is final, but there is a next try at %v", c.state, d.Delivery.RetryAt)
			}
			if d.Delivery.Try != c.tries+1 || d.Delivery.Notice != 7 || d.Delivery.Channel != "slack" || !d.Delivery.At.Equal(at(c.now)) {
				t.Errorf("delivery row %+v", d.Delivery)
			}
		})
	}
}

// TestPauseIsDeterministic: the same notice waits the same, two notices do not.
func TestPauseIsDeterministic(t *testing.T) {
	p := Policy{}.withDefaults()
	different := map[time.Duration]bool{}
	for id := range int64(100) {
		once, twice := p.pause(id, 5), p.pause(id, 5)
		if once != twice {
			t.Errorf("notice %d waits now %v, now %v", id, once, twice)
		}
		different[once] = true
	}
	if len(different) < 95 {
		t.Errorf("100 notices that failed together come back at only %d moments", len(different))
	}
}

func TestOwed(t *testing.T) {
	n := sample(outbox.Request, "da", false)
	d := Policy{}.Decide(n, Refused("no"), n.CreatedAt, "mail")
	first, ok := d.Owed(n, n.CreatedAt)
	later, _ := d.Owed(n, n.CreatedAt.Add(time.Hour))
	if !ok || first.Channel != "mail" || first.Key == n.Key || first.Key != later.Key || first.Address != "" || !first.ExpiresAt.Equal(n.ExpiresAt) {
		t.Errorf("owed %+v", first)
	}
	if _, ok := (Policy{}.Decide(n, Accepted("ok"), n.CreatedAt, "mail")).Owed(n, n.CreatedAt); ok {
		t.Error("control: a delivered notice owes nothing more")
	}
}

func TestDigest(t *testing.T) {
	notice := func(id int64, kind outbox.Kind, receiver string, tries int, incident bool) outbox.Notice {
		next := time.Unix(id, 0) // only the first of the first group is due, and takes the others along
		if receiver != "ejer" || kind != outbox.Reminder || tries == 0 {
			next = time.Time{}
		}
		return outbox.Notice{ID: id, Kind: kind, NextTry: next, Channel: "slack", Receiver: receiver, Tries: tries, Facts: outbox.Facts{Incident: incident}}
	}
	var owed []outbox.Notice
	for id := range int64(6) {
		owed = append(owed, notice(id, outbox.Reminder, "ejer", 2, false))         // a group
		owed = append(owed, notice(10+id, outbox.Request, "ejer", 2, false))       // ask for an act
		owed = append(owed, notice(20+id, outbox.Reminder, "ejer", 0, false))      // were not in the outage
		owed = append(owed, notice(30+id, outbox.Started, "leder", 2, id%2 == 0))  // three drills, three incidents
		owed = append(owed, notice(40+id, outbox.Finding, "ejer", int(id), false)) // five of six have waited
		owed = append(owed, notice(50+id, outbox.Finished, "vagt", 1, true))       // a group of incidents
	}
	single, groups := Digest(owed, 5, time.Unix(0, 0))
	if len(groups) != 2 || len(groups[0]) != 6 || groups[0][0].ID != 0 || len(groups[1]) != 6 || groups[1][0].ID != 50 {
		t.Fatalf("groups %+v", groups)
	}
	if len(single) != 24 {
		t.Errorf("%d go alone, want 24", len(single))
	}
	if later, none := Digest(groups[0][1:], 4, time.Unix(0, 0)); len(later)+len(none) != 0 {
		t.Errorf("nothing of it is due, yet %v and %v are sent", later, none)
	}
	for i := 1; i < 6; i++ {
		if groups[0][i].ID != int64(i) {
			t.Errorf("the order within a group changed: %+v", groups[0])
		}
	}
}
