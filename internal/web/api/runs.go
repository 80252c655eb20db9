package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
)

type runFilter struct {
	System string `query:"system" maxLength:"64" doc:"Only runs of this system"`
	Open   bool   `query:"open" doc:"Only runs that have not ended"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// RunInput names a run.
type RunInput struct {
	Run string `path:"run" maxLength:"32" doc:"ID of the run, such as 2026-07"`
}

type eventFilter struct {
	RunInput
	After int `query:"after" minimum:"0" doc:"Only what came after this number"`
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"200"`
}

type runList struct {
	Schema string   `json:"schema"`
	Runs   []RunRow `json:"runs" doc:"Newest first"`
}

// RunRow is a run in a list. Lengths are minutes; null is not measured.
type RunRow struct {
	ID       string    `json:"id"`
	System   string    `json:"system"`
	Drill    string    `json:"drill,omitempty"`
	Title    string    `json:"title"`
	Type     string    `json:"type"`
	Incident bool      `json:"incident" doc:"A real incident, and no drill"`
	Imported bool      `json:"imported,omitempty"`
	State    string    `json:"state"`
	Verdict  string    `json:"verdict,omitempty"`
	Director string    `json:"director,omitempty"`
	Seq      int       `json:"seq" doc:"Number of its newest event"`
	PlanHash string    `json:"plan_hash"`
	RTA      *float64  `json:"rta_minutes"`
	RPA      *float64  `json:"rpa_minutes"`
	Started  time.Time `json:"started_at,omitzero"`
	Ended    time.Time `json:"ended_at,omitzero"`
}

type runView struct {
	Schema string `json:"schema"`
	RunRow
	Reason   string               `json:"reason,omitempty"`
	RTAGross *float64             `json:"rta_gross_minutes"`
	WRA      *float64             `json:"wra_minutes"`
	RTO      int                  `json:"rto_minutes,omitempty"`
	RPO      int                  `json:"rpo_minutes,omitempty"`
	Times    map[string]time.Time `json:"times"`
	Steps    []stepView           `json:"steps"`
	Notes    []noteView           `json:"notes"`
}

type stepView struct {
	ID        string    `json:"id"`
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	Kind      string    `json:"kind"`
	Cleanup   bool      `json:"cleanup,omitempty"`
	State     string    `json:"state"`
	Asks      string    `json:"asks,omitempty" doc:"Role that is asked"`
	Outcome   string    `json:"outcome,omitempty"`
	Attempts  int       `json:"attempts"`
	By        string    `json:"by,omitempty"`
	Assurance string    `json:"assurance,omitempty"`
	Note      string    `json:"note,omitempty"`
	Started   time.Time `json:"started_at,omitzero"`
	Ended     time.Time `json:"ended_at,omitzero"`
	Estimate  int       `json:"estimate_minutes"`
	Worked    float64   `json:"worked_minutes"`
	Waited    float64   `json:"waited_minutes"`
}

type noteView struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Step string    `json:"step,omitempty"`
	Text string    `json:"text"`
}

type eventList struct {
	Schema string        `json:"schema"`
	Events []event.Event `json:"events" doc:"Oldest first"`
	Next   int           `json:"next" doc:"What to send as after for what comes then"`
}

