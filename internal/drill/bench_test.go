package drill_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// held gives the run of a chain of steps, and the events of its whole course:
// three for each step, in turn.
func held(t testing.TB, steps int) (start drill.Run, events []event.Event) {
	var text strings.Builder
	now := event.Moment{Wall: base, Boot: "a"}
	add := func(e event.Event) {
		now.Wall, now.Mono = now.Wall.Add(time.Second), now.Mono+time.Second
		e.Seq, e.At, e.Actor = len(events)+1, now, "mette"
		events = append(events, e)
	}
	add(event.Event{Kind: event.RunStarted})
	for i := range steps {
		id := fmt.Sprintf("s%d", i)
		fmt.Fprintf(&text, "%s %s est=5m after=s%d\n", id, []string{"action", "manual"}[i%2], max(i-1, 0))
		if i%2 == 0 {
			add(event.Event{Kind: event.StepStarted, Step: id, Attempt: 1})
			add(event.Event{Kind: event.NoteAdded, Step: id})
			add(event.Event{Kind: event.StepEnded, Step: id, Attempt: 1, Outcome: "ok"})
		} else {
			add(event.Event{Kind: event.StepAsked, Step: id})
			add(event.Event{Kind: event.StepTaken, Step: id})
			add(event.Event{Kind: event.StepAnswered, Step: id, Outcome: "yes"})
		}
	}
	add(event.Event{Kind: event.RunEnded})
	return open(t, planOf(t, strings.Replace(text.String(), " after=s0", "", 1)), "d"), events
}

// BenchmarkApply applies the whole course of a run, one event after the other.
func BenchmarkApply(b *testing.B) {
	for _, steps := range []int{20, 200, 1000} {
		start, events := held(b, steps)
		b.Run(fmt.Sprintf("steps=%d/events=%d", steps, len(events)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run := start
				for _, e := range events {
					run, _ = run.Apply(e)
				}
				if run.State != drill.Ended {
					b.Fatal(run.State)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(events)), "ns/event")
		})
	}
}

// BenchmarkReplay reads a run of 1,000 steps back from its events.
func BenchmarkReplay(b *testing.B) {
	start, events := held(b, 1000)
	for b.Loop() {
		if _, err := drill.Replay(start, events); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNext asks in the middle of a run.
func BenchmarkNext(b *testing.B) {
	for _, steps := range []int{200, 1000} {
		start, events := held(b, steps)
		half := len(events) / 2
		run, err := drill.Replay(start, events[:half])
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("steps=%d", steps), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = run.Next(events[half].At, drill.Standard())
			}
		})
	}
}

// TestLongRun holds a run of 1,000 steps to few allocations: one for the steps
// of each new run, and a few for what an event adds to it.
func TestLongRun(t *testing.T) {
	start, events := held(t, 1000)
	if len(events) != 3002 {
		t.Fatalf("%d events", len(events))
	}
	run, err := drill.Replay(start, events[:1500])
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() { _, _ = run.Apply(events[1500]) }); n > 12 {
		t.Errorf("Apply allocates %v times", n)
	}
	if n := testing.AllocsPerRun(20, func() { _, _ = run.Next(events[1500].At, drill.Standard()) }); n > 4 {
		t.Errorf("Next allocates %v times", n)
	}
	if run, err = drill.Replay(start, events); err != nil || run.Verdict != drill.Passed {
		t.Errorf("verdict %q, %v", run.Verdict, err)
	}
}

// TestOpenRefuses names what is wrong with a plan that cannot be held.
func TestOpenRefuses(t *testing.T) {
	ring := planOf(t, "a action after=b\n b action after=a")
	for name, c := range map[string]struct {
		plan  *plan.Plan
		drill string
		want  string
	}{
		"no such drill": {ring, "x", `drill "x" of esdh: the plan has no such drill`},
		"no steps":      {planOf(t, "a action only=incident"), "d", "the drill has no steps"},
		"a circle":      {ring, "d", "wait for one another in a circle"},
	} {
		if _, err := drill.Open("1", c.plan, c.drill, ""); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOpenChooses takes the steps that belong to the run, in order, and links
// them past those that are left out.
func TestOpenChooses(t *testing.T) {
	const text = `
		a action
		b action after=a only=incident
		c action after=b
		talk inject
		x action cleanup
		y action cleanup only=incident`
	for _, c := range []struct{ more, drill, want string }{
		{"", "d", "a c talk x"},
		{"", "", "a b c x y"},
		{"drill steps=c,x", "d", "c talk x"},
		{"drill steps=c", "d", "c talk x"},
		{"drill type=tabletop", "d", "talk"},
		{"drill type=tabletop steps=a", "d", "a talk"},
	} {
		run := open(t, planOf(t, text+"\n"+c.more), c.drill)
		ids := make([]string, len(run.Steps))
		for i, s := range run.Steps {
			ids[i] = s.ID
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.more, c.drill, got, c.want)
		}
	}
	s := newStage(t, planOf(t, text), "d")
	s.play("0m start -> start a#1, ask talk\n x 1m begin c#1: it waits for other steps\n 2m end a ok -> start c#1")
}
