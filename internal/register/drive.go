package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
)

// Job is one attempt of an automatic step, claimed for one node and committed
// before it is given out: start it now, at most once (DESIGN 2.2).
type Job struct {
	Run, Step string
	Attempt   int
	Epoch     int64
	Action    string
	With      map[string]string
	Timeout   time.Duration
	Site      string
}

// Result is how an attempt ended, as the node that ran it says.
type Result struct {
	Step     string
	Attempt  int
	Outcome  string // ok, failed, timed_out, aborted or unknown
	Text     string
	Worked   time.Duration
	Output   drill.Output
	Fences   []string
	Missing  []string
	Recovery time.Time
}

// NotStarted is the outcome of an attempt that was claimed and given back
// before anything was spawned; the step is ready again.
const NotStarted = "not_started"

// Turn is what the node has to do next for a run.
type Turn struct {
	Jobs  []Job
	Again time.Time // look again then, if nothing happens before; zero: no need
	State drill.State
	Stop  bool // attempts in hand are to be ended: the run was closed early
}

// Advance records results of attempts, then does everything that the run needs
// now: claims attempts, asks people, escalates, ends the run. All of it is one
// transaction, so a step's end and the next one's claim cost one commit. A
// result that comes too late is kept and marked, never counted (F6).
func (r *Register) Advance(ctx context.Context, n Node, id string, results ...Result) (turn Turn, err error) {
	var run drill.Run
	err = r.store.Update(ctx, func(tx Tx) error {
		turn = Turn{}
		row, state, err := r.load(ctx, tx, id)
		if err != nil {
			return err
		}
		s := r.session(ctx, tx, row, state)
		for _, result := range results {
			if err := s.record(n, result); err != nil {
				return err
			}
		}
		if err := s.proceed(n, &turn); err != nil {
			return err
		}
		s.row.Node = n.Name
		if err := s.save(); err != nil {
			return err
		}
		run, turn.State, turn.Stop = s.run, s.run.State, s.run.Closing != ""
		if !turn.Again.IsZero() {
			return tx.Wake(ctx, id, turn.Again)
		}
		return nil
	})
	if err != nil {
		return Turn{}, fmt.Errorf("driving run %s: %w", id, err)
	}
	r.remember(run)
	return turn, nil
}

// record takes the result of one attempt, where the attempt is still this
// node's; otherwise the result is late.
func (s *session) record(n Node, result Result) error {
	now := s.r.now()
	a, err := s.tx.Attempt(s.ctx, s.row.ID, result.Step, result.Attempt)
	if err != nil {
		return fmt.Errorf("attempt %d of step %s: %w", result.Attempt, result.Step, err)
	}
	if a.State == AttemptRecorded {
		return nil // said before; a retry after an unknown commit is harmless
	}
	a.State, a.Outcome, a.EndedAt = AttemptRecorded, result.Outcome, now.Wall
	if result.Outcome == "unknown" {
		a.State = AttemptUnknown
	}
	e := result.event(n)
	err = s.tx.SaveAttempt(s.ctx, a, n.Epoch, AttemptStarting, AttemptRunning)
	if errors.Is(err, ErrConflict) {
		e.Late = true
	} else if err != nil {
		return fmt.Errorf("recording attempt %d of step %s: %w", result.Attempt, result.Step, err)
	}
	if err := s.apply(e, now); err != nil {
		return err
	}
	if step, ok := s.run.Find(result.Step); ok && step.State == drill.Unknown {
		if err := s.tell(outbox.Unknown, step, 0); err != nil {
			return err
		}
	}
	return log(s.ctx, s.tx, now.Wall, System(n.Name), "step.end", s.object(result.Step), "done", map[string]any{
		"attempt": result.Attempt, "outcome": result.Outcome, "late": e.Late, "sha256": result.Output.SHA256,
	})
}

func (r Result) event(n Node) drill.Event {
	e := drill.Event{
		Kind: drill.StepEnded, Step: r.Step, Attempt: r.Attempt, Outcome: r.Outcome, Text: r.Text, Spent: int64(r.Worked),
		Actor: "system", Assured: "system", Fences: r.Fences, Missing: r.Missing, Recovery: r.Recovery,
	}
	if r.Output.Length > 0 {
		e.Output = &r.Output
	}
	return e
}

