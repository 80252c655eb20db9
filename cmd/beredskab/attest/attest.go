// Package attest holds the commands that sign the log, prove it, and hand it to
// auditors.
package attest

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands stand under audit.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{l.export(), l.verify(), l.anchor(), l.key(), l.loss()}
}

// tell carries a command out and says what it gave; nil was said already.
func (l Line) tell(ctx context.Context, doing string, do func(*app.App) (*answer, error)) error {
	stop := l.Working(doing)
	var v *answer
	err := l.Within(ctx, func(a *app.App) (err error) {
		v, err = do(a)
		return err
	})
	stop()
	if err != nil || v == nil {
		return err
	}
	err = l.Print(v, func(out io.Writer) { fmt.Fprint(out, v.words) })
	if err == nil && v.Verdict != nil && v.Verdict.Problem != "" {
		err = l.Found
	}
	return err
}

func (l Line) export() *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use: "export", Short: "Sign the log and write all of it in the form for auditors", Args: cobra.NoArgs,
		Long: "Record the export, sign the log, and write it as JSON lines to FILE or standard output. beredskab-verify checks\n" +
			"it without the server, and docs/audit.md describes it.",
		Example: "  beredskab audit export -o log.jsonl\n  beredskab-verify --key \"$(cat beredskab.pub)\" log.jsonl",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return l.tell(ctx, "exporting the log", func(a *app.App) (*answer, error) {
				if file != "" {
					return exportLog(ctx, a, l.Actor(), l.Path(file))
				}
				_, err := a.Notary.Export(ctx, l.Actor(), l.Out)
				return nil, err
			})
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	l.Person(cmd)
	return cmd
}

func (l Line) verify() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Read the whole log against its hashes, its tree, its checkpoints and its anchors", Args: cobra.NoArgs,
		Long: "Ends with 3 when something is not as it was written. This is the program's own word: an auditor uses\n" +
			"beredskab-verify on an export.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.tell(cmd.Context(), "reading the log", func(a *app.App) (*answer, error) { return auditLog(cmd.Context(), a) })
		},
	}
}

func (l Line) anchor() *cobra.Command {
	return &cobra.Command{
		Use: "anchor [FILE]", Short: "Sign the log now, and add the checkpoint to the anchors and to FILE", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for i := range args {
				args[i] = l.Path(args[i])
			}
			return l.tell(cmd.Context(), "signing the log", func(a *app.App) (*answer, error) { return anchorLog(cmd.Context(), a, args) })
		},
	}
}

func (l Line) key() *cobra.Command {
	cmd := &cobra.Command{
		Use: "key", Short: "Show the public key of the log, which auditors get by another way than the export", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.tell(cmd.Context(), "asking for the key", func(a *app.App) (*answer, error) { return logKey(cmd.Context(), a) })
		},
	}
	rotate := &cobra.Command{
		Use: "rotate", Short: "Let a new key sign the log from now on", Args: cobra.NoArgs,
		Long: "Make a new key for this folder. The old one signs a statement of the new one, which is an entry of the log, and is\n" +
			"deleted. What it signed still counts, and auditors need no new key: beredskab-verify follows the change.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.tell(cmd.Context(), "replacing the key", func(a *app.App) (*answer, error) { return rotateKey(cmd.Context(), a, l.Actor()) })
		},
	}
	l.Person(rotate)
	cmd.AddCommand(rotate)
	return cmd
}

func (l Line) loss() *cobra.Command {
	reason := ""
	cmd := &cobra.Command{
		Use: "accept-loss --reason TEXT", Short: "Record that entries which were signed are lost for good", Args: cobra.NoArgs,
		Long: "The way on for a server that refuses to start because its log is shorter than, or another than, a checkpoint\n" +
			"says. Try every backup and copy first. The entry names both roots; only the IT manager and an administrator may.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reason == "" {
				return l.Usage("--reason is missing; say what happened and what was tried")
			}
			return l.tell(cmd.Context(), "recording the loss", func(a *app.App) (*answer, error) {
				return acceptLoss(cmd.Context(), a, l.Actor(), reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "what happened, and what was tried")
	l.Person(cmd)
	return cmd
}
