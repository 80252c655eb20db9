// Package people is the pages about persons: who there is, what roles each has and
// for how long, who stands in for whom, whether contacts answer, and who may do
// what. It holds no rule: the permission matrix says what is offered, and governance
// decides at the act.
package people

import (
	"context"
	"errors"
	"net/http"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/dossier"
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
	Register *register.Register
	Office   *governance.Office
	Dossier  *dossier.Dossier
	// Invite lets a person choose a password, by a code that is good until then; nil:
	// people sign in elsewhere.
	Invite func(ctx context.Context, a door.Actor, person string) (code string, until time.Time, err error)
	Origin string // https://…, where people reach the pages; empty: on this machine only
}

// Part is the pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages and their acts. Whoever changes who may do what has just shown
// who he is.
func (p *Part) Routes() []frame.Route {
	reads, manages := frame.Need{Permission: matrix.People}, frame.Need{Permission: matrix.People, Verb: matrix.Execute}
	fresh, managesFresh := frame.Need{Permission: matrix.People, Fresh: true}, frame.Need{Permission: matrix.People, Verb: matrix.Execute, Fresh: true}
	plans := frame.Need{Permission: matrix.PlanInternal}
	get := func(path string, need frame.Need, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodGet, Path: path, Need: need, Handle: handle}
	}
	post := func(path string, need frame.Need, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodPost, Path: path, Need: need, Handle: handle}
	}
	routes := []frame.Route{
		get("/people", reads, p.people), get("/people/new", manages, p.newPerson), post("/people", managesFresh, p.add), get("/people/{person}", reads, p.person),
		post("/people/{person}/disable", manages, p.disable), post("/people/{person}/enable", managesFresh, p.enable),
		post("/people/{person}/link", managesFresh, p.link), post("/people/{person}/give", fresh, p.give), post("/people/{person}/end", fresh, p.end),
		get("/permissions", frame.Need{}, p.permissions),
		get("/delegations", frame.Need{}, p.delegations), post("/delegations", frame.Need{Fresh: true}, p.delegate), post("/delegations/end", frame.Need{Fresh: true}, p.endDelegation),
		get("/contacts", plans, p.contacts), get("/contacts/one", plans, p.contact), post("/contacts", plans, p.call),
	}
	if p.Invite != nil {
		routes = append(routes, post("/people/{person}/invite", managesFresh, p.invite))
	}
	return routes
}

// option is one of a list to choose from.
type option struct{ Value, Text string }

// set is the plans as they stand; empty before there are any.
func (p *Part) set(ctx context.Context) (*plan.Set, error) {
	set, err := p.Register.Set(ctx)
	if errors.Is(err, kept.ErrNotFound) {
		return &plan.Set{Organisation: &plan.Organisation{}}, nil
	}
	return set, err
}

// called is what a system is called.
func called(set *plan.Set, id string) string {
	if p, ok := set.Plan(id); ok {
		return p.Name
	}
	return id
}

// about is a system as the matrix looks at it.
func about(set *plan.Set, id string) rights.Object {
	if p, ok := set.Plan(id); ok {
		return rights.Object{Scope: rights.Scope{System: id, Unit: p.Owner.Unit, Team: p.TechnicalTeam}}
	}
	return rights.Object{Scope: rights.Scope{System: id}}
}

// until reads the end of a day, which counts in full; an empty field is no end.
func until(v *frame.Visit, name string) (time.Time, error) {
	at, err := v.Day("people", name)
	if err != nil || at.IsZero() {
		return at, err
	}
	return at.AddDate(0, 0, 1), nil
}
