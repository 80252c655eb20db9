package plan

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// at adds a problem at a place in the text.
func (r *reading) at(line, column, width int, code, message, hint string) *Problem {
	blot := code == problemSecret || code == problemPersonNumber
	r.problems = append(r.problems, Problem{
		Code: code, Severity: severityError, File: r.file, Line: line, Column: column,
		Message: message, Hint: hint, Excerpt: excerpt(r.src, line, column, width, blot),
	})
	return &r.problems[len(r.problems)-1]
}

// on adds a problem at a node of the tree.
func (r *reading) on(node *yaml.Node, code, message, hint string) *Problem {
	p := r.at(node.Line, node.Column, r.width(node), code, message, hint)
	p.Path, _ = pathTo(r.root, node)
	return p
}

// in adds a problem at the value that a path names, or as near as there is one.
func (r *reading) in(path, code, message, hint string) *Problem {
	node := nodeAt(r.root, path)
	p := r.at(node.Line, node.Column, r.width(node), code, message, hint)
	p.Path = path
	return p
}

// width is how many characters of its first line a node takes up.
func (r *reading) width(node *yaml.Node) int {
	if node.Kind != yaml.ScalarNode || node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 1
	}
	width := utf8.RuneCountInString(node.Value)
	if node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		width += 2
	}
	return width
}

// fullyTold tells whether so much is wrong that more would not help anybody.
func (r *reading) fullyTold() bool { return len(r.problems) >= maxProblems }

// maxProblems bounds the work that a hostile file can cause.
const maxProblems = 200

// quote shows a value in a message, cut to a length that people read.
func quote(text string) string {
	runes := []rune(text)
	if len(runes) > 60 {
		runes = append(runes[:57], '…')
	}
	return `"` + strings.ReplaceAll(printable(runes), "\n", " ") + `"`
}
