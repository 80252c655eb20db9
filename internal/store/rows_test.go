package store_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
)

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func ids(rows []kept.Run) (list []string) {
	for _, r := range rows {
		list = append(list, r.ID)
	}
	return list
}

func hashes(rows []kept.Version) (list []string) {
	for _, r := range rows {
		list = append(list, r.Hash)
	}
	return list
}

func TestVersions(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		v := func(hash, id string) kept.Version {
			return kept.Version{
				Hash: hash, Kind: "plan", ID: id, Label: "v", StepsHash: "s", File: "plans/" + id + ".yaml",
				Canonical: []byte("{}\x00æ"), AdoptedAt: at(1), AdoptedBy: "leder",
			}
		}
		update(t, db, func(tx door.Tx) error {
			for i, one := range []kept.Version{v("a1", "a"), v("a2", "a"), v("b1", "b")} {
				number, added, err := tx.AddVersion(ctx, one)
				equal(t, "number and added", []any{number, added, err}, []any{[]int{1, 2, 1}[i], true, nil})
			}
			number, added, err := tx.AddVersion(ctx, v("a1", "a"))
			equal(t, "a second time", []any{number, added, err}, []any{1, false, nil})
			wants(t, tx.SetCurrent(ctx, "plan", "a", "nowhere"), kept.ErrNotFound)
			wants(t, tx.SetCurrent(ctx, "plan", "b", "a1"), kept.ErrNotFound)
			return errors.Join(tx.SetCurrent(ctx, "plan", "a", "a2"), tx.SetCurrent(ctx, "plan", "a", "a1"))
		})
		view(t, db, func(tx door.Tx) error {
			want := v("a2", "a")
			want.Number = 2
			equal(t, "version", must[kept.Version](t)(tx.Version(ctx, "a2")), want)
			_, err := tx.Version(ctx, "nowhere")
			wants(t, err, kept.ErrNotFound)
			equal(t, "newest", hashes(must[[]kept.Version](t)(tx.NewestVersions(ctx, "plan"))), []string{"a2", "b1"})
			equal(t, "all of a", hashes(must[[]kept.Version](t)(tx.Versions(ctx, "plan", "a"))), []string{"a1", "a2"})
			equal(t, "current", hashes(must[[]kept.Version](t)(tx.Current(ctx, "plan"))), []string{"a1"})
			equal(t, "other kind", len(must[[]kept.Version](t)(tx.NewestVersions(ctx, "organisation"))), 0)
			return nil
		})
	})
}

func TestRuns(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addRun(t, db, aRun("2026-01", "esdh", 0), aRun("2026-99", "esdh", 1), aRun("2026-100", "løn", 2), aRun("gammel", "løn", -9))
		rta := int64(90 * time.Minute)
		changed := aRun("2026-01", "esdh", 0)
		changed.Seq, changed.State, changed.EndedAt, changed.RTA, changed.Incident, changed.Measured = 2, "ended", at(60), &rta, true, true
		update(t, db, func(tx door.Tx) error {
			added, err := tx.AddRun(ctx, aRun("2026-01", "other", 5))
			equal(t, "a second time", []any{added, err}, []any{false, nil})
			wants(t, tx.SaveRun(ctx, changed, 7), kept.ErrConflict)
			return tx.SaveRun(ctx, changed, 1)
		})
		view(t, db, func(tx door.Tx) error {
			equal(t, "saved", must[kept.Run](t)(tx.Run(ctx, "2026-01")), changed)
			_, err := tx.Run(ctx, "2026-02")
			wants(t, err, kept.ErrNotFound)
			for _, c := range []struct {
				filter kept.RunFilter
				want   []string
			}{
				{kept.RunFilter{}, []string{"2026-100", "2026-99", "2026-01", "gammel"}},
				{kept.RunFilter{Limit: 2}, []string{"2026-100", "2026-99"}},
				{kept.RunFilter{System: "esdh"}, []string{"2026-99", "2026-01"}},
				{kept.RunFilter{Open: true}, []string{"2026-100", "2026-99", "gammel"}},
				{kept.RunFilter{Open: true, System: "esdh"}, []string{"2026-99"}},
			} {
				equal(t, "runs", ids(must[[]kept.Run](t)(tx.Runs(ctx, c.filter))), c.want)
			}
			equal(t, "last of 2026", must[int](t)(tx.LastRunNumber(ctx, 2026)), 100)
			equal(t, "last of 2025", must[int](t)(tx.LastRunNumber(ctx, 2025)), 0)
			return nil
		})
	})
}

