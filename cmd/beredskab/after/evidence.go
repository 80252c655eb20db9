package after

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
	"beredskab/internal/line"
	"beredskab/internal/record"
)

// aboutRun tells whether a word names a run, such as 2026-07, and not a system.
func aboutRun(word string) bool { return regexp.MustCompile(`^\d{4}-\d+$`).MatchString(word) }

// evidenceAbout lists what there is of a run or a system; of everything without one.
func evidenceAbout(ctx context.Context, a *app.App, about string) ([]followup.Evidence, error) {
	f := record.Filter{System: about}
	if aboutRun(about) {
		f.System = ""
	}
	list, err := a.Office.Evidence(ctx, f)
	return slices.DeleteFunc(list, func(e followup.Evidence) bool { return aboutRun(about) && e.Run != about }), err
}

// listing makes a command that shows evidence; each says what is wrong with a file.
func (l Line) listing(cmd *cobra.Command, fn func(ctx context.Context, a *app.App, about string) error) *cobra.Command {
	cmd.Args = cobra.MaximumNArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		about := ""
		if len(args) > 0 {
			about = args[0]
		}
		return l.Within(cmd.Context(), func(a *app.App) error { return fn(cmd.Context(), a, about) })
	}
	return cmd
}

func (l Line) evidenceList() *cobra.Command {
	return l.listing(&cobra.Command{
		Use: "list [RUN|SYSTEM]", Short: "List what is kept as evidence",
		Example: "  beredskab evidence list 2026-07\n  beredskab evidence list esdh --json",
	}, func(ctx context.Context, a *app.App, about string) error {
		list, err := evidenceAbout(ctx, a, about)
		if err != nil {
			return err
		}
		list = append([]followup.Evidence{}, list...) // an empty list is one
		return l.Print(map[string]any{"schema": "beredskab.evidence.v1", "evidence": list}, func(out io.Writer) {
			line.Table(out, "HASH\tABOUT\tCLASS\tADDED\tBY\tBYTES\tNAME", func(w io.Writer) {
				for _, e := range list {
					fmt.Fprintf(w, "%.12s\t%s\t%s\t%s\t%s\t%d\t%s%s\n", e.SHA256, topic(e), e.Class, moment(e.By.At), e.By.Person, e.Size, e.Name, prefixed(": ", e.Note))
				}
			})
		})
	})
}

// topic is the run, the step, or else the system that the evidence is about.
func topic(e followup.Evidence) string {
	if e.Step != "" {
		return e.Run + "/" + e.Step
	}
	return cmp.Or(e.Run, e.System)
}

func (l Line) evidenceVerify() *cobra.Command {
	return l.listing(&cobra.Command{
		Use: "verify [RUN|SYSTEM]", Short: "Read every file of evidence through, and name those that are missing or changed",
		Example: "  beredskab evidence verify",
	}, func(ctx context.Context, a *app.App, about string) error {
		list, err := evidenceAbout(ctx, a, about)
		if err != nil {
			return err
		}
		type wrong struct {
			SHA256 string `json:"sha256"`
			Name   string `json:"name"`
			About  string `json:"about"`
			Node   string `json:"node,omitempty"`
			Why    string `json:"why"`
		}
		bad := []wrong{}
		for _, e := range list {
			err := a.After.Check(e)
			switch {
			case errors.Is(err, evidence.ErrMissing), errors.Is(err, evidence.ErrChanged):
				bad = append(bad, wrong{e.SHA256, e.Name, topic(e), e.Node, err.Error()})
			case err != nil:
				return err
			}
		}
		err = l.Print(map[string]any{"schema": "beredskab.evidence_check.v1", "files": len(list), "wrong": bad}, func(out io.Writer) {
			for _, b := range bad {
				fmt.Fprintf(out, "%.12s %s of %s: %s\n", b.SHA256, b.Name, b.About, b.Why)
			}
			fmt.Fprintf(out, "%d of %d files are there and are what was kept\n", len(list)-len(bad), len(list))
		})
		if err == nil && len(bad) > 0 {
			err = l.Found
		}
		return err
	})
}

