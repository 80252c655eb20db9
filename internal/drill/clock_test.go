package drill_test

import (
	"testing"
	"time"

	"beredskab/internal/event"
)

// TestNodesTakingTurns has two machines whose wall clocks differ by 40 seconds
// record one run in turn: the difference counts once at most.
func TestNodesTakingTurns(t *testing.T) {
	run := open(t, planOf(t, restore), "d")
	for i := range 60 {
		at, boot, ahead := time.Duration(i)*time.Minute, "a", time.Duration(0)
		if i%2 == 1 {
			boot, ahead = "b", 40*time.Second
		}
		e := event.Event{Seq: i + 1, Kind: event.NoteAdded, Actor: "mette", At: event.Moment{Wall: base.Add(at + ahead), Boot: boot, Mono: at + time.Hour}}
		if i == 0 {
			e.Kind = event.RunStarted
		}
		var err error
		if run, err = run.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if got, most := run.Elapsed(), 59*time.Minute+40*time.Second; got < 59*time.Minute || got > most || len(run.Jumps) > 0 {
		t.Errorf("an hour of turns counts as %s with jumps %v", got, run.Jumps)
	}
}

// TestReadingsOutOfOrder has a reading of the same machine arrive after a later one.
func TestReadingsOutOfOrder(t *testing.T) {
	run := open(t, planOf(t, restore), "d")
	for i, second := range []time.Duration{0, 100, 90, 110} {
		at := second * time.Second
		e := event.Event{Seq: i + 1, Kind: event.NoteAdded, Actor: "mette", At: event.Moment{Wall: base.Add(at), Boot: "a", Mono: at}}
		if i == 0 {
			e.Kind = event.RunStarted
		}
		var err error
		if run, err = run.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if run.Elapsed() != 110*time.Second {
		t.Errorf("elapsed %s", run.Elapsed())
	}
}
