package notify

import (
	"net/mail"
	"strings"
	"time"

	"beredskab/internal/ical"
	"beredskab/internal/outbox"
)

// shortestDrill is how much of a calendar a drill takes whose length nobody knows.
const shortestDrill = time.Hour

// invitation is the calendar that goes with a reminder of a drill to come, or calls it
// off (RFC 5546, 6047): a calendar that is subscribed to is read too seldom for that.
// Who gets it need not answer: his calendar holds the time, and that is all. The UID
// is that of the subscribed calendar, and every try has the same bytes.
func (s mailSender) invitation(n outbox.Notice, p Parts, to *mail.Address) (c ical.Calendar, ok bool) {
	f := n.Facts
	c = ical.Calendar{Method: ical.Request, Lang: p.Lang}
	switch {
	case f.Occurrence == "" || f.StartsAt.IsZero() || p.Event == "":
		return c, false
	case n.Kind == outbox.Cancelled:
		c.Method = ical.Cancel
	case n.Kind != outbox.Reminder:
		return c, false
	}
	e := ical.Event{
		UID: f.Occurrence + "@beredskab", Stamp: n.CreatedAt, Start: f.StartsAt, End: f.EndsAt, Sequence: f.Sequence,
		Summary: p.Event, Description: strings.Join(p.Body, "\n"), URL: p.Link, Cancelled: c.Method == ical.Cancel,
		Organizer: ical.Person{Name: s.from.Name, Mail: s.from.Address}, Attendee: ical.Person{Name: n.Receiver, Mail: to.Address},
	}
	if !e.End.After(e.Start) {
		e.End = e.Start.Add(shortestDrill)
	}
	if !e.Cancelled {
		e.Alarm = time.Hour
	}
	c.Events = []ical.Event{e}
	return c, true
}
