package duty

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// Begin is the right to open a run of one of the plan's drills, or of an incident
// where none is named: as Open, but not for whom the drill is held without.
func Begin(org *plan.Organisation, p *plan.Plan, id string) Ground {
	d, _ := p.Drill(id)
	return Run{&drill.Run{Plan: p, Drill: d}, org}.present(Open(p, id == ""))
}

// present refuses whom the drill is held without: who holds such a role in his own
// right neither leads nor carries anything out, whatever else he may. His deputies do.
func (r Run) present(ground Ground) Ground {
	barred := r.Drill.Participants.Barred
	if len(barred) == 0 {
		return ground
	}
	return func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		for _, role := range barred {
			if r.holds(b, who, role, at) {
				return rights.Basis{}, fmt.Errorf("this drill is held without %s, to see whether the others can; leave it to the deputy: %w", r.People.Reach(role, r.Plan).Role, rights.ErrNotAllowed)
			}
		}
		return ground(b, who, at)
	}
}

// holds tells whether somebody is that role or of that team himself, and not for
// another.
func (r Run) holds(b *rights.Book, who, role string, at time.Time) bool {
	if !b.Governed(at) {
		self := r.People.Reach(role, r.Plan)
		return slices.Contains([]string{role, self.Role, self.Mailbox}, who)
	}
	basis, err := b.Fill(who, []string{role}, About(r.Plan, ""), "", at)
	return err == nil && basis.OnBehalfOf == ""
}

// Called is whom a run calls when it begins: the alert chain, in an exercise of it.
func Called(org *plan.Organisation, run *drill.Run) []event.Link {
	if run.Drill.Type != "alert" {
		return nil
	}
	return chain(org, run.Plan)
}

// chain is the alert chain of the organisation's file as an exercise calls it: each
// role once, in order. Whoever the matrix lets declare the state of readiness decides.
func chain(org *plan.Organisation, p *plan.Plan) (links []event.Link) {
	decide := matrix.New().Holders(matrix.Activation, matrix.Approve)
	for _, role := range org.AlertChain.Order {
		if slices.ContainsFunc(links, func(l event.Link) bool { return l.Role == role }) {
			continue
		}
		known, err := matrix.ParseRole(role)
		links = append(links, event.Link{Role: role, Name: org.Reach(role, p).Role, Decides: err == nil && slices.Contains(decide, known)})
	}
	return links
}
