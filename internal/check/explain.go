package check

import (
	_ "embed"
	"strings"
)

// rulesText is the long text of every rule, one "## CODE: title" each. The same
// text is the middle of docs/checks.md, which a test compares.
//
//go:embed rules.md
var rulesText string

// Codes are all rules in their order.
func Codes() []string {
	all := rules()
	out := make([]string, len(all))
	for i, r := range all {
		out[i] = r.code
	}
	return out
}

// Explain is the long text of a rule: what it asks, why, where it comes from
// and the ways out; ok is false when there is no such rule.
func Explain(code string) (text string, ok bool) {
	for section := range strings.SplitSeq("\n"+rulesText, "\n## ") {
		if strings.HasPrefix(section, code+":") {
			return strings.TrimSpace(section) + "\n", true
		}
	}
	return "", false
}
