package ical

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
)

func drill() Event {
	day := time.Date(2026, 11, 26, 9, 0, 0, 0, time.FixedZone("CET", 3600))
	return Event{
		UID: "okonomi/gendan@2026-11-26T09:00@beredskab", Stamp: day.AddDate(0, 0, -7), Start: day, End: day.Add(3 * time.Hour), Sequence: 2,
		Summary:     "ØVELSE: Økonomisystem – gendan fra backup; æøå ÆØÅ, og en linje, der er længere end en linje må være",
		Description: "Du skal kun gøre noget, hvis du ikke kan deltage.\nØvelsesleder: It-chef",
		URL:         "https://beredskab.kommune.example/systems/okonomi", Alarm: time.Hour,
		Organizer: Person{`Beredskab, "Kommunen"; it: vagt`, "beredskab@kommune.example"}, Attendee: Person{"Systemejer Økonomi", "systemejer@kommune.example"},
	}
}

// strict tells what of a text is not as RFC 5545 wants it, by its own reading: lines,
// folds, names, parameters, escapes, and that all that begins ends.
func strict(calendar []byte) (problems []string) {
	bad := func(format string, values ...any) { problems = append(problems, fmt.Sprintf(format, values...)) }
	if !utf8.Valid(calendar) {
		bad("it is not UTF-8")
	}
	whole, ended := strings.CutSuffix(string(calendar), "\r\n")
	if !ended {
		bad("the last line has no end")
	}
	for line := range strings.SplitSeq(whole, "\r\n") {
		if len(line) == 0 || len(line) > 75 || !utf8.ValidString(line) {
			bad("a line of %d octets: %q", len(line), line)
		}
	}
	var open []string
	for line := range strings.SplitSeq(strings.ReplaceAll(whole, "\r\n ", ""), "\r\n") {
		name, value, err := split(line)
		if err != nil {
			bad("%v: %q", err, line)
			continue
		}
		switch name {
		case "BEGIN":
			open = append(open, value)
		case "END":
			if len(open) == 0 || open[len(open)-1] != value {
				bad("END:%s in %v", value, open)
				return problems
			}
			open = open[:len(open)-1]
		case "SUMMARY", "DESCRIPTION", "UID", "X-WR-CALNAME", "PRODID":
			rest := strings.NewReplacer(`\\`, "", `\;`, "", `\,`, "", `\n`, "", `\N`, "").Replace(value)
			if strings.ContainsAny(rest, `\;,`) {
				bad("an escape is missing: %q", value)
			}
		}
	}
	if len(open) > 0 {
		bad("%v has no end", open)
	}
	return problems
}

// split reads a content line: a name, its parameters, a value.
func split(line string) (name, value string, err error) {
	if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return "", "", fmt.Errorf("a control character at %d", i)
	}
	quote, at := false, -1
	for i, r := range line {
		if r == '"' {
			quote = !quote
		}
		if r == ':' && !quote {
			at = i
			break
		}
	}
	if at < 1 {
		return "", "", fmt.Errorf("there is no value")
	}
	for i, part := range strings.Split(unquoted(line[:at]), ";") {
		word, parameter, given := strings.Cut(part, "=")
		if word == "" || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" || given != (i > 0) || strings.ContainsAny(parameter, `,\`) {
			return "", "", fmt.Errorf("the name or a parameter %q", part)
		}
		if i == 0 {
			name = word
		}
	}
	return name, line[at+1:], nil
}

// unquoted leaves out what stands in quotes.
func unquoted(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 0 {
			b.WriteString(part)
		}
	}
	return b.String()
}

