package notify

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/outbox"

	ics "github.com/arran4/golang-ical"
)

// invited sends a notice over a relay and reads the calendar of the mail that came,
// nil when it brought none.
func invited(t *testing.T, w *Wording, n outbox.Notice, method string) *ics.VEvent {
	t.Helper()
	server, client := certificate(t)
	r := newRelay(t, &relay{secure: server, wrapped: true})
	o := mailOptions(r)
	o.TLS, o.TLSConfig = MailFullTLS, client
	s, err := NewMail(o)
	mailer := sender(t, s, err)
	m, err := w.Render(n, FormMail)
	if err != nil {
		t.Fatal(err)
	}
	if receipt := mailer.Send(t.Context(), n, m); receipt.Outcome != outbox.Accepted {
		t.Fatalf("receipt %+v", receipt)
	}
	mails, _ := r.got()
	_, bodies := readParts(t, mails[0])
	text := bodies["text/calendar; method="+method]
	if text == "" {
		return nil
	}
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.Contains(text, "\r\nMETHOD:"+method+"\r\n") {
		t.Errorf("the calendar came through the mail as\n%q", text)
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	cal, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil || len(cal.Events()) != 1 {
		t.Fatalf("%v in\n%s", err, text)
	}
	return cal.Events()[0]
}

func of(e *ics.VEvent, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

// TestInvitation: a reminder invites, one that is called off takes the same entry back,
// and the later of two has the higher number.
func TestInvitation(t *testing.T) {
	w := wording(t)
	for lang, word := range map[string]string{"da": "ØVELSE: Økonomi – gendan fra backup", "en": "DRILL: Økonomi – gendan fra backup"} {
		asked := invited(t, w, sample(outbox.Reminder, lang, false), "REQUEST")
		off := invited(t, w, sample(outbox.Cancelled, lang, false), "CANCEL")
		if asked == nil || off == nil {
			t.Fatal("a mail without its calendar")
		}
		for name, want := range map[ics.ComponentProperty]string{
			"UID": "okonomi/gendan@2026-11-26T09:00@beredskab", "DTSTART": "20261126T080000Z", "DTEND": "20261126T110000Z",
			"DTSTAMP": "20261119T070000Z", "SEQUENCE": "0", "STATUS": "CONFIRMED", "SUMMARY": word,
			"ORGANIZER": "mailto:beredskab@kommune.example", "ATTENDEE": "mailto:systemejer@kommune.example",
		} {
			if got := of(asked, name); got != want {
				t.Errorf("%s: %s is %q, want %q", lang, name, got, want)
			}
		}
		if cn := asked.GetProperty("ORGANIZER").ICalParameters["CN"]; len(cn) != 1 || cn[0] != "Beredskab, Kommunen" {
			t.Errorf("the organizer is called %q", cn)
		}
		if rsvp := asked.GetProperty("ATTENDEE").ICalParameters["RSVP"]; len(rsvp) != 1 || rsvp[0] != "FALSE" {
			t.Errorf("an answer is asked for: %q", rsvp)
		}
		if of(off, "UID") != of(asked, "UID") || of(off, "SEQUENCE") != "1" || of(off, "STATUS") != "CANCELLED" || len(off.Alarms()) > 0 || of(off, "ORGANIZER") != of(asked, "ORGANIZER") {
			t.Errorf("called off: %v", off.Properties)
		}
	}
}

// TestNoInvitation: what does not invite to a drill brings no calendar.
func TestNoInvitation(t *testing.T) {
	w := wording(t)
	for _, kind := range outbox.Kinds() {
		n := sample(kind, "da", false)
		if kind == outbox.Reminder || kind == outbox.Cancelled {
			n.Facts.Occurrence = ""
		}
		if invited(t, w, n, "REQUEST") != nil || invited(t, w, n, "CANCEL") != nil {
			t.Errorf("%s brings a calendar", kind)
		}
	}
	// A drill of which nobody knows how long it takes still has an end.
	n := sample(outbox.Reminder, "da", false)
	n.Facts.EndsAt = time.Time{}
	if e := invited(t, w, n, "REQUEST"); e == nil || of(e, "DTEND") != "20261126T090000Z" {
		t.Errorf("without an end: %v", e)
	}
}

// TestInvitationInjection puts each string into every fact that reaches the calendar.
func TestInvitationInjection(t *testing.T) {
	r := newRelay(t, &relay{})
	s, err := NewMail(mailOptions(r))
	mailer, w := sender(t, s, err), wording(t)
	sound := 0
	for i, evil := range append([]string{"Økonomi"}, injections()...) {
		n := sample(outbox.Reminder, "da", false)
		n.Receiver, n.Facts.Occurrence, n.Facts.Drill, n.Facts.SystemName, n.Facts.Leader = evil, evil, evil, evil, evil
		m, err := w.Render(n, FormMail)
		if err != nil {
			t.Fatal(err)
		}
		m.Parts.Event, m.Parts.Body, m.Parts.Link = m.Parts.Event+evil, append(m.Parts.Body, evil), evil
		if receipt := mailer.Send(t.Context(), n, m); receipt.Outcome != outbox.Accepted {
			t.Fatalf("%q: %+v", evil, receipt)
		}
		mails, _ := r.got()
		_, bodies := readParts(t, mails[i])
		cal, err := ics.ParseCalendar(strings.NewReader(bodies["text/calendar; method=REQUEST"]))
		if err != nil || len(cal.Events()) != 1 {
			t.Fatalf("%q: %v", evil, err)
		}
		count := len(cal.Events()[0].Properties)
		if of(cal.Events()[0], "URL") != "" {
			count--
		}
		if i == 0 {
			sound = count
		} else if count != sound || len(cal.Events()[0].GetProperties("ATTENDEE")) != 1 {
			t.Errorf("%q made %d properties of %d", evil, count, sound)
		}
	}
}
