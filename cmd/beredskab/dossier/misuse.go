package dossier

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/followup"
	"beredskab/internal/line"
)

// digest is what the log shows of a period, in schema beredskab.misuse.v1.
type digest struct {
	Schema  string    `json:"schema"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Lines   int       `json:"lines"`
	Unread  int64     `json:"unread"` // lines that were too many to be looked at
	People  int       `json:"people"`
	Refused int       `json:"refused"`
	SignIns int       `json:"failed_sign_ins"`
	Exports int       `json:"exports"`
	Signs   []sign    `json:"signs"`
}

type sign struct {
	Code   string    `json:"code"`
	Person string    `json:"person,omitempty"`
	Count  int       `json:"count"`
	First  time.Time `json:"first"`
	Last   time.Time `json:"last"`
	Lines  []int64   `json:"lines"` // numbers in the log, 20 at most
	Text   string    `json:"text"`
}

func digestOf(d followup.Digest) digest {
	v := digest{"beredskab.misuse.v1", d.From, d.To, d.Entries, d.Unread, d.People, d.Refused, d.FailedSignIns, d.Exports, []sign{}}
	for _, s := range d.Suspicions {
		v.Signs = append(v.Signs, sign{s.Code, s.Person, s.Count, s.First, s.Last, s.Seq, s.Text})
	}
	return v
}

// Misuse stands under audit.
func (l Line) Misuse() *cobra.Command {
	from, to := "", ""
	cmd := &cobra.Command{
		Use: "misuse", Short: "Show what the log shows of misuse: refused acts, exports, failed sign-ins", Args: cobra.NoArgs,
		Long: "Looks through the log of the last 24 hours, or of a period, for signs that somebody should look at: many refused acts,\n" +
			"an attempt to decide in a matter of one's own, exports of much, failed sign-ins, a line that is not what was written. It is\n" +
			"what the daily IT security officer is told at six in the morning. Ends with 3 when there is a sign.",
		Example: "  beredskab audit misuse\n  beredskab audit misuse --from 2026-11-01 --to 2026-12-01 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			begin, err := l.Day("--from", from)
			if err != nil {
				return err
			}
			end, err := l.Day("--to", to)
			if err != nil {
				return err
			}
			if end.IsZero() {
				end = time.Now()
			}
			if begin.IsZero() {
				begin = end.Add(-24 * time.Hour)
			}
			if !end.After(begin) {
				return l.Usage("--to %s is not after --from %s", end.Format(time.RFC3339), begin.Format(time.RFC3339))
			}
			return l.Within(cmd.Context(), func(a *app.App) error {
				d, err := a.Vigil().Show(cmd.Context(), l.Actor(), begin.UTC(), end.UTC())
				if err != nil {
					return err
				}
				if err := l.Print(digestOf(d), func(out io.Writer) { printDigest(out, d) }); err != nil || len(d.Suspicions) == 0 {
					return err
				}
				return l.Found
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the first moment (default: 24 hours before the end)")
	cmd.Flags().StringVar(&to, "to", "", "the first moment after it (default: now)")
	l.Person(cmd)
	return cmd
}

func printDigest(out io.Writer, d followup.Digest) {
	fmt.Fprintf(out, "%s to %s: %d lines of the log by %d people; refused %d, failed sign-ins %d, exports %d\n",
		d.From.Local().Format("2006-01-02 15:04"), d.To.Local().Format("2006-01-02 15:04"), d.Entries, d.People, d.Refused, d.FailedSignIns, d.Exports)
	if d.Unread > 0 {
		fmt.Fprintf(out, "%d lines before those were too many to be looked at: ask for a shorter period\n", d.Unread)
	}
	if len(d.Suspicions) == 0 {
		fmt.Fprintln(out, "nothing that somebody should look at")
		return
	}
	line.Table(out, "\nSIGN\tLAST\tLINES\tWHAT", func(w io.Writer) {
		for _, s := range d.Suspicions {
			fmt.Fprintf(w, "%s\t%s\t%d…%d\t%s\n", s.Code, s.Last.Local().Format("2006-01-02 15:04"), s.Seq[0], s.Seq[len(s.Seq)-1], s.Text)
		}
	})
}