// runAnswer is an answer about one run, with its tag.
type runAnswer[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func runs(a *API, h huma.API) {
	one := frame.Need{Permission: matrix.PlanInternal, Run: "run"}
	add(a, h, operation{id: "list-runs", method: http.MethodGet, path: "/api/v1/runs", summary: "Drills and incidents, newest first", scope: "read", sees: matrix.PlanInternal, tag: "runs"}, a.listRuns)
	add(a, h, operation{id: "get-run", method: http.MethodGet, path: "/api/v1/runs/{run}", summary: "One run with its steps and figures", scope: "read", need: one, tag: "runs"}, a.getRun)
	add(a, h, operation{id: "list-events", method: http.MethodGet, path: "/api/v1/runs/{run}/events", summary: "What happened to a run", scope: "read", need: one, tag: "runs"}, a.listEvents)
}

func (a *API) listRuns(ctx context.Context, c *caller, in *runFilter) (*body[runList], error) {
	const most = 500 // somebody who sees few systems still finds his own among them
	rows, err := a.Register.Runs(ctx, kept.RunFilter{System: in.System, Open: in.Open, Limit: most})
	if err != nil {
		return nil, err
	}
	list := runList{Schema: "beredskab.runs.v1", Runs: []RunRow{}}
	for _, row := range rows {
		if c.sees(row.System) && len(list.Runs) < in.Limit {
			list.Runs = append(list.Runs, rowOfRun(row))
		}
	}
	return answered(list), nil
}

func rowOfRun(r kept.Run) RunRow {
	return RunRow{
		ID: r.ID, System: r.System, Drill: r.DrillID, Title: r.Title, Type: r.Type, Incident: r.Incident, Imported: r.Imported, State: r.State,
		Verdict: r.Verdict, Director: r.Director, Seq: r.Seq, PlanHash: r.PlanHash, RTA: minutesOf(r.RTA), RPA: minutesOf(r.RPA),
		Started: r.StartedAt, Ended: r.EndedAt,
	}
}

func (a *API) getRun(ctx context.Context, _ *caller, in *RunInput) (*runAnswer[runView], error) {
	row, run, err := a.Register.Run(ctx, in.Run)
	if err != nil {
		return nil, err
	}
	v := runView{Schema: "beredskab.run.v1", RunRow: rowOfRun(row), Times: map[string]time.Time{}, Steps: []stepView{}, Notes: []noteView{}}
	if !row.Imported {
		v.fill(&run)
	}
	return &runAnswer[runView]{tag(row.Seq), v}, nil
}

func (v *runView) fill(run *drill.Run) {
	_, gross := run.RTA()
	v.RTAGross, v.WRA, v.Reason = minutesOf(gross.Nanoseconds()), minutesOf(run.WRA().Nanoseconds()), run.Reason
	v.RTO, v.RPO = run.Plan.Objectives.RTO.Minutes(), run.Plan.Objectives.RPO.Minutes()
	for name, at := range timePoints(&run.Times) {
		if !at.IsZero() {
			v.Times[name] = at
		}
	}
	for i := range run.Steps {
		s := &run.Steps[i]
		view := stepView{
			ID: s.ID, Number: s.Number, Title: s.Title, Kind: string(s.Kind()), Cleanup: s.Cleanup, State: string(s.State), Outcome: s.Outcome,
			Attempts: s.Attempt, By: s.By, Assurance: s.Assured, Note: s.Note, Started: s.StartedAt, Ended: s.EndedAt,
			Estimate: s.Estimate.Minutes(), Worked: minutes(s.Worked), Waited: minutes(s.Waited),
		}
		if s.Human() {
			view.Asks = run.Asks(s)
		}
		v.Steps = append(v.Steps, view)
	}
	for _, n := range run.Notes {
		v.Notes = append(v.Notes, noteView{n.At, n.By, n.Step, n.Text})
	}
}

// timePoints names t0–t12 as spec/domain.md 3.1 does, and SetTime takes them.
func timePoints(t *drill.Times) map[string]time.Time {
	return map[string]time.Time{
		"disrupted_at": t.DisruptedAt, "detected_at": t.DetectedAt, "alerted_at": t.AlertedAt, "assessed_at": t.AssessedAt,
		"declared_at": t.DeclaredAt, "activated_at": t.ActivatedAt, "mobilised_at": t.MobilisedAt, "workaround_at": t.WorkaroundAt,
		"recovery_started_at": t.RecoveryAt, "restored_at": t.RestoredAt, "verified_at": t.VerifiedAt, "caught_up_at": t.CaughtUpAt,
		"normalised_at": t.NormalisedAt, "stood_down_at": t.StoodDownAt, "evaluated_at": t.EvaluatedAt, "recovery_point_at": t.RecoveryPointAt,
	}
}

func minutes(d time.Duration) float64 { return math.Round(d.Minutes()*100) / 100 }

func minutesOf(ns *int64) *float64 {
	if ns == nil {
		return nil
	}
	m := minutes(time.Duration(*ns))
	return &m
}

func (a *API) listEvents(ctx context.Context, _ *caller, in *eventFilter) (*body[eventList], error) {
	rows, err := a.Register.Events(ctx, in.Run, in.After)
	if err != nil {
		return nil, err
	}
	list := eventList{Schema: "beredskab.events.v1", Events: []event.Event{}, Next: in.After}
	for _, row := range rows[:min(len(rows), in.Limit)] {
		var e event.Event
		if err := json.Unmarshal(row.Body, &e); err != nil {
			return nil, fmt.Errorf("reading event %d of run %s: %w", row.Seq, in.Run, err)
		}
		list.Events, list.Next = append(list.Events, e), row.Seq
	}
	return answered(list), nil
}
