package after

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/line"
)

// view is the loop after a run as programs read it, in schema
// beredskab.evaluation.v1 and beredskab.evaluations.v1.
type view struct {
	followup.Evaluation
	State    followup.State `json:"state"`
	Waits    []Wait         `json:"waits_for"`
	Findings []finding      `json:"open_findings,omitempty"`
	Evidence int            `json:"evidence,omitempty"` // files
	Measured bool           `json:"measured"`           // times that a draft of the plan can take over
}

type finding struct {
	Key     string `json:"key"`
	Message string `json:"message"`
}

func of(e followup.Evaluation) view {
	return view{Evaluation: e, State: e.State(), Waits: Waits(e)}
}

func (l Line) list() *cobra.Command {
	system, every, number := "", false, 0
	cmd := &cobra.Command{
		Use: "list", Short: "List the runs whose evaluation is not closed, and whom each waits for", Args: cobra.NoArgs,
		Example: "  beredskab evaluation list\n  beredskab evaluation list --all --system esdh --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Evaluations(cmd.Context(), system, number)
				if err != nil {
					return err
				}
				views := []view{}
				for _, e := range list {
					if every || e.State() != followup.Closed {
						views = append(views, of(e))
					}
				}
				return l.printList(views)
			})
		},
	}
	cmd.Flags().StringVar(&system, "system", "", "only runs of this system")
	cmd.Flags().BoolVar(&every, "all", false, "the closed ones too")
	cmd.Flags().IntVarP(&number, "number", "n", 200, "look at this many of the newest runs; 0: all")
	return cmd
}

func (l Line) printList(list []view) error {
	return l.Print(map[string]any{"schema": "beredskab.evaluations.v1", "evaluations": list}, func(out io.Writer) {
		line.Table(out, "RUN\tSYSTEM\tENDED\tSTATE\tWAITS FOR", func(w io.Writer) {
			for _, v := range list {
				waits := ""
				if len(v.Waits) > 0 {
					waits = v.Waits[0].String()
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", v.Run, v.System, moment(v.Ended.At), v.State, line.Dash(waits))
			}
		})
	})
}

func moment(at time.Time) string { return at.Local().Format("2006-01-02 15:04") }

func (l Line) show() *cobra.Command {
	return &cobra.Command{
		Use: "show RUN", Short: "Show how the evaluation of a run stands, and what comes next", Args: cobra.ExactArgs(1),
		Long: "Shows what was said after a run, what it found and nobody has answered, and whom it waits for. Nobody has to begin\n" +
			"it: it is there when the run has ended.",
		Example: "  beredskab evaluation show 2026-07\n  beredskab evaluation show 2026-07 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error { return l.stands(cmd.Context(), a, args[0]) })
		},
	}
}

// stands prints how the loop of a run stands.
func (l Line) stands(ctx context.Context, a *app.App, run string) error {
	e, err := a.Office.Evaluation(ctx, run)
	if err != nil {
		return err
	}
	v := of(e)
	found, err := a.Register.Findings(ctx, kept.FindingFilter{Run: run, Open: true})
	if err != nil {
		return err
	}
	for _, f := range found {
		v.Findings = append(v.Findings, finding{f.Key, f.Text})
	}
	files, err := evidenceAbout(ctx, a, run)
	if err != nil {
		return err
	}
	_, held, err := a.Register.Run(ctx, run)
	if err != nil {
		return err
	}
	v.Evidence, v.Measured = len(files), len(followup.MeasuredSteps(&held)) > 0
	return l.Print(map[string]any{"schema": "beredskab.evaluation.v1", "evaluation": v}, v.text)
}

func (v view) text(out io.Writer) {
	fmt.Fprintf(out, "%s of %s, class %d, ended %s, led by %s: %s\n", v.Run, v.System, v.Class, moment(v.Ended.At), v.Director, v.State)
	for i, aim := range v.Aims {
		fmt.Fprintf(out, "  objective %d: %s%s\n", i+1, aim, v.met(aim))
	}
	if v.Debriefed != nil {
		fmt.Fprintf(out, "debrief, %s by %s: %s\n", moment(v.Debriefed.At), v.Debriefed.Person, v.Notes)
	}
	for _, s := range v.Survey {
		fmt.Fprintf(out, "survey, %s: prepared %d of 5, plan usable %d of 5%s\n", s.By.Person, s.Prepared, s.Usable, prefixed(": ", s.Text))
	}
	v.judged(out)
	if v.ApprovedBy != nil {
		fmt.Fprintf(out, "report approved, %s by %s: evidence %.12s\n", moment(v.ApprovedBy.At), v.ApprovedBy.Person, v.Report)
	}
	if v.Informed != nil {
		fmt.Fprintf(out, "read by the owner, %s by %s\n", moment(v.Informed.At), v.Informed.Person)
	}
	for _, f := range v.Findings {
		fmt.Fprintf(out, "open finding %s: %s\n", f.Key, f.Message)
	}
	fmt.Fprintf(out, "files of evidence: %d\n", v.Evidence)
	v.next(out)
}

func (v view) judged(out io.Writer) {
	if v.EvaluatedBy == nil {
		return
	}
	a := v.Assessment
	fmt.Fprintf(out, "evaluated, %s by %s\n", moment(v.EvaluatedBy.At), v.EvaluatedBy.Person)
	if a.None {
		fmt.Fprintln(out, "  no strengths, weaknesses or deviations were found")
	}
	for _, list := range []struct {
		word  string
		texts []string
	}{{"strength", a.Strengths}, {"weakness", a.Weaknesses}, {"deviation", a.Deviations}, {"recommendation", a.Recommendations}} {
		for _, text := range list.texts {
			fmt.Fprintf(out, "  %s: %s\n", list.word, text)
		}
	}
}

// met is what the evaluator says of an objective.
func (v view) met(aim string) string {
	if v.Assessment == nil {
		return ""
	}
	i := slices.IndexFunc(v.Assessment.Aims, func(a followup.Aim) bool { return a.Text == aim })
	if i < 0 {
		return ""
	}
	a := v.Assessment.Aims[i]
	return " – " + strings.ReplaceAll(a.Met, "_", " ") + prefixed(", ", a.Note)
}

func prefixed(by, text string) string {
	if text == "" {
		return ""
	}
	return by + text
}

// next says whom it waits for, and the next commands.
func (v view) next(out io.Writer) {
	if len(v.Waits) > 0 {
		fmt.Fprintf(out, "\nwaits for: %s\nNext: %s\n", v.Waits[0], v.Waits[0].Next)
	}
	if len(v.Findings) > 0 && v.State != followup.Closed {
		fmt.Fprintf(out, "Answer a finding: beredskab action open %s --text TEXT --owner PERSON --due DAY\n", v.Findings[0].Key)
	}
	if v.Measured && v.State != followup.Closed {
		fmt.Fprintf(out, "Take the measured times over into the plan: beredskab drill propose %s\n", v.Run)
	}
}
