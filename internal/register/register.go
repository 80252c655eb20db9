package register

import (
	"context"
	"errors"
	"sync"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register/post"
)

// Route says through which channel messages go out.
type Route = outbox.Route

// Options are what the register must know and cannot read from itself.
type Options struct {
	Routes  []Route
	Command string       // how an answer is typed, e.g. "beredskab --dir /srv/beredskab"
	Room    func() error // why the disk has no room for a new drill (F9); nil: it always has
}

// Register is the operational plan register: its runs, schedules and messages.
type Register struct {
	*post.Post // the outbox
	door       *door.Door
	options    Options

	mu   sync.Mutex
	org  *plan.Organisation   // the newest that was read
	runs map[string]drill.Run // newest state known, checked against the row's Seq
}

// New gives the register behind that door.
func New(d *door.Door, options Options) *Register {
	return &Register{
		Post: post.New(d, options.Routes), door: d, options: options,
		org: &plan.Organisation{}, runs: map[string]drill.Run{},
	}
}

// Entries lists the trace, newest first. One that is not what was written is
// never shown as if it were: the error wraps ledger.ErrDamaged and names it.
func (r *Register) Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Entry, error) {
		list, err := tx.Entries(ctx, f)
		return list, errors.Join(err, ledger.Fit(list))
	})
}
