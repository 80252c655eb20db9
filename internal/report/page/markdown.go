package page

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// WriteMarkdown writes the document as GitHub's Markdown. A picture is left
// out: its table says the same.
func WriteMarkdown(w io.Writer, d *Document) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", inline(d.Title))
	if d.Draft != "" {
		fmt.Fprintf(&b, "> **%s**\n\n", escape(d.Draft))
	}
	if d.Class != "" {
		fmt.Fprintf(&b, "%s · %s\n", inline(d.Word), inline(d.Class))
	}
	if d.Lead != "" {
		fmt.Fprintf(&b, "\n%s\n", escape(d.Lead))
	}
	if d.Verdict != "" {
		fmt.Fprintf(&b, "**%s %s**\n", d.Mark, inline(d.Verdict))
	}
	for _, s := range d.Sections {
		s.markdown(&b)
	}
	fmt.Fprintf(&b, "\n---\n\n%s\n", escape(d.Footer))
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Section) markdown(b *strings.Builder) {
	mark := "##"
	if s.Sub {
		mark = "###"
	}
	fmt.Fprintf(b, "\n%s %s\n", mark, inline(s.Title))
	var tiles []string
	for _, t := range s.Tiles {
		tiles = append(tiles, strings.TrimSpace(t.Number+" "+t.Text+" "+t.Before))
	}
	bullets(b, tiles)
	paragraphs(b, s.Text)
	bullets(b, s.List)
	for _, box := range s.Boxes {
		fmt.Fprintf(b, "\n**%s**\n", inline(box.Title))
		bullets(b, box.Items)
	}
	for _, p := range s.Pictures {
		if p.Twin != nil {
			p.Twin.markdown(b)
		}
	}
	for _, t := range s.Tables {
		t.markdown(b)
	}
	for _, o := range s.Outputs {
		fence := fenceFor(o.Text)
		fmt.Fprintf(b, "\n%s\n\n%stext\n%s\n%s\n", escape(o.Title), fence, o.Text, fence)
	}
	paragraphs(b, s.After)
}

func paragraphs(b *strings.Builder, texts []string) {
	for _, text := range texts {
		fmt.Fprintf(b, "\n%s\n", escape(text))
	}
}

func bullets(b *strings.Builder, items []string) {
	for i, item := range items {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "- %s\n", escape(item))
	}
}

func (t *Table) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n*%s*\n\n", inline(t.Caption))
	line := func(cells []string) { fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | ")) }
	titles, rule := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i], rule[i] = inline(c.Title), "---"
		if c.Number {
			rule[i] = "--:"
		}
	}
	line(titles)
	line(rule)
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = strings.ReplaceAll(inline(text), "\n", "<br>")
		}
		line(cells)
	}
}

// escape makes sure that a text of a paragraph is read as it is: what would
// begin a list or a heading gets a backslash too.
func escape(text string) string {
	return regexp.MustCompile(`^(\d*)([-+=.)])`).ReplaceAllString(inline(text), `$1\$2`)
}

// inline is escape for what does not begin a line. Markdown allows a backslash
// before any of these.
func inline(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_[]<>|~#&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// fenceFor is a fence that the text cannot close.
func fenceFor(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}
