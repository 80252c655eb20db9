// Package crisis is the room from which a crisis is led: it is declared here, the
// plans of the systems that are hit are put in force in their computed order, and one
// board says what to recover now, who waits, who is where, what was decided, and what
// the law wants reported until when. A crisis exercise has the same board and is
// marked as one in words.
package crisis

import (
	"context"
	"net/http"

	"beredskab/internal/door"
	"beredskab/internal/emergency"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/register"
)

// Options are what the pages work with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
}

// Part is these pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages and their acts.
func (p *Part) Routes() []frame.Route {
	need := frame.Need{Permission: matrix.PlanInternal}
	list := []frame.Route{
		{Method: http.MethodGet, Path: "/crisis", Need: need, Handle: p.now},
		{Method: http.MethodPost, Path: "/crisis", Need: need, Handle: p.declare},
		{Method: http.MethodGet, Path: "/crisis/{crisis}", Need: need, Handle: p.board},
		{Method: http.MethodGet, Path: "/crisis/{crisis}/handover", Need: need, Handle: p.handover},
	}
	for name, act := range p.acts() {
		list = append(list, frame.Route{Method: http.MethodPost, Path: "/crisis/{crisis}/" + name, Need: need, Handle: p.acting(name, act)})
	}
	return list
}

// Current is the real crisis that goes on, for the frame of every page; nil when there
// is none, or when it cannot be told. An exercise is never taken for one.
func (p *Part) Current(ctx context.Context) *frame.Crisis {
	open, err := p.Office.Crises(ctx, record.Filter{State: emergency.Open})
	if err != nil {
		return nil
	}
	for _, c := range open {
		if !c.Exercise {
			return &frame.Crisis{Path: "/crisis/" + c.ID, Title: c.Name, Since: c.Declared.At}
		}
	}
	return nil
}
