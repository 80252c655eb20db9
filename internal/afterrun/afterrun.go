// Package afterrun is what follows a run and touches the disk: evidence is taken in
// and handed out, and the report of a run is made as its approver reads it.
package afterrun

import (
	"beredskab/internal/evidence"
	"beredskab/internal/governance"
	"beredskab/internal/register"
)

// Options are what it works with.
type Options struct {
	Office   *governance.Office
	Register *register.Register
	Shelf    evidence.Shelf
	Limit    int64  // bytes of one file of evidence
	Node     string // in whose folder the shelf is
}

// Desk is where it is done.
type Desk struct{ Options }

// New gives the desk.
func New(o Options) *Desk { return &Desk{o} }