// TestReadBack writes a calendar and reads it with somebody else's reader.
func TestReadBack(t *testing.T) {
	calendar := Calendar{Method: Request, Lang: "da", Name: "Øvelser, alle", Events: []Event{drill()}}.Text()
	for _, problem := range strict(calendar) {
		t.Error(problem)
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(calendar))
	if err != nil {
		t.Fatal(err)
	}
	e, want := cal.Events()[0], drill()
	for name, text := range map[ics.ComponentProperty]string{
		ics.ComponentPropertyUniqueId: want.UID, ics.ComponentPropertySummary: want.Summary, ics.ComponentPropertyDescription: want.Description,
		ics.ComponentPropertyUrl: want.URL, ics.ComponentPropertySequence: "2", ics.ComponentPropertyStatus: "CONFIRMED",
		ics.ComponentPropertyDtStart: "20261126T080000Z", ics.ComponentPropertyDtEnd: "20261126T110000Z", ics.ComponentPropertyDtstamp: "20261119T080000Z",
		ics.ComponentPropertyOrganizer: "mailto:beredskab@kommune.example", ics.ComponentPropertyAttendee: "mailto:systemejer@kommune.example",
	} {
		if list := e.GetProperties(name); len(list) != 1 || list[0].Value != text {
			t.Errorf("%s: %v, want %q", name, list, text)
		}
	}
	if cn := e.GetProperty(ics.ComponentPropertyOrganizer).ICalParameters["CN"]; len(cn) != 1 || cn[0] != "Beredskab, 'Kommunen'; it: vagt" {
		t.Errorf("the organizer is called %q", cn)
	}
	if alarms := e.Alarms(); len(alarms) != 1 || alarms[0].GetProperty("TRIGGER").Value != "-PT60M" {
		t.Errorf("alarms %v", alarms)
	}
}

// TestNothingIsForged puts everything that could end a line or a value into every
// text of an entry: its properties stay the same, and so does their number.
func TestNothingIsForged(t *testing.T) {
	names := func(calendar []byte) (list []string) {
		for line := range strings.SplitSeq(strings.ReplaceAll(string(calendar), "\r\n ", ""), "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			name, _, _ = strings.Cut(name, ";")
			list = append(list, name)
		}
		return list
	}
	sound := strings.Join(names(Calendar{Method: Cancel, Lang: "en", Name: "x", Events: []Event{drill()}}.Text()), " ")
	tried := 0
	for _, end := range []string{"\r\n", "\n", "\r", "\u2028", "\u0085", "\x00", `\n`, `"`, ";", ":", ",", "\\", "\u202e", "\xff", "\t", "\x1b[2J"} {
		for _, line := range []string{"ATTENDEE:mailto:spy@evil.example", "END:VCALENDAR", "METHOD:REQUEST", " folded", `;RSVP=TRUE:mailto:x`, "STATUS:CANCELLED", strings.Repeat("æ", 200)} {
			tried++
			evil, e := "Økonomi"+end+line, drill()
			e.UID, e.Summary, e.Description, e.Organizer.Name, e.Attendee.Name = evil, evil, evil, evil, evil
			calendar := Calendar{Method: Cancel, Lang: "en", Name: evil, Events: []Event{e}}.Text()
			if problems := strict(calendar); len(problems) > 0 {
				t.Errorf("%q: %v", evil, problems)
			}
			if got := strings.Join(names(calendar), " "); got != sound {
				t.Errorf("%q made %s", evil, got)
			}
			e.URL, e.Organizer.Mail = "https://x.example/"+end+line, "a@b.example"+end+line
			if problems := strict(Calendar{Method: Cancel, Events: []Event{e}}.Text()); len(problems) > 0 {
				t.Errorf("%q as an address: %v", evil, problems)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d strings", tried)
	}
	// The control: a writer that forgets one rule is found out.
	whole := string(Calendar{Method: Request, Events: []Event{drill()}}.Text())
	for name, forgets := range map[string]string{
		"line ends": strings.ReplaceAll(whole, "\r\n", "\n"), "folds": strings.ReplaceAll(whole, "\r\n ", ""),
		"escapes": strings.ReplaceAll(whole, `\;`, ";"), "quotes": strings.ReplaceAll(whole, `"`, ""), "an end": strings.ReplaceAll(whole, "END:VALARM\r\n", ""),
	} {
		if len(strict([]byte(forgets))) == 0 {
			t.Errorf("a calendar without its %s passes", name)
		}
	}
}
