package store_test

import (
	"context"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/store"
)

// TestTogether writes in one go what a step writes, and again what comes too late.
func TestTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, run := t.Context(), aRun("2026-01", "a", 0)
		addRun(t, db, run)
		rta := int64(7)
		run.Seq, run.RTA = 3, &rta
		one := kept.Attempt{Run: run.ID, Step: "s", Number: 1, Node: "n1", Epoch: 3, State: kept.AttemptStarting}
		events := []kept.Event{{Seq: 2, At: at(1), Kind: "step_started", Step: "s", Body: []byte(`{"a":1}`)}, {Seq: 3, At: at(2), Kind: "note_added", Body: []byte(`{}`)}}
		// step ends with an event that may be taken, after writes that may be made.
		step := func(expectedSeq int, a kept.Attempt, events []kept.Event) error {
			return db.Update(ctx, func(tx door.Tx) error {
				return tx.Together(ctx,
					func() error { _, err := tx.AddAttempt(ctx, a); return err },
					func() error { return tx.SaveRun(ctx, run, expectedSeq) },
					func() error { return tx.AddEvents(ctx, run.ID, events) })
			})
		}
		wants(t, step(1, one, events), nil)
		wants(t, db.Update(ctx, func(tx door.Tx) error { return tx.Together(ctx) }), nil)
		two := one
		two.Step = "t"
		wants(t, step(3, two, events[:1]), kept.ErrConflict)
		wants(t, step(1, two, nil), kept.ErrConflict)
		wants(t, db.Update(ctx, func(tx door.Tx) error {
			return tx.Together(ctx, func() error { return tx.SaveAttempt(ctx, one, 2, kept.AttemptStarting) })
		}), kept.ErrConflict)
		view(t, db, func(tx door.Tx) error {
			equal(t, "run", must[kept.Run](t)(tx.Run(ctx, run.ID)), run)
			equal(t, "attempts", must[[]kept.Attempt](t)(tx.OpenAttempts(ctx)), []kept.Attempt{one})
			equal(t, "events", must[[]kept.Event](t)(tx.Events(ctx, run.ID, 0)), events)
			return nil
		})
	})
}

// TestHeldNodes has a transaction hold a node. Who holds its epoch lets it beat,
// so that many steps at once do not keep their own node silent, and lets no newer
// start in; who holds the whole node lets it neither beat.
func TestHeldNodes(t *testing.T) {
	options := place(t, "postgres")
	db, beside := open(t, options), outside(t, options)
	ctx := t.Context()
	start := func(tx door.Tx) error { _, err := tx.StartNode(ctx, kept.Node{Name: "n1"}); return err }
	epoch := int64(1)
	beat := func(tx door.Tx) error { return tx.Beat(ctx, "n1", epoch) }
	update(t, db, start)
	waits := func(fn func(door.Tx) error) (said chan error) {
		said = make(chan error, 1)
		go func() { said <- db.Update(context.WithoutCancel(ctx), fn) }()
		if !proof.Await(time.Minute, func() bool {
			return count(t, beside, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
		}) {
			t.Error("nobody waits")
		}
		return said
	}
	var said chan error
	update(t, db, func(tx door.Tx) error {
		equal(t, "epoch", must[int64](t)(tx.Epoch(ctx, "n1")), epoch)
		_, err := tx.Epoch(ctx, "n9")
		wants(t, err, kept.ErrNotFound)
		update(t, db, beat)
		said = waits(start)
		return nil
	})
	wants(t, <-said, nil)
	epoch = 2
	update(t, db, func(tx door.Tx) error {
		equal(t, "epoch of the newer start", must[kept.Node](t)(tx.Node(ctx, "n1")).Epoch, epoch)
		said = waits(beat)
		return nil
	})
	wants(t, <-said, nil)
}
