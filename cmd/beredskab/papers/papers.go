// Package papers holds the commands that make documents of what the register
// knows, and the yearly report's way to the committee.
package papers

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
	"beredskab/internal/preparedness"
	"beredskab/internal/report"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands are the groups of commands.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		line.Group("report", "Make the yearly report, the compiled plan and other documents from the register",
			l.year(), l.annex(), l.quarter(), l.control(), l.wheel(), l.plan(), l.cards(),
			l.list(), l.freeze(), l.approve(), l.treat()),
		l.readiness(),
	}
}

// forms are those of a document with a list behind it.
func forms() []report.Form {
	return []report.Form{report.Markdown, report.HTML, report.CSV, report.JSON}
}

// paper is a command that writes a document of what it is made from: figures, or
// the plans themselves.
func paper[T any](l Line, cmd *cobra.Command, from func(context.Context, *app.App) (T, error), make func(io.Writer, T, report.Form, string) error) *cobra.Command {
	d := l.Document(cmd, forms()...)
	cmd.Args = cobra.NoArgs
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return l.Write(cmd.Context(), d, func(a *app.App, out io.Writer, form report.Form, lang string) error {
			in, err := from(cmd.Context(), a)
			if err != nil {
				return err
			}
			return make(out, in, form, lang)
		})
	}
	return cmd
}

// yearly is what a document about a year is made from, and the flags that say so.
func (l Line) yearly(cmd *cobra.Command) func(context.Context, *app.App) (report.YearInput, error) {
	year, words := time.Now().Year(), ""
	cmd.Flags().IntVar(&year, "year", year, "the year that it is about")
	cmd.Flags().StringVar(&words, "words", "", "YAML file with sentences in place of the program's: conclusion, good, bad, requests, changes")
	return func(ctx context.Context, a *app.App) (report.YearInput, error) {
		w, err := l.words(words)
		if err != nil {
			return report.YearInput{}, err
		}
		return a.Bureau.Yearly(ctx, year, w)
	}
}

func (l Line) words(file string) (preparedness.Words, error) {
	if file == "" {
		return preparedness.Words{}, nil
	}
	src, err := os.ReadFile(l.Path(file))
	if err != nil {
		return preparedness.Words{}, fmt.Errorf("reading the sentences: %w", err)
	}
	return preparedness.ReadWords(file, src)
}

func (l Line) year() *cobra.Command {
	cmd := &cobra.Command{
		Use: "year", Short: "The yearly report to the finance committee, on six pages at most",
		Long: "Write the yearly report: the conclusion on two pages, then what it rests on. A year that was frozen is written from\n" +
			"its frozen figures, word for word the same each time; any other is a draft from the figures of now.",
		Example: "  beredskab report year --year 2026 --out report-2026.html\n  beredskab report year --year 2026 --lang en --out report-2026.pdf",
	}
	return paper(l, cmd, l.yearly(cmd), report.Year)
}

func (l Line) annex() *cobra.Command {
	cmd := &cobra.Command{
		Use: "annex", Short: "The closed annex of the yearly report: every system, exercise, improvement and supplier",
		Example: "  beredskab report annex --year 2026 --out annex-2026.html",
	}
	return paper(l, cmd, l.yearly(cmd), report.Annex)
}

func (l Line) quarter() *cobra.Command {
	now := time.Now()
	name := fmt.Sprintf("%d-%d", now.Year(), (int(now.Month())+2)/3)
	cmd := &cobra.Command{
		Use: "quarter", Short: "The management report of a quarter, on two pages",
		Example: "  beredskab report quarter --quarter 2026-3 --out quarter.html",
	}
	cmd.Flags().StringVar(&name, "quarter", name, "the quarter that it is about, as 2026-3")
	return paper(l, cmd, func(ctx context.Context, a *app.App) (in report.YearInput, err error) {
		before, after, _ := strings.Cut(name, "-")
		year, errYear := strconv.Atoi(before)
		quarter, errQuarter := strconv.Atoi(after)
		if errYear != nil || errQuarter != nil || quarter < 1 || quarter > 4 {
			return in, l.Usage("--quarter %q is no quarter; write the year and 1 to 4, as 2026-3", name)
		}
		p, err := a.Bureau.Quarter(ctx, year, quarter)
		if err != nil {
			return in, err
		}
		return a.Bureau.Period(ctx, p)
	}, report.Quarter)
}

func (l Line) control() *cobra.Command {
	cmd := &cobra.Command{
		Use: "control", Short: "What can be shown for each requirement of law and standards right now",
		Long: "Write the control report: requirement by requirement what shows that it is kept, and Rigsrevisionen's four questions\n" +
			"to each system. What the register cannot know is said to be not stated, and never counts as kept.",
		Example: "  beredskab report control --out control.html\n  beredskab report control -f csv --out control.csv",
	}
	return paper(l, cmd, l.lastYear, report.Control)
}

// lastYear is the twelve months up to now.
func (l Line) lastYear(ctx context.Context, a *app.App) (report.YearInput, error) {
	now := time.Now()
	return a.Bureau.Period(ctx, preparedness.Period{From: now.AddDate(-1, 0, 0), Until: now.Add(time.Minute)})
}

func (l Line) wheel() *cobra.Command {
	year := time.Now().Year()
	cmd := &cobra.Command{
		Use: "wheel", Short: "The year wheel: the year's duties and exercises as a calendar and a list",
		Example: "  beredskab report wheel --year 2026 --out wheel.html",
	}
	cmd.Flags().IntVar(&year, "year", year, "the year that it is about")
	return paper(l, cmd, func(ctx context.Context, a *app.App) (in report.YearInput, err error) {
		p, err := a.Bureau.Year(ctx, year)
		if err != nil {
			return in, err
		}
		return a.Bureau.Period(ctx, p)
	}, report.Wheel)
}

// compiled is what a document of the plans themselves is made from.
func compiled(ctx context.Context, a *app.App) (report.BookInput, error) { return a.Bureau.Book(ctx) }

func (l Line) plan() *cobra.Command {
	return paper(l, &cobra.Command{
		Use: "plan", Short: "The whole ikt-beredskabsplan, compiled from the plans in force",
		Long: "Write the plans of all systems as one, in the order of recovery, with the organisation, exercises and improvements.\n" +
			"Of a system without a version in force it takes the newest, and says so.",
		Example: "  beredskab report plan --out plan.html",
	}, compiled, report.Book)
}

func (l Line) cards() *cobra.Command {
	return paper(l, &cobra.Command{
		Use: "cards", Short: "The action cards: one page for each system",
		Example: "  beredskab report cards --out cards.pdf",
	}, compiled, report.Cards)
}
