package feed

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"beredskab/internal/ical"
	"beredskab/internal/phrase"
	"beredskab/internal/rights"
)

// Read gives the calendar of that secret address as RFC 5545 has it, with the same
// bytes until something changes. The error matches ErrNoFeed.
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
	cal := ical.Calendar{Method: ical.Publish, Lang: one.Lang, Name: line(p.Say("api.feed.name", name(one.Of, b)))}
	for _, e := range list {
		cal.Events = append(cal.Events, f.event(p, e, b))
	}
	return cal.Text(), nil
}

// name is what the calendar is about, as people call it.
func name(of Of, b *rights.Book) string {
	if of.Kind == Person {
		return b.Name(of.ID)
	}
	return of.ID
}

func (f *Feeds) event(p *phrase.Phrases, e entry, b *rights.Book) ical.Event {
	out := ical.Event{
		UID: e.uid + "@beredskab", Stamp: e.stamp, Start: e.start, End: e.end, Sequence: int(e.state),
		Summary: line(p.Say("api.feed.drill", e.title)), Description: f.describe(p, e, b), URL: f.link(e), Cancelled: e.state == off,
	}
	if e.state == planned || e.state == moved {
		out.Alarm = time.Hour
	}
	return out
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
