package notify

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Longest facts, in characters. A fact that is longer is cut: a message asks
// for one thing, and the page behind its link holds the rest.
const (
	longestName = 300
	longestText = 1500
	longestLink = 3000 // Slack's limit for the address of a button
)

// clean makes one line of harmless text from whatever stands in a fact. Line
// breaks and tabs become a blank, so that no fact can forge a line or a mail
// header; control characters, characters that turn the direction of writing
// and other invisible ones become a visible mark, so that a text cannot read
// differently from what it is (S18, S20).
func clean(s string, longest int) string {
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
		case r == utf8.RuneError || hidden(r):
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
	return cut(b.String(), longest)
}

// hidden tells whether a character has no picture of its own: control and
// format characters (bidirectional overrides and zero-width ones among them),
// tags, private use and characters that are not assigned.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Co)
}

// cut shortens a text to at most longest characters, the mark of the cut
// included. Characters are counted as Slack and browsers do, in UTF-16 units.
func cut(s string, longest int) string {
	return cutEscaped(s, longest, func(r rune) string { return string(r) })
}

// cutEscaped escapes a text character by character and stops before the
// result exceeds longest, so that an escape is never cut in the middle.
func cutEscaped(s string, longest int, escape func(rune) string) string {
	var b strings.Builder
	length, lastFit := 0, 0
	for _, r := range s {
		piece := escape(r)
		length += width(piece)
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

func width(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// webLink returns an address that may stand behind a button: absolute, http or
// https, with a host. Anything else gives "", and the message has no button.
func webLink(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > longestLink || u.Host == "" || u.User != nil || strings.ContainsFunc(s, hidden) {
		return ""
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// hostOf is the host of such an address, as people type it.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}
