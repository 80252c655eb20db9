package register

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
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
	Spool     string // that the node had when it claimed the attempt
}

// Result is how an attempt ended, as the node that ran it says.
type Result struct {
	Step    string
	Attempt int
	// Outcome is ok, failed, timed_out, aborted or unknown; not_started when the
	// attempt was given back before anything was spawned.
	Outcome  string
	Text     string
	Worked   time.Duration
	Output   event.Output
	Fences   []string
	Missing  []string
	Recovery time.Time
}

// Turn is what the node has to do next for a run.
type Turn struct {
	Jobs  []Job
	Again time.Time // look again then, if nothing happens before; zero: no need
	State drill.State
	Stop  []string // steps in hand that are to be ended: the run was closed early
}

// Advance records results of attempts, then does everything that the run needs
// now: claims attempts, asks people, escalates, ends the run. All of it is one
// transaction, so a step's end and the next one's claim cost one commit. A
// result that comes too late is kept and marked, never counted (F6).
func (r *Register) Advance(ctx context.Context, n Node, id string, results ...Result) (turn Turn, err error) {
	err = r.drive(ctx, n, id, results, true, func(s *session) error {
		turn = Turn{}
		if err := s.proceed(n, &turn); err != nil {
			return err
		}
		turn.State, turn.Stop = s.run.State, s.run.Stops()
		if turn.Again.IsZero() {
			return nil
		}
		return s.tx.Wake(ctx, id, kept.LookQueue, turn.Again)
	})
	if err != nil {
		return Turn{}, fmt.Errorf("driving run %s: %w", id, err)
	}
	return turn, nil
}

// HandIn records results without claiming anything new: what a stopping server
// still learnt. Another node, or the next start, is asked to go on.
func (r *Register) HandIn(ctx context.Context, n Node, id string, results ...Result) error {
	err := r.drive(ctx, n, id, results, false, func(s *session) error {
		if s.run.State == drill.Ended {
			return nil
		}
		return s.tx.Wake(ctx, id, kept.LookQueue, time.Time{})
	})
	if err != nil {
		return fmt.Errorf("handing in results of run %s: %w", id, err)
	}
	return nil
}

// drive is one transaction of a node over a run. One that claims holds the row
// of its own node, so that no newer start can join without seeing the claim.
func (r *Register) drive(ctx context.Context, n Node, id string, results []Result, claims bool, then func(*session) error) error {
	var s *session
	err := r.door.Update(ctx, func(tx door.Tx) (err error) {
		if claims {
			if err := n.stays(ctx, tx); err != nil {
				return err
			}
		}
		if s, err = r.session(ctx, tx, id); err != nil {
			return err
		}
		for _, result := range results {
			if err := s.record(n, result); err != nil {
				return err
			}
		}
		if err := then(s); err != nil {
			return err
		}
		if len(s.events) > 0 {
			s.row.Node = n.Name
		}
		return s.save()
	})
	if err == nil {
		r.remember(s.run)
	}
	return err
}

// record takes the result of one attempt, where the attempt is still this
// node's; otherwise the result is late.
func (s *session) record(n Node, result Result) error {
	now := s.r.door.Now()
	late, known, err := s.end(n, result, now.Wall)
	if err != nil || known {
		return err
	}
	e := result.event()
	e.Late = late
	var refused *drill.Refusal
	if err = s.apply(e, now); errors.As(err, &refused) && !late {
		e.Late = true // the run went on without it
		err = s.apply(e, now)
	}
	if err != nil && !errors.As(err, &refused) {
		return err
	}
	return s.trace(n, "step.end", result.Step, map[string]any{
		"attempt": result.Attempt, "outcome": result.Outcome, "late": e.Late, "sha256": result.Output.SHA256,
	})
}

// end closes the attempt's row. It says whether the result is late, and whether
// it has been recorded before: a retry after an unknown commit is harmless.
func (s *session) end(n Node, result Result, now time.Time) (late, known bool, err error) {
	a, err := s.tx.Attempt(s.ctx, s.row.ID, result.Step, result.Attempt)
	if errors.Is(err, kept.ErrNotFound) {
		return true, false, nil // as after a return to an older copy of the register
	} else if err != nil {
		return false, false, fmt.Errorf("attempt %d of step %s: %w", result.Attempt, result.Step, err)
	}
	before, open := a.State, a.State == kept.AttemptStarting || a.State == kept.AttemptRunning
	switch {
	case before == kept.AttemptRecorded, before == kept.AttemptUnknown && result.Outcome == "unknown":
		return false, true, nil
	case open && a.Epoch != n.Epoch:
		return true, false, nil // whoever took it over will say how it ended
	}
	a.State, a.Outcome, a.EndedAt = kept.AttemptRecorded, result.Outcome, now
	if result.Outcome == "unknown" {
		a.State = kept.AttemptUnknown
	}
	s.writes = append(s.writes, func() error { return s.tx.SaveAttempt(s.ctx, a, a.Epoch, before) })
	return !open, false, nil
}

