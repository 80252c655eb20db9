package trace

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
)

// letter is one message as its receiver sees it.
type letter struct {
	facsimile.Look
	ID       int64
	Kind     string // of the message
	Channel  string
	Receiver string
	Lang     string // that it is written in
	At       time.Time
	Page     string // path of the mail's own page, which stands within ours
	Act      string // path that an answer is sent to; empty: none is taken here
	Options  []string
	Step     *drill.Step // that it asks about, as it stands now; nil: it asks nothing
	Run      string
	Problem  string // why it cannot be shown
}

// look reads what would go, or went, over the wire.
func look(w facsimile.Wire) letter {
	seen, err := facsimile.Read(w)
	l := letter{Look: seen}
	if err != nil {
		l.Problem = err.Error()
	}
	return l
}

// Characters and Messages are what it takes as an SMS.
func (l letter) Characters() int { used, _ := l.Units(); return used }

func (l letter) Messages() int { _, messages := l.Units(); return messages }

// Open tells whether the step that it asks about still waits for an answer.
func (l letter) Open() bool {
	return l.Step != nil && (l.Step.State == drill.Asked || l.Step.State == drill.Taken)
}

// Name is the field of the form by which that answer is given on the page behind the
// message's link.
func (l letter) Name(value string) string {
	if strings.HasPrefix(value, "option") {
		return "option"
	}
	return "answer"
}

// Answer is what that button answers there: a decision's option in its own words.
func (l letter) Answer(value string) string {
	if number, is := strings.CutPrefix(value, "option"); is {
		var n int
		if _, err := fmt.Sscan(number, &n); err == nil && n >= 0 && n < len(l.Options) {
			return l.Options[n]
		}
	}
	return value
}

// Given tells whether that button gives an answer, and not something that Slack itself
// would open, such as an explanation.
func (l letter) Given(value string) bool {
	switch value {
	case "yes", "no", "take", "pass":
		return true
	}
	return strings.HasPrefix(value, "option") && l.Answer(value) != value
}

// received makes a letter of one that lies in the demo's folder, with the step that it is
// about.
func (p *Part) received(v *frame.Visit, s facsimile.Sent, runs map[string]*drill.Run) (letter, error) {
	l := look(s.Wire)
	l.ID, l.Kind, l.Channel, l.Receiver, l.Lang, l.At, l.Run = s.ID, s.Kind, s.Channel, s.Receiver, s.Language, s.At, s.Run
	if l.HTML != "" {
		l.Page = fmt.Sprintf("/outbox/%d/mail", s.ID)
	}
	if s.Asks == "" || s.Run == "" {
		return l, nil
	}
	run, known := runs[s.Run]
	if !known {
		_, found, err := p.Register.Run(v.Context(), s.Run)
		if errors.Is(err, kept.ErrNotFound) {
			return l, nil
		} else if err != nil {
			return l, err
		}
		run = &found
		runs[s.Run] = run
	}
	if l.Step, known = run.Find(s.Step); known && l.Step.Decision != nil {
		l.Options = l.Step.Decision.Options
	}
	if u, err := url.Parse(s.Link); err == nil && l.Open() && strings.HasPrefix(u.Path, "/c/") {
		l.Act = u.Path
	}
	return l, nil
}

// inside makes a mail's page one that opens its links in place of ours.
func inside(html string) []byte {
	return []byte(strings.Replace(html, "<head>", `<head><base target="_top">`, 1))
}
