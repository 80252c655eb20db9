// Package tidy makes texts harmless that come from plans, people and other programs
// before they stand in a message: one line, nothing hidden in it, and no longer than
// its place.
package tidy

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line makes one line of harmless text from whatever stands in a fact. Line
// breaks and tabs become a blank, so that no fact can forge a line or a mail
// header; control characters, characters that turn the direction of writing
// and other invisible ones become a visible mark, so that a text cannot read
// differently from what it is (S18, S20).
func Line(s string, longest int) string {
	var b strings.Builder
	blank, length := false, 0
	for _, r := range s {
		if length > longest {
			break // a fact of any length costs no more than its cut
		}
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			blank = b.Len() > 0
			continue
		case r == utf8.RuneError || Hidden(r):
			r = utf8.RuneError
		}
		if blank {
			b.WriteByte(' ')
			length++
			blank = false
		}
		b.WriteRune(r)
		length += max(1, utf16.RuneLen(r))
	}
	return Cut(b.String(), longest)
}

// Hidden tells whether a character has no picture of its own: control and
// format characters (bidirectional overrides and zero-width ones among them),
// tags, private use and characters that are not assigned.
func Hidden(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Co)
}

// Cut shortens a text to at most longest characters, the mark of the cut
// included. Characters are counted as Slack and browsers do, in UTF-16 units.
func Cut(s string, longest int) string {
	return CutEscaped(s, longest, func(r rune) string { return string(r) })
}

// CutEscaped escapes a text character by character and stops before the
// result exceeds longest, so that an escape is never cut in the middle.
func CutEscaped(s string, longest int, escape func(rune) string) string {
	var b strings.Builder
	length, lastFit := 0, 0
	for _, r := range s {
		piece := escape(r)
		length += Width(piece)
		if length > longest {
			return b.String()[:lastFit] + "…"
		}
		b.WriteString(piece)
		if length < longest {
			lastFit = b.Len()
		}
	}
	return b.String()
}

// Width is the length of a text in UTF-16 units.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}
