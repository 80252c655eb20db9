package ical

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"beredskab/internal/tidy"
)

// longest is how many octets a line may have before it must be folded (RFC 5545, 3.1).
const longest = 75

// writer folds lines. A fold never stands inside a character.
type writer struct{ bytes.Buffer }

func (w *writer) line(s string) {
	room := longest
	for len(s) > room {
		at := room
		for at > 0 && !utf8.RuneStart(s[at]) {
			at--
		}
		w.WriteString(s[:at] + "\r\n ")
		s, room = s[at:], longest-1
	}
	w.WriteString(s + "\r\n")
}

func (w *writer) optional(name, value string) {
	if value != "" {
		w.line(name + value)
	}
}

func (w *writer) number(name string, n int, unit ...string) {
	w.line(name + strconv.Itoa(n) + strings.Join(unit, ""))
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// text escapes a value of several lines. What has no picture gets a visible mark: it
// has no place in a calendar, and a carriage return would forge a property (S20).
func text(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case strings.ContainsRune(`\;,`, r):
			b.WriteString(`\` + string(r))
		case tidy.Hidden(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// quoted is the value of a parameter. It has no escapes: a quote becomes another one.
func quoted(s string) string {
	return `"` + strings.ReplaceAll(tidy.Line(s, 200), `"`, "'") + `"`
}

// address is a web address or a mailbox as it stands in a calendar; empty when it has
// something in it that an address cannot have.
func address(s string) string {
	unfit := func(r rune) bool { return tidy.Hidden(r) || strings.ContainsRune(` "<>\^{}|`+"`", r) }
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unfit) {
		return ""
	}
	return s
}
