// Package duty says whose the acts on a run are: by the permission matrix, and by
// whom the plan names for a step. A Ground is asked with the book as it stands.
package duty

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// Ground says on what ground that person may do something at that moment; its
// errors wrap rights.ErrNotAllowed.
type Ground = func(b *rights.Book, who string, at time.Time) (rights.Basis, error)

// About is what an act on a plan's system is about; the team is that of a step
// which has one.
func About(p *plan.Plan, team string) rights.Object {
	return rights.Object{
		Scope: rights.Scope{System: p.ID, Unit: p.Owner.Unit, Team: cmp.Or(team, p.TechnicalTeam)}, Class: p.RecoveryClass,
	}
}

// Open is the right to open a run: a drill is carried out, and an incident begins
// with the activation of its plan.
func Open(p *plan.Plan, incident bool) Ground {
	on := About(p, "")
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		if !incident {
			return b.Decide(who, matrix.Drill, matrix.Execute, on, at)
		}
		basis, err := b.Decide(who, matrix.Activation, matrix.Execute, on, at)
		if decided, errA := b.Decide(who, matrix.Activation, matrix.Approve, on, at); err != nil && errA == nil {
			return decided, nil
		}
		return basis, err
	}
}

// Each is the right to do that to every one of those; the ground is that of the last.
func Each(p matrix.Permission, v matrix.Verb, of []rights.Object) Ground {
	return func(b *rights.Book, who string, at time.Time) (basis rights.Basis, err error) {
		for _, on := range of {
			if basis, err = b.Decide(who, p, v, on, at); err != nil {
				return basis, err
			}
		}
		return basis, nil
	}
}

// Changed lists what these versions hold otherwise than the files: systems, as the
// version says whose they are, and the organisation as an object without a system.
// read gives the plan of a version, nil when it cannot be read.
func Changed(set *plan.Set, held []kept.Version, read func(hash string) (*plan.Plan, error)) (list []rights.Object, err error) {
	known := map[string]bool{}
	for _, v := range held {
		known[v.Kind+v.ID] = true
		p, there := set.Plan(v.ID)
		if v.Kind == "organisation" && v.Hash == set.Organisation.Hash() || v.Kind == "plan" && there && p.Hash() == v.Hash {
			continue
		}
		on := rights.Object{}
		if v.Kind == "plan" {
			on.System = v.ID
			was, err := read(v.Hash)
			if err != nil {
				return nil, err
			}
			if was != nil {
				on = About(was, "")
			}
		}
		list = append(list, on)
	}
	if !known["organisationorganisation"] {
		list = append(list, rights.Object{})
	}
	for _, p := range set.Plans {
		if !known["plan"+p.ID] {
			list = append(list, About(p, ""))
		}
	}
	return list, nil
}

// Run is one run among the people of its organisation.
type Run struct {
	*drill.Run
	People *plan.Organisation
}

// Lead is the right to lead the run and to set its times.
func (r Run) Lead() Ground { return r.present(Open(r.Plan, false)) }

// Remark is the right to write into the run's log: for whoever leads it, or is
// asked in it.
func (r Run) Remark() Ground {
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		basis, err := r.Lead()(b, who, at)
		for i := 0; err != nil && i < len(r.Steps); i++ {
			if step := &r.Steps[i]; step.Human() {
				if asked, errAsked := r.asked(b, who, step, at); errAsked == nil {
					return asked, nil
				}
			}
		}
		return basis, err
	}
}

// Answer is the right to answer a step or to take it: for whom the plan names, and
// nobody confirms in another person's name (DESIGN 2). The step that verifies the
// recovery (t8) is its owner's alone; a manual one is for a team, which is a number
// of people, and may be done by whoever carries drills out.
func (r Run) Answer(step *drill.Step) Ground {
	on := About(r.Plan, step.Team)
	return r.present(func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		switch {
		case !b.Governed(at):
			return r.named(who, step)
		case step.Verifies:
			return b.Decide(who, matrix.Verification, matrix.Approve, on, at)
		}
		basis, err := r.asked(b, who, step, at)
		if err == nil {
			return basis, nil
		}
		if step.Kind() == plan.StepManual {
			return b.Decide(who, matrix.Drill, matrix.Execute, on, at)
		}
		return basis, fmt.Errorf("%w; the director, %s, may answer on behalf of %s", err, r.Director, r.Asks(step))
	})
}

// named goes by the name that the actor says, which is all that there is as long as
// nobody is registered.
func (r Run) named(who string, step *drill.Step) (rights.Basis, error) {
	may := r.People.Answerers(r.Asks(step), r.Plan)
	if step.Kind() != plan.StepManual && !slices.Contains(may, who) {
		return rights.Basis{}, fmt.Errorf("step %q asks %s; %q may not answer it (%s may): %w", step.ID, r.Asks(step), who, strings.Join(may, ", "), rights.ErrNotAllowed)
	}
	return rights.Basis{Person: who, Ungoverned: true}, nil
}

// AnswerFor is the right to answer on behalf of the one asked: for the director,
// who must be somebody that carries drills out.
func (r Run) AnswerFor(step *drill.Step) Ground {
	act := fmt.Sprintf("answering step %q on behalf of %s", step.ID, r.Asks(step))
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		basis, err := r.Lead()(b, who, at)
		lead := r.People.Reach(r.Director, r.Plan)
		named := b.Named(r.Director)
		switch {
		case err != nil, len(named) == 1 && named[0] == who:
			return basis, err
		case basis.Ungoverned && !slices.Contains([]string{r.Director, lead.Role, lead.Mailbox}, who):
			return basis, fmt.Errorf("%s is for the director, %s: %w", act, r.Director, rights.ErrNotAllowed)
		}
		_, err = b.Fill(who, r.People.Called(r.Director, r.Plan), About(r.Plan, ""), act, at)
		return basis, err
	}
}

// asked is the ground on which a step asks that person.
func (r Run) asked(b *rights.Book, who string, step *drill.Step, at time.Time) (rights.Basis, error) {
	return b.Fill(who, r.People.Called(r.Asks(step), r.Plan), About(r.Plan, step.Team), fmt.Sprintf("answering step %q", step.ID), at)
}
