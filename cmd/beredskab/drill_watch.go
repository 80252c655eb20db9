package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/view"
	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

func (c *cli) drillWatch() *cobra.Command {
	var limit time.Duration
	cmd := &cobra.Command{
		Use: "watch RUN", Short: "Follow a run until it has ended",
		Example: "  beredskab drill watch 2026-07 --timeout 2h",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := c.open(cmd.Context(), app.Use)
			if err != nil {
				return err
			}
			defer func() { _ = a.Close() }() // only read
			ctx := cmd.Context()
			if limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, limit)
				defer cancel()
			}
			return c.follow(ctx, a, args[0])
		},
	}
	cmd.Flags().DurationVar(&limit, "timeout", 0, "stop watching after this long (exit 8)")
	return cmd
}

// watchEvery is how often a watched run is looked at. After stalledAfter looks
// without an event, it is asked whether there is anybody to go on.
const (
	watchEvery   = 100 * time.Millisecond
	stalledAfter = 20
)

// follow prints what happens to a run until it has ended, and then its verdict.
func (c *cli) follow(ctx context.Context, a *app.App, id string) error {
	names, err := a.Office.Names(ctx)
	if err != nil {
		return err
	}
	reg, seen, began, told := a.Register, 0, time.Time{}, map[string]bool{}
	for still := 1; ; still++ {
		row, run, err := reg.Run(ctx, id)
		if err != nil {
			return err
		}
		events, err := reg.Events(ctx, id, seen)
		if err != nil {
			return err
		}
		for _, e := range events {
			still = 0
			if seen = e.Seq; began.IsZero() {
				began = e.At
			}
			c.progress(&run, e, began, names)
		}
		if row.State == string(drill.Ended) {
			return c.finish(row, &run)
		}
		if still%stalledAfter == stalledAfter-1 {
			if err := c.stalled(ctx, reg, id, told); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			if ctx.Err() == context.DeadlineExceeded {
				return fmt.Errorf("run %s goes on: %w", id, errWaited)
			}
			return ctx.Err()
		case <-time.After(watchEvery):
		}
	}
}

// stalled says once of each step that there is nobody to carry it out.
func (c *cli) stalled(ctx context.Context, reg *register.Register, id string, told map[string]bool) error {
	waits, err := reg.Waits(ctx, id)
	for _, w := range waits {
		if !w.Served && !told[w.Step] {
			told[w.Step] = true
			c.hint("           … %s %s", w.Step, w.Text(local))
		}
	}
	return err
}

// progress prints one event as one line.
func (c *cli) progress(run *drill.Run, row kept.Event, began time.Time, names func(id string) string) {
	if c.quiet || c.json {
		return
	}
	var e event.Event
	if json.Unmarshal(row.Body, &e) != nil {
		return // the run itself was replayed from it, so it can be read
	}
	e.Actor = names(e.Actor)
	if text := happened(run, e); text != "" {
		fmt.Fprintf(c.err, "%9s  %s\n", clockText(row.At.Sub(began)), text)
	}
}

// happened is one event in words; empty when it is not worth a line.
func happened(run *drill.Run, e event.Event) string {
	name := ""
	s, ok := run.Find(e.Step)
	if ok {
		name = fmt.Sprintf("%d %s", s.Number, s.Title)
	}
	switch e.Kind {
	case event.RunStarted:
		return fmt.Sprintf("%s %s · %s · started by %s", word(run), run.ID, run.Drill.Title, e.Actor)
	case event.StepStarted:
		return "▶ " + name
	case event.StepEnded:
		return ending(name, e)
	case event.StepAsked:
		return fmt.Sprintf("? %s · asked: %s", name, run.Asks(s))
	case event.StepTaken:
		return fmt.Sprintf("… %s · taken by %s", name, e.Actor)
	case event.StepAnswered:
		return strings.TrimSuffix(fmt.Sprintf("%s %s · %s by %s (%s) · %s", mark(e.Outcome != "no"), name, e.Outcome, e.Actor, e.Assured, e.Text), " · ")
	case event.StepSkipped, event.StepReopened, event.StepSettled:
		return fmt.Sprintf("· %s · %s by %s: %s", name, strings.TrimPrefix(string(e.Kind), "step_"), e.Actor, e.Text)
	case event.StepRaised:
		return fmt.Sprintf("! %s · nobody has answered (rung %d)", name, e.Level)
	case event.StepGivenUp:
		return fmt.Sprintf("✗ %s · nobody was reached", name)
	case event.NoteAdded:
		return fmt.Sprintf("✎ %s: %s", e.Actor, e.Text)
	case event.RunEnded:
		return ""
	default:
		return fmt.Sprintf("· %s by %s %s", strings.ReplaceAll(string(e.Kind), "_", " "), e.Actor, e.Text)
	}
}

