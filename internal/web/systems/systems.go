// Package systems is the pages about the systems: the list of all, one system with
// its plan, steps, dependencies, drills, actions and history, how ready it is and
// why, a change that is suggested to it, and the review by which a version of its plan comes into force.
package systems

import (
	"context"
	"net/http"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
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
	// Commands gives everything that a plan starts on machines, with every parameter
	// in its place, and says of which steps that cannot be shown.
	Commands func(*plan.Plan) (commands []approval.Command, unresolved []string, err error)
	// Author says what the folder of plans claims of who wrote a system's plan; nil or
	// empty: who took it over is taken for its author.
	Author func(ctx context.Context, system string) (claim string, err error)
	// File gives the name and the text of the file that holds a system's plan; nil:
	// there is none here, and changes are made in the file alone.
	File func(ctx context.Context, system string) (name string, text []byte, err error)
}

// Part is these pages.
type Part struct {
	Options
	standing frame.Reading[state]
}

// New gives the pages.
func New(o Options) *Part { return &Part{Options: o} }

// Routes are the pages and their acts. Whose an act is the register decides; to
// come to it one must be able to read the plan.
func (p *Part) Routes() []frame.Route {
	sees := frame.Need{Permission: matrix.PlanInternal, System: "system"}
	proved := sees
	proved.Fresh = true
	list := []frame.Route{{Method: http.MethodGet, Path: "/systems", Handle: p.list}}
	for path, handle := range map[string]func(*frame.Visit) error{
		"": p.plan, "/steps": p.steps, "/dependencies": p.dependencies, "/drills": p.drills, "/actions": p.actions,
		"/history": p.history, "/readiness": p.readiness, "/review": p.review, "/change": p.change,
	} {
		list = append(list, frame.Route{Method: http.MethodGet, Path: "/systems/{system}" + path, Need: sees, Handle: handle})
	}
	for path, kind := range map[string]approval.Kind{
		"submit": approval.Submitted, "confirm": approval.Confirmed, "accept": approval.Accepted, "return": approval.ChangesAsked,
		"withdraw": approval.Withdrawn,
	} {
		list = append(list, frame.Route{Method: http.MethodPost, Path: "/systems/{system}/review/" + path, Need: sees, Handle: p.saying(kind)})
	}
	list = append(list,
		frame.Route{Method: http.MethodPost, Path: "/systems/{system}/change", Need: sees, Handle: p.propose},
		frame.Route{Method: http.MethodPost, Path: "/systems/{system}/change/{proposal}/withdraw", Need: sees, Handle: p.withdraw})
	return append(list, frame.Route{Method: http.MethodPost, Path: "/systems/{system}/review/approve", Need: proved, Handle: p.saying(approval.Approved)})
}
