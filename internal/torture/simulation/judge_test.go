package simulation_test

import (
	"bytes"
	"context"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/schedule"
)

// overdue is how long after its time something may still wait to be looked at.
const overdue = 30 * time.Minute

// judge asks at the end of the quiet time what must hold then.
func (t *town) judge(set *plan.Set) {
	for _, n := range t.nodes {
		if s := n.running(); s == nil || s.isDead() {
			t.broken("node %s does not run at the end", n.name)
		}
	}
	t.judgeSchedules(set)
	t.judgeLog()
	t.judgeMessages()
	t.judgeAnswers()
	t.judgeSites()
	r := register.New(door.New(t.db, t.nodes[0]), register.Options{})
	for id := range t.db.runs {
		t.judgeRun(r, id)
	}
}

// judgeSchedules wants one row for each due time and one run at most, and every
// run asked for by a row or by a person.
func (t *town) judgeSchedules(set *plan.Set) {
	runs := map[string]int{}
	for key, o := range t.db.occurrences {
		t.counts["occurrences"]++
		t.counts["occurrences "+string(o.State)]++
		if o.State == kept.OccurrenceStarted && o.Run == "" && key.schedule != "@checks" {
			t.broken("%v is started without a run", key)
		}
		if o.Run != "" {
			runs[o.Run]++
		}
	}
	for id := range t.db.runs {
		opener := read(t.db.events[id][0]).Actor
		if runs[id] > 1 || runs[id] == 0 && opener == "system" {
			t.broken("run %s, opened by %s, has %d due times", id, opener, runs[id])
		}
	}
	for _, row := range t.db.schedules {
		t.judgeSchedule(set, row)
	}
}

func (t *town) judgeSchedule(set *plan.Set, row kept.Schedule) {
	text := set.Organisation.Checks
	for _, p := range set.Plans {
		if p.ID == row.System {
			text = p.Drills[0].Schedule
		}
	}
	spec, cal, err := schedule.FromPlan(set.Organisation, text)
	if err != nil {
		t.broken("schedule %s: %v", row.Key, err)
		return
	}
	for d := range spec.Occurrences(cal, t.begin, time.Now().Add(-quiet/2)) {
		t.counts["due times"]++
		if _, there := t.db.occurrences[occurrenceKey{row.Key, d.Nominal, d.Zone}]; !there {
			t.broken("%s was due %s and has no row", row.Key, d.Nominal)
		}
	}
	if row.Next.Before(time.Now().Add(-overdue)) {
		t.broken("schedule %s was to be looked at at %s", row.Key, row.Next)
	}
}

// judgeLog wants no gap and each entry's own hash.
func (t *town) judgeLog() {
	for i, e := range t.db.entries {
		if e.Seq != int64(i+1) || !bytes.Equal(e.Hash, ledger.Leaf(e.Bytes)) {
			t.broken("entry %d stands at %d, or has another hash", e.Seq, i+1)
		}
	}
	t.counts["log entries"] = len(t.db.entries)
}

// judgeMessages wants nothing owed that is overdue, and nothing called delivered
// that nobody got.
func (t *town) judgeMessages() {
	keys := map[string]bool{}
	for _, n := range t.db.notices {
		t.counts["messages"]++
		switch {
		case keys[n.Key]:
			t.broken("message %s is owed twice", n.Key)
		case n.State == outbox.Owed && n.NextTry.Before(time.Now().Add(-overdue)):
			t.broken("message %s was to be tried at %s", n.Key, n.NextTry)
		case n.State == outbox.Delivered && t.told[n.Key] == 0 && n.Tries > 0:
			t.broken("message %s counts as delivered and was not sent", n.Key)
		}
		keys[n.Key] = true
	}
}

// said gives the text that a commitment stands for.
func (t *town) said(commitment string) (text string) {
	err := t.db.View(context.Background(), func(tx door.Tx) error {
		words, _, err := door.Said(context.Background(), tx, commitment)
		text = words.Text
		return err
	})
	if err != nil {
		t.broken("the words of %s: %v", commitment, err)
	}
	return text
}

// judgeAnswers looks for everything that somebody was told to be safe.
func (t *town) judgeAnswers() {
	for remark, run := range t.answers {
		t.counts["answers"]++
		if !slices.ContainsFunc(t.db.events[run], func(e kept.Event) bool { return t.said(read(e).Text) == remark }) {
			t.broken("the acknowledged answer %s is gone", remark)
		}
	}
	for key, outcome := range t.results {
		t.counts["results"]++
		if !slices.ContainsFunc(t.db.events[key.run], func(row kept.Event) bool {
			e := read(row)
			return e.Kind == event.StepEnded && e.Step == key.step && e.Attempt == key.number && e.Outcome == string(outcome)
		}) {
			t.broken("the acknowledged result %s of %v is gone", outcome, key)
		}
	}
}

// judgeRun wants the run to be what its events say, to have ended or to wait for
// something that will come.
func (t *town) judgeRun(r *register.Register, id string) {
	for i, e := range t.db.events[id] {
		if e.Seq != i+1 {
			t.broken("run %s: event %d stands at %d", id, e.Seq, i+1)
		}
	}
	row, run, err := r.Run(context.Background(), id)
	if err != nil || row.Seq != len(t.db.events[id]) || row.State != string(run.State) {
		t.broken("run %s is %s at %d and says %s at %d: %v", id, run.State, len(t.db.events[id]), row.State, row.Seq, err)
		return
	}
	t.counts["runs"]++
	if run.State == drill.Ended {
		t.counts["runs ended"]++
		return
	}
	now := t.nodes[0].Now()
	now.Wall, now.Mono = now.Wall.Add(-overdue), now.Mono-overdue
	tasks, again := run.Next(now, drill.Standard())
	for _, task := range tasks {
		t.broken("run %s: %s %s is overdue (%s)", id, task.Kind, task.Step, task.Why)
	}
	waits := !again.IsZero()
	for i := range run.Steps {
		waits = t.judgeStep(id, &run, &run.Steps[i]) || waits
	}
	if !waits {
		t.broken("run %s is %s and waits for nothing", id, run.State)
	}
}

// judgeStep tells whether the step is waited for, and wants a command that the
// machine is said to be at to be in somebody's hands.
func (t *town) judgeStep(id string, run *drill.Run, step *drill.Step) (waits bool) {
	if step.State != drill.Started {
		return step.State == drill.Asked || step.State == drill.Taken || step.State == drill.Unknown || run.Held(step)
	}
	a := t.db.attempts[attemptKey{id, step.ID, step.Attempt}]
	for _, n := range t.nodes {
		if n.name != a.Node {
			continue
		}
		s := n.running()
		c := s.spool.find(attemptKey{id, step.ID, step.Attempt})
		switch {
		case a.Epoch != s.epoch:
			t.broken("run %s: step %s is of epoch %d of %s, which is at %d", id, step.ID, a.Epoch, a.Node, s.epoch)
		case c == nil || c.never || c.isLost():
			t.broken("run %s: nobody carries out step %s, attempt %d of epoch %d on %s, claimed %s", id, step.ID, step.Attempt, a.Epoch, a.Node, time.Since(a.ClaimedAt).Round(time.Second))
		case time.Since(c.ends) > overdue:
			t.broken("run %s: step %s ended %s ago and is not recorded", id, step.ID, time.Since(c.ends).Round(time.Second))
		}
	}
	return true
}
