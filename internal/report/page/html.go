package page

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"beredskab/templates"
)

// WriteHTML writes the document as one HTML page that loads nothing and is made
// for A4.
func WriteHTML(w io.Writer, d *Document) error {
	page, err := template.New("page.html.tmpl").Funcs(template.FuncMap{"breakable": breakable}).ParseFS(templates.FS, "report/page.html.tmpl")
	if err != nil {
		return fmt.Errorf("reading the page of the document: %w", err)
	}
	return page.Execute(w, struct {
		*Document
		Head, ClassHead, Foot, PageWord, OfWord template.CSS
	}{d, cssText(d.Word), cssText(d.Class), cssText(d.Footer), cssText(d.Page), cssText(d.Of)})
}

// cssText quotes a text for the edge of printed pages. html/template takes a
// text of CSS for an address and refuses one with a colon in it, so that every
// character but letters, digits and blanks is given by its number here.
func cssText(text string) template.CSS {
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

// breakable lets a very long word, such as a hash, go on in the next line of its
// cell. Ordinary words are left whole, and no column is narrower than they are.
func breakable(text string) template.HTML {
	const longest, part = 22, 12
	var b strings.Builder
	run := 0
	for _, r := range text {
		if run++; unicode.IsSpace(r) {
			run = 0
		}
		if run > longest && run%part == 0 {
			b.WriteString("<wbr>")
		}
		b.WriteString(template.HTMLEscapeString(string(r)))
	}
	return template.HTML(b.String()) // #nosec: every character was escaped
}
