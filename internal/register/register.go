package register

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/plan"
)

// Clock reads the wall clock and the monotonic clock at once.
type Clock interface{ Now() event.Moment }

// Actor is who does something, and how the program knows. Nobody changes the
// register without one (DESIGN 4.2, R16).
type Actor struct {
	Name      string `json:"name"`                // a person or role, or "system:NODE"
	Assurance string `json:"assurance,omitempty"` // login, link, code, slack, on_behalf, system
	Via       string `json:"via,omitempty"`       // the account of the operating system, or the node
}

// System is the actor of what the program does by itself on that node.
func System(node string) Actor {
	return Actor{Name: "system", Assurance: "system", Via: node}
}

// Route says through which channel messages go out. A personal channel gets one
// message for each receiver; another gets one at its own default address.
type Route struct {
	Channel  string
	Personal bool
	Language string // empty: the organisation's
}

// Options are what the register must know and cannot read from itself.
type Options struct {
	Routes  []Route
	Command string       // how an answer is typed, e.g. "beredskab --dir /srv/beredskab"
	Room    func() error // why the disk has no room for a new drill (F9); nil: it always has
}

// Register is the operational plan register on a store.
type Register struct {
	store   Store
	clock   Clock
	options Options

	mu    sync.Mutex
	plans map[string]*plan.Plan // by hash; versions are immutable
	orgs  map[string]*plan.Organisation
	runs  map[string]drill.Run // newest state known, checked against the row's Seq
}

// New gives the register over that store.
func New(store Store, clock Clock, options Options) *Register {
	return &Register{
		store: store, clock: clock, options: options,
		plans: map[string]*plan.Plan{}, orgs: map[string]*plan.Organisation{}, runs: map[string]drill.Run{},
	}
}

// ErrNotAllowed says that this actor may not do that.
var ErrNotAllowed = errors.New("not allowed")

// ErrNoRoom says that the disk is too full for a new drill (F9).
var ErrNoRoom = errors.New("a new drill waits until there is room")

// ErrBusy says that another run holds the system (F33).
var ErrBusy = errors.New("another run holds the system")

// now is the moment in UTC, to the microsecond that the store keeps.
func (r *Register) now() event.Moment {
	m := r.clock.Now()
	m.Wall = m.Wall.UTC().Truncate(time.Microsecond)
	return m
}

// named refuses an act without a name: every act is traced to a person (R16).
func named(a Actor) error {
	if a.Name == "" {
		return fmt.Errorf("an act without a name: %w", ErrNotAllowed)
	}
	return nil
}

// rounds is how often an act is decided anew because somebody else was first.
// Each round that is lost, another act has won, so this is no busy waiting.
const rounds = 50

// update runs fn in one transaction, and again on what is there now when
// somebody else was first (F27): PostgreSQL lets two nodes decide at one moment.
// fn must set everything that it leaves outside each time anew.
func (r *Register) update(ctx context.Context, fn func(Tx) error) (err error) {
	for range rounds {
		if err = r.store.Update(ctx, fn); !errors.Is(err, kept.ErrConflict) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// read asks one question in a transaction that sees one state of the register.
func read[T any](ctx context.Context, r *Register, fn func(Tx) (T, error)) (out T, err error) {
	err = r.store.View(ctx, func(tx Tx) error {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// errNothing ends an act that turned out to change nothing: no entry, no error.
var errNothing = errors.New("nothing to change")

// change runs one act: its change and its log entry in one transaction. When
// the act is refused, the refusal gets an entry of its own.
func (r *Register) change(ctx context.Context, a Actor, act, object string, fn func(Tx) (detail any, err error)) error {
	if err := named(a); err != nil {
		return err
	}
	now := r.now().Wall
	err := r.update(ctx, func(tx Tx) error {
		detail, err := fn(tx)
		if err != nil {
			return err
		}
		return log(ctx, tx, now, a, act, object, "done", detail)
	})
	var refused *drill.Refusal
	switch {
	case errors.Is(err, errNothing):
		return nil
	case errors.As(err, &refused), errors.Is(err, ErrNotAllowed), errors.Is(err, ErrBusy), errors.Is(err, ErrNoRoom):
		return errors.Join(err, r.store.Update(ctx, func(tx Tx) error {
			return log(ctx, tx, now, a, act, object, "refused", map[string]string{"why": err.Error()})
		}))
	default:
		return err
	}
}

// log appends one line of the trace within the transaction of the act itself.
func log(ctx context.Context, tx Tx, at time.Time, a Actor, act, object, outcome string, detail any) error {
	body, hash, err := ledger.Seal(ledger.Entry{Actor: a, Act: act, Object: object, Outcome: outcome, Detail: detail}, at)
	if err != nil {
		return err
	}
	return tx.AddEntry(ctx, kept.Entry{At: at, Actor: a.Name, Act: act, Object: object, Outcome: outcome, Bytes: body, Hash: hash})
}

// Upkeep records what an operator did to the register as a whole (kept.RegisterObject).
func (r *Register) Upkeep(ctx context.Context, a Actor, act, object string, detail any) error {
	return r.change(ctx, a, act, object, func(Tx) (any, error) { return detail, nil })
}

// Entries lists the trace, newest first. One that is not what was written is
// never shown as if it were: the error wraps ledger.ErrDamaged and names it.
func (r *Register) Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	return read(ctx, r, func(tx Tx) ([]kept.Entry, error) {
		list, err := tx.Entries(ctx, f)
		return list, errors.Join(err, ledger.Fit(list))
	})
}
