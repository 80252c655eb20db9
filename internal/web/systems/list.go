package systems

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// listing is the list of systems: the worst first.
type listing struct {
	Rows                      []row
	Found, All                int
	States, Units, Classes    []option
	State, Unit, Class, Query string
	Mine                      bool
	Narrowed                  bool
	frame.Pager
}

// option is a choice of a form.
type option struct{ Value, Text string }

type row struct {
	Path, Name, Unit         string
	Class                    int
	State, Why               string
	RTO, Projected, Measured string
	Ready                    bool
	Readiness                string
	Last, Next               time.Time
	Open                     int
	total                    int
	gravity                  int
}

// list shows the systems that the visitor may see, filtered by what the address
// asks for.
func (p *Part) list(v *frame.Visit) error {
	s, err := p.now(v)
	if err != nil {
		return err
	}
	out := &listing{State: v.Query("state"), Unit: v.Query("unit"), Class: v.Query("class"), Query: v.Query("q"), Mine: v.Query("mine") != ""}
	out.Narrowed = out.State+out.Unit+out.Class+out.Query != "" || out.Mine
	units := map[string]bool{}
	for _, one := range s.set.Plans {
		if !v.May(matrix.PlanInternal, matrix.Read, duty.About(one, "")) {
			continue
		}
		out.All++
		if !units[one.Owner.Unit] {
			units[one.Owner.Unit] = true
			out.Units = append(out.Units, option{one.Owner.Unit, one.Owner.Unit})
		}
		if out.wants(v, s, one) {
			out.Rows = append(out.Rows, s.row(v, one))
		}
	}
	if out.All == 0 && len(s.set.Plans) > 0 { // a refusal, with its line in the log
		if err := p.Door.Admit(v.Context(), v.Actor(), "page.visit", v.Request.Pattern, door.Wish{Permission: matrix.PlanInternal, Verb: matrix.Read}); err != nil {
			return err
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.gravity, a.gravity), cmp.Compare(a.total, b.total), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name))
	})
	out.choices(v)
	out.Found = len(out.Rows)
	out.Rows, out.Pager = frame.Page(v, out.Rows)
	return v.Show("systems/list", out)
}

// wants tells whether a system is one of those that are asked for.
func (l *listing) wants(v *frame.Visit, s *state, p *plan.Plan) bool {
	text := strings.ToLower(strings.Join(append(slices.Clone(p.Aliases), p.ID, p.Name, p.Purpose, p.Owner.Unit), "\n"))
	return (l.State == "" || s.promise(p.ID) == l.State) && (l.Unit == "" || p.Owner.Unit == l.Unit) &&
		(l.Class == "" || strconv.Itoa(p.RecoveryClass) == l.Class) && strings.Contains(text, strings.ToLower(l.Query)) && (!l.Mine || mine(v, p))
}

// mine tells whether the visitor holds a role for that very system, its unit or its
// team.
func mine(v *frame.Visit, p *plan.Plan) bool {
	on := duty.About(p, "").Scope
	return slices.ContainsFunc(v.Book.Grants(v.Person.ID), func(g rights.Grant) bool {
		return g.InForce(v.Now) && g.Scope != rights.Scope{} &&
			(g.System == "" || g.System == on.System) && (g.Unit == "" || g.Unit == on.Unit) && (g.Team == "" || g.Team == on.Team)
	})
}

func (s *state) row(v *frame.Visit, p *plan.Plan) row {
	t, f, promise, ready := v.Texts, s.figures[p.ID], s.promises[p.ID], s.ready[p.ID]
	r := row{
		Path: "/systems/" + p.ID, Name: p.Name, Unit: p.Owner.Unit, Class: p.RecoveryClass, State: s.promise(p.ID), RTO: length(t, p.Objectives.RTO),
		Projected: t.Say("systems.unmeasured"), Measured: t.Say("systems.unmeasured"), Ready: ready.Counts(),
		Readiness: t.Say("systems.points.short", ready.Total), total: ready.Total, Last: f.Exercised, Next: s.next[p.ID].Due, Open: s.open[p.ID],
	}
	r.gravity = slices.Index([]string{string(check.OK), string(check.Unknown), string(check.AtRisk), string(check.Waived), string(check.Breached)}, r.State)
	if result := promise.Result; result != nil && result.Measured >= 0 {
		r.Measured, r.Projected = minutes(t, result.Measured), minutes(t, result.ProjectedFinish)
	}
	if f.Rule != "" && f.State == r.State {
		r.Why = t.Say("home.rule." + f.Rule)
	}
	return r
}

// choices are what the list can be narrowed by.
func (l *listing) choices(v *frame.Visit) {
	for _, state := range []check.State{check.Breached, check.Waived, check.AtRisk, check.Unknown, check.OK} {
		l.States = append(l.States, option{string(state), v.Texts.Word("state", string(state))})
	}
	for class := range 4 {
		l.Classes = append(l.Classes, option{strconv.Itoa(class), v.Texts.Say("systems.class." + strconv.Itoa(class))})
	}
	slices.SortFunc(l.Units, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
}
