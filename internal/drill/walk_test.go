package drill_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
)

func stepKinds() []event.Kind {
	return []event.Kind{
		event.StepStarted, event.StepEnded, event.StepAsked, event.StepTaken, event.StepAnswered, event.StepSkipped,
		event.StepReopened, event.StepSettled, event.StepRaised,
	}
}

func runKinds() []event.Kind {
	return []event.Kind{
		event.RunStarted, event.RunPaused, event.RunResumed, event.RunAborted, event.RunBroken, event.RunEnded, event.NoteAdded, event.TimeSet,
	}
}

// walk is one random sequence of acts, legal and illegal, on one random plan.
type walk struct {
	t      *testing.T
	rnd    *rand.Rand
	model  *model
	start  drill.Run
	run    drill.Run
	events []event.Event
	now    event.Moment
	seen   *atlas
}

// atlas gathers which pairs of state and event were tried, and what came of them.
type atlas struct{ runs, steps map[string]map[string]bool }

func (a *atlas) note(in map[string]map[string]bool, kind event.Kind, from, to string) {
	key := string(kind) + " " + from
	if in[key] == nil {
		in[key] = map[string]bool{}
	}
	in[key][to] = true
}

func randomPlan(t *testing.T, rnd *rand.Rand) *plan.Plan {
	kinds := []string{"action", "action rerun=safe", "action rerun=never", "manual est=10m", "confirm by=systemejer", "decision by=leder options=left,right"}
	var text strings.Builder
	count := 1 + rnd.IntN(5)
	for i := range count {
		fmt.Fprintf(&text, "s%d %s", i, kinds[rnd.IntN(len(kinds))])
		var after []string
		for j := range i {
			if rnd.IntN(3) == 0 {
				after = append(after, fmt.Sprintf("s%d", j))
			}
		}
		if len(after) > 0 {
			fmt.Fprintf(&text, " after=%s", strings.Join(after, ","))
		}
		text.WriteString("\n")
	}
	for i := range rnd.IntN(3) {
		fmt.Fprintf(&text, "c%d %s cleanup after=%s\n", i, kinds[rnd.IntN(5)], []string{"s0", "c0"}[min(i, 1)])
	}
	if rnd.IntN(3) == 0 {
		fmt.Fprintf(&text, "i0 inject at=%dm\n", rnd.IntN(60))
	}
	fmt.Fprintf(&text, "drill %s max=%dm\n", []string{"", "stop"}[rnd.IntN(2)], rnd.IntN(3)*60)
	return planOf(t, text.String())
}

func newWalk(t *testing.T, seed uint64, seen *atlas) *walk {
	rnd := rand.New(rand.NewPCG(seed, 20))
	p, id := randomPlan(t, rnd), "d"
	if rnd.IntN(3) == 0 {
		id = ""
	}
	run := open(t, p, id)
	return &walk{
		t: t, rnd: rnd, model: newModel(p, id == ""), start: run, run: run, seen: seen,
		now: event.Moment{Wall: base, Boot: "a"},
	}
}

// pass lets some minutes go by, at times with a jump of the wall clock.
func (w *walk) pass(minutes int) {
	by := time.Duration(minutes) * time.Minute
	w.now.Mono, w.now.Wall = w.now.Mono+by, w.now.Wall.Add(by)
	if w.run.State == drill.Running || w.run.State == drill.Cleaning {
		w.model.net += minutes
	}
	if w.rnd.IntN(50) == 0 {
		w.now.Wall = w.now.Wall.Add(time.Duration(w.rnd.IntN(7200)-3600) * time.Second)
	}
}

