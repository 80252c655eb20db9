package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

type drillStartOptions struct {
	here, wait, draft bool
	answer            string
}

func (c *cli) drillStart() *cobra.Command {
	var o drillStartOptions
	cmd := &cobra.Command{
		Use:   "start SYSTEM [DRILL]",
		Short: "Start a drill of a system's plan",
		Long: "Start a drill of a system's plan. The run is pinned to the version in force; where none is, or with --draft, to\n" +
			"the one that the files hold now. What is drilled of a draft is marked so, and is no evidence.\n" +
			"A running server carries it out; with --here this command does so itself and stays until the end.\n" +
			"Without DRILL the plan's only drill is taken.",
		Example: "  beredskab drill start esdh gendan-fra-backup --here\n  beredskab drill start esdh --wait",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.runDrillStart(cmd.Context(), o, args)
		},
	}
	cmd.Flags().BoolVar(&o.here, "here", false, "carry the run out in this process, without a server")
	cmd.Flags().BoolVar(&o.wait, "wait", false, "follow the run until it has ended")
	cmd.Flags().BoolVar(&o.draft, "draft", false, "drill the version that the files hold, although another is in force")
	cmd.Flags().StringVar(&o.answer, "answer", "", "with --here: answer questions with this, yes or no")
	c.person(cmd)
	return cmd
}

func (c *cli) runDrillStart(ctx context.Context, o drillStartOptions, args []string) (err error) {
	mode := app.Use
	if o.here {
		mode = app.Serve
	}
	a, err := c.open(ctx, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := c.takeOver(ctx, a); err != nil {
		return err
	}
	set, err := a.Register.Set(ctx)
	if err != nil {
		return err
	}
	drillID, err := pick(set, args)
	if err != nil {
		return err
	}
	opening := register.Opening{System: args[0], Drill: drillID}
	if p, ok := set.Plan(args[0]); ok && o.draft {
		opening.Hash = p.Hash()
	}
	id, err := a.Register.Open(ctx, c.actor(), opening)
	if err != nil {
		return err
	}
	if o.here {
		return c.carryOut(ctx, a, id, o.answer)
	}
	if o.wait {
		return c.follow(ctx, a, id)
	}
	return c.print(map[string]string{"schema": "beredskab.started.v1", "run": id}, func() {
		fmt.Fprintf(c.out, "Drill %s started by %s\n", id, c.actor().Name)
		c.hint("Next: beredskab drill watch %s", id)
	})
}

// takeOver adopts the plan files, so that a drill is of what they say now. Whoever
// may not do that may still hold a drill of what the register holds.
func (c *cli) takeOver(ctx context.Context, a *app.App) error {
	out, problems, err := a.Adopt(ctx, c.actor())
	if errors.Is(err, door.ErrNotAllowed) {
		c.hint("%v\nThe drill is of what the register holds.", err)
		return nil
	}
	if err != nil {
		return err
	}
	for _, v := range out.New {
		c.hint("Taken over: %s version %d", v.ID, v.Number)
	}
	if len(problems) > 0 {
		c.hint("%d problems in the plan files; their last good versions count (beredskab plan lint)", len(problems))
	}
	return nil
}

// pick finds the drill that is meant.
func pick(set *plan.Set, args []string) (string, error) {
	p, ok := set.Plan(args[0])
	if !ok {
		return "", fmt.Errorf("system %q: %w; `beredskab plan list` lists them", args[0], kept.ErrNotFound)
	}
	ids := make([]string, len(p.Drills))
	for i, d := range p.Drills {
		ids[i] = d.ID
	}
	switch {
	case len(args) == 2:
		return args[1], nil
	case len(ids) == 1:
		return ids[0], nil
	case len(ids) == 0:
		return "", fmt.Errorf("the plan of %s has no drills: %w; add one under `drills:` in %s", p.ID, kept.ErrNotFound, p.File)
	default:
		return "", usage("name the drill: %s has %s", p.ID, strings.Join(ids, ", "))
	}
}

// carryOut runs one run in this process, and puts its questions to whoever sits
// at the terminal. When the run cannot go on here, nobody watches it any longer.
func (c *cli) carryOut(ctx context.Context, a *app.App, id, answer string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watching, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	ended, asking := make(chan error, 1), make(chan error, 1)
	go func() {
		err := a.CarryOut(ctx, id)
		if err != nil || ctx.Err() != nil {
			leave()
		}
		cancel()
		ended <- err
	}()
	go func() {
		err := ignoreCancel(c.ask(ctx, a.Register, id, answer))
		if err != nil {
			cancel()
		}
		asking <- err
	}()
	shown := c.follow(watching, a, id)
	cancel()
	if err := errors.Join(<-ended, <-asking); err != nil {
		return errors.Join(err, ignoreCancel(shown))
	}
	return shown
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
