package register_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// alarming is a register with a chain of two and an exercise of it.
func alarming(t *testing.T, change func(*plan.Drill)) (d *desk, run string) {
	t.Helper()
	d = sqlite(t)
	org := organisation()
	org.AlertChain.Order = []string{"it-chef", "systemejer", "it-chef"}
	p := system("esdh")
	p.Drills = []plan.Drill{{ID: "alarm", Title: "Alarmering", Type: "alert", Participants: plan.Cast{Director: "it-chef"}}}
	change(&p.Drills[0])
	must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{p}}))(t)
	run = must(d.Open(t.Context(), ann(), register.Opening{System: "esdh", Drill: "alarm"}))(t)
	d.advance(run)
	return d, run
}

// The chain that was called is that of the file at the start, whatever the file says
// later; each try is in the log, and what is given up too.
func TestTheAlertChain(t *testing.T) {
	d, run := alarming(t, func(x *plan.Drill) { x.Alarm.Channels = []string{"slack", "mail"} })
	d.same("through the first channel", d.told("slack"), "started It-chef, systemejer Stab", "request It-chef")
	org := organisation()
	org.AlertChain.Order = []string{"beredskabskoordinator"}
	must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{system("esdh")}}))(t)
	d.ok(d.Answer(t.Context(), ann(), register.Answer{Run: run, Step: "alarm-it-chef", Answer: "ja"}))
	wrote := d.since(func() {
		for range 4 {
			d.advance(run)
			d.clock.pass(10 * time.Minute)
		}
	})
	d.same("the log", wrote, "step.ask "+run+"/alarm-systemejer done by system", "step.escalate "+run+"/alarm-systemejer done by system",
		"step.escalate "+run+"/alarm-systemejer done by system", "step.give_up "+run+"/alarm-systemejer done by system", "drill.end "+run+" done by system")
	if list := d.told("mail"); !slices.Contains(list, "escalation "+owner) || slices.Contains(list, "request "+owner) || !slices.Contains(list, "escalation "+second) {
		t.Errorf("through the second channel: %q", list)
	}
	row, state, err := d.Run(t.Context(), run)
	d.ok(err)
	if row.Verdict != string(drill.NotPassed) || len(state.Steps) != 2 || state.Calling().Reached != 1 {
		t.Errorf("%s, %+v", row.Verdict, state.Calling())
	}
	if n := d.notice(outbox.Finished, "slack"); n.Facts.Called != 2 || n.Facts.Reached != 1 {
		t.Errorf("the message at the end says %d of %d", n.Facts.Reached, n.Facts.Called)
	}
}

// Without telephones nobody is written to, and the paper's time is the answer's.
func TestTheAlertChainOnPaper(t *testing.T) {
	d, run := alarming(t, func(x *plan.Drill) { x.Alarm.PhonesDown, x.Alarm.Within = true, 60 })
	for _, n := range must(d.Notices(t.Context(), outbox.Filter{Run: run}))(t) {
		if n.Kind == outbox.Request || n.Kind == outbox.Escalation {
			t.Errorf("%s was sent to %s", n.Kind, n.Receiver)
		}
	}
	met := d.clock.Now().Wall.Add(25 * time.Minute)
	d.clock.pass(3 * time.Hour)
	d.advance(run)
	paper := door.Actor{Name: "it-chef", Assurance: "paper"}
	for _, step := range []string{"alarm-it-chef", "alarm-systemejer"} {
		d.ok(d.Answer(t.Context(), paper, register.Answer{Run: run, Step: step, Answer: "yes", OnBehalf: true, At: met}))
	}
	d.advance(run)
	row, state, err := d.Run(t.Context(), run)
	d.ok(err)
	last := state.Calling().Last
	if row.Verdict != string(drill.Passed) || !last.Known || last.Length != 25*time.Minute || state.Steps[1].Assured != "paper" {
		t.Errorf("%s after %s", row.Verdict, last.Length)
	}
}

// Whom the drill is held without is refused whatever he does, and his deputy is asked
// from the start.
func TestBarred(t *testing.T) {
	d := sqlite(t)
	p := system("esdh")
	p.Recovery.Steps = p.Recovery.Steps[2:]
	p.Recovery.Steps[0].After, p.Recovery.Cleanup = nil, nil
	p.Drills[0].Participants.Barred = []string{"systemejer"}
	d.adopt(p)
	run := d.start("esdh")
	d.advance(run)
	if n := d.notice(outbox.Request, "mail"); n.Address != second || !slices.Equal(n.Facts.Without, []string{"systemejer Stab"}) {
		t.Errorf("%s was asked, without %q", n.Address, n.Facts.Without)
	}
	wrote := d.since(func() {
		err := d.Answer(t.Context(), door.Actor{Name: owner, Assurance: "login"}, register.Answer{Run: run, Step: "bekraeft", Answer: "yes"})
		if err == nil || !strings.Contains(err.Error(), "held without systemejer Stab") {
			t.Errorf("the owner answered: %v", err)
		}
	})
	d.same("the log", wrote, "step.answer "+run+"/bekraeft refused by "+owner)
	d.ok(d.Answer(t.Context(), door.Actor{Name: second, Assurance: "login"}, register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}))
}