// pick takes a task that is due, or any act at all.
func (w *walk) pick() event.Event {
	if tasks, _ := w.run.Next(w.now, drill.Standard()); len(tasks) > 0 && w.rnd.IntN(2) == 0 {
		return asEvent(tasks[w.rnd.IntN(len(tasks))])
	}
	kinds := slices.Concat(stepKinds(), stepKinds(), runKinds())
	e := event.Event{
		Kind: kinds[w.rnd.IntN(len(kinds))], Level: 1 + w.rnd.IntN(4), Actor: "mette", Late: w.rnd.IntN(50) == 0,
	}
	e.Outcome = w.word(e.Kind)
	if e.Kind == event.TimeSet {
		points := []string{"disrupted_at", "recovery_point_at", "declared_at", "verified_at"}
		e.Point, e.Time = points[w.rnd.IntN(len(points))], base.Add(-time.Duration(180+w.rnd.IntN(500))*time.Minute)
	}
	if w.rnd.IntN(50) == 0 {
		e.Actor = ""
	}
	if early := e.Kind == event.RunAborted || e.Kind == event.RunBroken; early && w.rnd.IntN(4) > 0 {
		e.Kind = event.RunStarted
	}
	if slices.Contains(stepKinds(), e.Kind) {
		s := w.run.Steps[w.rnd.IntN(len(w.run.Steps))]
		if w.rnd.IntN(2) == 0 {
			e.Kind = w.apt(s.State)
			e.Outcome = w.word(e.Kind)
		}
		e.Step, e.Attempt = s.ID, s.Attempt+w.rnd.IntN(8)/7
		if e.Kind == event.StepStarted {
			e.Attempt++
		}
		e.Step = []string{e.Step, e.Step, e.Step, e.Step, e.Step, e.Step, e.Step, "nowhere", ""}[w.rnd.IntN(9)]
	}
	return e
}

// apt is a kind of event that may fit a step in that state, so that the walk
// gets far.
func (w *walk) apt(state drill.StepState) event.Kind {
	kinds := map[drill.StepState][]event.Kind{
		drill.Started: {event.StepEnded}, drill.Asked: {event.StepTaken, event.StepAnswered}, drill.Taken: {event.StepAnswered},
		drill.Unknown: {event.StepSettled, event.StepEnded, event.StepSkipped}, drill.Failed: {event.StepReopened, event.StepSkipped},
	}[state]
	if len(kinds) == 0 {
		return event.StepReopened
	}
	return kinds[w.rnd.IntN(len(kinds))]
}

// word is an outcome that the kind of event may have, or now and then any other.
func (w *walk) word(kind event.Kind) string {
	words := map[event.Kind][]string{
		event.StepEnded:    {"ok", "ok", "failed", "unknown", "unknown", "not_started", "odd", ""},
		event.StepAnswered: {"yes", "yes", "left", "no", "odd", ""},
		event.StepSettled:  {"done", "failed", "rerun", "rerun", "odd"},
	}[kind]
	if len(words) == 0 {
		return ""
	}
	return words[w.rnd.IntN(len(words))]
}

func asEvent(task drill.Task) event.Event {
	return event.Event{Kind: task.Kind, Step: task.Step, Attempt: task.Attempt, Level: task.Level, Actor: "system"}
}

// step tries one act on both machines and compares them.
func (w *walk) step(e event.Event) (taken bool) {
	before := w.run.State
	at, _ := w.run.Find(e.Step)
	was := ""
	if at != nil {
		was = string(at.State)
	}
	e.Seq, e.At = w.run.Seq+1, w.now
	run, err := w.run.Apply(e)
	if want := w.model.take(e); want != (err == nil) {
		w.t.Fatalf("%s of %q %q: the model says %v, Apply says %v\n%s", e.Kind, e.Step, e.Outcome, want, err, w.told())
	}
	w.seen.note(w.seen.runs, e.Kind, string(before), w.after(string(run.State), err))
	if at != nil && !e.Late && slices.Contains(stepKinds(), e.Kind) && before != drill.Planned && before != drill.Ended {
		now, _ := run.Find(e.Step)
		to := now.State
		if e.Kind != event.StepSkipped && (to == drill.Blocked || to == drill.Skipped) {
			to = drill.Waiting // which led to that at once
		}
		w.seen.note(w.seen.steps, e.Kind, was, w.after(string(to), err))
	}
	w.run = run
	if err == nil {
		w.events = append(w.events, e)
		w.compare()
	}
	return err == nil
}

func (w *walk) after(state string, err error) string {
	if err != nil {
		return ""
	}
	return state
}

