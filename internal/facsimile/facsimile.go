// Package facsimile shows a message as its receiver sees it. It reads what goes over
// the wire as Slack, a mail program, Teams or a phone would read it, and knows nothing of
// how it was made: what is wrong with a message is wrong here too. What it does not know
// it shows as it is.
package facsimile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Wire is what a channel hands over for one message. It holds no key of ours: those
// stand in parts of a request that are left out.
type Wire struct {
	Kind string `json:"kind"`           // of the channel: slack, mail, teams, sms, webhook; anything else is text
	To   string `json:"to,omitempty"`   // where it goes, as the other side knows it
	Head []Line `json:"head,omitempty"` // what goes along with the body
	Type string `json:"type"`           // media type of the body
	Body string `json:"body"`
	Text string `json:"text,omitempty"` // what a phone shows, where the body is a gateway's
}

// Draft is a message as it would go out: its words, and what would go over the wire.
type Draft struct {
	Subject, Text string
	Wire          Wire
}

// Line is one thing with its name.
type Line struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Look is a message as its receiver sees it. What a kind does not have is empty.
type Look struct {
	Kind     string
	From, To string
	Subject  string
	Text     string   // of a phone, of a mail without pictures, of what nobody knows
	HTML     string   // of a mail, a whole page
	Files    []string // that a mail carries besides: name and type
	Blocks   []Block  // of Slack and of a card in Teams, from above
	Head     []Line   // of a webhook
}

// Block is one piece of a message that is laid out in pieces.
type Block struct {
	Kind    string   // header, text, small, line, buttons or unknown
	Lines   [][]Span // of text
	Buttons []Button
}

// Span is a stretch of text that looks the same.
type Span struct {
	Text, Link           string
	Strong, Slanted, Set bool // bold, italic, and in letters of one width
}

// Button is something to press. Value is the answer that it gives (notify.Choice); a
// button with a Link opens that page instead.
type Button struct{ Label, Link, Value, Style string }

// Read reads it as the receiver's program would.
func Read(w Wire) (Look, error) {
	look := Look{Kind: w.Kind, To: w.To}
	var err error
	switch w.Kind {
	case "slack":
		err = look.slack([]byte(w.Body))
	case "teams":
		err = look.teams([]byte(w.Body))
	case "mail":
		err = look.mail(w.Body)
	case "sms":
		look.Text = w.Text
	case "webhook":
		look.Head, look.Text = w.Head, indented(w.Body)
	default:
		look.Kind, look.Text = "text", w.Body
	}
	if err != nil {
		return look, fmt.Errorf("reading the message as %s would: %w", w.Kind, err)
	}
	return look, nil
}

// indented is JSON as people read it; what is none stays as it is.
func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return text
	}
	return out.String()
}

// Answers tells whether there is anything to press that gives an answer.
func (l Look) Answers() bool {
	for _, block := range l.Blocks {
		for _, button := range block.Buttons {
			if button.Value != "" && button.Link == "" {
				return true
			}
		}
	}
	return false
}

// Units is how many characters of an SMS the text takes, and how many messages that
// makes: 160 of the ordinary ones in one, 153 in each of several, and 70 or 67 as soon as
// one of them is none of the telephone network's own (GSM 03.38).
func (l Look) Units() (used, messages int) {
	one, each := 160, 153
	for _, r := range l.Text {
		used++
		switch {
		case strings.ContainsRune(extended, r):
			used++
		case !strings.ContainsRune(alphabet, r):
			one, each = 70, 67
		}
	}
	if one == 70 {
		used = len(utf16of(l.Text))
	}
	if used <= one {
		return used, 1
	}
	return used, (used + each - 1) / each
}

// The alphabet of the telephone network, and what takes two of its characters.
const (
	alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extended = "\f^{}\\[~]|€"
)
