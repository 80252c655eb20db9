// Package followup is what becomes of what drills and checks showed: corrective
// actions, dispensations, evaluations and evidence as bodies that the register
// keeps as records, with the rules that say who may do what to them; the signs
// of misuse in the trace; and the plan's next draft out of a run's times.
//
// It decides and touches nothing. Whether a person has the right to an act at
// all is asked of package rights first; here stand the rules that depend on the
// body itself, above all that nobody decides in a matter of their own.
package followup

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The kinds of record that this package owns.
const (
	ActionKind       = "action"
	DispensationKind = "dispensation"
	EvaluationKind   = "evaluation"
	EvidenceKind     = "evidence"
)

// State is where a body stands: a word of its kind.
type State string

// The states that other packages ask for. Beside them an action has none; a
// dispensation is applied, granted (but not begun), refused, expired or
// withdrawn; an evaluation is ended, debriefed, evaluated or approved.
const (
	Open     State = "open"     // an action that its owner works on
	Done     State = "done"     // an action of which the owner says that it is carried out
	Verified State = "verified" // an action whose effect somebody else has seen
	Closed   State = "closed"   // an action without effect, or an after-run loop at its end
	Running  State = "running"  // a dispensation that holds now
	Expired  State = "expired"  // a dispensation that held and holds no more

	Withdrawn State = "withdrawn" // a dispensation that was taken back, granted or not
)

const (
	applied State = "applied"
	granted State = "granted"
	refused State = "refused"

	ended     State = "ended"
	debriefed State = "debriefed"
	evaluated State = "evaluated"
	approved  State = "approved"
)

// By is who did something and when. For is the person on whose behalf it was
// done under a delegation, and empty for an act of one's own.
type By struct {
	Person string    `json:"person"`
	For    string    `json:"for,omitempty"`
	At     time.Time `json:"at"`
}

// is tells whether that person acted, or was acted for.
func (b By) is(person string) bool { return person != "" && (b.Person == person || b.For == person) }

// shares tells whether somebody has a hand in both acts.
func (b By) shares(o By) bool { return b.is(o.Person) || b.is(o.For) }

// Refusal says why an act was refused, and who may do it. Self marks an attempt
// to decide in a matter of one's own; the log entry of the refusal carries it as
// "self": true, so that DigestOf finds it (R17).
type Refusal struct {
	Act    string // verify, grant, …
	Object string // action 2026-12
	Why    string
	Self   bool
}

func (r *Refusal) Error() string { return r.Object + ": " + r.Act + " is refused: " + r.Why }

// matter is what an act is done to, for the sentences of its refusals.
type matter struct{ act, object string }

func (m matter) refuse(format string, args ...any) error {
	return &Refusal{Act: m.act, Object: m.object, Why: fmt.Sprintf(format, args...)}
}

// own refuses an act in a matter of one's own.
func (m matter) own(format string, args ...any) error {
	return &Refusal{Act: m.act, Object: m.object, Why: fmt.Sprintf(format, args...), Self: true}
}

// maxText is how many characters one text of a body may have.
const maxText = 4000

// named refuses an act without person or time.
func (m matter) named(by By) error {
	switch {
	case strings.TrimSpace(by.Person) == "":
		return m.refuse("nobody is named; an act is always a person's")
	case by.At.IsZero():
		return m.refuse("it has no time")
	default:
		return nil
	}
}

// texts refuses a missing or endless text. The names and texts alternate.
func (m matter) texts(pairs ...string) error {
	for pair := range slices.Chunk(pairs, 2) {
		switch n := utf8.RuneCountInString(pair[1]); {
		case strings.TrimSpace(pair[1]) == "":
			return m.refuse("%s is missing; write it in a sentence", pair[0])
		case n > maxText:
			return m.refuse("%s has %d characters; at most %d are kept, attach the rest as evidence", pair[0], n, maxText)
		}
	}
	return nil
}

// word is one line of a body's own history.
type word struct {
	By
	What string `json:"what"`
	Text string `json:"text,omitempty"`
}

// maxHistory is how many lines a body carries. The first and the newest stay;
// the register's log has all of them.
const maxHistory = 100

type history []word

// add gives the history with one more line, and leaves the old one as it was.
func (h history) add(by By, what, text string) history {
	if len(h) >= maxHistory {
		h = slices.Concat(h[:1], h[2:])
	}
	return append(slices.Clip(h), word{By: by, What: what, Text: text})
}

// last is when the newest line was written.
func (h history) last() time.Time {
	if len(h) == 0 {
		return time.Time{}
	}
	return h[len(h)-1].At
}

// either gives the first error.
func either(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
