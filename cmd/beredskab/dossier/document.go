package dossier

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/governance"
	"beredskab/internal/line"
	"beredskab/internal/plan"
)

// document is a version of a governing document as programs read it, in schema
// beredskab.documents.v1.
type document struct {
	approval.Document
	State string    `json:"state"` // draft, to_come, valid or replaced
	Due   time.Time `json:"review_due,omitzero"`
}

func (l Line) documentList() *cobra.Command {
	asOf := ""
	cmd := &cobra.Command{
		Use: "list", Short: "List every version of every governing document, and which is valid", Args: cobra.NoArgs,
		Example: "  beredskab document list\n  beredskab document list --as-of 2016-01-01 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			at, err := l.Day("--as-of", asOf)
			if err != nil {
				return err
			}
			if at.IsZero() {
				at = time.Now()
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Documents(cmd.Context())
				if err != nil {
					return err
				}
				views := documentsAt(list, at)
				return l.Print(map[string]any{"schema": "beredskab.documents.v1", "documents": views}, func(out io.Writer) { printDocuments(out, views) })
			})
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "which was valid on this day (default: today)")
	return cmd
}

func documentsAt(list []approval.Document, at time.Time) []document {
	due := map[string]time.Time{}
	for _, d := range approval.DocumentsDue(list, at) {
		due[d.What] = d.At
	}
	views := []document{}
	for _, d := range list {
		v := document{Document: d, State: "replaced"}
		valid, ok := approval.ValidOn(list, d.ID, at)
		switch {
		case !d.Approved():
			v.State = "draft"
		case d.ValidFrom > at.Format(time.DateOnly):
			v.State = "to_come"
		case ok && valid.Version == d.Version:
			v.State, v.Due = "valid", due[d.ID]
		}
		views = append(views, v)
	}
	return views
}

func printDocuments(out io.Writer, list []document) {
	line.Table(out, "DOCUMENT\tVERSION\tSTATE\tVALID FROM\tAPPROVED\tBY\tLOOK AT IT BEFORE\tTITLE", func(w io.Writer) {
		for _, d := range list {
			due := shown(d.Due)
			if !d.Due.IsZero() && d.Due.Before(time.Now()) {
				due += " overdue"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.Version, d.State, line.Dash(d.ValidFrom), line.Dash(d.ApprovedAt), line.Dash(d.ApprovedBy), due, d.Title)
		}
	})
}

func (l Line) documentAdd() *cobra.Command {
	draft, every := approval.Document{}, ""
	cmd := &cobra.Command{
		Use: "add ID VERSION", Short: "Register a version of a governing document as a draft", Args: cobra.ExactArgs(2),
		Long: "Registers a version of a policy or another governing document as a draft, or writes its draft anew. It is for the\n" +
			"continuity coordinator and the security officer. It governs nothing until `document approve` records who approved it.",
		Example: "  beredskab document add it-sikkerhedspolitik 5.1 --title It-sikkerhedspolitik",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := l.wanted("title", draft.Title); err != nil {
				return err
			}
			if every != "" {
				if draft.ReviewEvery, err = plan.ParseDuration(every); err != nil {
					return l.Usage("--review-every: %v", err)
				}
			}
			draft.ID, draft.Version = args[0], args[1]
			next := fmt.Sprintf("beredskab document approve %s %s --by BODY --at DAY", draft.ID, draft.Version)
			return l.act(cmd.Context(), "draft: "+draft.Key(), next, func(a *app.App) error {
				return a.Office.AddDocument(cmd.Context(), l.Actor(), draft)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&draft.Title, "title", "", "what people call it")
	f.StringVar(&every, "review-every", "", "how often it is looked at, such as 365d (default: a year)")
	f.StringVar(&draft.Case, "case", "", "its number in the records system")
	l.Person(cmd)
	return cmd
}

func (l Line) documentApprove() *cobra.Command {
	said := governance.Decision{}
	cmd := &cobra.Command{
		Use: "approve ID VERSION", Short: "Record who approved a draft, when, and from when it is valid", Args: cobra.ExactArgs(2),
		Long: "Records the decision of a body that decides outside the program, such as the council. It is for the IT manager. From\n" +
			"its first valid day the version takes the place of the one before it, and plans that name that one are flagged (G2).",
		Example: "  beredskab document approve it-sikkerhedspolitik 5.1 --by Kommunalbestyrelsen --at 2015-04-22 --supersedes 5.0",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := l.wanted("by", said.By, "at", said.At); err != nil {
				return err
			}
			if said.At, err = l.date("--at", said.At); err != nil {
				return err
			}
			if said.ValidFrom, err = l.date("--from", said.ValidFrom); err != nil {
				return err
			}
			return l.act(cmd.Context(), "approved: "+args[0]+"/"+args[1], "beredskab check", func(a *app.App) error {
				return a.Office.ApproveDocument(cmd.Context(), l.Actor(), args[0], args[1], said)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&said.By, "by", "", "the body that approved it")
	f.StringVar(&said.At, "at", "", "the day on which it did")
	f.StringVar(&said.ValidFrom, "from", "", "its first valid day (default: that day)")
	f.StringVar(&said.Supersedes, "supersedes", "", "the version before it (default: the one that was valid last)")
	f.StringVar(&said.Case, "case", "", "number of the decision in the records system")
	l.Person(cmd)
	return cmd
}

func (l Line) documentReview() *cobra.Command {
	at := ""
	cmd := &cobra.Command{
		Use: "review ID VERSION", Short: "Record that a document was looked at and needs no change", Args: cobra.ExactArgs(2),
		Example: "  beredskab document review it-sikkerhedspolitik 5.1 --at 2026-03-26",
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := l.date("--at", at)
			if err != nil {
				return err
			}
			if day == "" {
				day = time.Now().Format(time.DateOnly)
			}
			return l.act(cmd.Context(), "looked at on "+day+": "+args[0]+"/"+args[1], "", func(a *app.App) error {
				return a.Office.ReviewDocument(cmd.Context(), l.Actor(), args[0], args[1], day)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "the day (default: today)")
	l.Person(cmd)
	return cmd
}
