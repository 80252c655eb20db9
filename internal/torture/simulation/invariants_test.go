package simulation_test

import (
	"encoding/json"
	"slices"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/event"
	"beredskab/internal/kept"
)

// saved watches every committed write to an attempt: only its owner writes an
// open one, or who takes it over from an earlier start of the same node or from
// a node that is silent; what is recorded stays.
func (t *town) saved(by *server, before, after kept.Attempt) {
	key := attemptKey{before.Run, before.Step, before.Number}
	if before.State == kept.AttemptRecorded {
		t.broken("%v was recorded and is written again by %s", key, by.node.name)
	}
	if before.State != kept.AttemptStarting && before.State != kept.AttemptRunning || before.Epoch == by.epoch {
		return
	}
	earlier := before.Node == by.node.name && before.Epoch < by.epoch
	silent := time.Since(t.db.nodes[before.Node].Beat) > silence-time.Minute
	if after.Epoch != by.epoch || !earlier && !silent {
		t.broken("%v of epoch %d on %s is written by %s with epoch %d", key, before.Epoch, before.Node, by.node.name, by.epoch)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts["attempts taken over"]++
	t.taken[key] = time.Now()
}

// started watches every start of a command: once an attempt, only by whom the
// register names, where its step belongs, and again only where the plan or a
// person says so.
func (t *town) started(s *server, q action.Request) {
	key := keyOf(q)
	t.db.mu.Lock()
	row, there := t.db.attempts[key]
	events := t.db.events[q.Run]
	rerun, site := t.rerun(q), t.siteOf(t.db.runs[q.Run].System, q.Step)
	t.db.mu.Unlock()
	t.mu.Lock()
	t.counts["commands"]++
	t.starts[key]++
	times := t.starts[key]
	taken, late := t.taken[key]
	t.mu.Unlock()
	t.note("start", s.node.name, key)
	switch {
	case s.node.place.site != site:
		t.broken("%v belongs to site %q and was started by %s, which stands at %q", key, site, s.node.name, s.node.place.site)
	case times > 1:
		t.broken("%v was started %d times", key, times)
	case !there:
		t.broken("%v was started without a row", key)
	case late && time.Since(taken) > time.Second:
		t.broken("%v was started by %s %s after another server had taken it over", key, s.node.name, time.Since(taken).Round(time.Second))
	case !late && (row.Epoch != q.Epoch || row.State != kept.AttemptStarting):
		t.broken("%v was started by epoch %d, its row is %s of epoch %d", key, q.Epoch, row.State, row.Epoch)
	}
	for number := 1; number < q.Attempt && rerun != "safe"; number++ {
		if t.startedBefore(q, number) && !wasAllowed(events, q.Step, number) {
			t.broken("%v was started although attempt %d had been and nobody allowed another (rerun %s)", key, number, rerun)
		}
	}
}

func (t *town) startedBefore(q action.Request, number int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.starts[attemptKey{q.Run, q.Step, number}] > 0
}

// rerun is what the plan says of starting that step again.
func (t *town) rerun(q action.Request) string {
	switch q.Step {
	case "svarer", "ryd-op":
		return "safe"
	case "skift":
		return "never"
	default:
		return "ask"
	}
}

// wasAllowed tells whether a person let the step run again after that attempt.
func wasAllowed(events []kept.Event, step string, attempt int) bool {
	after := slices.IndexFunc(events, func(e kept.Event) bool {
		return e.Step == step && e.Kind == string(event.StepStarted) && read(e).Attempt == attempt
	})
	return after >= 0 && slices.ContainsFunc(events[after:], func(row kept.Event) bool {
		// What a step waits for may be done again, and it with it.
		e := read(row)
		return e.Kind == event.StepReopened || e.Kind == event.StepSettled && e.Step == step && e.Outcome == "rerun"
	})
}

func read(row kept.Event) (e event.Event) {
	_ = json.Unmarshal(row.Body, &e)
	return e
}

// acknowledged keeps what the register has said to be safe.
func (t *town) acknowledged(q action.Request, outcome action.Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.results[keyOf(q)] = outcome
}
