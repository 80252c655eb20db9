package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/store"
)

func TestOccurrences(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		o := func(schedule, nominal string, due int) kept.Occurrence {
			return kept.Occurrence{
				Schedule: schedule, Nominal: nominal, Zone: "Europe/Copenhagen", Due: at(due),
				State: kept.OccurrenceAsked, At: at(due),
			}
		}
		first, second, other := o("a/d", "2026-11-23T09:00", 1), o("a/d", "2026-11-24T09:00", 9), o("b/d", "2026-11-23T09:00", 5)
		missed := first
		missed.State, missed.Reason, missed.Run = kept.OccurrenceMissed, "server was off", "2026-01"
		update(t, db, func(tx door.Tx) error {
			for _, one := range []kept.Occurrence{first, second, other} {
				equal(t, "added", must[bool](t)(tx.AddOccurrence(ctx, one)), true)
			}
			equal(t, "a second time", must[bool](t)(tx.AddOccurrence(ctx, missed)), false)
			wants(t, tx.SaveOccurrence(ctx, o("c/d", "2026-11-23T09:00", 1)), kept.ErrNotFound)
			return tx.SaveOccurrence(ctx, missed)
		})
		view(t, db, func(tx door.Tx) error {
			list := must[[]kept.Occurrence](t)
			equal(t, "one", must[kept.Occurrence](t)(tx.Occurrence(ctx, "a/d", first.Nominal, first.Zone)), missed)
			_, err := tx.Occurrence(ctx, "a/d", first.Nominal, "UTC")
			wants(t, err, kept.ErrNotFound)
			equal(t, "all", list(tx.Occurrences(ctx, "", 0)), []kept.Occurrence{second, other, missed})
			equal(t, "newest", list(tx.Occurrences(ctx, "", 1)), []kept.Occurrence{second})
			equal(t, "of a", list(tx.Occurrences(ctx, "a/d", 5)), []kept.Occurrence{second, missed})
			return nil
		})
	})
}

func TestSchedules(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		s := func(key string, next time.Time) kept.Schedule {
			return kept.Schedule{
				Key: key, System: "a", Drill: "d", PlanHash: "p", Spec: json.RawMessage(`{"cron":"0 9 * * 1"}`), Born: at(0),
				Followed: at(1), Next: next, Due: at(100), Nominal: "2026-11-23T09:00", Problem: "",
			}
		}
		never := s("c/never", time.Time{})
		update(t, db, func(tx door.Tx) error {
			equal(t, "none", must[time.Time](t)(tx.NextDue(ctx)), time.Time{})
			for _, one := range []kept.Schedule{s("a/late", at(50)), s("b/soon", at(99)), never} {
				if err := tx.PutSchedule(ctx, one); err != nil {
					return err
				}
			}
			return tx.PutSchedule(ctx, s("b/soon", at(10)))
		})
		view(t, db, func(tx door.Tx) error {
			list := must[[]kept.Schedule](t)
			equal(t, "all", list(tx.Schedules(ctx)), []kept.Schedule{s("a/late", at(50)), s("b/soon", at(10)), never})
			equal(t, "due", list(tx.DueSchedules(ctx, at(50), 0)), []kept.Schedule{s("b/soon", at(10)), s("a/late", at(50))})
			equal(t, "due first", list(tx.DueSchedules(ctx, at(50), 1)), []kept.Schedule{s("b/soon", at(10))})
			equal(t, "not yet", len(list(tx.DueSchedules(ctx, at(10).Add(-time.Microsecond), 0))), 0)
			equal(t, "next", must[time.Time](t)(tx.NextDue(ctx)), at(10))
			return nil
		})
		update(t, db, func(tx door.Tx) error { return tx.DeleteSchedule(ctx, "b/soon") })
		view(t, db, func(tx door.Tx) error {
			equal(t, "next", must[time.Time](t)(tx.NextDue(ctx)), at(50))
			return nil
		})
	})
}

func aNotice(key, run string, next int) outbox.Notice {
	return outbox.Notice{
		Key: key, Kind: outbox.Request, Channel: "mail", Receiver: "systemejer", Address: "ejer@kommune.example", Language: "da",
		Facts:     outbox.Facts{Run: run, Question: "Viser ESDH de rigtige sager?", Todo: []string{"Log ind"}, AnswerBy: at(500)},
		CreatedAt: at(0), ExpiresAt: at(900), NextTry: at(next), State: outbox.Owed,
	}
}

