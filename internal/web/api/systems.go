package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/rights"
)

// body is an answer that is nothing but its body.
type body[T any] struct{ Body T }

func answered[T any](v T) *body[T] { return &body[T]{v} }

// nobody is the input of an operation that takes none.
type nobody struct{}

type systemInput struct {
	System string `path:"system" maxLength:"64" doc:"ID of the system"`
}

type systemList struct {
	Schema  string      `json:"schema"`
	Systems []SystemRow `json:"systems"`
}

// SystemRow is a system in a list. Lengths are minutes. Its name begins with a
// capital because the library describes no fields of others, where it is embedded.
type SystemRow struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Class       int    `json:"recovery_class" doc:"0 foundation to 3"`
	Criticality string `json:"criticality"`
	Owner       string `json:"owner" doc:"Role that owns it"`
	Unit        string `json:"unit"`
	MTPD        int    `json:"mtpd_minutes"`
	RTO         int    `json:"rto_minutes"`
	WRT         int    `json:"wrt_minutes"`
	RPO         int    `json:"rpo_minutes"`
	InForce     bool   `json:"in_force" doc:"An approved version of its plan is in force"`
}

type systemView struct {
	Schema string `json:"schema"`
	SystemRow
	Purpose   string         `json:"purpose,omitempty"`
	Hosting   string         `json:"hosting"`
	Team      string         `json:"technical_team,omitempty"`
	Needs     []string       `json:"depends_on" doc:"IDs of systems"`
	Plan      *planView      `json:"plan,omitempty" doc:"The version in force"`
	Drills    []drillView    `json:"drills"`
	Readiness *ReadinessView `json:"readiness,omitempty"`
}

type planView struct {
	Version   string    `json:"version" doc:"As its author wrote it"`
	Hash      string    `json:"hash"`
	StepsHash string    `json:"steps_hash"`
	Since     time.Time `json:"since"`
}

type drillView struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Type     string `json:"type"`
	Schedule string `json:"schedule,omitempty"`
}

// ReadinessView is how ready a system is.
type ReadinessView struct {
	Ready    bool        `json:"ready"`
	InTime   bool        `json:"in_time" doc:"Its chain brings it back within the accepted time, as far as is known"`
	Total    int         `json:"total" minimum:"0" maximum:"100"`
	Measured bool        `json:"measured" doc:"Measured evidence on the present steps counts; without it the system is never well prepared"`
	FallsAt  time.Time   `json:"falls_at,omitzero"`
	Points   []pointView `json:"points"`
}

type pointView struct {
	What    string    `json:"what"`
	Have    int       `json:"have"`
	Of      int       `json:"of"`
	Why     string    `json:"why"`
	Unknown bool      `json:"unknown,omitempty" doc:"Nothing is known, which is not the same as bad"`
	Until   time.Time `json:"until,omitzero"`
}

type readinessList struct {
	Schema  string         `json:"schema"`
	Systems []systemPoints `json:"systems"`
}

type systemPoints struct {
	System string `json:"system"`
	ReadinessView
}

func systems(a *API, h huma.API) {
	o := operation{id: "list-systems", method: http.MethodGet, path: "/api/v1/systems", summary: "The systems", scope: "read", sees: matrix.PlanInternal, tag: "systems"}
	add(a, h, o, a.listSystems)
	o = operation{id: "get-system", method: http.MethodGet, path: "/api/v1/systems/{system}", summary: "One system: its promise, its plan in force, how ready it is", scope: "read", need: frame.Need{Permission: matrix.PlanInternal, System: "system"}, tag: "systems"}
	add(a, h, o, a.getSystem)
	o = operation{id: "list-readiness", method: http.MethodGet, path: "/api/v1/readiness", summary: "How ready each system is", scope: "read", sees: matrix.PlanInternal, tag: "systems"}
	add(a, h, o, a.listReadiness)
}

// aboutPlan is what an act on a plan's system is about.
func aboutPlan(p *plan.Plan) rights.Object { return duty.About(p, "") }