// proceed does what the run needs now, until nothing more follows at once.
func (s *session) proceed(n Node, turn *Turn) error {
	org, err := s.r.organisation(s.ctx, s.tx)
	if err != nil {
		return err
	}
	for range 4 * (len(s.run.Steps) + 1) {
		now := s.r.now()
		tasks, again := s.run.Next(now, ladder(org))
		turn.Again = again
		if len(tasks) == 0 {
			return nil
		}
		for _, t := range tasks {
			if err := s.do(n, t, now, turn); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("run %s does not come to rest", s.row.ID)
}

// do carries one task out.
func (s *session) do(n Node, t drill.Task, now drill.Moment, turn *Turn) error {
	e := drill.Event{Kind: t.Kind, Step: t.Step, Attempt: t.Attempt, Level: t.Level, Actor: "system", Assured: "system"}
	if err := s.apply(e, now); err != nil {
		return err
	}
	step, _ := s.run.Find(t.Step)
	switch t.Kind {
	case drill.StepStarted:
		return s.claim(n, step, now, turn)
	case drill.StepAsked:
		return errors.Join(s.tell(outbox.Request, step, 0), s.trace(n, "step.ask", t.Step, map[string]any{"role": s.run.Asks(step)}))
	case drill.StepRaised:
		return errors.Join(s.tell(outbox.Escalation, step, t.Level), s.trace(n, "step.escalate", t.Step, map[string]any{"level": t.Level}))
	default:
		rta, _ := s.run.RTA()
		return errors.Join(s.raise(now.Wall), s.tell(outbox.Finished, nil, 0), s.trace(n, "drill.end", "", map[string]any{
			"verdict": s.run.Verdict, "rta_ns": known(rta), "rpa_ns": known(s.run.RPA()),
		}))
	}
}

// claim writes the attempt row before anything is spawned. Its key is unique
// for ever, so nobody else can have started this attempt.
func (s *session) claim(n Node, step *drill.Step, now drill.Moment, turn *Turn) error {
	added, err := s.tx.AddAttempt(s.ctx, Attempt{
		Run: s.row.ID, Step: step.ID, Number: step.Attempt, Node: n.Name, Epoch: n.Epoch, State: AttemptStarting, ClaimedAt: now.Wall,
	})
	if err != nil || !added {
		return errors.Join(err, conflictUnless(added))
	}
	turn.Jobs = append(turn.Jobs, Job{
		Run: s.row.ID, Step: step.ID, Attempt: step.Attempt, Epoch: n.Epoch, Action: step.Action, With: step.With,
		Timeout: step.Timeout.Std(), Site: step.Site,
	})
	return s.trace(n, "step.start", step.ID, map[string]any{"attempt": step.Attempt, "action": step.Action})
}

func (s *session) trace(n Node, act, step string, detail any) error {
	return log(s.ctx, s.tx, s.r.now().Wall, System(n.Name), act, s.object(step), "done", detail)
}

func (s *session) object(step string) string {
	if step == "" {
		return s.row.ID
	}
	return s.row.ID + "/" + step
}

// Running writes that the attempt's process exists, so that a restarted server
// can look for it. It is worth a commit only for steps that last.
func (r *Register) Running(ctx context.Context, n Node, j Job, process any) error {
	body, err := json.Marshal(process)
	if err != nil {
		return fmt.Errorf("writing the process of step %s: %w", j.Step, err)
	}
	return r.store.Update(ctx, func(tx Tx) error {
		a, err := tx.Attempt(ctx, j.Run, j.Step, j.Attempt)
		if err != nil {
			return err
		}
		a.State, a.Process = AttemptRunning, body
		if err := tx.SaveAttempt(ctx, a, n.Epoch, AttemptStarting); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
		return nil
	})
}

// HandIn records results without claiming anything new: what a stopping server
// still learnt.
func (r *Register) HandIn(ctx context.Context, n Node, id string, results ...Result) error {
	err := r.store.Update(ctx, func(tx Tx) error {
		row, run, err := r.load(ctx, tx, id)
		if err != nil {
			return err
		}
		s := r.session(ctx, tx, row, run)
		for _, result := range results {
			if err := s.record(n, result); err != nil {
				return err
			}
		}
		if err := s.save(); err != nil {
			return err
		}
		return tx.Wake(ctx, id, time.Time{})
	})
	if err != nil {
		return fmt.Errorf("handing in results of run %s: %w", id, err)
	}
	return nil
}
