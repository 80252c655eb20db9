package notify

import (
	"bytes"
	"cmp"

	"beredskab/internal/facsimile"
	"beredskab/internal/outbox"
)

// Drafter is a Sender that can say what it would hand over for a message, without
// handing it to anybody. What it says is what Send sends, without the keys that stand
// around it.
type Drafter interface {
	Draft(n outbox.Notice, m Message) (facsimile.Wire, error)
}

// Draft gives a notice as its channel would send it. Nothing is sent. A notice of a
// channel that is no longer configured is given as text.
func (c *Courier) Draft(n outbox.Notice) (facsimile.Draft, error) {
	channel := c.channels[n.Channel]
	form := FormText
	if channel.Sender != nil {
		form = channel.Sender.Form()
	}
	m, err := c.render([]outbox.Notice{n}, form)
	if err != nil {
		return facsimile.Draft{}, err
	}
	d := facsimile.Draft{Subject: m.Subject, Text: m.Text}
	d.Wire, err = draft(channel.Sender, channel.complete(n), m)
	return d, err
}

// draft asks a sender; what one that cannot say so sends is its text.
func draft(sender Sender, n outbox.Notice, m Message) (facsimile.Wire, error) {
	if d, able := sender.(Drafter); able {
		return d.Draft(n, m)
	}
	return facsimile.Wire{Kind: "text", To: cmp.Or(n.Address, n.Receiver), Type: "text/plain; charset=utf-8", Body: m.Subject + "\n\n" + m.Text}, nil
}

// Draft is the mail as the relay would get it.
func (s mailSender) Draft(n outbox.Notice, m Message) (facsimile.Wire, error) {
	letter, err := s.letter(n, m)
	if err != nil {
		return facsimile.Wire{}, err
	}
	var text bytes.Buffer
	if _, err := letter.WriteTo(&text); err != nil {
		return facsimile.Wire{}, err
	}
	return facsimile.Wire{Kind: "mail", To: n.Address, Type: "message/rfc822", Body: text.String()}, nil
}
