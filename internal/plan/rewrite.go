package plan

import (
	"fmt"

	"beredskab/internal/plan/strict"
)

// Rewrite puts new values, by their path such as objectives.rto, into the text of the
// file that the plan was read from, and leaves every other character of it as it is,
// comments too (spec/ux.md 3.2). The value of a list has an item a line. The error
// names what cannot be edited in place. What comes of it is for Parse to judge.
func (p *Plan) Rewrite(src []byte, values map[string]string) ([]byte, error) {
	if held, _ := Parse(p.File, src); held == nil || held.Hash() != p.Hash() {
		return nil, fmt.Errorf("%s does not hold that plan any more: read it again", p.File)
	}
	return strict.Rewrite(src, values)
}
