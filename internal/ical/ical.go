// Package ical writes calendars as RFC 5545 has them: those that people subscribe to,
// and the invitations that mails carry (RFC 5546). Every time is in UTC, so that no
// program needs to know a zone.
package ical

import (
	"strings"
	"time"
)

// Media is the media type of a calendar.
const Media = "text/calendar; charset=utf-8"

// Method says what a calendar is sent for.
type Method string

// The methods: to be read, to invite or say anew, and to call off.
const (
	Publish Method = "PUBLISH"
	Request Method = "REQUEST"
	Cancel  Method = "CANCEL"
)

// Calendar is what is written. Name is what programs call it, empty for none.
type Calendar struct {
	Method Method
	Lang   string
	Name   string
	Events []Event
}

// Event is one entry. Sequence grows with each change that people must hear of, and
// Stamp is when that change was made: the same entry has the same bytes.
type Event struct {
	UID                  string
	Stamp, Start, End    time.Time
	Sequence             int
	Summary, Description string // Description may have lines
	URL                  string
	Cancelled            bool
	Alarm                time.Duration // before Start; 0: none
	Organizer, Attendee  Person        // without a mailbox: none
}

// Person is a name with a mailbox.
type Person struct{ Name, Mail string }

// Text gives the calendar in its form: lines of at most 75 octets that end in CRLF.
func (c Calendar) Text() []byte {
	var w writer
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:" + text("-//beredskab//"+strings.ToUpper(c.Lang)))
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:" + string(c.Method))
	if c.Name != "" {
		w.line("X-WR-CALNAME:" + text(c.Name))
	}
	if c.Method == Publish {
		w.line("X-PUBLISHED-TTL:PT6H")
	}
	for _, e := range c.Events {
		w.event(e)
	}
	w.line("END:VCALENDAR")
	return w.Bytes()
}

func (w *writer) event(e Event) {
	w.line("BEGIN:VEVENT")
	w.line("UID:" + text(e.UID))
	w.line("DTSTAMP:" + stamp(e.Stamp))
	w.line("DTSTART:" + stamp(e.Start))
	w.line("DTEND:" + stamp(e.End))
	w.number("SEQUENCE:", e.Sequence)
	w.line("SUMMARY:" + text(e.Summary))
	w.optional("DESCRIPTION:", text(e.Description))
	w.optional("URL:", address(e.URL))
	status := "CONFIRMED"
	if e.Cancelled {
		status = "CANCELLED"
	}
	w.line("STATUS:" + status)
	w.person("ORGANIZER", "", e.Organizer)
	w.person("ATTENDEE", ";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE", e.Attendee)
	if e.Alarm > 0 {
		w.line("BEGIN:VALARM")
		w.line("ACTION:DISPLAY")
		w.number("TRIGGER:-PT", int(e.Alarm/time.Minute), "M")
		w.line("DESCRIPTION:" + text(e.Summary))
		w.line("END:VALARM")
	}
	w.line("END:VEVENT")
}

func (w *writer) person(property, parameters string, p Person) {
	mail := address(p.Mail)
	if mail == "" {
		return
	}
	if p.Name != "" {
		parameters = ";CN=" + quoted(p.Name) + parameters
	}
	w.line(property + parameters + ":mailto:" + mail)
}
