package plan

import "beredskab/internal/plan/strict"

// Problem is one thing wrong with a file: where it is, what is wrong and what to
// write instead (R18, spec/ux.md 6.3).
type Problem = strict.Problem

// Problems are all that is wrong, in the order of file, line and column.
type Problems = strict.Problems

// Locate reads a text again and gives what finds places in it: the line and
// column, both from 1, of the value that a path such as objectives.rto or
// recovery.steps[1].after[0] names. A plan keeps no positions, so that thousands
// of them fit in memory. A path that leads further than the file does gives the
// key where it ends; a text that cannot be read gives 0, 0.
func Locate(src []byte) func(path string) (line, column int) { return strict.Locate(src) }
