package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/store"
)

// patience bounds a wait for the queue; it is never waited out when all is well.
const patience = 30 * time.Second

func wake(t testing.TB, db *store.DB, run string, at time.Time) {
	t.Helper()
	update(t, db, func(tx door.Tx) error { return tx.Wake(context.Background(), run, kept.LookQueue, at) })
}

func next(t testing.TB, driven <-chan string) string {
	t.Helper()
	select {
	case run := <-driven:
		return run
	case <-time.After(patience):
		t.Fatal("no run was driven")
		return ""
	}
}

func work(t testing.TB, db *store.DB, node string, drive func(ctx context.Context, run string) error) (stop func()) {
	t.Helper()
	end, err := db.Work(t.Context(), node, []string{kept.LookQueue}, drive)
	if err != nil {
		t.Fatal(err)
	}
	var ended bool
	stop = func() {
		if ended {
			return
		}
		ended = true
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := end(ctx); err != nil {
			t.Error("stopping:", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func into(driven chan<- string) func(context.Context, string) error {
	return func(_ context.Context, run string) error {
		driven <- run
		return nil
	}
}

func TestWokenRunsAreDriven(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		driven := make(chan string, 9)
		wake(t, db, "before", time.Time{})
		stop := work(t, db, "n1", into(driven))
		equal(t, "woken before the start", next(t, driven), "before")
		wake(t, db, "now", time.Time{})
		equal(t, "woken now", next(t, driven), "now")
		moment := time.Now().Add(300 * time.Millisecond)
		wake(t, db, "later", moment)
		equal(t, "woken later", next(t, driven), "later")
		if early := time.Until(moment); early > 0 {
			t.Errorf("woken %s too early", early)
		}
		stop()
		wake(t, db, "after the stop", time.Time{})
		equal(t, "driven after the stop", len(driven), 0)
	})
}

// TestWakeWhileDriving is the wake that must not be lost: the drive that runs
// has looked at the run already.
func TestWakeWhileDriving(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		begun, finish := make(chan string, 9), make(chan struct{})
		work(t, db, "n1", func(_ context.Context, run string) error {
			begun <- run
			<-finish
			return nil
		})
		wake(t, db, "2026-01", time.Time{})
		next(t, begun)
		wake(t, db, "2026-01", time.Time{})
		close(finish)
		equal(t, "driven again", next(t, begun), "2026-01")
	})
}

// TestWakeBeforeCommit holds a job unbegun until the change that relies on it is
// committed: otherwise the drive would look too early and nothing would look again.
func TestWakeBeforeCommit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		addRun(t, db, aRun("2026-01", "a", 0))
		wake(t, db, "2026-01", time.Time{})
		wake(t, db, "behind it", time.Time{})
		seen, behind := make(chan int, 9), make(chan string, 9)
		drive := func(ctx context.Context, run string) error {
			if run != "2026-01" {
				behind <- run
				return nil
			}
			return db.View(ctx, func(tx door.Tx) error {
				row, err := tx.Run(ctx, run)
				seen <- row.Seq
				return err
			})
		}
		update(t, db, func(tx door.Tx) error {
			if err := tx.Wake(t.Context(), "2026-01", kept.LookQueue, time.Time{}); err != nil {
				return err
			}
			changed := aRun("2026-01", "a", 0)
			changed.Seq = 2
			if db.Engine() == "postgres" {
				work(t, db, "n1", drive) // On SQLite nothing can begin while this transaction is open.
				next(t, behind)          // So the worker has been at the job before it, and left it.
			}
			return tx.SaveRun(t.Context(), changed, 1)
		})
		if db.Engine() == "sqlite" {
			work(t, db, "n1", drive)
		}
		select {
		case seq := <-seen:
			equal(t, "what the drive saw", seq, 2)
		case <-time.After(patience):
			t.Fatal("no run was driven")
		}
	})
}

func TestFailedDriveIsTriedAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		driven := make(chan string, 9)
		fail := true
		work(t, db, "n1", func(_ context.Context, run string) error {
			driven <- run
			if fail {
				fail = false
				return errors.New("the database was away")
			}
			return nil
		})
		wake(t, db, "2026-01", time.Time{})
		next(t, driven)
		equal(t, "again", next(t, driven), "2026-01")
	})
}

// TestJobOfDeadNodeIsRescued leaves a job as kill -9 leaves it: running, by a
// node that is gone, since longer than the rescue waits.
func TestJobOfDeadNodeIsRescued(t *testing.T) {
	options := place(t, "postgres")
	db := open(t, options)
	wake(t, db, "2026-01", time.Time{})
	const died = `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{dead}', attempted_at = now() - interval '2 minutes'`
	if _, err := outside(t, options).ExecContext(t.Context(), died); err != nil {
		t.Fatal(err)
	}
	driven := make(chan string, 9)
	work(t, db, "n2", into(driven))
	equal(t, "rescued", next(t, driven), "2026-01")
}

// TestRestartedServerTakesItsJobsBack does not wait for the rescue.
func TestRestartedServerTakesItsJobsBack(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		db := open(t, options)
		wake(t, db, "2026-01", time.Time{})
		died := `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = jsonb('["n1"]'), attempted_at = datetime('now')`
		if options.URL != "" {
			died = `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{n1}', attempted_at = now()`
		}
		if _, err := outside(t, options).ExecContext(t.Context(), died); err != nil {
			t.Fatal(err)
		}
		driven := make(chan string, 9)
		work(t, db, "n1", into(driven))
		equal(t, "taken back", next(t, driven), "2026-01")
	})
}

func TestWokenIsCalledAfterCommit(t *testing.T) {
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		var db *store.DB
		var woken []string
		options.Woken = func(run string) {
			woken = append(woken, run)
			// The change must be there, and the writer free.
			update(t, db, func(tx door.Tx) error { _, err := tx.Run(context.Background(), run); return err })
		}
		db = open(t, options)
		update(t, db, func(tx door.Tx) error {
			return errors.Join(writeEverywhere(t.Context(), tx), tx.Wake(t.Context(), "elsewhen", kept.LookQueue, time.Now().Add(time.Hour)))
		})
		equal(t, "woken", woken, []string{"2026-01"})
	})
}

func TestOnlyTheServerWorks(t *testing.T) {
	options := place(t, "sqlite")
	options.Mode = store.Use
	if _, err := open(t, options).Work(t.Context(), "n1", nil, nil); err == nil {
		t.Error("a command beside the server could work")
	}
}
