// Package papers is the pages about what is written down: the yearly report and its
// way to the committee, the other documents, the governing documents with who has
// read them, the evaluation of a run, and the offline copy. What a document says is
// made in report; this shows it and hands it out.
package papers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/afterrun"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
)

// Options are what the pages ask and do things through.
type Options struct {
	Register *register.Register
	Office   *governance.Office
	Bureau   *preparedness.Bureau
	Dossier  *dossier.Dossier
	Desk     *afterrun.Desk
	Copies   func() map[string]time.Time // when each system was last copied into a bundle here; nil: nobody knows
	// Bundle gives the newest offline copy as one file; nil: it is fetched elsewhere.
	Bundle func(context.Context) (name string, file []byte, err error)
}

// Part is the pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages and their acts.
func (p *Part) Routes() []frame.Route {
	report, plans, run := frame.Need{Permission: matrix.Report}, frame.Need{Permission: matrix.PlanInternal}, frame.Need{Permission: matrix.PlanInternal, Run: "run"}
	writes := frame.Need{Permission: matrix.Report, Verb: matrix.Write}
	approves := frame.Need{Permission: matrix.Report, Verb: matrix.Approve, Fresh: true}
	get := func(path string, need frame.Need, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodGet, Path: path, Need: need, Handle: handle}
	}
	post := func(path string, need frame.Need, handle func(*frame.Visit) error) frame.Route {
		return frame.Route{Method: http.MethodPost, Path: path, Need: need, Handle: handle}
	}
	routes := []frame.Route{
		get("/reports", report, p.reports), get("/reports/{year}", report, p.report), get("/reports/{year}/file", report, p.reportFile),
		post("/reports/{year}/freeze", writes, p.freeze), post("/reports/{year}/approve", approves, p.approve), post("/reports/{year}/treat", writes, p.treat),
		get("/reports/control/file", report, p.file(p.control)), get("/reports/quarter/file", report, p.file(p.quarter)),
		get("/reports/wheel/file", plans, p.file(p.wheel)),
		get("/reports/plan/file", frame.Need{Permission: matrix.PlanConfidential}, p.file(p.book)),
		get("/reports/cards/file", frame.Need{Permission: matrix.PlanConfidential}, p.file(p.cards)),
		get("/documents", frame.Need{}, p.documents), get("/documents/read", frame.Need{}, p.reading), post("/receipts", frame.Need{}, p.receipt),
		post("/documents", frame.Need{Permission: matrix.Procedure, Verb: matrix.Write}, p.addDocument),
		post("/documents/approve", frame.Need{Permission: matrix.Procedure, Verb: matrix.Approve, Fresh: true}, p.approveDocument),
		post("/documents/review", frame.Need{Permission: matrix.Procedure, Verb: matrix.Write}, p.reviewDocument),
		get("/bundle", plans, p.bundle),
		get("/drills/{run}/evaluation", run, p.evaluation), get("/drills/{run}/evaluation/report", run, p.evaluationReport),
		post("/drills/{run}/evaluation/debrief", run, p.debrief), post("/drills/{run}/evaluation/survey", run, p.survey),
		post("/drills/{run}/evaluation/assess", run, p.assess), post("/drills/{run}/evaluation/approve", run, p.approveEvaluation),
		post("/drills/{run}/evaluation/confirm", run, p.confirmEvaluation), post("/drills/{run}/evaluation/close", run, p.closeEvaluation),
	}
	if p.Bundle != nil {
		routes = append(routes, get("/bundle/file", frame.Need{Permission: matrix.PlanConfidential}, p.bundleFile))
	}
	return routes
}

// year is that of the address, from the beginning of such reports to the year that it
// is.
func year(v *frame.Visit) (int, error) {
	n, err := strconv.Atoi(v.Path("year"))
	if err != nil || n < 2000 || n > v.Now.In(v.Texts.Zone).Year() {
		return 0, fmt.Errorf("a report about %q: %w", v.Path("year"), kept.ErrNotFound)
	}
	return n, nil
}

// date reads a day and gives it as it was written; an empty field is no day.
func date(v *frame.Visit, name string) (string, error) {
	_, err := v.Day("papers", name)
	return v.Field(name), err
}

// lines are the lines of a field that say something.
func lines(v *frame.Visit, name string) (list []string) {
	for line := range strings.Lines(v.Field(name)) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// bundlePage is the newest offline copy.
type bundlePage struct {
	Known          bool
	Newest, Oldest time.Time
	List           []copied
	Missing        int
	File           bool
}

// copied is a system and when it was copied last.
type copied struct {
	ID, Name string
	At       time.Time
	Ago      time.Duration
}

func (p *Part) bundle(v *frame.Visit) error {
	d := bundlePage{File: p.Bundle != nil && v.May(matrix.PlanConfidential, matrix.Read, everything())}
	if p.Copies != nil {
		copies := p.Copies()
		set, err := p.set(v.Context())
		if err != nil {
			return err
		}
		d.Known = len(copies) > 0
		for _, s := range set.Plans {
			at := copies[s.ID]
			d.List = append(d.List, copied{s.ID, s.Name, at, v.Now.Sub(at).Truncate(time.Minute)})
			if at.IsZero() {
				d.Missing++
				continue
			}
			if at.After(d.Newest) {
				d.Newest = at
			}
			if d.Oldest.IsZero() || at.Before(d.Oldest) {
				d.Oldest = at
			}
		}
	}
	return v.Show("papers/bundle", d)
}

func (p *Part) bundleFile(v *frame.Visit) error {
	name, file, err := p.Bundle(v.Context())
	if err != nil {
		return v.Again(p.bundle, err)
	}
	return v.Send(name, "application/octet-stream", file)
}
