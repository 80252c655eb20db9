package kept

import "errors"

// ErrNotFound says that there is no row of that key.
var ErrNotFound = errors.New("not in the register")

// ErrConflict says that somebody else was first: a natural key is taken, or an
// epoch or a sequence number has moved on. Read again and decide anew.
var ErrConflict = errors.New("somebody else was first")

// RunFilter narrows Runs; zero fields do not.
type RunFilter struct {
	System string
	Open   bool // only runs that have not ended
	Limit  int
}

// EntryFilter narrows Entries; zero fields do not.
type EntryFilter struct {
	Object string // exact
	Actor  string // exact
	Limit  int
	// Forward lists oldest first, all that come after the number After.
	Forward bool
	After   int64
}

// FindingFilter narrows Findings; zero fields do not.
type FindingFilter struct {
	System string
	Run    string
	Open   bool
}
