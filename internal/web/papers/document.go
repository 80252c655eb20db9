package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/report"
	"beredskab/internal/rights"
)

// pdf is a form of every document that has HTML, through a browser.
const pdf report.Form = "pdf"

// forms are those of a document with a list behind it, as people ask for them.
func forms() []report.Form {
	return []report.Form{pdf, report.HTML, report.Markdown, report.CSV, report.JSON}
}

// printing is how long a browser may take to print a document.
const printing = time.Minute

// everything is the scope of what is about all systems.
func everything() rights.Object { return rights.Object{} }

// set is the plans as they stand; empty before there are any.
func (p *Part) set(ctx context.Context) (*plan.Set, error) {
	set, err := p.Register.Set(ctx)
	if errors.Is(err, kept.ErrNotFound) {
		return &plan.Set{}, nil
	}
	return set, err
}

// document says how one document is written: its name, and the writing in a form.
type document func(v *frame.Visit) (name string, write func(io.Writer, report.Form, string) error, err error)

// file hands a document out in the form and the language that the address asks for.
func (p *Part) file(make document) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		name, write, err := make(v)
		if err == nil {
			err = p.send(v, name, write)
		}
		if err == nil || !asked(err) {
			return err
		}
		return v.Again(p.reports, err)
	}
}

// asked tells whether an error is about what was asked for: the page with the
// documents is shown with it.
func asked(err error) bool {
	var wrong frame.Wrong
	return errors.As(err, &wrong)
}

// send writes a document and hands it out.
func (p *Part) send(v *frame.Visit, name string, write func(io.Writer, report.Form, string) error) error {
	form := report.Form(v.Query("form"))
	if !slices.Contains(forms(), form) {
		return frame.Wrong{Key: "papers.wrong.form"}
	}
	written := form
	if form == pdf {
		written = report.HTML
	}
	var out bytes.Buffer
	if err := write(&out, written, v.Texts.Lang); err != nil {
		return explained(err)
	}
	body := out.Bytes()
	if form == pdf {
		var err error
		if body, err = printed(v.Context(), body); err != nil {
			return err
		}
	}
	return v.Send(name+"."+string(form), mediaType(form), body)
}

// explained says of a report on a time before there were plans that there is none.
func explained(err error) error {
	if errors.Is(err, preparedness.ErrNoPlans) {
		return frame.Wrong{Key: "papers.wrong.no_plans"}
	}
	return err
}

func mediaType(form report.Form) string {
	switch form {
	case pdf:
		return "application/pdf"
	case report.Markdown:
		return "text/markdown; charset=utf-8"
	case report.CSV:
		return "text/csv; charset=utf-8"
	case report.JSON:
		return "application/json"
	}
	return "text/html; charset=utf-8"
}

// printed makes a PDF of a page. Chromium refuses to start as root with its own
// sandbox.
func printed(ctx context.Context, page []byte) ([]byte, error) {
	path, err := report.FindBrowser()
	if err != nil {
		return nil, frame.Wrong{Key: "papers.wrong.browser"}
	}
	ctx, cancel := context.WithTimeout(ctx, printing)
	defer cancel()
	var out bytes.Buffer
	err = report.PDF(ctx, report.Browser{Path: path, NoSandbox: os.Geteuid() == 0}, page, &out)
	return out.Bytes(), err
}

// about writes a document that is made of the figures of a period.
func (p *Part) about(v *frame.Visit, name string, period preparedness.Period, make func(io.Writer, report.YearInput, report.Form, string) error) (string, func(io.Writer, report.Form, string) error, error) {
	in, err := p.Bureau.Period(v.Context(), period)
	return name, func(w io.Writer, form report.Form, lang string) error { return make(w, in, form, lang) }, explained(err)
}

func (p *Part) control(v *frame.Visit) (string, func(io.Writer, report.Form, string) error, error) {
	return p.about(v, "control", preparedness.Period{From: v.Now.AddDate(-1, 0, 0), Until: v.Now.Add(time.Minute)}, report.Control)
}

func (p *Part) quarter(v *frame.Visit) (string, func(io.Writer, report.Form, string) error, error) {
	now := v.Now.In(v.Texts.Zone)
	name := v.Query("quarter")
	if name == "" {
		name = fmt.Sprintf("%d-%d", now.Year(), (int(now.Month())+2)/3)
	}
	var year, quarter int
	if n, err := fmt.Sscanf(name, "%d-%d", &year, &quarter); n != 2 || err != nil || quarter < 1 || quarter > 4 || year < 2000 ||
		time.Date(year, time.Month(3*quarter-2), 1, 0, 0, 0, 0, v.Texts.Zone).After(v.Now) {
		return "", nil, frame.Wrong{Key: "papers.wrong.quarter", Values: []any{name}}
	}
	period, err := p.Bureau.Quarter(v.Context(), year, quarter)
	if err != nil {
		return "", nil, err
	}
	return p.about(v, fmt.Sprintf("quarter-%d-%d", year, quarter), period, report.Quarter)
}

func (p *Part) wheel(v *frame.Visit) (string, func(io.Writer, report.Form, string) error, error) {
	year := v.Now.In(v.Texts.Zone).Year()
	period, err := p.Bureau.Year(v.Context(), year)
	if err != nil {
		return "", nil, err
	}
	return p.about(v, "wheel-"+strconv.Itoa(year), period, report.Wheel)
}

// compiled writes a document of the plans themselves.
func (p *Part) compiled(v *frame.Visit, name string, make func(io.Writer, report.BookInput, report.Form, string) error) (string, func(io.Writer, report.Form, string) error, error) {
	in, err := p.Bureau.Book(v.Context())
	return name, func(w io.Writer, form report.Form, lang string) error { return make(w, in, form, lang) }, explained(err)
}

func (p *Part) book(v *frame.Visit) (string, func(io.Writer, report.Form, string) error, error) {
	return p.compiled(v, "plan", report.Book)
}

func (p *Part) cards(v *frame.Visit) (string, func(io.Writer, report.Form, string) error, error) {
	return p.compiled(v, "cards", report.Cards)
}
