package after

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/followup"
)

// act lets somebody do something in the loop of a run, and tells how it stands then.
func (l Line) act(ctx context.Context, run string, fn func(*app.App) error) error {
	return l.Within(ctx, func(a *app.App) error {
		if err := fn(a); err != nil {
			return err
		}
		return l.stands(ctx, a, run)
	})
}

// word is a command of the loop that acts in somebody's name.
func (l Line) word(use, short, long, example string, fn func(ctx context.Context, a *app.App, run string) error) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " RUN", Short: short, Long: long, Example: "  beredskab evaluation " + example, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.act(cmd.Context(), args[0], func(a *app.App) error { return fn(cmd.Context(), a, args[0]) })
		},
	}
	l.Person(cmd)
	return cmd
}

func (l Line) debrief() *cobra.Command {
	notes := ""
	cmd := l.word("debrief", "Keep the notes taken right after a run", "", `debrief 2026-07 --notes "The key was not in the safe; the rest went as planned"`,
		func(ctx context.Context, a *app.App, run string) error {
			if notes == "" {
				return l.Usage("--notes is missing: write what went well and what did not")
			}
			return a.Office.Debrief(ctx, l.Actor(), run, notes)
		})
	cmd.Flags().StringVar(&notes, "notes", "", "what went well and what did not")
	return cmd
}

func (l Line) survey() *cobra.Command {
	var s followup.Survey
	cmd := l.word("survey", "Say as a participant how the exercise was; a later answer replaces the first", "", "survey 2026-07 --prepared 4 --usable 3",
		func(ctx context.Context, a *app.App, run string) error {
			if s.Prepared == 0 || s.Usable == 0 {
				return l.Usage("write both marks from 1 to 5: --prepared N --usable N")
			}
			return a.Office.AnswerSurvey(ctx, l.Actor(), run, s)
		})
	cmd.Flags().IntVar(&s.Prepared, "prepared", 0, "from 1 to 5: I knew what to do")
	cmd.Flags().IntVar(&s.Usable, "usable", 0, "from 1 to 5: the plan could be followed")
	cmd.Flags().StringVar(&s.Text, "text", "", "a remark")
	return cmd
}

func (l Line) assess() *cobra.Command {
	var judged followup.Assessment
	var met []string
	cmd := l.word("assess", "Evaluate a run: were the objectives met, what was strong, weak or not as it must be",
		"Evaluates a run. Each of its objectives is answered by its number in `beredskab evaluation show`: yes, partly, no or\n"+
			"not_tested, with a note behind a colon. Then strengths, weaknesses, deviations and recommendations are named, each flag\n"+
			"as often as needed, or --none says that there are none. Systems of class 0 and 1 are evaluated by somebody else than\n"+
			"those who led the run. It may be done again until the report is approved.",
		`assess 2026-07 --aim 1=yes --aim "2=partly: one server only" \`+"\n"+`    --strength "Everybody was reached" --weakness "Two phones had no battery"`,
		func(ctx context.Context, a *app.App, run string) (err error) {
			e, err := a.Office.Evaluation(ctx, run)
			if err != nil {
				return err
			}
			if judged.Aims, err = l.answers(e, met); err != nil {
				return err
			}
			return a.Office.Evaluate(ctx, l.Actor(), run, judged)
		})
	f := cmd.Flags()
	f.StringArrayVar(&met, "aim", nil, "an objective's number, and whether it was met: 1=yes, or \"2=partly: why\"")
	f.StringArrayVar(&judged.Strengths, "strength", nil, "what went well")
	f.StringArrayVar(&judged.Weaknesses, "weakness", nil, "what worked and not well enough")
	f.StringArrayVar(&judged.Deviations, "deviation", nil, "what was not as it must be")
	f.StringArrayVar(&judged.Recommendations, "recommend", nil, "what should be done")
	f.BoolVar(&judged.None, "none", false, "there were no strengths, weaknesses or deviations")
	return cmd
}

// answers reads "2=partly: one server only" as what is said of the second objective.
func (l Line) answers(e followup.Evaluation, met []string) (list []followup.Aim, err error) {
	for _, text := range met {
		number, answer, found := strings.Cut(text, "=")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if !found || err != nil || n < 1 || n > len(e.Aims) {
			return nil, l.Usage("--aim %q names no objective; run %s has %d, write --aim 1=yes", text, e.Run, len(e.Aims))
		}
		answer, note, _ := strings.Cut(answer, ":")
		list = append(list, followup.Aim{Text: e.Aims[n-1], Met: strings.TrimSpace(answer), Note: strings.TrimSpace(note)})
	}
	return list, nil
}

func (l Line) report() *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use: "report RUN", Short: "Write the report of a run with its evaluation, as it is approved", Args: cobra.ExactArgs(1),
		Long: "Writes the page that the IT manager approves, and the code that stands for exactly that page. After the approval\n" +
			"`beredskab evidence get` gives the page as it was approved.",
		Example: "  beredskab evaluation report 2026-07 --out report.html",
		RunE: func(cmd *cobra.Command, args []string) error {
			if file == "" {
				return l.Usage("--out is missing; name the file for the page, such as --out report.html")
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				page, code, err := a.After.Report(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				path := l.Path(file)
				if err := disk.WriteFile(path, func(to io.Writer) error { _, err := to.Write(page); return err }); err != nil {
					return fmt.Errorf("writing %s: %w", path, err)
				}
				written := map[string]any{"schema": "beredskab.document.v1", "file": path, "bytes": len(page), "sha256": code}
				return l.Print(written, func(out io.Writer) {
					fmt.Fprintf(out, "written to %s\nseen: %.12s\nNext, once it is read: beredskab evaluation approve %s --seen %.12s\n", path, code, args[0], code)
				})
			})
		},
	}
	cmd.Flags().StringVar(&file, "out", "", "the file for the page")
	return cmd
}

func (l Line) approve() *cobra.Command {
	seen := ""
	cmd := l.word("approve", "Approve the report of a run as IT manager; never its evaluator",
		"Approves the report that --seen stands for, and keeps its page as evidence. What the evaluation named as weaknesses\n"+
			"and deviations becomes findings.",
		"approve 2026-07 --seen 3f9c1a7be204",
		func(ctx context.Context, a *app.App, run string) error {
			if seen == "" {
				return l.Usage("--seen is missing; it is the code that this prints: beredskab evaluation report %s --out report.html", run)
			}
			return a.After.Approve(ctx, l.Actor(), run, seen)
		})
	cmd.Flags().StringVar(&seen, "seen", "", "the code of the report that you have read")
	return cmd
}

func (l Line) confirm() *cobra.Command {
	return l.word("confirm", "Confirm as system owner that the approved report has been read", "", "confirm 2026-07",
		func(ctx context.Context, a *app.App, run string) error {
			return a.Office.ConfirmDrillReport(ctx, l.Actor(), run)
		})
}

func (l Line) close() *cobra.Command {
	return l.word("close", "Close the evaluation of a run whose report was approved and read", "", "close 2026-07",
		func(ctx context.Context, a *app.App, run string) error {
			return a.Office.CloseEvaluation(ctx, l.Actor(), run)
		})
}
