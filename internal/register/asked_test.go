package register_test

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// questions is a plan that asks the owner two things at once, and a third when both
// are answered.
func questions() *plan.Plan {
	p := system("a")
	ask := func(id, assurance string, after ...string) plan.Step {
		return plan.Step{ID: id, Title: id, After: after, Confirm: &plan.Confirm{By: "systemejer", Question: id + "?", Assurance: assurance}}
	}
	p.Recovery = plan.Recovery{Steps: []plan.Step{ask("en", ""), ask("to", "code"), ask("tre", "login", "en", "to")}}
	return p
}

func asked(t *testing.T) (d *desk, run string) {
	d = sqlite(t)
	d.adopt(questions())
	run = d.start("a")
	d.advance(run)
	return d, run
}

func yes(run, step string) register.Answer {
	return register.Answer{Run: run, Step: step, Answer: "yes"}
}

// An answer can be taken back by the one who gave it, for ten minutes and as long as
// nobody has built on it; he is then asked as before, and no message is sent.
func TestTakeBack(t *testing.T) {
	d, run := asked(t)
	me := door.Actor{Name: owner, Assurance: "link"}
	refused := func(what string, a door.Actor, step, why string) {
		t.Helper()
		d.same(what, d.since(func() {
			if err := d.TakeBack(t.Context(), a, run, step); !refusal(err) || !strings.Contains(err.Error(), why) {
				t.Errorf("%s: %v, want %q", what, err, why)
			}
		}), "step.take_back "+run+"/"+step+" refused by "+a.Name)
	}
	refused("before there is an answer", me, "en", "it has no answer")
	d.ok(d.Answer(t.Context(), me, yes(run, "en")))
	d.advance(run)
	refused("another's", door.Actor{Name: second}, "en", owner)
	before := len(d.told("mail"))
	d.clock.pass(9 * time.Minute)
	d.same("taken back", d.since(func() { d.ok(d.TakeBack(t.Context(), me, run, "en")) }), "step.take_back "+run+"/en done by "+owner)
	d.advance(run)
	equal(t, "asked again", d.step(run, "en").State, drill.Asked)
	equal(t, "messages", len(d.told("mail")), before)
	d.ok(d.Answer(t.Context(), me, register.Answer{Run: run, Step: "en", Answer: "yes", Note: "nu passer det"}))
	d.clock.pass(10 * time.Minute)
	refused("too late", me, "en", "10m")
	d.ok(d.Answer(t.Context(), door.Actor{Name: owner, Assurance: "code"}, yes(run, "to")))
	d.advance(run)
	refused("what follows has begun", me, "to", `"tre"`)
	d.ok(d.Answer(t.Context(), door.Actor{Name: owner, Assurance: "login"}, yes(run, "tre")))
	d.advance(run)
	refused("after the end", me, "tre", "the run has gone on")
}

// An answer that is taken back while the drill pauses is asked for when it goes on.
func TestTakeBackInAPause(t *testing.T) {
	d, run := asked(t)
	me := door.Actor{Name: owner}
	d.ok(d.Answer(t.Context(), me, register.Answer{Run: run, Step: "en", Answer: "yes"}))
	d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: "run_paused", Reason: "frokost"}))
	d.ok(d.TakeBack(t.Context(), me, run, "en"))
	equal(t, "waits", d.step(run, "en").State, drill.Waiting)
}

// Who cannot answer passes the step on: to the deputy, and from the deputy to the
// director. That is no want of an answer, so it is no finding.
func TestPass(t *testing.T) {
	d, run := asked(t)
	d.same("by somebody who is not asked", d.since(func() {
		equal(t, "refused", refusal(d.Pass(t.Context(), door.Actor{Name: "it-vagt"}, run, "en")), true)
	}), "step.pass "+run+"/en refused by it-vagt")
	for _, c := range []struct {
		by, to string
		level  int
	}{{owner, second, 2}, {second, "it-chef@kommune.test", 3}} {
		before := len(d.told("mail"))
		d.ok(d.Pass(t.Context(), door.Actor{Name: c.by, Assurance: "link"}, run, "en"))
		d.same("told", d.told("mail")[before:], "escalation "+c.to)
		equal(t, "rung", d.step(run, "en").Level, c.level)
		if n := d.notice(outbox.Escalation, "mail"); !n.Facts.Passed || n.Facts.Absent != "systemejer Stab" {
			t.Errorf("the message says %+v", n.Facts)
		}
	}
	equal(t, "nobody is left", refusal(d.Pass(t.Context(), door.Actor{Name: second}, run, "en")), true)
	equal(t, "unreached", d.step(run, "en").Unreached, false)
	d.ok(d.Answer(t.Context(), door.Actor{Name: owner, Assurance: "link"}, yes(run, "en")))

	// The control: a ladder that was climbed for want of an answer is one.
	d.clock.pass(31 * time.Minute)
	d.advance(run)
	equal(t, "unreached", d.step(run, "to").Unreached, true)
}

// Where the files name no deputy the director is asked.
func TestPassWithoutADeputy(t *testing.T) {
	d := sqlite(t)
	p := questions()
	p.Owner.Deputy = ""
	d.adopt(p)
	run := d.start("a")
	d.advance(run)
	d.ok(d.Pass(t.Context(), door.Actor{Name: owner}, run, "en"))
	equal(t, "rung", d.step(run, "en").Level, 3)
}

// A plan that wants a code or a login takes nothing less.
func TestThePlanSaysHowSure(t *testing.T) {
	d, run := asked(t)
	for _, c := range []struct {
		step, assured string
		enough        bool
	}{
		{"to", "link", false},
		{"to", "code", true},
		{"en", "link", true},
		{"tre", "link", false},
		{"tre", "code", false},
		{"tre", "login", true},
	} {
		d.advance(run)
		err := d.Answer(t.Context(), door.Actor{Name: owner, Assurance: c.assured}, yes(run, c.step))
		if (err == nil) != c.enough || err != nil && !refusal(err) {
			t.Errorf("%s by %s: %v", c.step, c.assured, err)
		}
	}
}
