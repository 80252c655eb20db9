package papers

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
	"beredskab/internal/yearly"
)

// about is a command on the report about one year.
func (l Line) about(cmd *cobra.Command, act func(ctx context.Context, year int) error) *cobra.Command {
	cmd.Use += " YEAR"
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		year, err := strconv.Atoi(args[0])
		if err != nil || year < 2000 || year > 2200 {
			return l.Usage("%q is no year; write one such as 2026", args[0])
		}
		return act(cmd.Context(), year)
	}
	l.Person(cmd)
	return cmd
}

// frozen is a report as programs read it, in schema beredskab.reports.v1.
type frozen struct {
	Year      int               `json:"year"`
	State     string            `json:"state"`
	SHA256    string            `json:"sha256"`
	FrozenAt  time.Time         `json:"frozen_at"`
	FrozenBy  string            `json:"frozen_by"`
	Approved  *yearly.By        `json:"approved,omitempty"`
	Treatment *yearly.Treatment `json:"treatment,omitempty"`
}

func viewOf(r yearly.Report) frozen {
	return frozen{r.Year, r.State(), r.SHA256, r.Frozen.At, r.Frozen.Person, r.Approved, r.Treatment}
}

func (l Line) list() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the yearly reports that were frozen, and where each stands", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				reports, err := a.Office.Reports(cmd.Context())
				if err != nil {
					return err
				}
				views := []frozen{}
				for _, r := range reports {
					views = append(views, viewOf(r))
				}
				return l.Print(map[string]any{"schema": "beredskab.reports.v1", "reports": views}, func(out io.Writer) { table(out, views) })
			})
		},
	}
}

func table(out io.Writer, list []frozen) {
	if len(list) == 0 {
		fmt.Fprintln(out, "no report was frozen yet: beredskab report freeze YEAR")
		return
	}
	line.Table(out, "YEAR\tSTATE\tFIGURES\tFROZEN\tAPPROVED\tTREATED\tDECISION", func(w io.Writer) {
		for _, r := range list {
			approved, on, decision := "", "", ""
			if r.Approved != nil {
				approved = r.Approved.At.Local().Format(time.DateOnly)
			}
			if r.Treatment != nil {
				on, decision = r.Treatment.On, r.Treatment.Decision
			}
			fmt.Fprintf(w, "%d\t%s\t%.12s\t%s\t%s\t%s\t%s\n", r.Year, r.State, r.SHA256, r.FrozenAt.Local().Format(time.DateOnly), line.Dash(approved), line.Dash(on), line.Dash(decision))
		}
	})
}

func (l Line) freeze() *cobra.Command {
	words := ""
	cmd := l.about(&cobra.Command{
		Use: "freeze", Short: "Freeze the figures of a year, from which its report is made for ever",
		Long: "Freeze what the register says of a year, as of its end or of now. Until the report is approved it can be frozen\n" +
			"again. With --words people's sentences replace those that the program makes of the figures.",
		Example: "  beredskab report freeze 2026 --words words-2026.yaml",
	}, func(ctx context.Context, year int) error {
		w, err := l.words(words)
		if err != nil {
			return err
		}
		return l.Within(ctx, func(a *app.App) error {
			r, err := a.Bureau.FreezeYear(ctx, l.Actor(), year, w)
			if err != nil {
				return err
			}
			return l.Print(map[string]any{"schema": "beredskab.report.v1", "report": viewOf(r)}, func(out io.Writer) {
				fmt.Fprintf(out, "frozen: the figures of %d, SHA-256 %s\nread it: beredskab report year --year %d --out report-%d.html\nthen the IT manager: beredskab report approve %d\n",
					year, r.SHA256, year, year, year)
			})
		})
	})
	cmd.Flags().StringVar(&words, "words", "", "YAML file with sentences in place of the program's: conclusion, good, bad, requests, changes")
	return cmd
}

func (l Line) approve() *cobra.Command {
	hash := ""
	cmd := l.about(&cobra.Command{
		Use: "approve", Short: "Approve the frozen report of a year, as the IT manager",
		Long:    "Approve a report. It is frozen for good then. With --figures just those figures are approved, and no later ones.",
		Example: "  beredskab report approve 2026",
	}, func(ctx context.Context, year int) error {
		return l.Act(ctx, fmt.Sprintf("approved: the report about %d", year), func(a *app.App) error {
			return a.Office.ApproveReport(ctx, l.Actor(), year, hash)
		})
	})
	cmd.Flags().StringVar(&hash, "figures", "", "SHA-256 of the figures that were read")
	return cmd
}

func (l Line) treat() *cobra.Command {
	t := yearly.Treatment{}
	cmd := l.about(&cobra.Command{
		Use: "treat", Short: "Record what the committee decided about the report of a year",
		Example: `  beredskab report treat 2026 --on 2027-03-18 --committee Økonomiudvalget --item 7 --decision "Taget til efterretning"`,
	}, func(ctx context.Context, year int) error {
		return l.Act(ctx, fmt.Sprintf("recorded: the report about %d was treated", year), func(a *app.App) error {
			return a.Office.TreatReport(ctx, l.Actor(), year, t)
		})
	})
	f := cmd.Flags()
	f.StringVar(&t.On, "on", "", "the day of the meeting, as 2027-03-18")
	f.StringVar(&t.Committee, "committee", "", "which committee")
	f.StringVar(&t.Item, "item", "", "number on the agenda")
	f.StringVar(&t.Decision, "decision", "", "what it decided")
	f.StringVar(&t.Case, "case", "", "number in the records system")
	return cmd
}
