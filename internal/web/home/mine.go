package home

import (
	"cmp"
	"slices"
	"time"

	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/report"
	"beredskab/internal/rights"
)

// own is the page of whoever answers for something: what waits, what is his, what
// is next.
type own struct {
	Waiting []task
	Systems []mySystem
	Next    []planned
	Running []running
	All     bool // may look at the whole
}

// mySystem is one system that the visitor answers for.
type mySystem struct {
	report.System
	Path    string
	Actions int // that are open
	Next    time.Time
}

func (p *Part) mine(v *frame.Visit) error {
	s, err := p.now(v)
	if err != nil {
		return err
	}
	open, err := p.open(v.Context())
	if err != nil {
		return err
	}
	ids := s.owned(v)
	is := func(system string) bool { return slices.Contains(ids, system) }
	out := own{All: v.May(matrix.PlanInternal, matrix.Read, rights.Object{}), Systems: s.owns(is)}
	if out.Waiting, err = p.waiting(v, s, open); err != nil {
		return err
	}
	if out.Next, err = p.next(v.Context(), s, is); err != nil {
		return err
	}
	for i := range out.Systems {
		if at := slices.IndexFunc(out.Next, func(n planned) bool { return n.System == out.Systems[i].ID }); at >= 0 {
			out.Systems[i].Next = out.Next[at].At
		}
	}
	open = slices.DeleteFunc(open, func(o opened) bool { return !is(o.row.System) })
	out.Running = s.running(v, open)
	return v.Show("home/mine", out)
}

// owned are the systems that the visitor owns, manages or keeps running, himself or
// for somebody who let him.
func (s *state) owned(v *frame.Visit) (ids []string) {
	given := v.Book.Delegations(v.Person.ID)
	given = slices.DeleteFunc(given, func(d rights.Delegation) bool { return !d.InForce(v.Now) })
	for _, p := range s.set.Plans {
		if answers(v, v.Person.ID, p) || slices.ContainsFunc(given, func(d rights.Delegation) bool {
			return answers(v, d.Of, p) && (len(d.Systems) == 0 || slices.Contains(d.Systems, p.ID))
		}) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// answers tells whether the person answers for the system in one of these roles.
func answers(v *frame.Visit, person string, p *plan.Plan) bool {
	scope := duty.About(p, "").Scope
	return slices.ContainsFunc([]matrix.Role{matrix.SystemOwner, matrix.UnitManager, matrix.TechnicalTeam}, func(role matrix.Role) bool {
		return slices.ContainsFunc(v.Book.Grants(person), func(g rights.Grant) bool {
			return g.Role == role && g.InForce(v.Now) && g.Scope != rights.Scope{} &&
				(g.System == "" || g.System == scope.System) && (g.Unit == "" || g.Unit == scope.Unit) && (g.Team == "" || g.Team == scope.Team)
		})
	})
}

// owns are those systems as they stand, the least ready first.
func (s *state) owns(is func(string) bool) (list []mySystem) {
	open := map[string]int{}
	for _, a := range s.figures.Actions {
		if a.Closed.IsZero() {
			open[a.System]++
		}
	}
	for _, about := range s.figures.Systems {
		if is(about.ID) {
			list = append(list, mySystem{System: about, Path: "/systems/" + about.ID, Actions: open[about.ID]})
		}
	}
	slices.SortStableFunc(list, func(a, b mySystem) int {
		return cmp.Or(cmp.Compare(first(!a.Ready), first(!b.Ready)), cmp.Compare(a.Readiness, b.Readiness))
	})
	return list
}
