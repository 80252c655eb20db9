// Package page is a document before it has a form, and its forms: a page that
// prints, Markdown, and a list for spreadsheets. Texts are plain; each form
// escapes them in its own way, exactly once. It knows nothing of what a document
// is about.
package page

import "html/template"

// Document is a document before it has a form. No text holds a character without
// a picture of its own; who makes the document sees to that.
type Document struct {
	Lang       string
	Tone       string // drill, incident, open or closed: picks the colour
	Word       string // the band at the top: ØVELSE, KRISE, or whose document it is
	Class      string // who may read it; stands at the top of each page
	Title      string
	Lead       string // one line under the title; may be empty
	Draft      string // why the document is not final; empty when it is
	Mark       string // a sign for the verdict, beside its words
	Verdict    string // empty: the document judges nothing
	Judged     string // good, remarks, bad or none: never good when not measured
	Footer     string
	Page, Of   string // words of the page number
	TableWord  string // what opens the table of a picture
	Sections   []Section
	List       Table  // what the document is about, for spreadsheets
	Disclaimer string // what the last line says in small print; may be empty
}

// Section is one part of a document, shown in the order of its fields.
type Section struct {
	ID       string
	Title    string
	Sub      bool   // a part of the section before it
	Break    bool   // begins a new printed page
	Class    string // summary or card; empty is an ordinary section
	Tiles    []Tile
	Text     []string
	List     []string
	Boxes    []Box
	Pictures []Figure
	Tables   []Table
	Outputs  []Output
	After    []string // text below the tables
}

// Tile is one large number with what it counts, and what it was before.
type Tile struct {
	Number, Text, Before string
}

// Box is a short list beside others.
type Box struct {
	Title string
	Items []string
}

// Figure is a drawing that stands in the page itself.
type Figure struct {
	Caption string
	SVG     template.HTML // escaped by who drew it
	Twin    *Table        // says the same; nil when a table of the section does
	Printed bool          // the twin is printed too
}

// Table is rows under headings. Key is the column that names the row.
type Table struct {
	ID      string
	Caption string
	Columns []Column
	Key     int
	Rows    [][]string // a line break within a cell begins a new line there
}

// Column is the heading of one column.
type Column struct {
	Title  string
	Number bool // aligned to the right
}

// Output is what a step printed.
type Output struct {
	Title, Text string
}

// Columns makes headings; one that begins with ">" holds numbers.
func Columns(titles ...string) []Column {
	list := make([]Column, len(titles))
	for i, title := range titles {
		list[i] = Column{Title: title}
		if title[0] == '>' {
			list[i] = Column{Title: title[1:], Number: true}
		}
	}
	return list
}

// Empty tells whether a section has nothing to show.
func (s *Section) Empty() bool {
	return len(s.Tiles)+len(s.Text)+len(s.List)+len(s.Boxes)+len(s.Pictures)+len(s.Tables)+len(s.Outputs)+len(s.After) == 0
}
