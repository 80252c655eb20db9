package feed

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	ics "github.com/arran4/golang-ical"

	"beredskab/internal/phrase"
	"beredskab/internal/rights"
)

// Media is the media type of a calendar.
const Media = "text/calendar; charset=utf-8"

// Read gives the calendar of that secret address as RFC 5545 has it: every time in
// UTC, so that no program needs to know a zone, and the same bytes until something
// changes. The error matches ErrNoFeed.
func (f *Feeds) Read(ctx context.Context, token string) ([]byte, error) {
	one, b, err := f.find(ctx, token)
	if err != nil {
		return nil, err
	}
	list, err := f.entries(ctx, one, b)
	if err != nil {
		return nil, fmt.Errorf("putting the calendar together: %w", err)
	}
	p := f.Texts(one.Lang)
	cal := ics.NewCalendar()
	cal.SetProductId("-//beredskab//" + strings.ToUpper(one.Lang))
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	cal.SetXWRCalName(line(p.Say("api.feed.name", name(one.Of, b))))
	cal.SetXPublishedTTL("PT6H")
	for _, e := range list {
		f.write(cal, p, e, b)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows)), nil
}

// name is what the calendar is about, as people call it.
func name(of Of, b *rights.Book) string {
	if of.Kind == Person {
		return b.Name(of.ID)
	}
	return of.ID
}

func (f *Feeds) write(cal *ics.Calendar, p *phrase.Phrases, e entry, b *rights.Book) {
	out := cal.AddEvent(e.uid + "@beredskab")
	out.SetDtStampTime(e.stamp.UTC())
	out.SetStartAt(e.start.UTC())
	out.SetEndAt(e.end.UTC())
	out.SetSequence(int(e.state))
	out.SetSummary(line(p.Say("api.feed.drill", e.title)))
	out.SetDescription(f.describe(p, e, b))
	if link := f.link(e); link != "" {
		out.SetURL(link)
	}
	out.SetStatus(ics.ObjectStatusConfirmed)
	if e.state == off {
		out.SetStatus(ics.ObjectStatusCancelled)
	}
	if e.state != planned && e.state != moved {
		return
	}
	alarm := out.AddAlarm()
	alarm.SetAction(ics.ActionDisplay)
	alarm.SetTrigger("-PT60M")
	alarm.SetProperty(ics.ComponentPropertyDescription, line(p.Say("api.feed.drill", e.title)))
}

// describe says what to know beforehand, one sentence a line.
func (f *Feeds) describe(p *phrase.Phrases, e entry, b *rights.Book) string {
	var lines []string
	say := func(key string, values ...any) { lines = append(lines, line(p.Say(key, values...))) }
	switch {
	case e.state == off:
		say("api.feed.off", phrase.Dash(e.why))
	case e.state == moved:
		say("api.feed.moved", e.why)
	case e.state == held:
		say("api.feed.held", e.run)
	}
	if e.leader != "" {
		say("api.feed.leader", b.Name(e.leader))
	}
	if e.state == planned || e.state == moved {
		say("api.feed.bring")
		say("api.feed.move")
	}
	if link := f.link(e); link != "" {
		say("api.feed.more", link)
	}
	return strings.Join(lines, "\n")
}

// link leads to the page about it.
func (f *Feeds) link(e entry) string {
	switch {
	case f.Origin == "":
		return ""
	case e.run != "":
		return f.Origin + "/drills/" + url.PathEscape(e.run)
	}
	return f.Origin + "/systems/" + url.PathEscape(e.system)
}

// line is a text of one line in which nothing hides.
func line(text string) string { return phrase.Visible(text) }