func (l Line) evidenceAdd() *cobra.Command {
	var draft followup.Evidence
	cmd := &cobra.Command{
		Use: "add RUN|SYSTEM [FILE]", Short: "Keep a file or a note as evidence of a run, or about a system", Args: cobra.RangeArgs(1, 2),
		Long: "Keeps a file in the data folder under the SHA-256 of its bytes, and records who added it, when, and how secret it is.\n" +
			"Without FILE the note itself is kept. Nothing is ever taken out; `evidence_limit` in the settings is the greatest size.",
		Example: "  beredskab evidence add 2026-07 restore.log --step gendan-database\n" +
			`  beredskab evidence add 2026-07 --note "The key was in the other safe" --class confidential`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if draft.Run, draft.System = args[0], ""; !aboutRun(args[0]) {
				draft.Run, draft.System = "", args[0]
			}
			if len(args) == 2 {
				return l.addFile(cmd.Context(), draft, l.Path(args[1]))
			}
			if draft.Note == "" {
				return l.Usage("name the file, or write what you saw: --note TEXT")
			}
			draft.Name, draft.Media = cmp.Or(draft.Name, "note.txt"), "text/plain; charset=utf-8"
			return l.add(cmd.Context(), draft, bytes.NewReader([]byte(draft.Note)))
		},
	}
	f := cmd.Flags()
	f.StringVar(&draft.Class, "class", "internal", "public, internal or confidential")
	f.StringVar(&draft.Step, "step", "", "the step of the run that it shows")
	f.StringVar(&draft.Name, "name", "", "the name to keep it under (default: that of the file)")
	f.StringVar(&draft.Note, "note", "", "what it shows, or the note itself")
	l.Person(cmd)
	return cmd
}

func (l Line) addFile(ctx context.Context, draft followup.Evidence, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the evidence: %w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return l.Usage("%s is no file", path)
	}
	draft.Name = cmp.Or(draft.Name, filepath.Base(path))
	return l.add(ctx, draft, file)
}

func (l Line) add(ctx context.Context, draft followup.Evidence, src io.ReadSeeker) error {
	return l.Within(ctx, func(a *app.App) error {
		e, err := a.After.Keep(ctx, l.Actor(), draft, src)
		if err != nil {
			return err
		}
		return l.Print(map[string]any{"schema": "beredskab.evidence_added.v1", "evidence": e}, func(out io.Writer) {
			fmt.Fprintf(out, "kept: %s, %d bytes, %s, sha256 %s\nNext: beredskab evidence get %.12s --out FILE\n", e.Name, e.Size, e.Class, e.SHA256, e.SHA256)
		})
	})
}

func (l Line) evidenceGet() *cobra.Command {
	to := ""
	cmd := &cobra.Command{
		Use: "get HASH", Short: "Write a file of evidence out, if it is still what was kept", Args: cobra.ExactArgs(1),
		Long: "Finds a file by its SHA-256 or at least 8 characters of its beginning, reads it through, and writes it out. One that\n" +
			"is not what was kept is named and never shown. That somebody read what is confidential is written into the log.",
		Example: "  beredskab evidence get 3f9c1a7be204 --out restore.log\n  beredskab evidence get 3f9c1a7be204 --out -",
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return l.Usage("--out is missing; name a file, or - for standard output")
			}
			return l.Within(cmd.Context(), func(a *app.App) (err error) {
				e, file, err := a.After.Open(cmd.Context(), l.Actor(), args[0])
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, file.Close()) }()
				if to == "-" {
					_, err = io.Copy(l.Out, file)
					return err
				}
				path := l.Path(to)
				if err := disk.WriteFile(path, func(out io.Writer) error { return evidence.Fits(e.SHA256, io.TeeReader(file, out)) }); err != nil {
					return fmt.Errorf("writing %s: %w", path, err)
				}
				return l.Print(map[string]any{"schema": "beredskab.document.v1", "file": path, "bytes": e.Size, "sha256": e.SHA256}, func(out io.Writer) {
					fmt.Fprintf(out, "%s written to %s\n", e.Name, path)
				})
			})
		},
	}
	cmd.Flags().StringVar(&to, "out", "", "the file to write, or - for standard output")
	l.Person(cmd)
	return cmd
}
