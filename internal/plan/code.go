package plan

import (
	_ "embed"
	"slices"
	"strings"
)

// codesText holds the long text of each code. Codes never change their meaning
// and are never used again: people search for them.
//
//go:embed codes.md
var codesText string

// Explain is the long text of a code: why the rule is there, a wrong example
// and a right one. False when there is no such code.
func Explain(code string) (text string, ok bool) {
	for section := range strings.SplitSeq(codesText, "\n## ") {
		if strings.HasPrefix(section, code+" ") {
			return strings.TrimSpace(section) + "\n", true
		}
	}
	return "", false
}

// Codes are all codes in order.
func Codes() []string {
	var codes []string
	for line := range strings.Lines(codesText) {
		if heading, ok := strings.CutPrefix(line, "## BP"); ok {
			codes = append(codes, "BP"+heading[:3])
		}
	}
	slices.Sort(codes)
	return codes
}
