package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/check"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
)

type reportList struct {
	Schema  string      `json:"schema"`
	Reports []reportRow `json:"reports" doc:"By year"`
}

type reportRow struct {
	Year       int       `json:"year"`
	State      string    `json:"state"`
	SHA256     string    `json:"sha256" doc:"Of the frozen figures"`
	FrozenAt   time.Time `json:"frozen_at"`
	FrozenBy   string    `json:"frozen_by"`
	ApprovedAt time.Time `json:"approved_at,omitzero"`
	ApprovedBy string    `json:"approved_by,omitempty"`
	TreatedOn  string    `json:"treated_on,omitempty" doc:"Day of the committee's meeting"`
	Decision   string    `json:"decision,omitempty"`
}

type yearInput struct {
	Year int `path:"year" minimum:"2000" maximum:"9999"`
}

// figures are the frozen bytes, word for word: their hash is what was approved.
type figures struct {
	ETag string `header:"ETag"`
	Type string `header:"Content-Type"`
	Body []byte
}

type logFilter struct {
	After  int64  `query:"after" minimum:"0" doc:"Only entries after this number"`
	Newest bool   `query:"newest" doc:"The newest first, and not the oldest"`
	Object string `query:"object" maxLength:"200"`
	Actor  string `query:"actor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type entryList struct {
	Schema  string     `json:"schema"`
	Entries []entryRow `json:"entries"`
	Next    int64      `json:"next" doc:"What to send as after for what comes then"`
}

type entryRow struct {
	Seq     int64           `json:"seq"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	Act     string          `json:"act"`
	Object  string          `json:"object"`
	Outcome string          `json:"outcome" enum:"done,refused"`
	Hash    string          `json:"hash" doc:"RFC 6962 leaf hash of the entry's bytes"`
	Entry   json.RawMessage `json:"entry" doc:"The entry as it is kept"`
}

type checkView struct {
	Schema   string         `json:"schema"`
	At       time.Time      `json:"at"`
	Systems  []checkedRow   `json:"systems"`
	Findings []judgementRow `json:"findings" doc:"Gravest first"`
}

type checkedRow struct {
	System string `json:"system"`
	State  string `json:"state" enum:"ok,at_risk,breached,unknown,waived" doc:"Unknown is not measured, and never good"`
}

type judgementRow struct {
	Code     string    `json:"code"`
	System   string    `json:"system,omitempty"`
	Subject  string    `json:"subject,omitempty"`
	Severity string    `json:"severity"`
	State    string    `json:"state"`
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Waived   time.Time `json:"waived_until,omitzero"`
}

func papers(a *API, h huma.API) {
	may := frame.Need{Permission: matrix.Report}
	add(a, h, operation{id: "list-reports", method: http.MethodGet, path: "/api/v1/reports", summary: "Yearly reports that were frozen", scope: "read", need: may, tag: "reports"}, a.listReports)
	add(a, h, operation{id: "get-figures", method: http.MethodGet, path: "/api/v1/reports/{year}/figures", summary: "The frozen figures of a year, word for word", scope: "read", need: may, tag: "reports"}, a.getFigures)
	add(a, h, operation{id: "list-log", method: http.MethodGet, path: "/api/v1/log", summary: "The log: who did what, and what was refused", scope: "read", need: frame.Need{Permission: matrix.Log}, tag: "reports"}, a.listLog)
	add(a, h, operation{id: "get-check", method: http.MethodGet, path: "/api/v1/check", summary: "Every rule, applied to the register as it is now", scope: "read", sees: matrix.PlanInternal, tag: "reports"}, a.getCheck)
}

func (a *API) listReports(ctx context.Context, _ *caller, _ *nobody) (*body[reportList], error) {
	reports, err := a.Office.Reports(ctx)
	if err != nil {
		return nil, err
	}
	list := reportList{Schema: "beredskab.reports.v1", Reports: []reportRow{}}
	for _, r := range reports {
		row := reportRow{Year: r.Year, State: r.State(), SHA256: r.SHA256, FrozenAt: r.Frozen.At, FrozenBy: r.Frozen.Person}
		if r.Approved != nil {
			row.ApprovedAt, row.ApprovedBy = r.Approved.At, r.Approved.Person
		}
		if r.Treatment != nil {
			row.TreatedOn, row.Decision = r.Treatment.On, r.Treatment.Decision
		}
		list.Reports = append(list.Reports, row)
	}
	return answered(list), nil
}

func (a *API) getFigures(ctx context.Context, _ *caller, in *yearInput) (*figures, error) {
	reports, err := a.Office.Reports(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if r.Year == in.Year {
			frozen, err := r.Figures()
			return &figures{`"` + r.SHA256 + `"`, "application/json", frozen}, err
		}
	}
	return nil, fmt.Errorf("no report about %d was frozen: %w", in.Year, kept.ErrNotFound)
}

func (a *API) listLog(ctx context.Context, c *caller, in *logFilter) (*body[entryList], error) {
	f := kept.EntryFilter{Object: in.Object, Actor: in.Actor, Limit: in.Limit, Forward: !in.Newest, After: in.After}
	entries, err := a.Office.ReadLog(ctx, c.Actor, f)
	if err != nil {
		return nil, err
	}
	list := entryList{Schema: "beredskab.log.v1", Entries: []entryRow{}, Next: in.After}
	for _, e := range entries {
		list.Entries = append(list.Entries, entryRow{e.Seq, e.At, e.Actor, e.Act, e.Object, e.Outcome, hex.EncodeToString(e.Hash), e.Bytes})
		list.Next = max(list.Next, e.Seq)
	}
	return answered(list), nil
}

func (a *API) getCheck(ctx context.Context, c *caller, _ *nobody) (*body[checkView], error) {
	report, err := a.Check(ctx)
	if err != nil {
		return nil, err
	}
	v := checkView{Schema: "beredskab.check.v1", At: c.at, Systems: []checkedRow{}, Findings: []judgementRow{}}
	for _, s := range report.Systems {
		if c.sees(s.System) {
			v.Systems = append(v.Systems, checkedRow{s.System, string(s.State)})
		}
	}
	for _, f := range report.Findings {
		if c.sees(f.System) {
			v.Findings = append(v.Findings, judgementOf(f))
		}
	}
	return answered(v), nil
}

func judgementOf(f check.Finding) judgementRow {
	return judgementRow{f.Code, f.System, f.Subject, string(f.Severity), string(f.State), f.Message, f.Hint, f.WaivedUntil}
}