func TestNewestEvidence(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ended := func(id, system, kind, steps string, seconds int) kept.Run {
			r := aRun(id, system, 0)
			r.Type, r.StepsHash, r.EndedAt = kind, steps, at(seconds)
			return r
		}
		addRun(t, db, aRun("2026-09", "a", 9),
			ended("2026-01", "a", "technical", "s1", 1), ended("2026-02", "a", "technical", "s1", 2),
			ended("2026-03", "a", "technical", "s1", 2), ended("2026-04", "a", "technical", "s2", 1),
			ended("2026-05", "a", "tabletop", "s1", 9), ended("2026-06", "b", "technical", "s1", 1))
		view(t, db, func(tx door.Tx) error {
			equal(t, "evidence", ids(must[[]kept.Run](t)(tx.NewestEvidence(t.Context()))),
				[]string{"2026-05", "2026-03", "2026-04", "2026-06"})
			return nil
		})
	})
}

func TestEvents(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addRun(t, db, aRun("2026-01", "a", 0))
		body := json.RawMessage(`{"b": 1,  "a":"æ"}`)
		events := []kept.Event{{Seq: 1, At: at(1), Kind: "opened", Body: body}, {Seq: 2, At: at(2), Kind: "started", Step: "s"}}
		update(t, db, func(tx door.Tx) error { return tx.AddEvents(ctx, "2026-01", events) })
		err := db.Update(ctx, func(tx door.Tx) error {
			return tx.AddEvents(ctx, "2026-01", []kept.Event{{Seq: 3, At: at(3)}, {Seq: 2, At: at(3)}})
		})
		wants(t, err, kept.ErrConflict)
		if db.Update(ctx, func(tx door.Tx) error { return tx.AddEvents(ctx, "2026-77", events) }) == nil {
			t.Fatal("events of a run that does not exist were taken")
		}
		view(t, db, func(tx door.Tx) error {
			equal(t, "events", must[[]kept.Event](t)(tx.Events(ctx, "2026-01", 0)), events)
			equal(t, "later events", must[[]kept.Event](t)(tx.Events(ctx, "2026-01", 1)), events[1:])
			return nil
		})
	})
}

func TestAttempts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addRun(t, db, aRun("2026-01", "a", 0))
		one := kept.Attempt{Run: "2026-01", Step: "s", Number: 1, Node: "n1", Epoch: 3, State: kept.AttemptStarting, ClaimedAt: at(1)}
		running := one
		running.State, running.Process = kept.AttemptRunning, json.RawMessage(`{"pid":7}`)
		update(t, db, func(tx door.Tx) error {
			equal(t, "added", must[bool](t)(tx.AddAttempt(ctx, one)), true)
			equal(t, "a second time", must[bool](t)(tx.AddAttempt(ctx, one)), false)
			wants(t, tx.SaveAttempt(ctx, running, 4, kept.AttemptStarting), kept.ErrConflict)
			wants(t, tx.SaveAttempt(ctx, running, 3, kept.AttemptRunning), kept.ErrConflict)
			wants(t, tx.SaveAttempt(ctx, running, 3), kept.ErrConflict)
			return tx.SaveAttempt(ctx, running, 3, kept.AttemptStarting, kept.AttemptUnknown)
		})
		ended := running
		ended.State, ended.Outcome, ended.EndedAt, ended.Node, ended.Epoch = kept.AttemptRecorded, "ok", at(9), "n2", 5
		view(t, db, func(tx door.Tx) error {
			equal(t, "attempt", must[kept.Attempt](t)(tx.Attempt(ctx, "2026-01", "s", 1)), running)
			_, err := tx.Attempt(ctx, "2026-01", "s", 2)
			wants(t, err, kept.ErrNotFound)
			equal(t, "open", must[[]kept.Attempt](t)(tx.OpenAttempts(ctx)), []kept.Attempt{running})
			return nil
		})
		update(t, db, func(tx door.Tx) error { return tx.SaveAttempt(ctx, ended, 3, kept.AttemptRunning) })
		view(t, db, func(tx door.Tx) error {
			equal(t, "ended", must[kept.Attempt](t)(tx.Attempt(ctx, "2026-01", "s", 1)), ended)
			equal(t, "open", len(must[[]kept.Attempt](t)(tx.OpenAttempts(ctx))), 0)
			return nil
		})
	})
}
