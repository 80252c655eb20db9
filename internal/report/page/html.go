package page

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"unicode"

	"beredskab/internal/phrase"
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
	}{d, phrase.CSS(d.Word), phrase.CSS(d.Class), phrase.CSS(d.Footer), phrase.CSS(d.Page), phrase.CSS(d.Of)})
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
