package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/demo"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

type demoOptions struct {
	prepare, service, bare, once bool
	answer, web                  string
	speed                        int
}

func (c *cli) demo() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the program with a sample municipality",
		Long: "Make a sample municipality in a folder and show the program on it: its pages open on this machine only, with two\n" +
			"drills going on. One is a real restore: a real database behind a real service on loopback is taken down,\n" +
			"restored from its backup, checked, and waits for you to confirm. With --once that drill is held here in the\n" +
			"terminal instead. Nothing is sent, nothing is left running, and nothing outside the folder is touched. --dir\n" +
			"names the folder; by default it is a new one. The municipality has 36 people and two years behind it; your\n" +
			"account is a guest among them, with most of the roles: the deputy of its IT manager and of ESDH's owner,\n" +
			"coordinator and administrator. In the pages you may look at it as any of them.",
		Example: "  beredskab demo\n  beredskab demo --once\n  beredskab demo --prepare --dir demo && beredskab --dir demo check",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.runDemo(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.prepare, "prepare", false, "make the folder and stop")
	cmd.Flags().BoolVar(&o.bare, "bare", false, "without people: the plans and the figures of drills are taken over, and nobody is registered")
	cmd.Flags().BoolVar(&o.once, "once", false, "hold the restore drill in the terminal and stop")
	cmd.Flags().StringVar(&o.web, "web", "127.0.0.1:8370", "where the pages answer, on this machine; another port is taken when somebody answers there")
	cmd.Flags().IntVar(&o.speed, "speed", demo.Quicker, "how many times as quick as their plans the people of the second drill are; what machines do takes the time that it takes")
	cmd.Flags().BoolVar(&o.service, "service", false, "run the business system of a prepared demo until told to stop")
	cmd.Flags().StringVar(&o.answer, "answer", "", "answer the drill's question with this, yes or no")
	return cmd
}

func (c *cli) runDemo(ctx context.Context, o demoOptions) error {
	if o.speed < 1 || o.speed > 3600 {
		return usage("--speed is %d; write a number from 1 to 3600", o.speed)
	}
	if o.service {
		return c.runService(ctx)
	}
	sample, err := c.prepareDemo(ctx, o.bare)
	if err != nil || o.prepare {
		return err
	}
	if !o.once && !o.bare && o.answer == "" {
		return c.showDemo(ctx, sample, o)
	}
	if o.answer == "" && !c.prompt {
		o.answer = "yes" // nobody is there to be asked
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	up, down := make(chan struct{}), make(chan error, 1)
	go func() { down <- demo.Run(ctx, sample, func() { close(up) }) }()
	select {
	case err := <-down:
		return err
	case <-up:
	}
	c.hint("ESDH answers on http://%s/sundhed", sample.Address)
	err = c.holdDemo(ctx, sample, o.answer)
	cancel()
	return errors.Join(err, <-down)
}

// showDemo shows the pages until it is told to stop.
func (c *cli) showDemo(ctx context.Context, sample *demo.Sample, o demoOptions) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program's own file: %w", err)
	}
	stage := demo.Stage{Sample: sample, Program: program, Account: c.actor().Via, Address: o.web, Speed: o.speed, Log: slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	return stage.Hold(ctx, func(at string) {
		c.hint("")
		fmt.Fprintln(c.out, at)
		c.hint("Open that address in a browser on this machine. /outbox shows each message as its receiver sees it. Ctrl-C stops the demo.")
	})
}

func (c *cli) prepareDemo(ctx context.Context, bare bool) (*demo.Sample, error) {
	dir, named := c.flags["dir"]
	if !named {
		var err error
		if dir, err = os.MkdirTemp("", "beredskab-demo-"); err != nil {
			return nil, fmt.Errorf("making a folder for the demo: %w", err)
		}
	} else if !filepath.IsAbs(dir) {
		dir = filepath.Join(c.workDir, dir)
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program's own file: %w", err)
	}
	account, holds := c.actor().Via, "two years of drills and approvals"
	if bare {
		account, holds = "", "a register that nobody governs yet"
	}
	sample, err := demo.Prepare(ctx, dir, program, account, time.Now())
	if err != nil {
		return nil, err
	}
	c.hint("Sample municipality in %s: 19 systems, settings, business data with backup, %s", sample.Dir, holds)
	c.hint("Next: beredskab --dir %s check", sample.Dir)
	return sample, nil
}

// holdDemo holds the drill as `drill start --here` does, and says where the
// messages went.
func (c *cli) holdDemo(ctx context.Context, sample *demo.Sample, answer string) (err error) {
	a, err := sample.Open(ctx, app.Serve)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	id, err := a.Register.Open(ctx, c.actor(), register.Opening{System: demo.System, Drill: demo.Drill})
	if err != nil {
		return err
	}
	if err := c.carryOut(ctx, a, id, answer); err != nil {
		return err
	}
	told, err := a.Register.Notices(ctx, outbox.Filter{Run: id})
	if err != nil {
		return err
	}
	c.hint("\n%d messages, as they would have been sent, are in %s", len(told), filepath.Join(sample.Dir, "messages"))
	c.hint("Look around:  beredskab --dir %s drill show %s", sample.Dir, id)
	c.hint("              beredskab --dir %s audit log", sample.Dir)
	return nil
}

// runService runs the business system alone, so that a prepared demo can be
// drilled by hand.
func (c *cli) runService(ctx context.Context) error {
	dir, named := c.flags["dir"]
	if !named {
		return usage("--dir is missing; name the folder that `beredskab demo --prepare --dir DIR` made")
	}
	sample, err := demo.Existing(dir)
	if err != nil {
		return err
	}
	return demo.Run(ctx, sample, func() { c.hint("ESDH answers on http://%s/sundhed; Ctrl-C stops it", sample.Address) })
}

// demoTool is what the demo's catalogue runs on the business system.
func (c *cli) demoTool() *cobra.Command {
	return &cobra.Command{
		Use: "demo-tool VERB FOLDER SYSTEM", Hidden: true, Args: cobra.ExactArgs(3),
		RunE: func(_ *cobra.Command, args []string) error { return demo.Tool(args[0], args[1], c.out) },
	}
}
