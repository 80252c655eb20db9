package home

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// task is one thing that waits for the visitor: what is asked, of what, by when.
type task struct {
	Kind  string // step, unknown, confirm, accept, approve, action, verify or receipt
	Word  string // of a step: drill or incident
	Text  string // what is asked
	About string // the system, or the document
	For   string // the person in whose place the visitor is asked
	Path  string
	Due   time.Time
	Late  bool
}

// waiting is all that waits for the visitor, the most urgent first: what somebody
// stands still for, then what only the visitor can decide, then what he owes.
func (p *Part) waiting(v *frame.Visit, s *state, open []opened) ([]task, error) {
	list := slices.Concat(s.steps(v, open), s.approvals(v))
	owed, err := p.actions(v, s)
	return slices.Concat(list, owed, s.receipts(v)), err
}

// steps are those of open runs that ask the visitor, or wait for the one who leads.
func (s *state) steps(v *frame.Visit, open []opened) (list []task) {
	for _, o := range open {
		for i := range o.run.Steps {
			step := &o.run.Steps[i]
			basis, kind, ok := s.asked(v, &o.run, step)
			if !ok {
				continue
			}
			t := task{Kind: kind, Word: "drill", Text: step.Title, About: o.run.Plan.Name, For: basis.OnBehalfOf, Path: "/drills/" + o.row.ID}
			if o.run.Incident {
				t.Word = "incident"
			}
			if step.Confirm != nil && kind == "step" {
				t.Text = step.Confirm.Question
			}
			if kind == "step" && !step.StartedAt.IsZero() {
				t.Due = o.run.AnswerBy(step, step.StartedAt, outbox.Ladder(s.set.Organisation, &o.run))
				t.Late = t.Due.Before(v.Now)
			}
			list = append(list, t)
		}
	}
	return list
}

// asked tells whether the step waits for the visitor, and on what ground.
func (s *state) asked(v *frame.Visit, run *drill.Run, step *drill.Step) (basis rights.Basis, kind string, ok bool) {
	org, on, whom, kind := s.set.Organisation, duty.About(run.Plan, step.Team), run.Director, "unknown"
	switch {
	case step.Human() && (step.State == drill.Asked || step.State == drill.Taken):
		if whom, kind = run.Asks(step), "step"; step.Verifies {
			basis, err := v.Book.Decide(v.Person.ID, matrix.Verification, matrix.Approve, on, v.Now)
			return basis, kind, err == nil
		}
	case step.State != drill.Unknown && !run.Held(step):
		return basis, kind, false
	}
	if named := v.Book.Named(whom); len(named) == 1 && named[0] == v.Person.ID {
		return rights.Basis{Person: v.Person.ID}, kind, true
	}
	basis, err := v.Book.Fill(v.Person.ID, org.Called(whom, run.Plan), on, "answering", v.Now)
	return basis, kind, err == nil
}

// approvals are the versions that the visitor is to confirm, accept or approve.
func (s *state) approvals(v *frame.Visit) (list []task) {
	for _, pending := range s.pending {
		for _, need := range pending.Needs {
			basis, ok := s.mine(v, pending.System, need)
			if !ok {
				continue
			}
			list = append(list, task{
				Kind: kindOf(need.Kind), Text: v.Texts.Say("home.wait." + kindOf(need.Kind)), About: s.name(pending.System), For: basis.OnBehalfOf,
				Path: fmt.Sprintf("/systems/%s/review?version=%s", pending.System, pending.Version),
			})
			break // the page of the version shows what comes next
		}
	}
	return list
}

// kindOf is what an approval asks, as a task names it.
func kindOf(kind approval.Kind) string {
	switch kind {
	case approval.Confirmed:
		return "confirm"
	case approval.Accepted:
		return "accept"
	default:
		return "approve"
	}
}

// mine tells whether the visitor is the one for what a version waits for: he may do
// it, and he is in the role that is asked.
func (s *state) mine(v *frame.Visit, system string, need approval.Need) (basis rights.Basis, ok bool) {
	p, known := s.set.Plan(system)
	if !known {
		return basis, false
	}
	on := duty.About(p, "")
	on.By = need.Not
	permission, verb := matrix.PlanVersion, matrix.Approve
	switch need.Kind {
	case approval.Confirmed:
		permission, verb = matrix.RecoverySteps, matrix.Confirm
	case approval.Accepted:
		permission = matrix.Objectives
	}
	basis, err := v.Book.Decide(v.Person.ID, permission, verb, on, v.Now)
	holds := err == nil && (basis.Role == need.Role || slices.Contains(v.Book.Holding(need.Role, on.Scope, v.Now), v.Person.ID))
	return basis, holds
}

// actions are the corrective actions that wait for the visitor: his own, and those
// that are done and that he may look at.
func (p *Part) actions(v *frame.Visit, s *state) (list []task, err error) {
	own, err := p.Office.Actions(v.Context(), record.Filter{Person: v.Person.ID})
	if err != nil {
		return nil, err
	}
	add := func(kind string, a followup.Action) {
		list = append(list, task{
			Kind: kind, Text: a.Text, About: s.name(a.System), Path: "/actions/" + a.ID, Due: a.Late(), Late: a.Overdue(v.Now),
		})
	}
	for _, a := range own {
		add("action", a)
	}
	if v.May(matrix.Action, matrix.Confirm, rights.Object{}) {
		done, err := p.Office.Actions(v.Context(), record.Filter{State: string(followup.Done), Limit: 20})
		if err != nil {
			return nil, err
		}
		for _, a := range done {
			if v.May(matrix.Action, matrix.Confirm, rights.Object{By: append(slices.Clone(a.Former), a.Owner)}) {
				add("verify", a)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b task) int { return cmp.Or(cmp.Compare(first(a.Late), first(b.Late)), a.Due.Compare(b.Due)) })
	return list, nil
}

// receipts are what the visitor is to read and has not.
func (s *state) receipts(v *frame.Visit) (list []task) {
	for _, owed := range s.owing {
		if !slices.Contains(owed.Persons, v.Person.ID) {
			continue
		}
		list = append(list, task{Kind: "receipt", Text: v.Texts.Say("home.wait.receipt"), About: owed.Title, Path: "/documents"})
	}
	return list
}