func ending(name string, e event.Event) string {
	if e.Late {
		return fmt.Sprintf("✎ %s · late, not counted: %s after %s", name, e.Outcome, drill.Words(time.Duration(e.Spent)))
	}
	text := fmt.Sprintf("%s %s · %s", mark(e.Outcome == "ok"), name, drill.Words(time.Duration(e.Spent)))
	if e.Outcome != "ok" {
		text += " · " + e.Outcome
	}
	if e.Text != "" {
		text += " · " + e.Text
	}
	return text
}

func mark(good bool) string {
	if good {
		return "✓"
	}
	return "✗"
}

// word marks every line about a run as drill or real (spec/ux.md 4.1).
func word(run *drill.Run) string {
	if run.Incident {
		return "INCIDENT"
	}
	return "DRILL"
}

func clockText(d time.Duration) string {
	d = d.Round(time.Second / 10)
	return fmt.Sprintf("%02d:%02d:%04.1f", int(d.Hours()), int(d.Minutes())%60, d.Seconds()-60*float64(int(d.Minutes())))
}

// finish prints what a run came to. Exit 3 unless it passed.
func (c *cli) finish(row kept.Run, run *drill.Run) error {
	if err := c.print(view.Of(row, run), func() { c.summary(row, run) }); err != nil {
		return err
	}
	switch drill.Verdict(row.Verdict) {
	case drill.Passed, drill.WithRemarks:
		return nil
	case drill.NotMeasured:
		if !run.Measured() {
			return nil // a discussion that was held is all that it can be
		}
	}
	return errFound
}

func (c *cli) summary(row kept.Run, run *drill.Run) {
	rta, gross := run.RTA()
	goals := run.Plan.Objectives
	fmt.Fprintf(c.out, "\n%s %s · %s · %s\n", word(run), row.ID, run.Plan.Name, row.Title)
	fmt.Fprintf(c.out, "Verdict  %s\n", verdictText(row.Verdict, run))
	if len(run.Drill.Participants.Barred) > 0 {
		fmt.Fprintf(c.out, "Without  %s, whose deputy was asked from the start\n", strings.Join(run.Drill.Participants.Barred, ", "))
	}
	if run.Calls() {
		called := run.Calling()
		fmt.Fprintf(c.out, "Alarm    %d of %d links reached; first %s, who decides %s, all %s after the alarm\n",
			called.Reached, called.Called, measureText(called.First), measureText(called.Decider), measureText(called.Last))
	}
	fmt.Fprintf(c.out, "RTA      %-14s accepted (RTO) %s\n", measureText(rta), goals.RTO)
	if gross != rta {
		fmt.Fprintf(c.out, "  gross  %s with the exercise's own pauses\n", measureText(gross))
	}
	fmt.Fprintf(c.out, "RPA      %-14s accepted (RPO) %s\n", measureText(run.RPA()), goals.RPO)
	fmt.Fprintf(c.out, "Plan     %s version %s, sha256 %.16s…\n", row.System, run.Plan.PlanVersion, row.PlanHash)
	findings := run.Findings()
	fmt.Fprintf(c.out, "Findings %d\n", len(findings))
	for _, f := range findings {
		fmt.Fprintf(c.out, "  %s %s: %s\n      hint: %s\n", f.Severity, f.Code, f.Text, f.Hint)
	}
}

func verdictText(verdict string, run *drill.Run) string {
	text := strings.ReplaceAll(verdict, "_", " ")
	if run.Closing != "" {
		text = run.Closing + ": " + run.Reason
	}
	return text
}

func measureText(m drill.Measure) string {
	if !m.Known {
		return "not measured"
	}
	return drill.Words(m.Length)
}
