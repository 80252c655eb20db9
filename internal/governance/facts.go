package governance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// Facts is what the checks must know, at that moment, of what people have said:
// reviews and versions in force (G2), verified contacts (G4), receipts and training
// (G8), governing documents (G2), reports (G7). As long as nobody is registered nobody can confirm
// a plan or sign for it, so that those parts are not known.
func (o *Office) Facts(ctx context.Context, at time.Time) (check.Facts, error) {
	s, err := o.survey(ctx, at)
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
		f.Receipts[owed.Object[len(ofPlan):]] = owed.Persons
	}
	f.Training, f.ReportTreated = s.training(), s.treated()
	return f, nil
}

// surveyed is everything that people have said beside the plans, at one moment.
type surveyed struct {
	at        time.Time
	book      *rights.Book
	inForce   []inForce // by system
	documents []approval.Document
	receipts  map[string][]approval.Receipt // by what was read
	calls     []approval.Verification
	courses   []approval.Training
	reports   []yearly.Report
}

// inForce is a version in force, since when one was, and when it was last confirmed.
type inForce struct {
	plan                   *plan.Plan
	hash                   string
	first, since, reviewed time.Time
}

// InForce is the version of a plan that is in force at a moment.
type InForce struct {
	System   string    `json:"system"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`      // its hash
	Label    string    `json:"plan_version"` // as its author wrote it
	Since    time.Time `json:"since"`
	Reviewed time.Time `json:"reviewed,omitzero"` // when the owner last confirmed it
}

// InForce lists, by system, what was in force at that moment: one version of each
// plan, or none (R43, R44).
func (o *Office) InForce(ctx context.Context, at time.Time) ([]InForce, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]InForce, error) {
		held, err := inForceAt(ctx, tx, at)
		list := []InForce{}
		for _, p := range held {
			list = append(list, InForce{p.plan.ID, p.plan.Name, p.hash, p.plan.PlanVersion, p.since, p.reviewed})
		}
		return list, err
	})
}

func (o *Office) survey(ctx context.Context, at time.Time) (*surveyed, error) {
	people, err := o.Book(ctx)
	if err != nil {
		return nil, err
	}
	return door.Read(ctx, o.door, func(tx door.Tx) (s *surveyed, err error) {
		s = &surveyed{at: at, book: people, receipts: map[string][]approval.Receipt{}}
		if s.documents, err = some[approval.Document](ctx, tx, approval.KindDocument, record.Filter{}); err != nil {
			return nil, err
		}
		if s.calls, err = some[approval.Verification](ctx, tx, approval.KindVerification, record.Filter{}); err != nil {
			return nil, err
		}
		if s.courses, err = some[approval.Training](ctx, tx, approval.KindTraining, record.Filter{}); err != nil {
			return nil, err
		}
		if s.reports, err = some[yearly.Report](ctx, tx, yearly.Kind, record.Filter{}); err != nil {
			return nil, err
		}
		given, err := some[approval.Receipt](ctx, tx, approval.KindReceipt, record.Filter{})
		if err != nil {
			return nil, err
		}
		for _, r := range given {
			if !r.At.After(at) {
				s.receipts[r.Object] = append(s.receipts[r.Object], r)
			}
		}
		s.inForce, err = inForceAt(ctx, tx, at)
		return s, err
	})
}

// inForceAt replays what was said of every plan. Only versions of which something
// was said can be in force, so only those are read.
func inForceAt(ctx context.Context, tx door.Tx, at time.Time) (list []inForce, err error) {
	said, err := some[approval.Act](ctx, tx, approval.KindAct, record.Filter{})
	if err != nil {
		return nil, err
	}
	for len(said) > 0 { // by key, so that the acts of a system stand together
		system := said[0].System
		n := slices.IndexFunc(said, func(a approval.Act) bool { return a.System != system })
		if n < 0 {
			n = len(said)
		}
		acts := said[:n]
		said = said[n:]
		plans := map[string]*plan.Plan{}
		var versions []approval.Version
		for _, a := range acts {
			if plans[a.Version] != nil {
				continue
			}
			if plans[a.Version], err = planOf(ctx, tx, a.Version); err != nil {
				return nil, fmt.Errorf("%s: %w", system, err)
			}
			versions = append(versions, approval.VersionOf(plans[a.Version]))
		}
		standing := approval.Of(system, acts, versions, at)
		if hash, since, ok := standing.InForce(); ok {
			list = append(list, inForce{plan: plans[hash], hash: hash, first: standing.Periods()[0].From, since: since, reviewed: standing.Reviewed()})
		}
	}
	return list, nil
}

// governing are the documents as the checks want them.
func (s *surveyed) governing() (list []check.Document) {
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
func (s *surveyed) reached() map[string]map[string]time.Time {
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
func (s *surveyed) training() (list []check.Training) {
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
func (s *surveyed) treated() *int {
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
