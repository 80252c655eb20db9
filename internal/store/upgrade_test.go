package store_test

import (
	"context"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
)

// TestServerOfTheSchemaBefore says what a server that knows only the tables of
// 001 says to those of today: it goes on while the others are upgraded, and
// what it never heard of takes its default.
func TestServerOfTheSchemaBefore(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		older := outside(t, options)
		for _, statement := range []string{
			`INSERT INTO node (name, epoch, beat)
			VALUES ('old', (SELECT COALESCE(MAX(n.epoch), 0) + 1 FROM node n), 1)
			ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, beat = excluded.beat`,
			`UPDATE node SET beat = 1700000000000000 WHERE name = 'old' AND epoch = 1`,
		} {
			if _, err := older.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		var name string
		var epoch, beat int64
		if err := older.QueryRowContext(t.Context(), "SELECT name, epoch, beat FROM node WHERE beat <= 1700000000000000 ORDER BY name").Scan(&name, &epoch, &beat); err != nil {
			t.Fatal(err)
		}
		update(t, db, func(tx door.Tx) error {
			n := must[kept.Node](t)(tx.Node(t.Context(), "old"))
			equal(t, "it does everything", []any{n.Role, n.Leads(), n.Carries(""), n.Carries("dmz"), n.Alive(), n.Fingerprint()},
				[]any{kept.Everything, true, true, false, false, ""})
			return nil
		})
	})
}

// TestQueuesApart has each node take from its own lines only.
func TestQueuesApart(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		driven := map[string]chan string{"n1": make(chan string, 10), "n2": make(chan string, 10)}
		lead := kept.Node{Role: kept.Scheduler}
		runner := kept.Node{Role: kept.Runner, Site: "dmz"}
		if db.Engine() == "sqlite" { // has one server only
			lead = kept.Node{Role: kept.Everything}
		}
		update(t, db, func(tx door.Tx) error {
			for _, queue := range []string{kept.CarryQueue("dmz"), kept.LookQueue, kept.CarryQueue("nobody")} {
				if err := tx.Wake(t.Context(), queue, queue, time.Time{}); err != nil {
					return err
				}
			}
			return nil
		})
		take := func(name string, n kept.Node) string {
			stop, err := db.Work(t.Context(), name, n.Queues(), into(driven[name]))
			if err != nil {
				t.Fatal(err)
			}
			run := next(t, driven[name])
			if err := stop(context.Background()); err != nil {
				t.Error(err)
			}
			return run
		}
		equal(t, "who leads", take("n1", lead), kept.LookQueue)
		equal(t, "the site", take("n2", runner), kept.CarryQueue("dmz"))
		equal(t, "more", len(driven["n1"])+len(driven["n2"]), 0)
	})
}
