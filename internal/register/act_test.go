package register_test

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

func TestWhoMayAnswer(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.toQuestion(run)
	yes := register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}
	behalf := yes
	behalf.OnBehalf, behalf.Note = true, "ringede"
	bare := behalf
	bare.Note = ""
	for _, c := range []struct {
		who string
		in  register.Answer
	}{{"it-vagt", yes}, {"it-chef", yes}, {"it-vagt", behalf}, {"it-chef", bare}, {owner, register.Answer{Run: run, Step: "bekraeft", Answer: "måske"}}} {
		d.same(c.who, d.since(func() {
			equal(t, "refused", refusal(d.Answer(t.Context(), door.Actor{Name: c.who}, c.in)), true)
		}), "step.answer "+run+"/bekraeft refused by "+c.who)
	}
	d.same("somebody else's step", d.since(func() {
		equal(t, "refused", refusal(d.Take(t.Context(), door.Actor{Name: "it-vagt"}, run, "bekraeft")), true)
	}), "step.take "+run+"/bekraeft refused by it-vagt")
	equal(t, "still asked", d.step(run, "bekraeft").State, drill.Asked)
	d.ok(d.Answer(t.Context(), ann(), behalf))
	got := d.step(run, "bekraeft")
	equal(t, "by", got.By+" "+got.Assured, "it-chef on_behalf")
	equal(t, "its message is withdrawn", d.notice(outbox.Request, "mail").State, outbox.Expired)
	if err := d.Answer(t.Context(), door.Actor{Name: second}, yes); err == nil || !strings.Contains(err.Error(), "by it-chef at 2026-11-23T09:20:00Z") {
		t.Errorf("the second is not told who was first, and when: %v", err)
	}
	if err := d.Answer(t.Context(), ann(), register.Answer{Run: run, Step: "x"}); !errors.Is(err, kept.ErrNotFound) || !strings.Contains(err.Error(), "bekraeft") {
		t.Errorf("no such step: %v", err)
	}
	if err := d.Answer(t.Context(), ann(), register.Answer{Run: "x"}); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("no such run: %v", err)
	}
}

func TestDeputyAndMailboxMayAnswer(t *testing.T) {
	for _, who := range []string{"systemejer", "systemejer Stab", owner, second} {
		d := sqlite(t)
		d.adopt(system("a"))
		run := d.start("a")
		d.toQuestion(run)
		d.ok(d.Answer(t.Context(), door.Actor{Name: who}, register.Answer{Run: run, Step: "bekraeft", Answer: "nej"}))
		equal(t, "state", d.step(run, "bekraeft").State, drill.Failed)
	}
}

// R13: of eight answers at one moment one counts; the others hear who it was.
func TestFirstAnswerWins(t *testing.T) {
	rounds := proof.Size(20, 100, 1000)
	engines(t, func(t *testing.T, d *desk) {
		p := system("a")
		p.Recovery = plan.Recovery{Steps: p.Recovery.Steps[2:]}
		p.Recovery.Steps[0].After = nil
		d.adopt(p)
		other := register.New(door.New(d.store, d.clock), register.Options{})
		for range rounds {
			run := d.start("a")
			d.advance(run)
			race(t, run, d.Register, other)
			d.advance(run)
		}
		refused := 0
		for _, line := range d.acts() {
			if strings.HasPrefix(line, "step.answer") && strings.Contains(line, " refused ") {
				refused++
			}
		}
		equal(t, "refusals traced", refused, 7*rounds)
		if !t.Failed() {
			proof.Report(t, proof.Figure{
				ID: "R13", What: "eight answers at one moment, " + path.Base(t.Name()), Count: rounds, Unit: "rounds",
				Found: fmt.Sprintf("%d accepted, %d refused with name and time, all in the register", rounds, refused),
			})
		}
	})
}

func race(t *testing.T, run string, registers ...*register.Register) {
	t.Helper()
	said := make(chan error, 8)
	for i := range 8 {
		go func() {
			in := register.Answer{Run: run, Step: "bekraeft", Answer: []string{"yes", "no"}[i/2%2]}
			said <- registers[i%2].Answer(t.Context(), door.Actor{Name: owner}, in)
		}()
	}
	accepted := 0
	for range 8 {
		switch err := <-said; {
		case err == nil:
			accepted++
		case !refusal(err) || !strings.Contains(err.Error(), "by "+owner+" at "):
			t.Errorf("refused without who and when: %v", err)
		}
	}
	equal(t, "accepted", accepted, 1)
}

