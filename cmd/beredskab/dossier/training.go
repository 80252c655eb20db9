package dossier

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/line"
	"beredskab/internal/record"
)

// training is one as programs read it, in schema beredskab.trainings.v1.
type training struct {
	approval.Training
	Over bool `json:"over"` // it was good for a time only, and that is over
}

func (l Line) trainingList() *cobra.Command {
	f, over := record.Filter{}, false
	cmd := &cobra.Command{
		Use: "list", Short: "List who was taught what, and what has run out", Args: cobra.NoArgs,
		Example: "  beredskab training list --subject beredskab\n  beredskab training list --over --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, err := a.Office.Trainings(cmd.Context(), f)
				if err != nil {
					return err
				}
				views := []training{}
				for _, t := range list {
					v := training{t, !t.Until.IsZero() && t.Until.Before(time.Now())}
					if v.Over || !over {
						views = append(views, v)
					}
				}
				return l.Print(map[string]any{"schema": "beredskab.trainings.v1", "trainings": views}, func(out io.Writer) { printTrainings(out, views) })
			})
		},
	}
	cmd.Flags().StringVar(&f.Person, "person", "", "only those of this person, by ID")
	cmd.Flags().StringVar(&f.State, "subject", "", "only in this subject")
	cmd.Flags().BoolVar(&over, "over", false, "only what has run out")
	return cmd
}

func printTrainings(out io.Writer, list []training) {
	line.Table(out, "PERSON\tSUBJECT\tON\tGOOD UNTIL\tRECORDED BY\tEVIDENCE", func(w io.Writer) {
		for _, t := range list {
			until := shown(t.Until)
			if t.Over {
				until += " over"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.Person, t.Subject, shown(t.At), until, t.By, line.Dash(t.Evidence))
		}
	})
}

func (l Line) trainingRecord() *cobra.Command {
	t, at, until := approval.Training{}, "", ""
	cmd := &cobra.Command{
		Use: "record PERSON SUBJECT", Short: "Record that a person was taught something", Args: cobra.ExactArgs(2),
		Long: "Records a training of a person, who is named by ID, name, mail or account. With --until it is good for a time only, and\n" +
			"the checks say when it has run out (G8).",
		Example: "  beredskab training record p-7 beredskab --at 2026-11-20 --until 2027-11-20 --evidence kursusbevis",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			t.Person, t.Subject = args[0], args[1]
			if t.At, err = l.Day("--at", at); err != nil {
				return err
			}
			if t.Until, err = l.Day("--until", until); err != nil {
				return err
			}
			return l.act(cmd.Context(), "recorded: "+args[0]+" in "+args[1], "", func(a *app.App) error {
				_, err := a.Office.RecordTraining(cmd.Context(), l.Actor(), t)
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&at, "at", "", "the day (default: now)")
	f.StringVar(&until, "until", "", "the first day on which it is no longer good (default: good for ever)")
	f.StringVar(&t.Evidence, "evidence", "", "what shows it, such as the number of a certificate")
	l.Person(cmd)
	return cmd
}
