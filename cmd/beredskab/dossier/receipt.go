package dossier

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/dossier"
	"beredskab/internal/line"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// reading is what there is to be read and signed, in schema beredskab.reading.v1.
type reading struct {
	Schema string `json:"schema"`
	approval.Reading
	Signed string     `json:"signed"` // the text that is signed under
	Seen   string     `json:"seen"`   // the code that `receipt give` wants
	Plan   *plan.Plan `json:"plan,omitempty"`
}

// read finds what is in force of an object. The code at its end stands for exactly
// this version.
func read(ctx context.Context, a *app.App, object string) (*reading, error) {
	r, err := a.Office.Reading(ctx, object)
	if err != nil {
		return nil, err
	}
	v := &reading{Schema: "beredskab.reading.v1", Reading: r, Signed: r.Signed(), Seen: approval.Digest(r.Signed())[:12]}
	if strings.HasPrefix(object, "plan/") {
		v.Plan, err = a.Register.VersionPlan(ctx, r.Version)
	}
	return v, err
}

func (l Line) receiptRead() *cobra.Command {
	return &cobra.Command{
		Use: "read OBJECT", Short: "Show what is to be read and understood: plan/SYSTEM or document/ID", Args: cobra.ExactArgs(1),
		Long: "Shows the version in force, where the whole of it stands, and the sentence that is signed under. The last line is the\n" +
			"code that `receipt give` wants: it stands for exactly that version.",
		Example: "  beredskab receipt read plan/esdh\n  beredskab receipt read document/it-sikkerhedspolitik",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				v, err := read(cmd.Context(), a, args[0])
				if err != nil {
					return err
				}
				return l.Print(v, func(out io.Writer) { printReading(out, v) })
			})
		},
	}
}

func printReading(out io.Writer, v *reading) {
	fmt.Fprintf(out, "%s, version %.12s, in force since %s\n", v.Title, v.Version, shown(v.Since))
	if v.Plan != nil {
		o := v.Plan.Objectives
		fmt.Fprintf(out, "accepted times: RTO %s, MTPD %s, RPO %s\n", o.RTO, o.MTPD, o.RPO)
		fmt.Fprintf(out, "read all of it with: beredskab plan show %s --as-of %s\n", v.Plan.ID, time.Now().Format(time.DateOnly))
	}
	fmt.Fprintf(out, "\n%s\n\nseen: %s\n", v.Signed, v.Seen)
}

func (l Line) receiptGive() *cobra.Command {
	seen := ""
	cmd := &cobra.Command{
		Use: "give OBJECT", Short: "Say that you have read and understood it, yourself and for yourself", Args: cobra.ExactArgs(1),
		Long: "Gives your receipt for the version in force. --seen is the code at the end of `beredskab receipt read`. Nobody gives a\n" +
			"receipt for somebody else, and no delegation covers it.",
		Example: "  beredskab receipt give plan/esdh --seen 3f9c1a7be204",
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.act(cmd.Context(), "read and understood: "+args[0], "", func(a *app.App) error {
				v, err := read(cmd.Context(), a, args[0])
				if err != nil {
					return err
				}
				if !strings.EqualFold(seen, v.Seen) {
					return l.Usage("--seen %q is not the code of what is in force now; read it with: beredskab receipt read %s", seen, args[0])
				}
				return a.Office.GiveReceipt(cmd.Context(), l.Actor(), v.Object, v.Version, approval.Digest(v.Signed))
			})
		},
	}
	cmd.Flags().StringVar(&seen, "seen", "", "the code at the end of what you have read")
	l.Person(cmd)
	return cmd
}

func (l Line) receiptList() *cobra.Command {
	f := record.Filter{}
	cmd := &cobra.Command{
		Use: "list", Short: "List the receipts that were given", Args: cobra.NoArgs,
		Example: "  beredskab receipt list --system esdh\n  beredskab receipt list --person p-7 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Receipts(cmd.Context(), f)
				if err != nil {
					return err
				}
				return l.Print(map[string]any{"schema": "beredskab.receipts.v1", "receipts": list}, func(out io.Writer) {
					line.Table(out, "READ\tVERSION\tBY\tROLE\tON", func(w io.Writer) {
						for _, r := range list {
							fmt.Fprintf(w, "%s\t%.12s\t%s\t%s\t%s\n", r.Object, r.Version, r.By.Person, r.By, shown(r.At))
						}
					})
				})
			})
		},
	}
	cmd.Flags().StringVar(&f.System, "system", "", "only for the plan of this system")
	cmd.Flags().StringVar(&f.Person, "person", "", "only those of this person, by ID")
	return cmd
}

func (l Line) receiptOwing() *cobra.Command {
	return &cobra.Command{
		Use: "owing", Short: "List who has not read what is in force", Args: cobra.NoArgs,
		Long: "Lists, for each plan and governing document in force, the persons who must have read it and have not said so: for a\n" +
			"plan its system owner, the manager of the unit, the technical team and their deputies; for a document all of them.",
		Example: "  beredskab receipt owing\n  beredskab receipt owing --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Dossier().Owing(cmd.Context())
				if err != nil {
					return err
				}
				if list == nil {
					list = []dossier.Owed{}
				}
				return l.Print(map[string]any{"schema": "beredskab.owing.v1", "owing": list}, func(out io.Writer) {
					line.Table(out, "TO BE READ\tVERSION\tSINCE\tNOT YET BY", func(w io.Writer) {
						for _, o := range list {
							fmt.Fprintf(w, "%s\t%.12s\t%s\t%s\n", o.Object, o.Version, shown(o.Since), strings.Join(o.Persons, ", "))
						}
					})
				})
			})
		},
	}
}
