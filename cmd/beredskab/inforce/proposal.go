package inforce

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// proposals lists what people have suggested in the pages.
func (l Line) proposals() *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use: "proposals [SYSTEM]", Short: "List the changes that people have suggested in the pages", Args: cobra.MaximumNArgs(1), ValidArgsFunction: l.Complete,
		Long:    "Lists the changes of plans that wait for somebody to write them into the files, each in sentences, with the reason.",
		Example: "  beredskab plan proposals\n  beredskab plan proposals esdh --all",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Proposals(cmd.Context(), record.Filter{System: append(args, "")[0]})
				if err != nil {
					return err
				}
				names, err := a.Office.Names(cmd.Context())
				if err != nil {
					return err
				}
				shown := []governance.Proposal{}
				for _, p := range list {
					if all || p.Open() {
						shown = append(shown, p)
					}
				}
				return l.Print(map[string]any{"schema": "beredskab.proposals.v1", "proposals": shown}, func(out io.Writer) { write(out, shown, names) })
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those that were taken or withdrawn, too")
	return cmd
}

func write(out io.Writer, list []governance.Proposal, name func(id string) string) {
	for _, p := range list {
		fmt.Fprintf(out, "%s  %s  %s, %s: %s\n", p.ID, p.System, p.At.Local().Format("2006-01-02 15:04"), name(p.By.Person), p.Reason)
		if !p.Open() {
			fmt.Fprintf(out, "  %s\n", p.State)
		}
		for _, sentence := range p.Sentences {
			fmt.Fprintf(out, "  - %s\n", sentence)
		}
	}
	if len(list) == 0 {
		fmt.Fprintln(out, "nothing waits to be written")
	}
}

// take writes a proposal into the plan's file.
func (l Line) take() *cobra.Command {
	cmd := &cobra.Command{
		Use: "take PROPOSAL", Short: "Write a suggested change into the plan's file", Args: cobra.ExactArgs(1),
		Long: "Writes the file as the proposal has it, where the file is still the one that the proposal was made from; comments and\n" +
			"everything else in it stay. The plan in force stays in force until the new version is confirmed and approved.",
		Example: "  beredskab plan take P-2026-1 && beredskab plan submit esdh",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				p, err := l.taken(cmd.Context(), a, args[0])
				if err != nil {
					return err
				}
				done := map[string]string{"schema": "beredskab.done.v1", "done": "written to " + p.File, "id": p.ID, "system": p.System}
				return l.Print(done, func(out io.Writer) {
					fmt.Fprintf(out, "written to %s\nNext: read the file, commit it, and: beredskab plan submit %s\n", p.File, p.System)
				})
			})
		},
	}
	l.Person(cmd)
	return cmd
}

// taken lets the file change only once the register has let the proposal be taken:
// the new text lies ready beside it by then.
func (l Line) taken(ctx context.Context, a *app.App, id string) (p governance.Proposal, err error) {
	if p, err = a.Office.Proposal(ctx, strings.ToUpper(id)); err != nil {
		return p, err
	}
	file := filepath.Join(a.Settings.Plans, p.System+".yaml")
	now, err := os.ReadFile(file)
	if err != nil {
		return p, fmt.Errorf("reading the plan's file: %w", err)
	}
	if sum := sha256.Sum256(now); hex.EncodeToString(sum[:]) != p.Base {
		return p, fmt.Errorf("%s was changed since %s was made; have it suggested anew, or write the change by hand: %w", file, p.ID, kept.ErrConflict)
	}
	fresh := file + ".proposal"
	if err := disk.WriteFile(fresh, func(to io.Writer) error { _, err := io.Copy(to, bytes.NewBufferString(p.Text)); return err }); err != nil {
		return p, err
	}
	if err := a.Office.TakeProposal(ctx, l.Actor(), p.ID); err != nil {
		return p, errors.Join(err, os.Remove(fresh))
	}
	if err := os.Rename(fresh, file); err != nil {
		return p, fmt.Errorf("the new text lies in %s and could not be put in its place: %w", fresh, err)
	}
	p.File = file
	return p, disk.Sync(a.Settings.Plans)
}
