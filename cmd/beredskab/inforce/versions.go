package inforce

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/dossier"
	"beredskab/internal/line"
)

// period is when a version was in force, in schema beredskab.periods.v1.
type period struct {
	System     string    `json:"system"`
	Version    string    `json:"version"`
	Label      string    `json:"plan_version"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to,omitzero"` // none: it is in force
	ApprovedBy string    `json:"approved_by"`
}

func (l Line) versions() *cobra.Command {
	asOf := ""
	cmd := &cobra.Command{
		Use: "versions [SYSTEM]", Short: "List which version of each plan is in force, or was on a day", Args: cobra.MaximumNArgs(1), ValidArgsFunction: l.Complete,
		Long: "Lists the version of each plan that is in force, or that was at the end of a day; there is one or none of each. With\n" +
			"SYSTEM and without a day it lists every version that ever was in force, from when to when, and who approved it.",
		Example: "  beredskab plan versions --as-of 2026-03-26\n  beredskab plan versions esdh --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := l.Day("--as-of", asOf)
			if err != nil {
				return err
			}
			if len(asOf) == len(time.DateOnly) {
				at = at.AddDate(0, 0, 1).Add(-time.Microsecond)
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				if len(args) == 1 && at.IsZero() {
					return l.periods(cmd.Context(), a, args[0])
				}
				return l.inForce(cmd.Context(), a, append(args, "")[0], at)
			})
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "a day, or a moment (default: now)")
	return cmd
}

func (l Line) inForce(ctx context.Context, a *app.App, system string, at time.Time) error {
	if at.IsZero() {
		at = time.Now()
	}
	all, err := a.Dossier().InForce(ctx, at)
	if err != nil {
		return err
	}
	list := []dossier.InForce{}
	for _, v := range all {
		if system == "" || system == v.System {
			list = append(list, v)
		}
	}
	answer := map[string]any{"schema": "beredskab.in-force.v1", "at": at, "versions": list}
	return l.Print(answer, func(out io.Writer) {
		line.Table(out, "SYSTEM\tVERSION\tHASH\tIN FORCE SINCE\tLAST CONFIRMED", func(w io.Writer) {
			for _, v := range list {
				fmt.Fprintf(w, "%s\t%s\t%.12s\t%s\t%s\n", v.System, line.Dash(v.Label), v.Version, minute(v.Since), minute(v.Reviewed))
			}
		})
	})
}

func (l Line) periods(ctx context.Context, a *app.App, system string) error {
	standing, err := a.Office.Standing(ctx, system, time.Time{})
	if err != nil {
		return err
	}
	said, err := a.Office.Said(ctx, system)
	if err != nil {
		return err
	}
	list := []period{}
	for _, p := range standing.Periods() {
		plan, err := a.Register.VersionPlan(ctx, p.Version)
		if err != nil {
			return err
		}
		one := period{System: system, Version: p.Version, Label: plan.PlanVersion, From: p.From, To: p.To}
		for _, act := range said {
			if act.Kind == approval.Approved && act.Version == p.Version && !act.At.After(p.From) {
				one.ApprovedBy = act.By.Person
			}
		}
		list = append(list, one)
	}
	return l.Print(map[string]any{"schema": "beredskab.periods.v1", "versions": list}, func(out io.Writer) {
		line.Table(out, "VERSION\tHASH\tFROM\tTO\tAPPROVED BY", func(w io.Writer) {
			for _, p := range list {
				fmt.Fprintf(w, "%s\t%.12s\t%s\t%s\t%s\n", line.Dash(p.Label), p.Version, minute(p.From), minute(p.To), p.ApprovedBy)
			}
		})
	})
}

// minute is a moment as lists have it; a dash where there is none.
func minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format("2006-01-02 15:04")
}
