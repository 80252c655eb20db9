package follow

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/line"
)

// finding is a finding as programs read it, in schema beredskab.findings.v1.
type finding struct {
	Key      string    `json:"key"`
	Code     string    `json:"code"`
	System   string    `json:"system,omitempty"` // none: the organisation
	Run      string    `json:"run,omitempty"`
	Severity string    `json:"severity"`
	State    string    `json:"state"`
	Message  string    `json:"message"`
	Hint     string    `json:"hint,omitempty"`
	Raised   time.Time `json:"raised_at"`
	Seen     time.Time `json:"seen_at"`
	Closed   time.Time `json:"closed_at,omitzero"`
	Reason   string    `json:"reason,omitempty"` // why it was closed, or came back
}

func (l Line) findingList() *cobra.Command {
	f, every := kept.FindingFilter{}, false
	cmd := &cobra.Command{
		Use: "list", Short: "List the open findings of checks and runs, with the key of each", Args: cobra.NoArgs,
		Long: "List what the newest round of checks and the runs showed and what is still open. `check` judges the plans as\n" +
			"they are now; this is what the register holds of it, since when, and under which key it is closed or answered.",
		Example: "  beredskab finding list --system esdh\n  beredskab finding list --all --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.Open = !every
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Register.Findings(cmd.Context(), f)
				if err != nil {
					return err
				}
				return l.printFindings(list)
			})
		},
	}
	cmd.Flags().StringVar(&f.System, "system", "", "only findings about this system")
	cmd.Flags().StringVar(&f.Run, "run", "", "only findings of this run")
	cmd.Flags().BoolVar(&every, "all", false, "the closed ones too")
	return cmd
}

func (l Line) printFindings(list []kept.Finding) error {
	views := make([]finding, len(list))
	for i, f := range list {
		views[i] = finding{f.Key, f.Code, f.System, f.Run, f.Severity, f.State, f.Text, f.Hint, f.RaisedAt, f.SeenAt, f.ClosedAt, f.Reason}
	}
	return l.Print(map[string]any{"schema": "beredskab.findings.v1", "findings": views}, func(out io.Writer) {
		line.Table(out, "KEY\tSTATE\tSINCE\tWHAT", func(w io.Writer) {
			for _, f := range views {
				state := f.State
				if !f.Closed.IsZero() {
					state = "closed"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Key, state, f.Raised.Local().Format(time.DateOnly), line.Dash(f.Message))
			}
		})
	})
}

func (l Line) findingClose() *cobra.Command {
	return l.word(word{
		use: "close KEY", short: "Close a finding, with a reason",
		long:    "Close a finding, with a reason. One that the checks raised comes back at their next round while the rule is still\nbroken: what shall not come back until a date takes a dispensation.",
		example: `finding close 2026-07/slow-step/esdh/gendan --reason "The step was repaired, see A-2026-3"`,
		flag:    "reason", meaning: "why it needs no more work", done: "closed",
		act: (*governance.Office).CloseFinding,
	})
}
