// Package report turns figures into documents: the drill report, in Danish and
// English, as a page that prints and as Markdown. It computes nothing that the
// figures do not say: what was not measured is said to be not measured, and is
// never shown as passed (DESIGN 1). A document stands by itself: it loads
// nothing from anywhere, and each picture has a table that says the same
// (DESIGN 6).
package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
)

// ErrNoEvents says that a run was held before this register and has no events
// to report from.
var ErrNoEvents = errors.New("the run has no events")

// Form is the shape of a document.
type Form string

// The forms.
const (
	Markdown Form = "md"
	HTML     Form = "html" // one page without external resources, made for A4
)

// Languages lists the languages of documents; the first is the usual one.
func Languages() []string { return []string{"da", "en"} }

// DrillInput is what a drill report is made from (spec/domain.md 4.3).
type DrillInput struct {
	Run drill.Run // as its events say it is; need not have ended
	// PlanHash and StepsHash are the SHA-256 that the register has pinned the
	// run to, in hexadecimal.
	PlanHash, StepsHash string
	Scope               string    // isolated or end_to_end
	PrintedAt           time.Time // when the document was made
}

// Drill writes the report of one run, drill or real incident. Times are shown
// as Europe/Copenhagen has them.
func Drill(w io.Writer, in DrillInput, form Form, lang string) error {
	if in.Run.Plan == nil || in.Run.Seq == 0 {
		return fmt.Errorf("reporting run %s: %w", in.Run.ID, ErrNoEvents)
	}
	write, ok := map[Form]func(io.Writer, *document) error{Markdown: writeMarkdown, HTML: writePage}[form]
	if !ok {
		return fmt.Errorf("reporting run %s: there is no form %q; use %s or %s", in.Run.ID, form, Markdown, HTML)
	}
	if !slices.Contains(Languages(), lang) {
		return fmt.Errorf("reporting run %s: there is no language %q; use %s", in.Run.ID, lang, strings.Join(Languages(), " or "))
	}
	say, err := newPhrases(lang)
	if err != nil {
		return fmt.Errorf("reporting run %s: %w", in.Run.ID, err)
	}
	d := drillReport{phrases: say, DrillInput: in}
	if err := write(w, d.document()); err != nil {
		return fmt.Errorf("writing the report of run %s: %w", in.Run.ID, err)
	}
	return nil
}
