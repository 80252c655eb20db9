// Package report turns figures into documents: the drill report, the yearly
// report to Økonomiudvalget and its closed annex, the quarterly report, the
// compiled continuity plan with its action cards, the control report and the
// year wheel, each in Danish and English. It computes nothing that the figures
// do not say: what was not measured is said to be not measured, and is never
// shown as passed (DESIGN 1). A document stands by itself: it loads nothing from
// anywhere, and each picture has a table that says the same (DESIGN 6).
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/followup"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/report/page"
	"beredskab/internal/report/press"
)

// ErrNoEvents says that a run was held before this register and has no events
// to report from.
var ErrNoEvents = errors.New("the run has no events")

// Form is the shape of a document.
type Form string

// The forms. A PDF is made from the HTML (see PDF); CSV and JSON are made of all
// documents but the drill report, whose figures `drill show --json` gives.
const (
	Markdown Form = "md"
	HTML     Form = "html" // one page without external resources, made for A4
	CSV      Form = "csv"  // the list that the document is about
	JSON     Form = "json" // the frozen figures, byte by byte
)

// Languages lists the languages of documents; the first is the usual one.
func Languages() []string { return phrase.Languages() }

// DrillInput is what a drill report is made from (spec/domain.md 4.3).
type DrillInput struct {
	Run drill.Run // as its events say it is; need not have ended
	// PlanHash and StepsHash are the SHA-256 that the register has pinned the
	// run to, in hexadecimal.
	PlanHash, StepsHash string
	Scope               string    // isolated or end_to_end
	Draft               bool      // of a version that was not in force: it is no evidence
	PrintedAt           time.Time // when the document was made
	// Alone are the ids of the steps that only one person has ever done, over all runs.
	Alone []string
	// Evaluation is how the run was evaluated; nil: it was not.
	Evaluation *followup.Evaluation
}

// Drill writes the report of one run, drill or real incident, as Markdown or
// HTML. Times are shown as Europe/Copenhagen has them.
func Drill(w io.Writer, in DrillInput, form Form, lang string) error {
	if in.Run.Plan == nil || in.Run.Seq == 0 {
		return fmt.Errorf("reporting run %s: %w", in.Run.ID, ErrNoEvents)
	}
	if form == CSV || form == JSON {
		return fmt.Errorf("reporting run %s: there is no form %q of it; use %s or %s", in.Run.ID, form, Markdown, HTML)
	}
	err := write(w, form, lang, nil, func(say *phrase.Phrases) *page.Document {
		d := drillReport{Phrases: say, DrillInput: in}
		return d.document()
	})
	if err != nil {
		return fmt.Errorf("reporting run %s: %w", in.Run.ID, err)
	}
	return nil
}

// write makes a document in a language and writes it in a form; data is its JSON.
func write(w io.Writer, form Form, lang string, data []byte, document func(*phrase.Phrases) *page.Document) error {
	forms := map[Form]func(io.Writer, *page.Document) error{Markdown: page.WriteMarkdown, HTML: page.WriteHTML, CSV: page.WriteCSV}
	forms[JSON] = func(w io.Writer, _ *page.Document) error {
		_, err := w.Write(data)
		return err
	}
	give, ok := forms[form]
	if !ok {
		return fmt.Errorf("there is no form %q; use %s, %s, %s or %s", form, Markdown, HTML, CSV, JSON)
	}
	say, err := phrase.New("report", lang)
	if err != nil {
		return err
	}
	if err := give(w, document(say)); err != nil {
		return fmt.Errorf("writing it as %s: %w", form, err)
	}
	return nil
}

// figure puts a picture on the page; printed tells whether its table is on paper
// too.
func figure(p picture.Picture, printed bool) page.Figure {
	f := page.Figure{Caption: p.Caption, SVG: p.SVG, Printed: printed}
	if len(p.Rows) > 0 {
		f.Twin = &page.Table{ID: p.Twin, Caption: p.Caption, Columns: page.Columns(p.Titles...), Rows: p.Rows}
	}
	return f
}

// bars draws lines of bars for which the document has a table.
func bars(say *phrase.Phrases, id, caption, twin string, lines []picture.Bar) (figures []page.Figure) {
	for _, p := range picture.Bars(say, id, caption, twin, lines) {
		figures = append(figures, figure(p, false))
	}
	return figures
}

// ErrNoBrowser says that no browser is there to make a PDF with, and what to do.
var ErrNoBrowser = press.ErrNoBrowser

// Browser is the Chromium that makes PDFs.
type Browser = press.Browser

// FindBrowser looks for a browser on the machine; ErrNoBrowser when there is none.
func FindBrowser() (path string, err error) { return press.Find() }

// PDF makes a tagged PDF of a page that was written as HTML: the same document,
// readable by those who hear it read out. It takes seconds; ctx ends it.
func PDF(ctx context.Context, browser Browser, html []byte, w io.Writer) error {
	if err := browser.Print(ctx, html, w); err != nil {
		return fmt.Errorf("making a PDF: %w", err)
	}
	return nil
}
