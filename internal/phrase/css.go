package phrase

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"
)

// CSS quotes a text for the edge of printed pages. html/template takes a text of
// CSS for an address and refuses one with a colon in it, so that every character
// but letters, digits and blanks is given by its number here.
func CSS(text string) template.CSS {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if r == ' ' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\%x `, r)
		}
	}
	b.WriteByte('"')
	return template.CSS(b.String()) // #nosec: nothing that means something in CSS is left
}
