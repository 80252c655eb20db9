// Package after holds the commands about what follows a run: its evaluation, the
// evidence of it, and the plan's next draft out of what was measured.
package after

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/line"
	"beredskab/internal/matrix"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands are the groups of commands; Propose stands under drill.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		line.Group("evaluation", "After a run: debrief, evaluation, approval of the report, and who is waited for",
			l.list(), l.show(), l.debrief(), l.survey(), l.assess(), l.report(), l.approve(), l.confirm(), l.close()),
		line.Group("evidence", "Files and notes that show something, kept by their hash",
			l.evidenceList(), l.evidenceAdd(), l.evidenceGet(), l.evidenceVerify()),
	}
}

// Wait is something that the loop after a run waits for.
type Wait struct {
	For  string   `json:"for"`
	Who  string   `json:"who"`           // a person, or a role
	Not  []string `json:"not,omitempty"` // who may not
	Next string   `json:"next"`          // the command
}

// Waits lists what the loop of a run still lacks, in order; the first is what it
// waits for now.
func Waits(e followup.Evaluation) []Wait {
	list := []Wait{}
	for _, need := range e.Missing() {
		role, _ := matrix.ParseRole(need.Role) // a person is named where none is
		w := Wait{For: map[string]string{
			"debrief": "debrief", "evaluation": "evaluation", "approval": "approval of the report",
			"owner_informed": "confirmation that it was read", "close": "closing",
		}[need.What], Who: cmp.Or(need.Person, "the "+role.Title()), Not: need.Not}
		w.Next = "beredskab evaluation " + map[string]string{
			"debrief":        "debrief " + e.Run + ` --notes "What went well, what did not"`,
			"evaluation":     "assess " + e.Run + " --none, or" + aims(e) + ` --strength TEXT --weakness TEXT --deviation TEXT`,
			"approval":       "report " + e.Run + " --out report.html, then: beredskab evaluation approve " + e.Run + " --seen CODE",
			"owner_informed": "confirm " + e.Run,
			"close":          "close " + e.Run,
		}[need.What]
		list = append(list, w)
	}
	return list
}

// Stands says how far the loop of a run has come, and what it still lacks; a run
// that has not ended, or was held before this register, has no state.
func Stands(ctx context.Context, a *app.App, row kept.Run) (state string, waits []Wait, err error) {
	if row.Imported || row.EndedAt.IsZero() {
		return "", nil, nil
	}
	e, err := a.Office.Evaluation(ctx, row.ID)
	return string(e.State()), Waits(e), err
}

// aims are the flags that answer a run's objectives.
func aims(e followup.Evaluation) (flags string) {
	for i := range e.Aims {
		flags += fmt.Sprintf(" --aim %d=yes", i+1)
	}
	return flags
}

// String says it in a line.
func (w Wait) String() string {
	text := w.For + " by " + w.Who
	if len(w.Not) > 0 {
		text += ", but not " + strings.Join(w.Not, ", ")
	}
	return text
}
