//go:build bench

package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// TestBenchQuestions sets what pages ask of a register of ten million events beside
// the bare statement on the same file: the overview, one system, one run and the log.
// BEREDSKAB_EVENTS=1000000 fills it with fewer.
func TestBenchQuestions(t *testing.T) {
	events := 10_000_000
	if given := os.Getenv("BEREDSKAB_EVENTS"); given != "" {
		events = must[int](t)(strconv.Atoi(given))
	}
	options := place(t, "sqlite")
	db := open(t, options)
	reg, id := filled(t, db, outside(t, options), events)
	ctx := context.Background()
	bare := outside(t, options)
	for _, q := range []struct {
		page  string
		asked func() error
		bare  []string
	}{
		{"overview", func() error {
			_, err1 := reg.Runs(ctx, kept.RunFilter{Limit: 50})
			_, err2 := reg.OpenRuns(ctx)
			_, err3 := reg.Findings(ctx, kept.FindingFilter{Open: true})
			return first(err1, err2, err3)
		}, []string{"SELECT * FROM run ORDER BY opened_at DESC, id DESC LIMIT 50", "SELECT id FROM run WHERE ended_at = 0", "SELECT * FROM finding WHERE closed_at = 0 ORDER BY finding_key"}},
		{"one system", func() error {
			_, err1 := reg.Runs(ctx, kept.RunFilter{System: "s7", Limit: 50})
			_, err2 := reg.Findings(ctx, kept.FindingFilter{System: "s7"})
			return first(err1, err2)
		}, []string{"SELECT * FROM run WHERE system = 's7' ORDER BY opened_at DESC, id DESC LIMIT 50", "SELECT * FROM finding WHERE system = 's7'"}},
		{"one run", func() error {
			_, _, err1 := reg.Run(ctx, id)
			_, err2 := reg.Events(ctx, id, 0)
			return first(err1, err2)
		}, []string{"SELECT * FROM run WHERE id = '" + id + "'", "SELECT * FROM event WHERE run = '" + id + "' ORDER BY seq"}},
		{"log page", func() error {
			_, err1 := reg.Entries(ctx, kept.EntryFilter{Limit: 50})
			_, err2 := reg.Entries(ctx, kept.EntryFilter{Object: id, Limit: 50})
			return first(err1, err2)
		}, []string{"SELECT * FROM entry ORDER BY seq DESC LIMIT 50", "SELECT * FROM entry WHERE object = '" + id + "' ORDER BY seq DESC LIMIT 50"}},
	} {
		ours, floor := median(t, q.asked), median(t, func() error { return all(ctx, bare, q.bare) })
		word := "within"
		if ours > 10*floor {
			word = "OVER"
		}
		fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit 10.00 x  %s\n", fmt.Sprintf("%s of a register of %d events", q.page, events),
			ours.Round(time.Microsecond), floor.Round(time.Microsecond), float64(ours)/float64(floor), word)
	}
}

// filled is a register with that many events of runs that ended, and one run with
// remarks whose page is asked for.
func filled(t *testing.T, db *store.DB, file *sql.DB, events int) (*register.Register, string) {
	t.Helper()
	reg := register.New(door.New(db, wall{}), register.Options{})
	set := &plan.Set{Organisation: &plan.Organisation{Schema: 1, Name: "Bench"}, Plans: []*plan.Plan{chain()}}
	must[register.Adopted](t)(reg.Adopt(t.Context(), door.System("n"), set))
	id := must[string](t)(reg.Open(t.Context(), door.Actor{Name: "leder", Assurance: "login"}, register.Opening{System: "a", Drill: "gendan"}))
	for i := range 50 {
		if err := reg.Note(t.Context(), door.Actor{Name: "leder", Assurance: "login"}, id, "", fmt.Sprint("bemærkning nr. ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := reg.Lead(t.Context(), door.Actor{Name: "leder", Assurance: "login"}, register.Lead{Run: id, Kind: event.RunAborted, Reason: "slut"}); err != nil {
		t.Fatal(err)
	}
	const each = 100 // events of a run
	for _, statement := range []string{
		fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO run SELECT 'r' || i, 2020, i, 's' || (i %% 200), 'p', 's', 'd', 'restore', 'Gendan', 'isolated', 0, 0, 'ended', 'passed', 'x', 100, '', i, i, i + 1, 1, 1, 1 FROM n`, events/each),
		fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO event SELECT 'r' || (i / 100 + 1), i %% 100 + 1, i, 'note', '', '{"seq":1,"kind":"note","text":"en bemærkning om et trin, som den står i en øvelse"}' FROM n`, events-1),
	} {
		if _, err := file.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 { // entries of the log beside those of the acts, through the door
		update(t, db, func(tx door.Tx) error {
			for range 1000 {
				if err := door.Log(t.Context(), tx, at(0), door.System("n"), "step.end", "x", "done", "noget"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if _, run, err := reg.Run(t.Context(), id); err != nil || len(run.Notes) < 50 {
		t.Fatalf("%d notes, %s: %v", len(run.Notes), run.State, err)
	}
	return reg, id
}

// median is the middle of many, without the first.
func median(t *testing.T, ask func() error) time.Duration {
	t.Helper()
	list := make([]time.Duration, 31)
	for i := range list {
		began := time.Now()
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		list[i] = time.Since(began)
	}
	list = list[1:]
	slices.Sort(list)
	return list[len(list)/2]
}

// all asks the bare statements and reads every row.
func all(ctx context.Context, db *sql.DB, statements []string) error {
	for _, statement := range statements {
		rows, err := db.QueryContext(ctx, statement)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		line := make([]any, len(columns))
		for i := range line {
			line[i] = new(any)
		}
		for rows.Next() {
			if err := rows.Scan(line...); err != nil {
				return err
			}
		}
		if err := first(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

func first(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}
