package preparedness

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// readRuns reads the runs that had ended, and the due times that nothing came of.
func (f *Facts) readRuns(ctx context.Context, tx door.Tx) (err error) {
	rows, err := tx.Runs(ctx, kept.RunFilter{}) // newest first
	if err != nil {
		return err
	}
	for _, row := range rows {
		s := f.of(row.System)
		if s == nil || row.EndedAt.IsZero() || row.EndedAt.After(f.At) {
			continue
		}
		if p := s.versions[row.PlanHash]; p != nil {
			row.StepsHash = p.StepsHash() // as this program reckons them (docs/decisions/010)
		}
		if s.runs = append(s.runs, row); row.Verdict != string(drill.NotFinished) && !s.draft(row) {
			s.held = append(s.held, row)
		}
	}
	f.occurrences, err = tx.Occurrences(ctx, "", 0)
	return err
}

// draft tells whether the run was of a draft, and is no evidence.
func (s *system) draft(row kept.Run) bool {
	return door.Draft(s.standing, row, func(hash string) string {
		if p := s.versions[hash]; p != nil {
			return p.StepsHash()
		}
		return hash
	})
}

// hand is that a person carried out a step, of a run with those steps.
type hand struct {
	step, person, steps string
	at                  time.Time
}

// call is what became of the newest alert exercise: how many were asked, and how
// many of them answered.
type call struct {
	asked, answered int
	at              time.Time
}

// mostRead is how many runs of a system tell who can carry out its steps. More
// would say nothing new, and each costs a reading of its events.
const mostRead = 10

func (f *Facts) readHands(ctx context.Context, tx door.Tx) error {
	for _, s := range f.systems {
		read := 0
		for _, row := range s.runs {
			alert := row.Type == "alert" && row.EndedAt.After(f.called.at)
			if row.Imported || read == mostRead && !alert {
				continue
			}
			read++
			if err := f.readHand(ctx, tx, s, row, alert); err != nil {
				return fmt.Errorf("run %s: %w", row.ID, err)
			}
		}
	}
	return nil
}

func (f *Facts) readHand(ctx context.Context, tx door.Tx, s *system, row kept.Run, alert bool) error {
	rows, err := tx.Events(ctx, row.ID, 0)
	if err != nil {
		return err
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	counts := func(string) bool { return true }
	for _, r := range rows {
		var e event.Event
		if kind := event.Kind(r.Kind); kind == event.RunStarted || kind == event.StepAnswered {
			if err := json.Unmarshal(r.Body, &e); err != nil {
				return fmt.Errorf("event %d: %w", r.Seq, errors.Join(err, ledger.ErrUnreadable))
			}
		}
		switch event.Kind(r.Kind) {
		case event.RunStarted:
			counts = s.links(row, e.Chain)
		case event.StepAsked:
			asked[r.Step] = counts(r.Step)
		case event.StepAnswered:
			if answered[r.Step] = counts(r.Step); e.Assured == "on_behalf" || e.Assured == "paper" {
				continue // somebody else has done it
			}
			s.hands = append(s.hands, hand{step: r.Step, person: e.Actor, steps: row.StepsHash, at: r.At})
		}
	}
	if alert {
		f.called = call{asked: many(asked), answered: many(answered), at: row.EndedAt}
	}
	return nil
}

// links tells which steps of an alert exercise are of the chain that it calls; all of
// one that calls none.
func (s *system) links(row kept.Run, chain []event.Link) func(step string) bool {
	p := s.versions[row.PlanHash]
	if len(chain) == 0 || p == nil {
		return func(string) bool { return true }
	}
	run, err := drill.Open(row.ID, p, row.DrillID, row.Director)
	run = run.WithChain(chain)
	return func(id string) bool {
		step, known := run.Find(id)
		return err == nil && known && step.Link
	}
}

func many(of map[string]bool) (n int) {
	for _, is := range of {
		if is {
			n++
		}
	}
	return n
}

func (f *Facts) readFindings(ctx context.Context, tx door.Tx) error {
	list, err := tx.Findings(ctx, kept.FindingFilter{})
	if err != nil {
		return err
	}
	f.findings = slices.DeleteFunc(list, func(x kept.Finding) bool { return x.RaisedAt.After(f.At) })
	trace, err := tx.Entries(ctx, kept.EntryFilter{Object: "findings", Limit: 1, Forward: true})
	f.checked = len(trace) > 0 && !trace[0].At.After(f.At)
	return err
}

func (f *Facts) readFollowUp(ctx context.Context, tx door.Tx) (err error) {
	var evaluations []followup.Evaluation
	var evidence []followup.Evidence
	for _, read := range []func() error{
		func() error {
			f.actions, err = door.Every[followup.Action](ctx, tx, followup.ActionKind, record.Filter{})
			return err
		},
		func() error {
			f.dispensations, err = door.Every[followup.Dispensation](ctx, tx, followup.DispensationKind, record.Filter{})
			return err
		},
		func() error {
			evaluations, err = door.Every[followup.Evaluation](ctx, tx, followup.EvaluationKind, record.Filter{})
			return err
		},
		func() error {
			evidence, err = door.Every[followup.Evidence](ctx, tx, followup.EvidenceKind, record.Filter{})
			return err
		},
		func() error {
			f.verified, err = door.Every[approval.Verification](ctx, tx, approval.KindVerification, record.Filter{})
			return err
		},
		func() error {
			f.trained, err = door.Every[approval.Training](ctx, tx, approval.KindTraining, record.Filter{})
			return err
		},
		func() error {
			f.documents, err = door.Every[approval.Document](ctx, tx, approval.KindDocument, record.Filter{})
			return err
		},
	} {
		if err := read(); err != nil {
			return err
		}
	}
	f.evaluations, f.evidence = map[string]followup.Evaluation{}, map[string]bool{}
	for _, e := range evaluations {
		f.evaluations[e.Run] = e
	}
	for _, e := range evidence {
		f.evidence[e.Run] = true
	}
	return nil
}

func (f *Facts) readPeople(ctx context.Context, tx door.Tx) (err error) {
	f.people, err = door.Book(ctx, tx)
	return err
}

func (f *Facts) readLog(ctx context.Context, tx door.Tx) error {
	tree, err := tx.Tree(ctx)
	if err != nil {
		return err
	}
	root := tree.Root()
	f.log = logState{root: hex.EncodeToString(root[:]), size: tree.Size}
	return nil
}

// peopleSteps are the steps of a plan that people carry out.
func peopleSteps(p *plan.Plan) (ids []string) {
	for i := range p.Recovery.Steps {
		switch p.Recovery.Steps[i].Kind() {
		case plan.StepConfirm, plan.StepManual:
			ids = append(ids, p.Recovery.Steps[i].ID)
		}
	}
	return ids
}
