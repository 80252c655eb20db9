package preparedness

import (
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/followup"
	"beredskab/internal/plan"
	"beredskab/internal/readiness"
	"beredskab/internal/recovery"
	"beredskab/internal/report"
)

// Ready is how ready one system is, and whether it counts as ready for a crisis: it
// is ready by itself, and its chain brings it back within the accepted time.
type Ready struct {
	readiness.Readiness
	InTime bool // as far as plans and measured times tell
}

// Counts tells whether the system counts as ready.
func (r Ready) Counts() bool { return r.InTime && r.Ready() }

// Readiness is that of every system at the moment, by id.
func (f *Facts) Readiness() []Ready {
	late, out := f.late(f.At), make([]Ready, len(f.systems))
	for i, s := range f.systems {
		out[i] = Ready{readiness.Of(f.judged(s), f.At), !late[s.plan.ID]}
	}
	return out
}

// late are the systems that the chain did not bring back in time at that moment, by
// the plans that hold now and what had been measured by then.
func (f *Facts) late(at time.Time) map[string]bool {
	late := map[string]bool{}
	graph, err := recovery.New(f.Set)
	if err != nil {
		return late // a circle, of which the rules tell
	}
	for _, r := range graph.Forecast(check.MeasuredTimes(check.Input{Set: f.Set, Evidence: f.shown(), Now: at})).Results {
		late[r.System] = r.State == recovery.Breached
	}
	return late
}

// judged is a system as readiness looks at it.
func (f *Facts) judged(s *system) readiness.System {
	out := readiness.System{ID: s.plan.ID, Cadence: readiness.Cadence(check.CadenceOf(f.Set.Organisation, s.plan.RecoveryClass))}
	for _, v := range s.rows {
		out.Versions = append(out.Versions, f.version(s, v.Hash, v.AdoptedAt)...)
	}
	for _, row := range s.held {
		e := check.EvidenceOf(&row)
		out.Evidence = append(out.Evidence, readiness.Evidence{
			At: e.EndedAt, Type: e.Type, StepsHash: e.StepsHash, Measured: e.Measured,
			RTA: known(e.HasRTA, length(e.RTAMinutes)), RPA: known(e.HasRPA, length(e.RPAMinutes)),
		})
	}
	for _, a := range s.acts {
		if a.Kind == approval.Confirmed {
			out.Confirmed = append(out.Confirmed, a.At)
		}
	}
	for _, c := range s.plan.Contacts {
		out.Contacts = append(out.Contacts, f.contact(s.plan.ID, c))
	}
	for _, h := range s.hands {
		if h.steps == s.plan.StepsHash() {
			out.Hands = append(out.Hands, readiness.Hand{Step: h.step, Person: h.person, At: h.at})
		}
	}
	f.follow(&out)
	return out
}

// version is one version, once for each time in which it was in force; a version
// that never was stands there once.
func (f *Facts) version(s *system, hash string, adopted time.Time) (list []readiness.Version) {
	p := s.versions[hash]
	v := readiness.Version{
		Adopted: adopted, StepsHash: p.StepsHash(), RTO: p.Objectives.RTO.Std(), RPO: p.Objectives.RPO.Std(), Steps: peopleSteps(p),
		Roles: []readiness.Role{{Name: p.Owner.Role, Deputy: p.Owner.Deputy != ""}},
	}
	if p.RecoveryLead != nil {
		v.Roles = append(v.Roles, readiness.Role{Name: p.RecoveryLead.Role, Deputy: p.RecoveryLead.Deputy != ""})
	}
	if p.Custodian != nil {
		v.Roles = append(v.Roles, readiness.Role{Name: p.Custodian.Role, Deputy: p.Custodian.Deputy != ""})
	}
	for _, period := range s.standing.Periods() {
		if period.Version == hash {
			v.From, v.Until = period.From, period.To
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		list = append(list, v)
	}
	return list
}

func (f *Facts) contact(system string, c plan.Contact) readiness.Contact {
	out := readiness.Contact{Name: c.Role}
	if at, err := time.ParseInLocation(time.DateOnly, c.VerifiedAt, f.Zone); err == nil {
		out.Verified = append(out.Verified, at)
	}
	for _, v := range f.verified {
		if v.System == system && v.Reached && (v.Whom == c.Role || v.Whom == c.Mailbox) {
			out.Verified = append(out.Verified, v.At)
		}
	}
	return out
}

// follow adds what is to be put right about the system.
func (f *Facts) follow(out *readiness.System) {
	out.Actions = []readiness.Action{}
	for _, a := range f.actions {
		if a.System == out.ID {
			opened, closed := span(a)
			out.Actions = append(out.Actions, readiness.Action{ID: a.ID, Raised: opened, Due: late(a), Closed: closed})
		}
	}
	if !f.checked {
		return // nil: nobody has looked
	}
	out.Findings = []readiness.Finding{}
	for _, x := range f.findings {
		if x.System != out.ID {
			continue
		}
		r := readiness.Finding{Code: x.Code, Severity: x.Severity, State: x.State, Raised: x.RaisedAt, Closed: x.ClosedAt}
		if x.State == string(check.Waived) {
			r.WaivedUntil = f.waivedUntil(x.Code, x.System)
		}
		out.Findings = append(out.Findings, r)
	}
}

func (f *Facts) waivedUntil(code, system string) (until time.Time) {
	for _, d := range f.dispensations {
		if d.Code == code && d.System == system && d.State(f.At) == followup.Running && d.To.After(until) {
			until = d.To
		}
	}
	return until
}

// span is when an action was opened and when it was carried out or closed; zero
// while it is open.
func span(a followup.Action) (opened, closed time.Time) {
	if len(a.History) > 0 {
		opened = a.History[0].At
	}
	switch {
	case a.State == followup.Closed:
		closed = a.History[len(a.History)-1].At
	case a.Done != nil:
		closed = a.Done.At
	}
	return opened, closed
}

// late is the first moment at which an action is late.
func late(a followup.Action) time.Time {
	if a.Due.IsZero() {
		return time.Time{}
	}
	return a.Due.Add(time.Nanosecond)
}

func length(minutes int) time.Duration { return time.Duration(minutes) * time.Minute }

// ready counts the systems that were ready at that moment, and those that there
// were.
func (f *Facts) ready(judged []readiness.System, at time.Time) (ready, all int) {
	late := f.late(at)
	for _, s := range judged {
		if !slices.ContainsFunc(s.Versions, func(v readiness.Version) bool { return !v.Adopted.After(at) }) {
			continue
		}
		all++
		if !late[s.ID] && readiness.Of(s, at).Ready() {
			ready++
		}
	}
	return ready, all
}

// Versions is what was said of the versions in force, by system.
func (f *Facts) Versions() map[string]report.PlanVersion {
	out := map[string]report.PlanVersion{}
	for _, s := range f.systems {
		hash, since, ok := s.standing.InForce()
		if !ok {
			continue
		}
		v := report.PlanVersion{Approved: since}
		for _, a := range s.acts {
			switch {
			case a.Version != hash:
			case a.Kind == approval.Confirmed:
				v.Confirmed, v.ConfirmedBy = a.At, f.people.Name(a.By.Person)
			case a.Kind == approval.Approved:
				v.ApprovedBy = f.people.Name(a.By.Person)
			}
		}
		out[s.plan.ID] = v
	}
	return out
}

// Measured are the newest valid isolated recovery times in minutes, by system.
func (f *Facts) Measured() map[string]int {
	return check.MeasuredTimes(check.Input{Set: f.Set, Evidence: f.shown(), Now: f.At})
}