func (a *API) listSystems(ctx context.Context, c *caller, _ *nobody) (*body[systemList], error) {
	set, since, err := a.Register.InForce(ctx)
	if err != nil {
		return nil, err
	}
	list := systemList{Schema: "beredskab.systems.v1", Systems: []SystemRow{}}
	for _, p := range set.Plans {
		if c.sees(p.ID) {
			_, inForce := since[p.ID]
			list.Systems = append(list.Systems, rowOf(p, inForce))
		}
	}
	return answered(list), nil
}

func rowOf(p *plan.Plan, inForce bool) SystemRow {
	o := p.Objectives
	return SystemRow{
		ID: p.ID, Name: p.Name, Class: p.RecoveryClass, Criticality: p.Criticality, Owner: p.Owner.Role, Unit: p.Owner.Unit,
		MTPD: o.MTPD.Minutes(), RTO: o.RTO.Minutes(), WRT: o.WRT.Minutes(), RPO: o.RPO.Minutes(), InForce: inForce,
	}
}

func (a *API) getSystem(ctx context.Context, _ *caller, in *systemInput) (*body[systemView], error) {
	p, since, err := a.planOf(ctx, in.System)
	if err != nil {
		return nil, err
	}
	v := systemView{
		Schema: "beredskab.system.v1", SystemRow: rowOf(p, !since.IsZero()), Purpose: p.Purpose, Hosting: p.Hosting, Team: p.TechnicalTeam,
		Needs: []string{}, Drills: []drillView{},
	}
	for _, d := range p.DependsOn {
		v.Needs = append(v.Needs, d.ID)
	}
	for _, d := range p.Drills {
		v.Drills = append(v.Drills, drillView{d.ID, d.Title, d.Type, d.Schedule.When})
	}
	if !since.IsZero() {
		v.Plan = &planView{p.PlanVersion, p.Hash(), p.StepsHash(), since}
	}
	ready, _, err := a.Bureau.Readiness(ctx)
	if err != nil && !errors.Is(err, preparedness.ErrNoPlans) {
		return nil, err
	}
	for _, r := range ready {
		if r.System == in.System {
			view := readinessOf(r)
			v.Readiness = &view
		}
	}
	return answered(v), nil
}

// planOf is the version of a system's plan that is in force, with since when; of one
// without, the one that the files hold.
func (a *API) planOf(ctx context.Context, system string) (p *plan.Plan, since time.Time, err error) {
	err = a.Door.View(ctx, func(tx door.Tx) error {
		standing, err := a.Door.Standing(ctx, tx, system, time.Time{})
		if err != nil {
			return err
		}
		hash, from, ok := standing.InForce()
		if !ok {
			p, err = a.Door.Held(ctx, tx, system)
			return err
		}
		since = from
		p, err = a.Door.Plan(ctx, tx, hash)
		return err
	})
	return p, since, err
}

func readinessOf(r preparedness.Ready) ReadinessView {
	v := ReadinessView{Ready: r.Counts(), InTime: r.InTime, Total: r.Total, Measured: r.Measured, FallsAt: r.FallsAt, Points: []pointView{}}
	for _, p := range r.Points {
		v.Points = append(v.Points, pointView{p.What, p.Have, p.Of, p.Why, p.Unknown, p.Until})
	}
	return v
}

func (a *API) listReadiness(ctx context.Context, c *caller, _ *nobody) (*body[readinessList], error) {
	list := readinessList{Schema: "beredskab.readiness.v1", Systems: []systemPoints{}}
	ready, _, err := a.Bureau.Readiness(ctx)
	if err != nil && !errors.Is(err, preparedness.ErrNoPlans) {
		return nil, err
	}
	for _, r := range ready {
		if c.sees(r.System) {
			list.Systems = append(list.Systems, systemPoints{r.System, readinessOf(r)})
		}
	}
	return answered(list), nil
}
