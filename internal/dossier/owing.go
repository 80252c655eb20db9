package dossier

import (
	"context"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Owed are the receipts that are missing for what is in force.
type Owed struct {
	approval.Reading
	Persons []string `json:"persons"` // their IDs
}

// Owing lists what is in force and not read by all who must: for a plan its system
// owner, the unit's manager and the technical team, with their deputies; for a
// governing document all who have such a role anywhere. Nothing is owed as long as
// nobody is registered.
func (d *Dossier) Owing(ctx context.Context) ([]Owed, error) {
	s, err := d.read(ctx, d.door.Now().Wall)
	if err != nil {
		return nil, err
	}
	return append(s.owingPlans(), s.owingDocuments()...), nil
}

// reads tells whether who has that role must read what concerns him.
func reads(role matrix.Role) bool {
	return role == matrix.SystemOwner || role == matrix.UnitManager || role == matrix.TechnicalTeam
}

func (s *said) owingPlans() (list []Owed) {
	for _, f := range s.inForce {
		scope := rights.Scope{System: f.plan.ID, Unit: f.plan.Owner.Unit, Team: f.plan.TechnicalTeam}
		var must []string
		for _, role := range []matrix.Role{matrix.SystemOwner, matrix.UnitManager, matrix.TechnicalTeam} {
			must = append(must, s.book.Holding(role, scope, s.at)...)
		}
		list = s.owe(list, must, approval.Reading{Object: approval.OfPlan + f.plan.ID, Version: f.hash, Title: f.plan.Name, Since: f.since})
	}
	return list
}

func (s *said) owingDocuments() (list []Owed) {
	var must []string
	for _, p := range s.book.Persons() {
		if !p.DisabledAt(s.at) && slices.ContainsFunc(s.book.Grants(p.ID), func(g rights.Grant) bool { return reads(g.Role) && g.InForce(s.at) }) {
			must = append(must, p.ID)
		}
	}
	for _, d := range s.documents {
		if valid, ok := approval.ValidOn(s.documents, d.ID, s.at); ok && valid.Version == d.Version {
			since, _ := time.Parse(time.DateOnly, d.ValidFrom) // checked when it was kept
			list = s.owe(list, must, approval.Reading{Object: approval.OfDocument + d.ID, Version: d.Version, Title: d.Title, Since: since})
		}
	}
	return list
}

// owe adds who of them has not read it; someone in two roles owes once.
func (s *said) owe(list []Owed, must []string, r approval.Reading) []Owed {
	slices.Sort(must)
	persons := approval.Owing(slices.Compact(must), s.receipts[r.Object], r.Object, r.Version)
	if len(persons) == 0 {
		return list
	}
	return append(list, Owed{r, persons})
}