func (w *walk) compare() {
	w.t.Helper()
	if w.run.State != w.model.run {
		w.t.Fatalf("the run is %s, the model %s\n%s", w.run.State, w.model.run, w.told())
	}
	for i, m := range w.model.steps {
		s, ok := w.run.Find(m.ID)
		if !ok || s.Number != i+1 || s.State != m.state || s.Attempt != m.attempt || s.Level != m.level {
			w.t.Fatalf("step %+v\nthe model %+v\n%s", s, m, w.told())
		}
		if s.Waited < 0 || s.Worked < 0 {
			w.t.Fatalf("step %s waited %s, worked %s\n%s", s.ID, s.Waited, s.Worked, w.told())
		}
	}
}

func (w *walk) told() string {
	var text strings.Builder
	for _, s := range w.run.Steps {
		fmt.Fprintf(&text, "%s %s %s after %v cleanup %v\n", s.ID, s.Kind(), s.State, s.After, s.Cleanup)
	}
	for _, e := range w.events {
		fmt.Fprintf(&text, "%s %s %s %s\n", e.At.Wall.Format(time.TimeOnly), e.Kind, e.Step, e.Outcome)
	}
	return text.String()
}

// tasks carries out everything that is due now: all of it fits, it is what the
// model calls ready, and nothing is due twice.
func (w *walk) tasks() {
	w.t.Helper()
	for range 30 {
		tasks, again := w.run.Next(w.now, drill.Standard())
		if len(tasks) == 0 {
			if !again.IsZero() && !again.After(w.now.Wall) {
				w.t.Fatalf("wakes at %s, which is now", again)
			}
			return
		}
		ready := 0
		for _, s := range w.model.steps {
			if w.model.ready(s) {
				ready++
			}
		}
		for _, task := range tasks {
			if task.Kind == event.StepStarted || task.Kind == event.StepAsked {
				ready--
			}
			if !w.step(asEvent(task)) {
				w.t.Fatalf("the task %+v does not fit\n%s", task, w.told())
			}
		}
		if ready != 0 {
			w.t.Fatalf("%d ready steps are left out\n%s", ready, w.told())
		}
	}
	w.t.Fatalf("the same tasks come again and again\n%s", w.told())
}

// finish brings the run to its end, from wherever it stands: in good order, or
// by ending it early.
func (w *walk) finish() {
	orderly := w.rnd.IntN(2) == 0
	early := map[bool]event.Kind{true: event.RunStarted, false: event.RunAborted}[orderly]
	for range 20 + 4*len(w.run.Steps) {
		switch {
		case w.run.State == drill.Paused && orderly:
			w.step(event.Event{Kind: event.RunResumed, Actor: "mette"})
		case w.run.State == drill.Planned || w.run.State == drill.Paused || w.run.State == drill.Running && !orderly:
			w.step(event.Event{Kind: early, Actor: "mette"})
		}
		w.pass(10) // an inject may still be to come
		w.tasks()
		if w.run.State == drill.Ended {
			return
		}
		for i := range w.run.Steps {
			w.clear(w.run.Steps[i], orderly)
		}
	}
	w.t.Fatalf("the run does not come to an end\n%s", w.told())
}

// clear brings one step that is in hand to its end.
func (w *walk) clear(s drill.Step, orderly bool) {
	good := map[drill.StepState]string{drill.Started: "ok", drill.Unknown: "done"}
	bad := map[drill.StepState]string{drill.Started: "aborted", drill.Unknown: "failed"}
	outcome := bad[s.State]
	if orderly {
		outcome = good[s.State]
	}
	answer := map[plan.StepKind]string{plan.StepDecision: "left"}[s.Kind()]
	switch {
	case s.State == drill.Started:
		w.step(event.Event{Kind: event.StepEnded, Step: s.ID, Attempt: s.Attempt, Outcome: outcome})
	case s.State == drill.Unknown:
		w.step(event.Event{Kind: event.StepSettled, Step: s.ID, Outcome: outcome, Actor: "mette"})
	case (s.State == drill.Asked || s.State == drill.Taken) && orderly:
		w.step(event.Event{Kind: event.StepAnswered, Step: s.ID, Outcome: cmp.Or(answer, "yes"), Actor: "mette"})
	case s.State == drill.Asked, s.State == drill.Taken, w.run.Held(&s):
		w.step(event.Event{Kind: event.StepSkipped, Step: s.ID, Actor: "mette"})
	}
}

