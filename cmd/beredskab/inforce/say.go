// Package inforce is the commands by which a version of a plan comes into force:
// it is shown, submitted, confirmed, accepted and approved.
package inforce

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/line"
)

// Line is the command line that the commands stand on.
type Line struct {
	line.Line
	Author func(ctx context.Context, plans, system string) (claim string, err error) // says what git claims
}

// Commands stand under plan.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		l.review(), l.submit(), l.versions(), l.proposals(), l.take(),
		l.seen("confirm", "Confirm as its system owner that the plan is right", approval.Confirmed),
		l.seen("accept", "Accept the MTPD, RTO and RPO that the plan states", approval.Accepted),
		l.seen("approve", "Approve the plan as IT manager, so that it is in force", approval.Approved),
		l.back(), l.end("withdraw", "Take a version back that was submitted", approval.Withdrawn),
		l.end("retire", "End the version in force without another in its place", approval.Retired),
	}
}

func (l Line) review() *cobra.Command {
	return &cobra.Command{
		Use: "review SYSTEM", Short: "Show what is asked to come into force, and who is waited for", Args: cobra.ExactArgs(1), ValidArgsFunction: l.Complete,
		Long: "Shows the version that was submitted, else the one that the files hold: what differs from the version in force, in\n" +
			"sentences, every command with its arguments, who is waited for, and what was said so far. The last line is the code\n" +
			"that confirm, accept and approve want: it stands for exactly what was shown.",
		Example: "  beredskab plan review esdh\n  beredskab plan review esdh --lang da",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.using(cmd.Context(), func(a *app.App) (*view, error) { return review(cmd.Context(), a, args[0], l.Lang()) })
		},
	}
}

// using opens the program for one question and prints the answer.
func (l Line) using(ctx context.Context, ask func(*app.App) (*view, error)) error {
	var v *view
	err := l.Within(ctx, func(a *app.App) (err error) {
		v, err = ask(a)
		return err
	})
	if err != nil {
		return err
	}
	return l.Print(v, v.Text)
}

// saying opens the program, lets somebody say something of a plan, and tells how
// the plan stands then.
func (l Line) saying(ctx context.Context, system string, make func(*app.App) (approval.Act, error)) error {
	return l.using(ctx, func(a *app.App) (*view, error) {
		act, err := make(a)
		if err == nil {
			err = a.Office.Say(ctx, l.Actor(), system, act)
		}
		if err != nil {
			return nil, err
		}
		return review(ctx, a, system, l.Lang())
	})
}

func (l Line) submit() *cobra.Command {
	cmd := &cobra.Command{
		Use: "submit SYSTEM", Short: "Ask that the plan as the files hold it comes into force", Args: cobra.ExactArgs(1), ValidArgsFunction: l.Complete,
		Long: "Takes the plan files over and submits the plan of that system. Its owner confirms it and accepts its times, and the\n" +
			"IT manager, who is not its author, approves it; until then the version in force stays in force.",
		Example: "  beredskab plan submit esdh",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.saying(cmd.Context(), args[0], func(a *app.App) (approval.Act, error) {
				if _, problems, err := a.Adopt(cmd.Context(), l.Actor()); err != nil {
					return approval.Act{}, err
				} else if len(problems) > 0 {
					return approval.Act{}, problems
				}
				claim, err := l.Author(cmd.Context(), a.Settings.Plans, args[0])
				return approval.Act{Kind: approval.Submitted, Claim: claim}, err
			})
		},
	}
	l.Person(cmd)
	return cmd
}

// planSeen makes a command of an act that rests on what was shown.
func (l Line) seen(word, short string, kind approval.Kind) *cobra.Command {
	seen := ""
	cmd := &cobra.Command{
		Use: word + " SYSTEM", Short: short, Args: cobra.ExactArgs(1), ValidArgsFunction: l.Complete,
		Long:    short + ". --seen is the code at the end of `beredskab plan review`: when the plan, the version in force or a\ncommand has changed since, it fits no more, and nothing is said.",
		Example: "  beredskab plan " + word + " esdh --seen 3f9c1a7be204",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.saying(cmd.Context(), args[0], func(a *app.App) (approval.Act, error) {
				r, err := a.Review(cmd.Context(), args[0], l.Lang())
				if err != nil {
					return approval.Act{}, err
				}
				if shown := code(r); shown == "" || !strings.EqualFold(seen, shown) {
					return approval.Act{}, l.Usage("--seen %q is not the code of what there is to be read now; read it with: beredskab plan review %s --lang %s", seen, args[0], l.Lang())
				}
				return r.Act(kind), nil
			})
		},
	}
	cmd.Flags().StringVar(&seen, "seen", "", "the code at the end of what you have read")
	l.Person(cmd)
	return cmd
}

func (l Line) back() *cobra.Command {
	var comment approval.Comment
	cmd := &cobra.Command{
		Use: "return SYSTEM", Short: "Send a submitted version back, and say what is to be changed", Args: cobra.ExactArgs(1), ValidArgsFunction: l.Complete,
		Example: "  beredskab plan return esdh --section recovery --text \"Trin 3 mangler en ansvarlig\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.saying(cmd.Context(), args[0], func(*app.App) (approval.Act, error) {
				if comment.Text == "" {
					return approval.Act{}, l.Usage("--text is missing; say what is to be changed")
				}
				return approval.Act{Kind: approval.ChangesAsked, Comments: []approval.Comment{comment}}, nil
			})
		},
	}
	cmd.Flags().StringVar(&comment.Section, "section", "", "the part of the plan, such as recovery")
	cmd.Flags().StringVar(&comment.Text, "text", "", "what is to be changed")
	l.Person(cmd)
	return cmd
}

func (l Line) end(word, short string, kind approval.Kind) *cobra.Command {
	reason := ""
	cmd := &cobra.Command{
		Use: word + " SYSTEM", Short: short, Args: cobra.ExactArgs(1), ValidArgsFunction: l.Complete,
		Example: fmt.Sprintf("  beredskab plan %s esdh --reason \"Systemet er udfaset\"", word),
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.saying(cmd.Context(), args[0], func(*app.App) (approval.Act, error) {
				if reason == "" {
					return approval.Act{}, l.Usage("--reason is missing; say why")
				}
				return approval.Act{Kind: kind, Reason: reason}, nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	l.Person(cmd)
	return cmd
}