func TestEscalationLadder(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.toQuestion(run)
	asked := len(d.told("mail"))
	for _, rung := range []struct {
		after time.Duration
		told  string
	}{
		{14 * time.Minute, ""}, {time.Minute, owner}, {time.Minute, ""}, {14 * time.Minute, second}, {15 * time.Minute, "it-chef@kommune.test"}, {time.Hour, ""},
	} {
		d.clock.pass(rung.after)
		turn := d.advance(run)
		d.advance(run) // looking again tells nobody again
		fresh := d.told("mail")[asked:]
		asked += len(fresh)
		if rung.told == "" {
			equal(t, "told", len(fresh), 0)
			continue
		}
		d.same("told", fresh, "escalation "+rung.told)
		if again := turn.Again; rung.told == owner && !again.Equal(d.clock.Now().Wall.Add(15*time.Minute)) {
			t.Errorf("looks again at %v", again)
		}
	}
	equal(t, "a timeout never decides", d.step(run, "bekraeft").State, drill.Asked)
	equal(t, "absent", d.notice(outbox.Escalation, "mail").Facts.Absent, "systemejer Stab")
}

func TestUnknownIsSettledByAPerson(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.advance(run)
	turn := d.advance(run, ended("gendan", 1, "unknown"))
	equal(t, "nothing is started", len(turn.Jobs), 0)
	n := d.notice(outbox.Unknown, "mail")
	equal(t, "who is asked", n.Address+" "+n.Facts.Command, "it-chef@kommune.test beredskab drill settle "+run+" gendan")
	settle := register.Lead{Run: run, Step: "gendan", Kind: event.StepSettled, Outcome: "rerun"}
	d.same("without a reason", d.since(func() { equal(t, "refused", refusal(d.Lead(t.Context(), ann(), settle)), true) }), "drill.settled "+run+"/gendan refused by it-chef")
	settle.Reason = "loggen er tom"
	d.ok(d.Lead(t.Context(), ann(), settle))
	equal(t, "withdrawn", d.notice(outbox.Unknown, "mail").State, outbox.Expired)
	turn = d.advance(run)
	equal(t, "second attempt", fmt.Sprint(turn.Jobs[0].Step, turn.Jobs[0].Attempt), "gendan2")
}

func TestLeadNoteAndTime(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.advance(run)
	d.same("trace", d.since(func() {
		d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunPaused, Reason: "frokost", Artifice: true}))
		d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunResumed}))
		d.ok(d.Note(t.Context(), ann(), run, "gendan", "strøm på reserve"))
		equal(t, "empty note", refusal(d.Note(t.Context(), ann(), run, "", " ")), true)
		d.ok(d.SetTime(t.Context(), ann(), run, "detected_at", begin()))
		equal(t, "no such point", refusal(d.SetTime(t.Context(), ann(), run, "x", begin())), true)
		d.ok(d.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunAborted, Reason: "brand"}))
	}), "drill.paused "+run+" done by it-chef", "drill.resumed "+run+" done by it-chef", "drill.note "+run+" done by it-chef",
		"drill.note "+run+" refused by it-chef", "drill.time "+run+" done by it-chef", "drill.time "+run+" refused by it-chef", "drill.aborted "+run+" done by it-chef")
	turn := d.advance(run)
	d.same("the step in hand is to end", turn.Stop, "gendan")
	turn = d.advance(run, ended("gendan", 1, "aborted"))
	d.same("cleanup is not", d.advance(run).Stop)
	equal(t, "cleanup", turn.Jobs[0].Step, "ryd-op")
}

// An act that cannot be committed leaves nothing: no event, no entry, no message.
func TestActRollsBack(t *testing.T) {
	d := sqlite(t)
	d.adopt(system("a"))
	run := d.start("a")
	d.toQuestion(run)
	before, told := len(d.acts()), len(d.told("mail"))
	seq := len(must(d.Events(t.Context(), run, 0))(t))
	failing := register.New(door.New(torn{d.store}, d.clock), register.Options{Routes: routes()})
	for _, act := range []func() error{
		func() error {
			return failing.Answer(t.Context(), ann(), register.Answer{Run: run, Step: "bekraeft", Answer: "yes", OnBehalf: true, Note: "x"})
		},
		func() error { return failing.Note(t.Context(), ann(), run, "", "x") },
		func() error {
			return failing.Lead(t.Context(), ann(), register.Lead{Run: run, Kind: event.RunAborted, Reason: "x"})
		},
		func() error {
			_, err := failing.Open(t.Context(), ann(), register.Opening{System: "a"})
			return err
		},
		func() error { d.clock.pass(time.Hour); _, err := failing.Advance(t.Context(), d.node, run); return err },
	} {
		if err := act(); !errors.Is(err, errTorn) {
			t.Errorf("got %v", err)
		}
	}
	equal(t, "entries", len(d.acts()), before)
	equal(t, "messages", len(d.told("mail")), told)
	equal(t, "events", len(must(d.Events(t.Context(), run, 0))(t)), seq)
	_, state, err := failing.Run(t.Context(), run)
	d.ok(err)
	equal(t, "what it remembers", state.Seq, seq)
}

var errTorn = errors.New("the power went")

// torn is a store whose transactions all fail at the end.
type torn struct{ door.Store }

func (s torn) Update(ctx context.Context, fn func(door.Tx) error) error {
	return s.Store.Update(ctx, func(tx door.Tx) error { return errors.Join(fn(tx), errTorn) })
}
