package preparedness_test

import (
	"slices"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
)

// run drives a drill to its end. answer tells who answers a step, nobody when empty.
func (h *hall) run(system, id string, answer func(step *drill.Step) string) {
	h.t.Helper()
	node, err := h.register.Join(h.t.Context(), kept.Identity{Name: "n1"})
	h.ok(err)
	run, err := h.register.Open(h.t.Context(), h.actor("koordinator"), register.Opening{System: system, Drill: id})
	h.ok(err)
	for range 600 {
		turn, err := h.register.Advance(h.t.Context(), node, run)
		h.ok(err)
		if turn.State == drill.Ended {
			return
		}
		_, state, err := h.register.Run(h.t.Context(), run)
		h.ok(err)
		for i := range state.Steps {
			s := &state.Steps[i]
			if who := answer(s); s.State == drill.Asked && who != "" {
				h.ok(h.register.Answer(h.t.Context(), h.actor(who), register.Answer{Run: run, Step: s.ID, Answer: "yes"}))
			}
		}
		h.wall = h.wall.Add(time.Minute)
	}
	h.t.Fatalf("run %s of %s does not end", run, system)
}

// What one person alone has ever done is listed, until somebody else does it too.
func TestAlone(t *testing.T) {
	h := newHall(t)
	bureau := preparedness.Bureau{Door: h.door}
	alone := func() (steps []string) {
		list, err := bureau.Alone(t.Context(), "sql-klynge")
		h.ok(err)
		for _, l := range list {
			steps = append(steps, l.Step)
		}
		return steps
	}
	if list := alone(); len(list) != 0 {
		t.Errorf("nobody has done anything, and %q stand alone", list)
	}
	h.run("sql-klynge", "uden-noeglepersonen", func(*drill.Step) string { return "koordinator" })
	if list := alone(); !slices.Equal(list, []string{"s1", "s2", "s3", "s4", "s5"}) {
		t.Errorf("one person did all of it, and %q stand alone", list)
	}
	h.run("sql-klynge", "uden-noeglepersonen", func(s *drill.Step) string {
		return map[bool]string{true: "itchef", false: "koordinator"}[s.ID == "s2" || s.ID == "s4"]
	})
	if list := alone(); !slices.Equal(list, []string{"s1", "s3", "s5"}) {
		t.Errorf("after another did some of it, %q stand alone", list)
	}
	for _, s := range h.figures().Systems {
		if want := map[string]int{"sql-klynge": 3}[s.ID]; len(s.Alone) != want {
			t.Errorf("%s: the figures hold %q", s.ID, s.Alone)
		}
	}
}

// The figures of the alert chain are of its links, and not of the exercise's own steps.
func TestTheChainInTheFigures(t *testing.T) {
	h := newHall(t)
	h.run("telefoni", "alarmering", func(s *drill.Step) string {
		return map[string]string{"alarm-it-chef": "itchef", "erklaer": ""}[s.ID]
	})
	for _, e := range h.figures().Evidence {
		if e.Code == "calltree" {
			if e.Count != 1 || e.Of != 7 {
				t.Errorf("%d of %d answered", e.Count, e.Of)
			}
			return
		}
	}
	t.Error("the figures know nothing of the alert chain")
}
