package strict

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// at adds a problem at a place in the text, unless enough is told already.
func (r *Reading) at(line, column, width int, code, message, hint string) *Problem {
	if r.fullyTold() {
		return new(Problem)
	}
	blot := code == "BP060" || code == "BP061"
	r.Problems = append(r.Problems, Problem{
		Code: code, Severity: severityError, File: r.File, Line: line, Column: column,
		Message: message, Hint: hint, Excerpt: excerpt(r.src, line, column, width, blot),
	})
	return &r.Problems[len(r.Problems)-1]
}

// Key adds a problem at a key of a free mapping instead of at its value.
func (r *Reading) Key(path, key, code, message, hint string) {
	if node, _ := child(valueAt(r.root, path), key); node != nil {
		r.on(node, code, message, hint)
	}
}

// Told tells whether a problem with exactly this value is known already, such
// as a duration that could not be read.
func (r *Reading) Told(path string) bool {
	return slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Path == path })
}

// on adds a problem at a node of the tree.
func (r *Reading) on(node *yaml.Node, code, message, hint string) *Problem {
	p := r.at(node.Line, node.Column, r.width(node), code, message, hint)
	p.Path, _ = pathTo(r.root, node)
	return p
}

// In adds a problem at the value that a path names, or as near as there is one.
func (r *Reading) In(path, code, message, hint string) *Problem {
	node := nodeAt(r.root, path)
	p := r.at(node.Line, node.Column, r.width(node), code, message, hint)
	p.Path = path
	return p
}

// width is how many characters of its first line a node takes up.
func (r *Reading) width(node *yaml.Node) int {
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
func (r *Reading) fullyTold() bool { return len(r.Problems) >= maxProblems }

// maxProblems bounds the work that a hostile file can cause.
const maxProblems = 200

// Quote shows a value in a message, cut to a length that people read.
func Quote(text string) string {
	runes := []rune(text)
	if len(runes) > 60 {
		runes = append(runes[:57], '…')
	}
	return `"` + strings.ReplaceAll(printable(runes), "\n", " ") + `"`
}

// Short is the same for the use within other words.
func Short(text string) string { return strings.Trim(Quote(text), `"`) }
