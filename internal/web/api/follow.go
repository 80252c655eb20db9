package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

type findingFilter struct {
	System string `query:"system" maxLength:"64"`
	Run    string `query:"run" maxLength:"32"`
	All    bool   `query:"all" doc:"Closed ones too"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type findingList struct {
	Schema   string       `json:"schema"`
	Findings []findingRow `json:"findings"`
}

type findingRow struct {
	Key      string    `json:"key"`
	Code     string    `json:"code"`
	System   string    `json:"system,omitempty" doc:"None: the organisation"`
	Run      string    `json:"run,omitempty"`
	Severity string    `json:"severity"`
	State    string    `json:"state"`
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Raised   time.Time `json:"raised_at"`
	Seen     time.Time `json:"seen_at"`
	Closed   time.Time `json:"closed_at,omitzero"`
	Reason   string    `json:"reason,omitempty"`
}

type dispensationFilter struct {
	System string `query:"system" maxLength:"64"`
	State  string `query:"state" enum:"applied,granted,running,expired,refused,withdrawn" doc:"Where it stands now"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type dispensationList struct {
	Schema        string            `json:"schema"`
	Dispensations []dispensationRow `json:"dispensations" doc:"By number"`
}

type dispensationRow struct {
	ID       string    `json:"id"`
	Code     string    `json:"code" doc:"The rule that may be broken meanwhile"`
	System   string    `json:"system,omitempty"`
	State    string    `json:"state"`
	Reason   string    `json:"reason"`
	Risk     string    `json:"risk"`
	Measures []string  `json:"measures"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"The first moment at which it no longer holds"`
	Review   time.Time `json:"review"`
	Applied  string    `json:"applied_by"`
	Decided  string    `json:"decided_by,omitempty"`
}

func follow(a *API, h huma.API) {
	add(a, h, operation{id: "list-findings", method: http.MethodGet, path: "/api/v1/findings", summary: "What checks and runs showed", scope: "read", sees: matrix.PlanInternal, tag: "follow-up"}, a.listFindings)
	add(a, h, operation{id: "list-dispensations", method: http.MethodGet, path: "/api/v1/dispensations", summary: "Dispensations: asked for, granted, over", scope: "read", sees: matrix.Dispensation, tag: "follow-up"}, a.listDispensations)
}

func (a *API) listFindings(ctx context.Context, c *caller, in *findingFilter) (*body[findingList], error) {
	rows, err := a.Register.Findings(ctx, kept.FindingFilter{System: in.System, Run: in.Run, Open: !in.All})
	if err != nil {
		return nil, err
	}
	list := findingList{Schema: "beredskab.findings.v1", Findings: []findingRow{}}
	for _, f := range rows {
		if c.sees(f.System) && len(list.Findings) < in.Limit {
			list.Findings = append(list.Findings, findingRow{
				f.Key, f.Code, f.System, f.Run, f.Severity, f.State, f.Text, f.Hint, f.RaisedAt, f.SeenAt, f.ClosedAt, f.Reason,
			})
		}
	}
	return answered(list), nil
}

func (a *API) listDispensations(ctx context.Context, c *caller, in *dispensationFilter) (*body[dispensationList], error) {
	given, err := a.Office.Dispensations(ctx, record.Filter{System: in.System})
	if err != nil {
		return nil, err
	}
	list := dispensationList{Schema: "beredskab.dispensations.v1", Dispensations: []dispensationRow{}}
	for _, d := range given {
		row := dispensationOf(d, c.at)
		if c.sees(d.System) && (in.State == "" || in.State == row.State) && len(list.Dispensations) < in.Limit {
			list.Dispensations = append(list.Dispensations, row)
		}
	}
	return answered(list), nil
}

func dispensationOf(d followup.Dispensation, at time.Time) dispensationRow {
	row := dispensationRow{
		ID: d.ID, Code: d.Code, System: d.System, State: string(d.State(at)), Reason: d.Reason, Risk: d.Risk, Measures: append([]string{}, d.Measures...),
		From: d.From, To: d.To, Review: d.Review, Applied: d.Applied.Person,
	}
	if d.Decided != nil {
		row.Decided = d.Decided.Person
	}
	return row
}
