package follow

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/line"
	"beredskab/internal/record"
)

// dispensation is one as programs read it, in schema beredskab.dispensations.v1.
type dispensation struct {
	followup.Dispensation
	State followup.State `json:"state"` // where it stands now
}

func (l Line) dispensationList() *cobra.Command {
	f := record.Filter{}
	cmd := &cobra.Command{
		Use: "list", Short: "List dispensations, and which hold now", Args: cobra.NoArgs,
		Example: "  beredskab dispensation list --state running",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Dispensations(cmd.Context(), f)
				if err != nil {
					return err
				}
				views := []dispensation{}
				for _, d := range list {
					views = append(views, dispensation{d, d.State(time.Now())})
				}
				return l.printDispensations(views)
			})
		},
	}
	cmd.Flags().StringVar(&f.System, "system", "", "only for this system")
	cmd.Flags().StringVar(&f.State, "state", "", "only applied, granted (not begun), running, expired, refused or withdrawn ones")
	return cmd
}

func (l Line) printDispensations(list []dispensation) error {
	return l.Print(map[string]any{"schema": "beredskab.dispensations.v1", "dispensations": list}, func(out io.Writer) {
		line.Table(out, "DISPENSATION\tRULE\tSYSTEM\tSTATE\tFROM\tUNTIL\tASKED BY\tWHY", func(w io.Writer) {
			for _, d := range list {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.Code, line.Dash(d.System), d.State,
					d.From.Local().Format(time.DateOnly), d.To.Local().Format(time.DateOnly), d.Applied.Person, d.Reason)
			}
		})
	})
}

func (l Line) dispensationApply() *cobra.Command {
	draft, from, until, review := followup.Dispensation{}, "", "", ""
	cmd := &cobra.Command{
		Use: "apply RULE [SYSTEM]", Short: "Ask that a system may break a rule until a day", Args: cobra.RangeArgs(1, 2),
		Long: "Ask that a system, or the organisation where no system is named, may break a rule until a day, 12 months at the\n" +
			"most. Somebody else decides. While it holds, what is broken is shown as waived until that day, never as kept, and\n" +
			"comes back by itself; 30 and 7 days before the end a message says so.",
		Example: `  beredskab dispensation apply C5 esdh --until 2027-04-01 --reason "The new backup comes in March" \` + "\n" +
			`    --risk "A day's cases may be lost" --measure "An extra copy at closing time" --bound 1440`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if draft.Reason == "" || draft.Risk == "" || len(draft.Measures) == 0 || until == "" {
				return l.Usage("write why, what may happen, what makes up for it, and until when: --reason TEXT --risk TEXT --measure TEXT --until DAY")
			}
			if draft.Code = args[0]; len(args) > 1 {
				draft.System = args[1]
			}
			for _, at := range []struct {
				flag, text string
				into       *time.Time
			}{{"--from", from, &draft.From}, {"--until", until, &draft.To}, {"--review", review, &draft.Review}} {
				if *at.into, err = l.Day(at.flag, at.text); err != nil {
					return err
				}
			}
			return l.apply(cmd.Context(), draft)
		},
	}
	f := cmd.Flags()
	f.StringVar(&draft.Reason, "reason", "", "why the rule cannot be kept")
	f.StringVar(&draft.Risk, "risk", "", "what may happen meanwhile")
	f.StringArrayVar(&draft.Measures, "measure", nil, "what makes up for it; may be given again")
	f.Int64Var(&draft.Bound, "bound", 0, "the worst value that is accepted, in the unit of the finding's value (minutes or days); 0: any")
	f.StringVar(&from, "from", "", "the first day on which it holds (default: now)")
	f.StringVar(&until, "until", "", "the first day on which it no longer holds")
	f.StringVar(&review, "review", "", "the day on which it is looked at (default: 30 days before its end)")
	l.Person(cmd)
	return cmd
}

func (l Line) apply(ctx context.Context, draft followup.Dispensation) error {
	return l.Within(ctx, func(a *app.App) error {
		applied, err := a.Office.ApplyForDispensation(ctx, l.Actor(), draft)
		if err != nil {
			return err
		}
		view := dispensation{applied, applied.State(time.Now())}
		return l.Print(map[string]any{"schema": "beredskab.dispensation.v1", "dispensation": view}, func(out io.Writer) {
			fmt.Fprintln(out, "applied: "+applied.ID)
		})
	})
}

func (l Line) dispensationGrant() *cobra.Command {
	return l.word(word{
		use: "grant ID", short: "Grant a dispensation; never who asked for it", optional: true,
		example: `dispensation grant D-2026-2 --note "Until the new backup is there"`,
		flag:    "note", meaning: "words to the decision", done: "granted", judge: true,
		act: (*governance.Office).GrantDispensation,
	})
}

func (l Line) dispensationRefuse() *cobra.Command {
	return l.word(word{
		use: "refuse ID", short: "Refuse a dispensation, with a reason; never who asked for it",
		example: `dispensation refuse D-2026-2 --reason "The risk is too high"`,
		flag:    "reason", meaning: "why", done: "refused",
		act: (*governance.Office).RefuseDispensation,
	})
}

func (l Line) dispensationWithdraw() *cobra.Command {
	return l.word(word{
		use: "withdraw ID", short: "Take an application back, or end a dispensation before its time",
		example: `dispensation withdraw D-2026-2 --reason "The new backup is there"`,
		flag:    "reason", meaning: "why", done: "withdrawn", judge: true,
		act: (*governance.Office).WithdrawDispensation,
	})
}
