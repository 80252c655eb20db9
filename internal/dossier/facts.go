package dossier

import (
	"context"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
)

// Facts is what the checks must know, at that moment, of what people have said:
// reviews and versions in force (G2), verified contacts (G4), receipts and training
// (G8), governing documents (G2), reports (G7). As long as nobody is registered nobody can confirm
// a plan or sign for it, so that those parts are not known.
func (d *Dossier) Facts(ctx context.Context, at time.Time) (check.Facts, error) {
	s, err := d.read(ctx, at)
	if err != nil {
		return check.Facts{}, err
	}
	f := check.Facts{Contacts: s.reached(), Documents: s.governing()}
	if !s.book.Governed(at) {
		return f, nil
	}
	f.InForce, f.Reviews, f.Receipts = map[string]check.InForce{}, map[string]time.Time{}, map[string][]string{}
	for _, p := range s.inForce {
		f.InForce[p.plan.ID] = check.InForce{First: p.first, Current: p.since}
		f.Reviews[p.plan.ID] = p.reviewed
	}
	for _, owed := range s.owingPlans() {
		f.Receipts[owed.Object[len(approval.OfPlan):]] = owed.Persons
	}
	f.Training, f.ReportTreated = s.training(), s.treated()
	return f, nil
}

// governing are the documents as the checks want them.
func (s *said) governing() (list []check.Document) {
	due := approval.DocumentsDue(s.documents, s.at)
	for _, d := range s.documents {
		from, err := time.Parse(time.DateOnly, d.ValidFrom)
		if err != nil {
			continue // a draft governs nothing
		}
		one := check.Document{ID: d.ID, Version: d.Version, ValidFrom: from}
		if valid, ok := approval.ValidOn(s.documents, d.ID, s.at); ok && valid.Version == d.Version {
			for _, next := range due {
				if next.What == d.ID {
					one.ReviewDue = next.At
				}
			}
		}
		list = append(list, one)
	}
	return list
}

// reached is when each contact of each system was last reached.
func (s *said) reached() map[string]map[string]time.Time {
	list := map[string]map[string]time.Time{}
	for _, v := range s.calls {
		if !v.Reached || v.At.After(s.at) || v.At.Before(list[v.System][v.Whom]) {
			continue
		}
		if list[v.System] == nil {
			list[v.System] = map[string]time.Time{}
		}
		list[v.System][v.Whom] = v.At
	}
	return list
}

// training is what has run out, of persons who are still there.
func (s *said) training() (list []check.Training) {
	for _, due := range approval.TrainingDue(s.courses) {
		if p, known := s.book.Person(due.Who); known && !p.DisabledAt(s.at) {
			list = append(list, check.Training{Person: due.Who, Subject: due.What, Until: due.At})
		}
	}
	return list
}

// treated is the newest year whose report the committee has treated (G7). A register
// that people have governed for less than a year and that holds no report cannot say
// what became of the last one.
func (s *said) treated() *int {
	newest := 0
	for _, r := range s.reports {
		if r.Treatment != nil {
			newest = max(newest, r.Year)
		}
	}
	if len(s.reports) == 0 && !s.book.Governed(s.at.AddDate(-1, 0, 0)) {
		return nil
	}
	return &newest
}
