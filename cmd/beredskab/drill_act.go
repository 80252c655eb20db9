package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/event"
	"beredskab/internal/register"
)

// person adds --as to a command that acts as somebody.
func (c *cli) person(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.as, "as", "", "the person or role that acts; the account of the operating system is kept beside it")
}

// actOn opens the register for one act and says what was done.
func (c *cli) actOn(ctx context.Context, done string, fn func(*register.Register) error) error {
	return c.line().Act(ctx, done, func(a *app.App) error { return fn(a.Register) })
}

func (c *cli) drillConfirm() *cobra.Command {
	var in register.Answer
	cmd := &cobra.Command{
		Use: "confirm RUN STEP", Short: "Answer a step: yes, no, or one of a decision's choices",
		Example: "  beredskab drill confirm 2026-07 bekraeft-data --as systemejer --answer yes",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Run, in.Step = args[0], args[1]
			if in.Answer == "" {
				return usage("--answer is missing; write --answer yes or --answer no")
			}
			done := fmt.Sprintf("%s/%s: %q by %s", in.Run, in.Step, in.Answer, c.actor().Name)
			return c.actOn(cmd.Context(), done, func(r *register.Register) error { return r.Answer(cmd.Context(), c.actor(), in) })
		},
	}
	cmd.Flags().StringVar(&in.Answer, "answer", "", "yes, no, or one of the choices")
	cmd.Flags().StringVar(&in.Note, "note", "", "what you saw")
	cmd.Flags().BoolVar(&in.OnBehalf, "on-behalf", false, "the director answers for the one asked; --note says why")
	c.person(cmd)
	return cmd
}

func (c *cli) drillFail() *cobra.Command {
	in := register.Answer{Answer: "no"}
	cmd := &cobra.Command{
		Use: "fail RUN STEP", Short: "Answer a step with no: something is wrong",
		Example: "  beredskab drill fail 2026-07 bekraeft-data --as systemejer --note \"Sag 2026-114 mangler\"",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Run, in.Step = args[0], args[1]
			done := fmt.Sprintf("%s/%s failed by %s", in.Run, in.Step, c.actor().Name)
			return c.actOn(cmd.Context(), done, func(r *register.Register) error { return r.Answer(cmd.Context(), c.actor(), in) })
		},
	}
	cmd.Flags().StringVar(&in.Note, "note", "", "what is wrong")
	c.person(cmd)
	return cmd
}

func (c *cli) drillTake() *cobra.Command {
	cmd := &cobra.Command{
		Use: "take RUN STEP", Short: "Say that you work on a step; reminders wait for its estimate",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			done := fmt.Sprintf("%s/%s taken by %s", args[0], args[1], c.actor().Name)
			return c.actOn(cmd.Context(), done, func(r *register.Register) error { return r.Take(cmd.Context(), c.actor(), args[0], args[1]) })
		},
	}
	c.person(cmd)
	return cmd
}

// lead makes a command of an act by the one who leads the run.
func (c *cli) lead(use, short string, kind event.Kind, more func(*cobra.Command, *register.Lead)) *cobra.Command {
	in := register.Lead{Kind: kind}
	wanted := len(strings.Fields(use)) - 1
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(wanted),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.Run = args[0]; wanted == 2 {
				in.Step = args[1]
			}
			done := fmt.Sprintf("%s: %s by %s", strings.Join(args, "/"), strings.Fields(use)[0], c.actor().Name)
			return c.actOn(cmd.Context(), done, func(r *register.Register) error { return r.Lead(cmd.Context(), c.actor(), in) })
		},
	}
	cmd.Flags().StringVar(&in.Reason, "reason", "", "why; wanted for everything that leaves the plan")
	if more != nil {
		more(cmd, &in)
	}
	c.person(cmd)
	return cmd
}

func (c *cli) drillLeads() []*cobra.Command {
	return []*cobra.Command{
		c.lead("skip RUN STEP", "Leave a step out, with a reason", event.StepSkipped, nil),
		c.lead("retry RUN STEP", "Try a failed step again", event.StepReopened, nil),
		c.lead("settle RUN STEP", "Decide how an attempt counts whose end is not known", event.StepSettled, func(cmd *cobra.Command, in *register.Lead) {
			cmd.Flags().StringVar(&in.Outcome, "as-outcome", "failed", "done, failed or rerun")
		}),
		c.lead("pause RUN", "Stop the clock of a run", event.RunPaused, func(cmd *cobra.Command, in *register.Lead) {
			cmd.Flags().BoolVar(&in.Artifice, "artificial", false, "the exercise itself made the pause: it is taken off the net time")
		}),
		c.lead("resume RUN", "Go on after a pause", event.RunResumed, nil),
		c.lead("abort RUN", "End a run early; its cleanup still runs", event.RunAborted, nil),
		c.lead("interrupt RUN", "Stop, this is real: end the drill because an incident began", event.RunBroken, nil),
	}
}

func (c *cli) drillNote() *cobra.Command {
	var text, step string
	cmd := &cobra.Command{
		Use: "note RUN", Short: "Write a remark into a run's log", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.actOn(cmd.Context(), "noted", func(r *register.Register) error { return r.Note(cmd.Context(), c.actor(), args[0], step, text) })
		},
	}
	cmd.Flags().StringVar(&text, "text", "", "the remark")
	cmd.Flags().StringVar(&step, "step", "", "the step that it is about")
	c.person(cmd)
	return cmd
}

func (c *cli) drillTime() *cobra.Command {
	cmd := &cobra.Command{
		Use: "time RUN POINT TIME", Short: "Set a time point that only people know, such as disrupted_at or caught_up_at",
		Example: "  beredskab drill time 2026-07 caught_up_at 2026-11-23T14:30:00+01:00",
		Args:    cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := time.Parse(time.RFC3339, args[2])
			if err != nil {
				return usage("%q is no time; write it as 2026-11-23T14:30:00+01:00", args[2])
			}
			return c.actOn(cmd.Context(), args[1]+" set", func(r *register.Register) error {
				return r.SetTime(cmd.Context(), c.actor(), args[0], args[1], at)
			})
		},
	}
	c.person(cmd)
	return cmd
}
