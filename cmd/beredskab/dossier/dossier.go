// Package dossier holds the commands about what auditors ask for beside the plans:
// governing documents, receipts, verified contacts, training, and the signs of
// misuse in the log.
package dossier

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Commands are the groups of commands.
func (l Line) Commands() []*cobra.Command {
	return []*cobra.Command{
		line.Group("document", "Governing documents: which version of a policy is valid, who approved it, when to look at it again",
			l.documentList(), l.documentAdd(), l.documentApprove(), l.documentReview()),
		line.Group("receipt", "Say that you have read and understood what is in force, and see who has not",
			l.receiptRead(), l.receiptGive(), l.receiptList(), l.receiptOwing()),
		line.Group("contact", "Contacts of the plans: who answers, and who must be called again", l.contactList(), l.contactVerify()),
		line.Group("training", "Who was taught what, and until when that is good", l.trainingList(), l.trainingRecord()),
	}
}

// done is what an act answers: schema beredskab.done.v1.
type done struct {
	Schema string `json:"schema"`
	Done   string `json:"done"`
	Next   string `json:"next,omitempty"` // the command that follows
}

// act does one act and says what was done, and what follows.
func (l Line) act(ctx context.Context, said, next string, fn func(*app.App) error) error {
	return l.Within(ctx, func(a *app.App) error {
		if err := fn(a); err != nil {
			return err
		}
		return l.Print(done{"beredskab.done.v1", said, next}, func(out io.Writer) {
			if fmt.Fprintln(out, said); next != "" {
				fmt.Fprintln(out, "Next: "+next)
			}
		})
	})
}

// wanted refuses a command without a flag that it cannot do without. The names of
// flags and their texts alternate.
func (l Line) wanted(pairs ...string) error {
	var missing []string
	for i := 0; i < len(pairs); i += 2 {
		if strings.TrimSpace(pairs[i+1]) == "" {
			missing = append(missing, "--"+pairs[i])
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return l.Usage("write %s", strings.Join(missing, " and "))
}

// date reads a day and gives it as governing documents have it; an empty text stays.
func (l Line) date(flag, text string) (string, error) {
	at, err := l.Day(flag, text)
	if err != nil || at.IsZero() {
		return "", err
	}
	return at.Format(time.DateOnly), nil
}

// shown is a day as lists have it; a dash where there is none.
func shown(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Local().Format(time.DateOnly)
}
