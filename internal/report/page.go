package report

import (
	"fmt"
	"html/template"
	"io"

	"beredskab/templates"
)

// writePage writes the document as one HTML page that loads nothing.
func writePage(w io.Writer, d *document) error {
	page, err := template.ParseFS(templates.FS, "report/page.html.tmpl")
	if err != nil {
		return fmt.Errorf("reading the page of the document: %w", err)
	}
	return page.Execute(w, d)
}
