// Package follow is the pages about what follows from drills and checks: findings,
// corrective actions and dispensations. It holds no rule: what somebody may do is
// asked of the permission matrix and of the thing itself, and decided again by
// governance at the act.
package follow

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// Options are what the pages ask and do things through.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	// Judge runs the checks anew, after something that changes what they say; nil:
	// the findings follow with the next round.
	Judge func(context.Context) error
}

// Part is the pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages and their acts. Lists are for everybody who is signed in, and
// show what the visitor may see.
func (p *Part) Routes() []frame.Route {
	get := func(path string, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodGet, Path: path, Handle: handle}
	}
	post := func(path string, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodPost, Path: path, Handle: handle}
	}
	return []frame.Route{
		get("/actions", p.actions), get("/actions.csv", p.actionsFile), get("/actions/new", p.newAction), get("/actions/{action}", p.action),
		post("/actions", p.openAction), post("/actions/{action}/done", p.done), post("/actions/{action}/verify", p.verify),
		post("/actions/{action}/close", p.closeAction), post("/actions/{action}/reopen", p.reopen), post("/actions/{action}/move", p.move),
		get("/findings", p.findings), get("/findings/one", p.finding), post("/findings/close", p.closeFinding),
		get("/dispensations", p.dispensations), get("/dispensations/new", p.newDispensation), get("/dispensations/{dispensation}", p.dispensation),
		post("/dispensations", p.apply), post("/dispensations/{dispensation}/grant", p.grant),
		post("/dispensations/{dispensation}/refuse", p.refuse), post("/dispensations/{dispensation}/withdraw", p.withdraw),
	}
}

// option is one of a list to choose from.
type option struct{ Value, Text string }

// tab is one of several views of a list.
type tab struct {
	Path, Text string
	Here       bool
}

// systems are the plans as the visitor may see them.
type systems struct {
	visit *frame.Visit
	set   *plan.Set
	seen  map[string]bool
}

func (p *Part) systems(v *frame.Visit) (*systems, error) {
	set, err := p.Register.Set(v.Context())
	if errors.Is(err, kept.ErrNotFound) {
		set, err = &plan.Set{}, nil
	}
	return &systems{v, set, map[string]bool{}}, err
}

// Name is what a system is called; without one it is the organisation.
func (s *systems) Name(id string) string {
	if id == "" {
		return s.visit.Texts.Say("follow.organisation")
	}
	if p, ok := s.set.Plan(id); ok {
		return p.Name
	}
	return id
}

// seesIt tells whether the visitor may see what there is about that system, or about
// the organisation.
func (s *systems) seesIt(id string) bool {
	sees, asked := s.seen[id]
	if !asked {
		on := s.on(id)
		sees = s.visit.May(matrix.PlanInternal, matrix.Read, on) || s.visit.May(matrix.Action, matrix.Read, on)
		s.seen[id] = sees
	}
	return sees
}

// on is a system as the matrix looks at it.
func (s *systems) on(id string) rights.Object {
	if p, ok := s.set.Plan(id); ok {
		return rights.Object{Scope: rights.Scope{System: id, Unit: p.Owner.Unit, Team: p.TechnicalTeam}}
	}
	return about(id)
}

// admit refuses, and records, a look at something about a system that the visitor may
// not see.
func (p *Part) admit(v *frame.Visit, s *systems, system string) error {
	if s.seesIt(system) {
		return nil
	}
	wish := door.Wish{Permission: matrix.PlanInternal, Verb: matrix.Read, On: s.on(system)}
	return p.Door.Admit(v.Context(), v.Actor(), "page.visit", v.Request.Pattern, wish)
}

// options are the systems that the visitor may see, by name.
func (s *systems) options() (list []option) {
	for _, p := range s.set.Plans {
		if s.seesIt(p.ID) {
			list = append(list, option{p.ID, p.Name})
		}
	}
	slices.SortFunc(list, func(x, y option) int { return cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)) })
	return list
}

// acts tells whether the visitor may do something now, as the matrix and the thing
// itself see it; try does it to a copy that nobody keeps.
func acts(v *frame.Visit, p matrix.Permission, verb matrix.Verb, on rights.Object, try func(followup.By) error) bool {
	basis, err := v.Book.Decide(v.Person.ID, p, verb, on, v.Now)
	return err == nil && try(followup.By{Person: basis.Person, For: basis.OnBehalfOf, At: v.Now}) == nil
}

// about is a system as governance decides on it.
func about(system string, by ...string) rights.Object {
	return rights.Object{Scope: rights.Scope{System: system}, By: by}
}

// doing is the act whose form was sent and refused; empty on a page that was asked
// for.
func doing(v *frame.Visit) string {
	if v.Request.Method != http.MethodPost {
		return ""
	}
	return v.Request.URL.Path[strings.LastIndex(v.Request.URL.Path, "/")+1:]
}

// typed is what a form holds: what was sent, else what the address asks for.
func typed(v *frame.Visit, name string) string { return cmp.Or(v.Field(name), v.Query(name)) }

// lastOf is the last second of a day, which is still in time.
func lastOf(v *frame.Visit, name string) (time.Time, error) {
	at, err := v.Day("follow", name)
	if err != nil || at.IsZero() {
		return at, err
	}
	return at.AddDate(0, 0, 1).Add(-time.Second), nil
}

// showing is the view of a list that was asked for, the first one unless it is
// another of them.
func showing(v *frame.Visit, kinds ...string) (show string, tabs []tab) {
	show = kinds[0]
	if asked := v.Query("show"); slices.Contains(kinds, asked) {
		show = asked
	}
	for _, kind := range kinds {
		tabs = append(tabs, tab{v.With("show", kind), v.Texts.Say("follow.show." + kind), kind == show})
	}
	return show, tabs
}

// judged ends an act that changes what the checks say: it is said afterwards whether
// the findings have followed.
func (p *Part) judged(v *frame.Visit, path, done string) error {
	if p.Judge == nil || p.Judge(v.Context()) != nil {
		done += ".later"
	}
	return v.Go(path, done)
}