func (r Result) event() event.Event {
	e := event.Event{
		Kind: event.StepEnded, Step: r.Step, Attempt: r.Attempt, Outcome: r.Outcome, Text: r.Text, Spent: int64(r.Worked),
		Actor: "system", Assured: "system", Fences: r.Fences, Missing: r.Missing, Recovery: r.Recovery,
	}
	if r.Output.Length > 0 {
		e.Output = &r.Output
	}
	return e
}

// proceed does what the run needs now and this node may do, until nothing more
// follows at once; what is left is for other nodes.
func (s *session) proceed(n Node, turn *Turn) error {
	if s.row.Imported {
		return nil
	}
	if err := s.askUnknown(n); err != nil {
		return err
	}
	for range 4 * (len(s.run.Steps) + 1) {
		now := s.r.door.Now()
		tasks, again := s.run.Next(now, outbox.Ladder(s.org, &s.run))
		mine, others := s.share(n, tasks)
		if turn.Again = again; len(mine) == 0 {
			return s.handOver(n, others, now.Wall, turn)
		}
		for _, t := range mine {
			if err := s.do(n, t, now, turn); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("run %s does not come to rest", s.row.ID)
}

// do carries one task out.
func (s *session) do(n Node, t drill.Task, now event.Moment, turn *Turn) error {
	e := event.Event{Kind: t.Kind, Step: t.Step, Attempt: t.Attempt, Level: t.Level, Actor: "system", Assured: "system"}
	if err := s.apply(e, now); err != nil {
		return err
	}
	step, known := s.run.Find(t.Step)
	if !known {
		step = nil
	}
	switch t.Kind {
	case event.StepStarted:
		return s.claim(n, step, now, turn)
	case event.StepAsked:
		return errors.Join(s.tell(outbox.Request, step, 0), s.trace(n, "step.ask", t.Step, map[string]any{"role": s.run.Asks(step)}))
	case event.StepRaised:
		return errors.Join(s.tell(outbox.Escalation, step, t.Level), s.trace(n, "step.escalate", t.Step, map[string]any{"level": t.Level, "why": t.Why}))
	case event.StepGivenUp:
		return s.trace(n, "step.give_up", t.Step, map[string]any{"role": s.run.Asks(step), "why": t.Why})
	case event.RunEnded:
		return s.ended(n, now)
	default:
		return fmt.Errorf("run %s wants %s, which nobody can do", s.row.ID, t.Kind)
	}
}

func (s *session) ended(n Node, now event.Moment) error {
	rta, _ := s.run.RTA()
	return errors.Join(s.raise(now.Wall), s.tell(outbox.Finished, nil, 0), s.trace(n, "drill.end", "", map[string]any{
		"verdict": s.run.Verdict, "rta_ns": rta.Nanoseconds(), "rpa_ns": s.run.RPA().Nanoseconds(),
	}))
}

// claim writes the attempt row before anything is spawned. Its key is unique
// for ever, so nobody else can have started this attempt.
func (s *session) claim(n Node, step *drill.Step, now event.Moment, turn *Turn) error {
	claimed := kept.Attempt{
		Run: s.row.ID, Step: step.ID, Number: step.Attempt, Node: n.Name, Epoch: n.Epoch, State: kept.AttemptStarting, ClaimedAt: now.Wall,
		Process: fmt.Appendf(nil, `{"spool":%q}`, n.Spool),
	}
	s.writes = append(s.writes, func() error {
		added, err := s.tx.AddAttempt(s.ctx, claimed)
		return errors.Join(err, conflictUnless(added))
	})
	turn.Jobs = append(turn.Jobs, Job{
		Run: s.row.ID, Step: step.ID, Attempt: step.Attempt, Epoch: n.Epoch, Action: step.Action, With: step.With,
		Timeout: step.Timeout.Std(), Site: step.Site,
	})
	return s.trace(n, "step.start", step.ID, map[string]any{"attempt": step.Attempt, "action": step.Action})
}

func (s *session) trace(n Node, act, step string, detail any) error {
	return door.Log(s.ctx, s.tx, s.r.door.Now().Wall, door.System(n.Name), act, s.object(step), "done", detail)
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
	err = r.door.Update(ctx, func(tx door.Tx) error {
		a, err := tx.Attempt(ctx, j.Run, j.Step, j.Attempt)
		if err != nil {
			return err
		}
		a.State, a.Process = kept.AttemptRunning, body
		return tx.SaveAttempt(ctx, a, n.Epoch, kept.AttemptStarting)
	})
	if err != nil && !errors.Is(err, kept.ErrConflict) { // a conflict: it has ended meanwhile, or is another's
		return fmt.Errorf("noting the process of step %s: %w", j.Step, err)
	}
	return nil
}

// Claimed lists the attempts of a run that are this start's and that it has not
// begun, as far as the register knows. A node that stood still after its claim,
// or whose commit was never answered, asks before it spawns anything (F6, F12).
func (r *Register) Claimed(ctx context.Context, n Node, run string) (list []Job, err error) {
	err = r.door.View(ctx, func(tx door.Tx) error {
		list = nil
		open, err := tx.OpenAttempts(ctx)
		for _, a := range open {
			if err == nil && a.Run == run && a.Epoch == n.Epoch && a.State == kept.AttemptStarting {
				var job Job
				job, err = r.job(ctx, tx, a)
				list = append(list, job)
			}
		}
		return err
	})
	return list, err
}