func keys(rows []outbox.Notice) (list []string) {
	for _, n := range rows {
		list = append(list, n.Key)
	}
	return list
}

func TestNotices(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		first, later, third := aNotice("k1", "2026-01", 5), aNotice("k2", "2026-01", 90), aNotice("k3", "2026-02", 1)
		update(t, db, func(tx door.Tx) error {
			equal(t, "none", must[time.Time](t)(tx.NextNotice(ctx)), time.Time{})
			for _, n := range []*outbox.Notice{&first, &later, &third} {
				id, added, err := tx.AddNotice(ctx, *n)
				equal(t, "added", []any{added, err}, []any{true, nil})
				n.ID = id
			}
			id, added, err := tx.AddNotice(ctx, aNotice("k2", "2026-09", 0))
			equal(t, "a second time", []any{id, added, err}, []any{later.ID, false, nil})
			wants(t, tx.SaveNotice(ctx, outbox.Notice{ID: 999, State: outbox.Owed}), kept.ErrNotFound)
			return nil
		})
		sent := first
		sent.State, sent.Tries, sent.LastError = outbox.Delivered, 2, "451"
		view(t, db, func(tx door.Tx) error {
			equal(t, "next", must[time.Time](t)(tx.NextNotice(ctx)), at(1))
			equal(t, "owed", keys(must[[]outbox.Notice](t)(tx.OwedNotices(ctx, at(5), 0))), []string{"k1", "k3"})
			return nil
		})
		update(t, db, func(tx door.Tx) error { return tx.SaveNotice(ctx, sent) })
		view(t, db, func(tx door.Tx) error {
			list := must[[]outbox.Notice](t)
			equal(t, "saved", must[outbox.Notice](t)(tx.Notice(ctx, first.ID)), sent)
			_, err := tx.Notice(ctx, 999)
			wants(t, err, kept.ErrNotFound)
			equal(t, "owed", keys(list(tx.OwedNotices(ctx, at(500), 1))), []string{"k2"})
			equal(t, "all", keys(list(tx.Notices(ctx, outbox.Filter{}))), []string{"k3", "k2", "k1"})
			equal(t, "of state", keys(list(tx.Notices(ctx, outbox.Filter{State: outbox.Owed, Limit: 1}))), []string{"k3"})
			equal(t, "of run", keys(list(tx.Notices(ctx, outbox.Filter{Run: "2026-01"}))), []string{"k2", "k1"})
			equal(t, "of both", keys(list(tx.Notices(ctx, outbox.Filter{Run: "2026-01", State: outbox.Owed}))), []string{"k2"})
			return nil
		})
	})
}

func TestDeliveries(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		one := outbox.Delivery{Try: 1, At: at(1), Channel: "mail", Outcome: outbox.TryAgain, Detail: "451", RetryAt: at(9)}
		update(t, db, func(tx door.Tx) error {
			id, _, err := tx.AddNotice(ctx, aNotice("k", "", 1))
			one.Notice = id
			if err != nil {
				return err
			}
			return tx.AddDelivery(ctx, one)
		})
		wants(t, db.Update(ctx, func(tx door.Tx) error { return tx.AddDelivery(ctx, one) }), kept.ErrConflict)
		view(t, db, func(tx door.Tx) error {
			equal(t, "deliveries", must[[]outbox.Delivery](t)(tx.Deliveries(ctx, one.Notice)), []outbox.Delivery{one})
			return nil
		})
	})
}

func TestEntries(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		e := func(seq int64, actor, object string) kept.Entry {
			return kept.Entry{
				Seq: seq, At: at(int(seq)), Actor: actor, Act: "confirm", Object: object, Outcome: "done",
				Bytes: []byte("b"), Hash: ledger.Leaf([]byte{0, 1, 255}),
			}
		}
		all := []kept.Entry{e(1, "p", "x"), e(2, "q", "x"), e(3, "p", "y")}
		update(t, db, func(tx door.Tx) error {
			for _, one := range all {
				if err := tx.AddEntry(ctx, one); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, func(tx door.Tx) error {
			list := must[[]kept.Entry](t)
			equal(t, "all", list(tx.Entries(ctx, kept.EntryFilter{})), []kept.Entry{all[2], all[1], all[0]})
			equal(t, "newest", list(tx.Entries(ctx, kept.EntryFilter{Limit: 1})), all[2:])
			equal(t, "object", list(tx.Entries(ctx, kept.EntryFilter{Object: "x"})), []kept.Entry{all[1], all[0]})
			equal(t, "actor", list(tx.Entries(ctx, kept.EntryFilter{Actor: "p"})), []kept.Entry{all[2], all[0]})
			equal(t, "both", list(tx.Entries(ctx, kept.EntryFilter{Actor: "p", Object: "x"})), all[:1])
			return nil
		})
	})
}

