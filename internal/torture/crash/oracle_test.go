package crash

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// oracle remembers what the register has acknowledged, and how often a person
// allowed each step to be started (spec/reliability.md 2.4).
type oracle struct {
	known   map[string]string          // step of a run: how it ended
	notes   map[string][]string        // run: remarks that were acknowledged
	open    map[string]bool            // runs that have not ended
	again   map[string]int             // step of a run: starts that a person asked for anew
	settled int                        // questions that a person answered
	lost    []string                   // what was acknowledged and is gone
	slowest time.Duration              // from a start of the server until every orphan was taken over
	seen    map[string]kept.Occurrence // what became of each due time
}

func newOracle() oracle {
	return oracle{known: map[string]string{}, notes: map[string][]string{}, open: map[string]bool{}, again: map[string]int{}, seen: map[string]kept.Occurrence{}}
}

// look reads the register, compares it with what it has acknowledged before,
// answers what it asks, and sees to it that there is work for the next server.
func (w *town) look() {
	w.t.Helper()
	w.with(func(a *app.App) {
		w.compare(a)
		w.answer(a)
		w.demand(a)
	})
}

// compare fails nothing by itself: what is lost is collected for the figure.
func (w *town) compare(a *app.App) {
	rows, err := a.Register.Runs(w.t.Context(), kept.RunFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	there := map[string]bool{}
	for _, row := range rows {
		there[row.ID] = true
		if _, known := w.open[row.ID]; !known {
			w.open[row.ID] = true
		}
		if w.open[row.ID] {
			w.compareRun(a, row.ID)
		}
	}
	for run := range w.open {
		if !there[run] {
			w.lost = append(w.lost, "run "+run)
		}
	}
	w.compareOccurrences(a)
}

func (w *town) compareRun(a *app.App, id string) {
	row, run, err := a.Register.Run(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range run.Steps {
		s := &run.Steps[i]
		now, key := fmt.Sprint(s.State, s.Outcome, s.Attempt, s.EndedAt), id+"/"+s.ID
		if was, known := w.known[key]; known && was != now {
			w.lost = append(w.lost, fmt.Sprintf("%s was %q and is %q", key, was, now))
		}
		if s.Over() && s.State != drill.Blocked { // what blocks it may be done again
			w.known[key] = now
		}
	}
	var notes []string
	for _, n := range run.Notes {
		notes = append(notes, n.Text)
	}
	for _, note := range w.notes[id] {
		if !slices.Contains(notes, note) {
			w.lost = append(w.lost, fmt.Sprintf("%s: remark %q", id, note))
		}
	}
	w.open[id] = row.State != string(drill.Ended)
}

// compareOccurrences wants each due time that was decided to stay as it was.
func (w *town) compareOccurrences(a *app.App) {
	list, err := a.Register.Occurrences(w.t.Context(), "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	now := map[string]kept.Occurrence{}
	for _, o := range list {
		now[o.Schedule+" "+o.Nominal+" "+o.Zone] = o
	}
	for key, was := range w.seen {
		if now[key] != was {
			w.lost = append(w.lost, fmt.Sprintf("due time %s was %+v and is %+v", key, was, now[key]))
		}
	}
	w.seen = now
}

// answer does what the named person would: it says how an attempt counts whose
// end nobody knows, and lets every fourth of them and what failed be done again.
func (w *town) answer(a *app.App) {
	for _, id := range w.openRuns() {
		_, run, err := a.Register.Run(w.t.Context(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		for i := range run.Steps {
			switch s := &run.Steps[i]; s.State {
			case drill.Unknown:
				outcome := "done"
				if w.random.IntN(4) == 0 {
					outcome = "rerun"
				}
				w.lead(a, register.Lead{Run: id, Step: s.ID, Kind: event.StepSettled, Outcome: outcome, Reason: "looked at the system"})
			case drill.Failed:
				w.lead(a, register.Lead{Run: id, Step: s.ID, Kind: event.StepReopened, Reason: "once more"})
			}
		}
	}
}

func (w *town) openRuns() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for id, open := range w.open {
			if open && !yield(id) {
				return
			}
		}
	})
}

func (w *town) lead(a *app.App, in register.Lead) {
	w.t.Helper()
	if err := a.Register.Lead(w.t.Context(), leader(), in); err != nil {
		w.t.Fatalf("answering for step %s of %s: %v", in.Step, in.Run, err)
	}
	w.settled++
	if key := in.Run + "/" + in.Step; in.Kind == event.StepReopened || in.Outcome == "rerun" {
		w.again[key]++
		delete(w.known, key)
	}
}

// demand keeps two drills open, and writes a remark into one of them.
func (w *town) demand(a *app.App) {
	w.t.Helper()
	open := w.openRuns()
	for len(open) < 2 {
		id, err := a.Register.Open(w.t.Context(), leader(), register.Opening{System: fmt.Sprintf("system-%d", w.random.IntN(systems)), Drill: "gendan"})
		if err != nil {
			w.t.Fatal(err)
		}
		open, w.open[id] = append(open, id), true
	}
	id := open[w.random.IntN(len(open))]
	note := fmt.Sprintf("remark %d", len(w.notes[id]))
	if err := a.Register.Note(w.t.Context(), leader(), id, "", note); err != nil {
		w.t.Fatal(err)
	}
	w.notes[id] = append(w.notes[id], note)
}

// starts reads the lines that the commands left, and names the steps that were
// started more often than a person said.
func (w *town) starts() (total int, doubled []string) {
	attempts, byStep := map[string]int{}, map[string]int{}
	for line := range strings.Lines(w.beside("started")) {
		attempt := strings.TrimSpace(line)
		step := attempt[:strings.LastIndexByte(attempt, '/')]
		attempts[attempt]++
		byStep[step]++
		total++
	}
	for attempt, n := range attempts {
		if n > 1 {
			doubled = append(doubled, fmt.Sprintf("attempt %s: %d starts", attempt, n))
		}
	}
	for step, n := range byStep {
		if n > 1+w.again[step] {
			doubled = append(doubled, fmt.Sprintf("step %s: %d starts, %d asked for", step, n, 1+w.again[step]))
		}
	}
	return total, doubled
}

// begun waits until another command has begun, however slow the machine is, or
// the server is down. It answers what is asked meanwhile.
func (w *town) begun(s *server) {
	w.t.Helper()
	before, _ := w.starts()
	for end := time.Now().Add(patience); ; w.look() {
		if proof.Await(time.Second, func() bool { now, _ := w.starts(); return now > before || !s.up() }) {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("nothing begins although these drills are open: %v", w.openRuns())
		}
	}
}

// inHand lists the attempts of the node that are open, each with the epoch of the start that
// has it in hand.
func (w *town) inHand(a *app.App, node string) map[string]int64 {
	w.t.Helper()
	list := map[string]int64{}
	err := a.Store().View(w.t.Context(), func(tx door.Tx) error {
		open, err := tx.OpenAttempts(w.t.Context())
		for _, o := range open {
			if o.Node == node { // what another node left is rescued when its lease is over
				list[fmt.Sprintf("%s/%s/%d", o.Run, o.Step, o.Number)] = o.Epoch
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// serveAndTake starts a server and waits until it has taken over every attempt
// that an earlier start left open, and notes how long that took.
func (w *town) serveAndTake(environ ...string) (s *server) {
	w.t.Helper()
	w.with(func(a *app.App) {
		orphans := w.inHand(a, "test")
		s = w.serve(environ...)
		from := time.Now()
		taken := proof.Await(patience, func() bool {
			for attempt, epoch := range w.inHand(a, "test") {
				if orphans[attempt] == epoch {
					return !s.up()
				}
			}
			return true
		})
		if !taken {
			w.t.Fatalf("nobody took over any of %v", orphans)
		}
		w.slowest = max(w.slowest, time.Since(from))
	})
	return s
}

// due tells whether the server still has to open a drill whose time has come.
func (w *town) due(a *app.App) bool {
	list, err := a.Register.Schedules(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	now := time.Now()
	return slices.ContainsFunc(list, func(s kept.Schedule) bool { return !s.Next.IsZero() && !s.Next.After(now) })
}

// finish lets a last server work until no drill is open or due, and stops it. None may
// be stuck, no process may be left, and the file must be whole.
func (w *town) finish() {
	w.t.Helper()
	s := w.serveAndTake()
	done := proof.Await(patience, func() (done bool) {
		w.with(func(a *app.App) {
			due := w.due(a) // first: what is opened after it is compared
			w.compare(a)
			w.answer(a)
			done = !due && len(w.openRuns()) == 0
		})
		return done || !s.up()
	})
	if !done || !s.up() {
		w.t.Fatalf("these drills are stuck: %v", w.openRuns())
	}
	if !s.stop() {
		w.t.Fatal("the server does not stop")
	}
	if !proof.Await(patience, func() bool { return len(w.processes()) == 0 }) {
		w.t.Errorf("orphans: %v", w.processes())
	}
	for id := range w.open {
		w.open[id] = true // look at all of them once more
	}
	w.with(func(a *app.App) {
		w.compare(a)
		if h := a.Store().Check(w.t.Context()); len(h.Problems) > 0 {
			w.t.Errorf("the register: %v", h.Problems)
		}
	})
	if _, doubled := w.starts(); len(doubled) > 0 || len(w.lost) > 0 {
		w.t.Errorf("second starts: %v; lost: %v", doubled, w.lost)
	}
	if left := w.openRuns(); len(left) > 0 || len(slices.Collect(maps.Keys(w.open))) == 0 {
		w.t.Errorf("drills open after the end: %v of %d", left, len(w.open))
	}
	w.sound = !w.t.Failed()
}
