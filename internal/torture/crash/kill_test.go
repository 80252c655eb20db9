package crash

import (
	"fmt"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/proof"
)

func engines() []string { return []string{"sqlite", "postgres"} }

// tally adds up what several towns saw.
type tally struct {
	kills, runs, starts, doubled, lost, settled int
	slowest                                     time.Duration
}

func (a *tally) add(w *town, kills int) {
	starts, doubled := w.starts()
	a.kills, a.runs, a.starts = a.kills+kills, a.runs+len(w.open), a.starts+starts
	a.doubled, a.lost, a.settled = a.doubled+len(doubled), a.lost+len(w.lost), a.settled+w.settled
	a.slowest = max(a.slowest, w.slowest)
}

func (a *tally) String() string {
	return fmt.Sprintf("%d drills, %d commands started, %d questions answered; %d lost, %d second starts, 0 stuck, 0 orphans; taken over within %d ms of the start",
		a.runs, a.starts, a.settled, a.lost, a.doubled, a.slowest.Milliseconds())
}

// R1: the server is killed at random moments, every other time with all its
// supervisors and their commands. Nothing acknowledged is lost, no command is
// started twice, no drill is stuck, no process stays.
func TestKilledAtRandomMoments(t *testing.T) {
	binary, seed := program(t, "faults"), proof.Seed(t)
	total, kills := make([]tally, len(engines())), proof.Size(20, 100, 500)
	t.Run("engines", func(t *testing.T) {
		for i, engine := range engines() {
			t.Run(engine, func(t *testing.T) {
				t.Parallel()
				w := newTown(t, binary, engine, "rerun: ask", "", seed+uint64(i))
				w.adopt()
				for k := range kills {
					w.cycle(k)
				}
				w.finish()
				total[i].add(w, kills)
			})
		}
	})
	report(t, "killed at random moments", "kills", seed, total, secondStarts(t, binary, seed))
}

// cycle lets a server work and kills it.
func (w *town) cycle(k int) {
	w.t.Helper()
	var s *server
	switch k % 4 {
	case 0:
		s = w.serveAndTake()
	case 1, 2:
		s = w.serve()
		w.begun(s)
	case 3:
		s = w.serve() // it may still be starting
	}
	time.Sleep(time.Duration(w.random.IntN(120)) * time.Millisecond) // the random moment itself
	if s.kill(); w.random.IntN(2) == 0 {
		w.killAll()
	}
	if w.random.IntN(4) > 0 { // else the next start comes first
		w.look()
	}
}

// adopt has the plans taken over, and opens the first drills.
func (w *town) adopt() {
	w.t.Helper()
	w.with(func(a *app.App) {
		if _, problems, err := a.Adopt(w.t.Context(), leader()); err != nil || problems.Failed() {
			w.t.Fatal(err, problems)
		}
		w.demand(a)
	})
}

// secondStarts is the control: the same harness on commands without any fence
// that may be repeated must see them started twice, or it could not see it above.
func secondStarts(t *testing.T, binary string, seed uint64) string {
	w := newTown(t, binary, "sqlite", "rerun: safe", "fence: none", seed)
	w.adopt()
	for k := range 100 {
		s := w.serve()
		w.begun(s)
		s.kill()
		w.killAll()
		w.look()
		if _, doubled := w.starts(); len(doubled) > 0 {
			return fmt.Sprintf("without a fence, %d second starts after %d kills", len(doubled), k+1)
		}
	}
	t.Error("no command was started twice although nothing prevents it: the harness is blind")
	return "blind"
}

func report(t *testing.T, what, unit string, seed uint64, parts []tally, control string) {
	t.Helper()
	var all tally
	for _, p := range parts {
		all.kills, all.runs, all.starts = all.kills+p.kills, all.runs+p.runs, all.starts+p.starts
		all.doubled, all.lost, all.settled = all.doubled+p.doubled, all.lost+p.lost, all.settled+p.settled
		all.slowest = max(all.slowest, p.slowest)
	}
	failed := 0
	if t.Failed() {
		failed = max(1, all.doubled+all.lost)
	}
	proof.Report(t, proof.Figure{ID: "R1", What: what, Seed: seed, Count: all.kills, Unit: unit, Failed: failed, Found: all.String(), Control: control})
}
