package register_test

import (
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/outbox"
)

func TestOwedAndTried(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(system("a"))
		d.start("a")
		owed := must(d.Owed(t.Context(), 100))(t)
		equal(t, "owed", len(owed), 3)
		now := d.clock.Now().Wall
		d.ok(d.Tried(t.Context(), owed[0].ID, outbox.Delivery{At: now, Outcome: outbox.TryAgain, Detail: "429", RetryAt: now.Add(time.Hour)}, outbox.Owed))
		equal(t, "one waits, and is listed for a summary", len(must(d.Owed(t.Context(), 100))(t)), 3)
		for _, n := range owed[1:] {
			d.ok(d.Tried(t.Context(), n.ID, outbox.Delivery{At: now, Outcome: outbox.Accepted}, outbox.Delivered))
		}
		equal(t, "nothing is due", len(must(d.Owed(t.Context(), 100))(t)), 0)
		d.clock.pass(time.Hour)
		d.ok(d.Tried(t.Context(), owed[0].ID, outbox.Delivery{At: now, Outcome: outbox.Accepted}, outbox.Delivered))
		tries := must(d.Deliveries(t.Context(), owed[0].ID))(t)
		equal(t, "tries", len(tries), 2)
		equal(t, "first", tries[0].Detail, "429")
	})
}

// What a common channel could not deliver goes to each receiver's own mailbox.
func TestFallbackFindsMailboxes(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	d.start("a")
	n := d.notice(outbox.Started, "slack")
	equal(t, "names", n.Receiver, "It-chef, systemejer Stab")
	n.Key, n.Channel = n.Key+" via mail", "mail"
	before := len(d.told("mail"))
	node := door.System("n1")
	d.same("one entry, however often", d.since(func() {
		must(d.Owe(t.Context(), node, n))(t)
		must(d.Owe(t.Context(), node, n))(t)
	}), "notify.started mail done by system")
	d.same("told", d.told("mail")[before:], "started "+owner, "started it-chef@kommune.test")
	n.Key, n.Receiver = "x", "Ukendt"
	must(d.Owe(t.Context(), node, n))(t)
	equal(t, "nobody known", d.notice(outbox.Started, "mail").Receiver, "Ukendt")
}

// A message about a step that was closed with its run is not sent any more.
func TestAbortWithdrawsMessages(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.toQuestion(run)
	d.ok(d.Lead(t.Context(), ann(), aborted(run)))
	for _, n := range must(d.Notices(t.Context(), outbox.Filter{Run: run}))(t) {
		want := outbox.Owed
		if n.Kind == outbox.Request {
			want = outbox.Expired
		}
		equal(t, string(n.Kind), n.State, want)
	}
}
