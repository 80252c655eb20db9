package report

// document is a report before it has a form. Its texts are plain: each form
// escapes them in its own way, exactly once. No text holds a character without
// a picture of its own (see visible).
type document struct {
	Lang       string
	Tone       string // drill or incident: picks the colour
	Word       string // ØVELSE or KRISE: a drill taken for reality is the worst bug
	Title      string
	Draft      string // why the document is not final; empty when it is
	Mark       string // a sign for the verdict, beside its words
	Verdict    string
	Judged     string // good, remarks, bad or none: never good when not measured
	Footer     string
	Page, Of   string // words of the page number
	Sections   []section
	Accessible string // what the pictures are for those who do not see them
}

// section is one numbered part of a document.
type section struct {
	ID       string
	Title    string
	Text     []string
	List     []string
	Pictures []picture
	Tables   []table
	Outputs  []output
}

// table is rows under headings. Key is the column that names the row.
type table struct {
	ID      string
	Caption string
	Columns []column
	Key     int
	Rows    [][]string // a line break within a cell begins a new line there
}

type column struct {
	Title  string
	Number bool // aligned to the right
}

// output is what a step printed.
type output struct {
	Title, Text string
}

// columns makes headings; one that begins with ">" holds numbers.
func columns(titles ...string) []column {
	list := make([]column, len(titles))
	for i, title := range titles {
		list[i] = column{Title: title}
		if title[0] == '>' {
			list[i] = column{Title: title[1:], Number: true}
		}
	}
	return list
}

// empty tells whether a section has nothing to show.
func (s *section) empty() bool {
	return len(s.Text)+len(s.List)+len(s.Pictures)+len(s.Tables)+len(s.Outputs) == 0
}
