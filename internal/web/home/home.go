// Package home is where people begin: what waits for them, what is wrong, how the
// municipality is doing, what is next and what goes on now; and the search, which
// finds everything from anywhere.
package home

import (
	"net/http"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// Options are what the pages work with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	Dossier  *dossier.Dossier
	// Copies tells when each system was last copied into a bundle here; nil: nobody
	// knows.
	Copies func() map[string]time.Time
}

// Part is these pages.
type Part struct {
	Options
	standing frame.Reading[state]
}

// New gives the pages.
func New(o Options) *Part { return &Part{Options: o} }

// Routes are the pages. Everybody who is signed in has a beginning; what stands on
// it is what that person may see.
func (p *Part) Routes() []frame.Route {
	return []frame.Route{
		{Method: http.MethodGet, Path: "/{$}", Handle: p.begin},
		{Method: http.MethodGet, Path: "/mine", Handle: p.mine},
		{Method: http.MethodGet, Path: "/search", Handle: p.search},
	}
}

// begin shows each the page that he comes for: an owner what is his own, everybody
// else the whole.
func (p *Part) begin(v *frame.Visit) error {
	all := v.May(matrix.PlanInternal, matrix.Read, rights.Object{})
	if !all || v.Query("view") != "all" && ownerOnly(v) {
		return p.mine(v)
	}
	return p.overview(v)
}

// ownerOnly tells whether all that the visitor is, is owner or manager of something.
func ownerOnly(v *frame.Visit) bool {
	held := 0
	for _, g := range v.Book.Grants(v.Person.ID) {
		if !g.InForce(v.Now) {
			continue
		}
		if !slices.Contains([]matrix.Role{matrix.SystemOwner, matrix.UnitManager}, g.Role) {
			return false
		}
		held++
	}
	return held > 0
}