func TestFindings(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		f := func(key, system, run string) kept.Finding {
			return kept.Finding{
				Key: key, Code: "C6", System: system, Run: run, Severity: "high", State: "breached", Text: "RTO",
				Hint: "h", Value: 90, Limit: 60, RaisedAt: at(1), SeenAt: at(2),
			}
		}
		closed := f("c", "a", "2026-01")
		closed.ClosedAt, closed.Reason = at(5), "gone"
		a, b := f("a", "a", ""), f("b", "b", "2026-01")
		update(t, db, func(tx door.Tx) error {
			for _, one := range []kept.Finding{b, a, f("c", "a", "2026-01"), closed} {
				if err := tx.PutFinding(ctx, one); err != nil {
					return err
				}
			}
			return nil
		})
		view(t, db, func(tx door.Tx) error {
			for _, c := range []struct {
				filter kept.FindingFilter
				want   []kept.Finding
			}{
				{kept.FindingFilter{}, []kept.Finding{a, b, closed}},
				{kept.FindingFilter{Open: true}, []kept.Finding{a, b}},
				{kept.FindingFilter{Open: true, System: "b", Run: "2026-01"}, []kept.Finding{b}},
				{kept.FindingFilter{System: "a"}, []kept.Finding{a, closed}},
				{kept.FindingFilter{Run: "2026-01"}, []kept.Finding{b, closed}},
				{kept.FindingFilter{Run: "2026-01", System: "a"}, []kept.Finding{closed}},
			} {
				equal(t, "findings", must[[]kept.Finding](t)(tx.Findings(ctx, c.filter)), c.want)
			}
			return nil
		})
	})
}

func TestNodes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		epochs := map[int64]bool{}
		said := kept.Node{Name: "n1", Site: "dmz", Role: kept.Runner, Key: "ed25519:x", Version: "1.2", Boot: "b", Started: at(7)}
		update(t, db, func(tx door.Tx) error {
			for _, node := range []kept.Node{{Name: "n1"}, {Name: "n2"}, said} {
				epochs[must[int64](t)(tx.StartNode(ctx, node))] = true
			}
			return nil
		})
		equal(t, "epochs, all different", epochs, map[int64]bool{1: true, 2: true, 3: true})
		update(t, db, func(tx door.Tx) error {
			wants(t, tx.Beat(ctx, "n1", 3), nil)
			wants(t, tx.Beat(ctx, "n1", 1), kept.ErrConflict)
			_, err := tx.Node(ctx, "n9")
			wants(t, err, kept.ErrNotFound)
			n := must[kept.Node](t)(tx.Node(ctx, "n1"))
			equal(t, "alive", n.Alive() && n.Quiet >= 0 && n.Quiet < time.Minute && !n.Beat.IsZero(), true)
			n.Beat, n.Quiet, said.Epoch = time.Time{}, 0, 3
			equal(t, "as it said", n, said)
			return tx.ForgetNode(ctx, "n1")
		})
		update(t, db, func(tx door.Tx) error {
			wants(t, tx.Beat(ctx, "n1", 3), kept.ErrConflict)
			wants(t, tx.ForgetNode(ctx, "n9"), kept.ErrNotFound)
			all := must[[]kept.Node](t)(tx.Nodes(ctx))
			equal(t, "both, and one forgotten", []any{len(all), all[0].Name, all[0].Alive(), all[0].Key, all[1].Alive()}, []any{2, "n1", false, "", true})
			equal(t, "no epoch twice", must[int64](t)(tx.StartNode(ctx, kept.Node{Name: "n3"})), int64(5))
			return nil
		})
	})
}