// judge checks what must hold of every ended run.
func (w *walk) judge() {
	again, err := drill.Replay(w.start, w.events)
	if err != nil || !reflect.DeepEqual(again, w.run) {
		w.t.Fatalf("the replayed run differs: %v\n%s", err, w.told())
	}
	net, gross := w.run.RTA()
	failed := slices.ContainsFunc(w.run.Steps, func(s drill.Step) bool { return s.State == drill.Failed && !s.Cleanup })
	switch {
	case net.Length > gross.Length, net.Known != gross.Known, net.Length < 0:
		w.t.Fatalf("net %v, gross %v", net, gross)
	case w.run.Closing != "" && w.run.Verdict != drill.NotFinished, w.run.Verdict == "":
		w.t.Fatalf("closed by %q, the verdict is %q", w.run.Closing, w.run.Verdict)
	case w.run.Verdict == drill.Passed && (failed || !net.Known || len(w.run.Findings()) > 0):
		w.t.Fatalf("passed, with %v and %v\n%s", net, w.run.Findings(), w.told())
	}
}

// TestAgainstModel is R20: random sequences against the model, without a
// difference and with every pair of state and event tried, as the page says.
func TestAgainstModel(t *testing.T) {
	first := proof.Seed(t)
	sequences, acts := proof.Size(2000, 4000, 10000), proof.Size(100, 100, 200)
	seen := &atlas{map[string]map[string]bool{}, map[string]map[string]bool{}}
	verdicts := map[drill.Verdict]int{}
	for seed := range sequences {
		w := newWalk(t, first+uint64(seed), seen)
		for range w.rnd.IntN(acts) {
			w.pass(w.rnd.IntN(12))
			w.step(w.pick())
			if w.rnd.IntN(4) == 0 {
				w.tasks()
			}
		}
		w.finish()
		w.step(w.pick())
		w.judge()
		verdicts[w.run.Verdict]++
	}
	t.Logf("%d sequences: %v", sequences, verdicts)
	page, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	compareTable(t, string(page), "## A run", slices.Concat(runKinds(), stepKinds()), seen.runs)
	compareTable(t, string(page), "## A step", stepKinds(), seen.steps)
	if !t.Failed() {
		proof.Report(t, proof.Figure{
			ID: "R20", What: "random acts against a model of the drill", Seed: first, Count: sequences, Unit: "sequences",
			Found: fmt.Sprintf("0 differences, %d pairs of state and event, none untried", len(seen.runs)+len(seen.steps)),
		})
	}
}

// compareTable wants each cell of the page's table to be what was seen: the
// states that followed, and an empty cell where the event was always refused.
func compareTable(t *testing.T, page, heading string, kinds []event.Kind, seen map[string]map[string]bool) {
	t.Helper()
	_, section, _ := strings.Cut(page, heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var columns []string
	listed := map[event.Kind]bool{}
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}
		switch {
		case !strings.HasPrefix(line, "|") || strings.HasPrefix(cells[0], "-"):
		case cells[0] == "event":
			columns = cells[1:]
		default:
			listed[event.Kind(cells[0])] = true
			for i, want := range cells[1:] {
				key := cells[0] + " " + columns[i]
				if got := outcomes(seen[key]); got != want {
					t.Errorf("%s: the page says of %q: %q; seen was %q", heading, key, want, got)
				}
			}
		}
	}
	for _, kind := range kinds {
		if !listed[kind] {
			t.Errorf("%s: the table lacks %s", heading, kind)
		}
	}
}

func outcomes(seen map[string]bool) string {
	if len(seen) == 0 {
		return "never tried"
	}
	var states []string
	for state := range seen {
		if state != "" {
			states = append(states, state)
		}
	}
	slices.Sort(states)
	return strings.Join(states, ", ")
}
