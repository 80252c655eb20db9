package plan

import "beredskab/internal/plan/strict"

// Edit is a new value for one text of a plan file, or new items for one list.
type Edit = strict.Edit

// Rewrite puts new values into a plan file and leaves every other character of it as
// it is, comments too (spec/ux.md 3.2). The error names what cannot be edited in
// place. What comes of it is for Parse to judge.
func Rewrite(src []byte, edits []Edit) ([]byte, error) { return strict.Rewrite(src, edits) }
