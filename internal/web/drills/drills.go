// Package drills is where drills are found, started and led: the list, the dress
// check before a start, and the live page of a run, which is the command centre of
// a drill as of a real incident. Every rule stays in the register: a page offers
// what the run as it stands would take from this person, and the register decides
// again at the act.
package drills

import (
	"net/http"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/register"
)

// Options are what the pages work with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	// Every is how often the register is asked for news of a run that somebody
	// looks at, once for all who look; 0 is each second.
	Every time.Duration
}

// Part is these pages.
type Part struct {
	Options
	hub *hub
}

// New gives the pages.
func New(o Options) *Part {
	if o.Every <= 0 {
		o.Every = time.Second
	}
	p := &Part{Options: o}
	p.hub = newHub(o.Every, p.news)
	return p
}

// Routes are the pages and their acts.
func (p *Part) Routes() []frame.Route {
	all := frame.Need{Permission: matrix.PlanInternal}
	one := frame.Need{Permission: matrix.PlanInternal, Run: "run"}
	list := []frame.Route{
		{Method: http.MethodGet, Path: "/drills", Need: all, Handle: p.list},
		{Method: http.MethodGet, Path: "/drills/new", Need: all, Handle: p.prepare},
		{Method: http.MethodPost, Path: "/drills/new", Need: all, Handle: p.start},
		{Method: http.MethodGet, Path: "/drills/{run}", Need: one, Handle: p.live},
		{Method: http.MethodGet, Path: "/drills/{run}/stream", Need: one, Stream: true, Handle: p.stream((*teller).parts)},
		{Method: http.MethodGet, Path: "/drills/{run}/report", Need: one, Handle: p.report},
		{Method: http.MethodGet, Path: "/wall/{run}", Need: one, Handle: p.wall},
		{Method: http.MethodGet, Path: "/wall/{run}/stream", Need: one, Stream: true, Handle: p.stream((*teller).wall)},
	}
	for name, act := range p.acts() {
		list = append(list, frame.Route{Method: http.MethodPost, Path: "/drills/{run}/" + name, Need: one, Handle: p.acting(name, act)})
	}
	return list
}
