// Package door is the one door to the register (DESIGN 4.2): whoever changes
// something comes with an actor and an act, and the change and its line in the
// log go into one transaction, or neither does. What may be kept is declared
// here, as Store.
package door

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// Clock reads the wall clock and the monotonic clock at once.
type Clock interface{ Now() event.Moment }

// Actor is who does something, and how the program knows. Nobody changes the
// register without one (DESIGN 4.2, R16).
type Actor struct {
	Name      string `json:"name"`                // a person or role, or "system:NODE"
	Assurance string `json:"assurance,omitempty"` // login, link, code, slack, on_behalf, system
	Via       string `json:"via,omitempty"`       // the account of the operating system, its person's ID, or the node
	// Person is the ID of whom our own sign-in, link or token established. Only the
	// program itself sets it, after it has checked what was shown; nothing from
	// outside, no flag and no JSON, ever does.
	Person string `json:"-"`
}

// System is the actor of what the program does by itself on that node.
func System(node string) Actor {
	return Actor{Name: "system", Assurance: "system", Via: node}
}

// Named refuses an act without a name: every act is traced to a person (R16).
func (a Actor) Named() error {
	if a.Name == "" {
		return fmt.Errorf("an act without a name: %w", ErrNotAllowed)
	}
	return nil
}

// These are reasons for which an act is refused, beside those that drill, approval
// and followup know. A refusal has its own line in the log.
var (
	// ErrNotAllowed says that this actor may not do that.
	ErrNotAllowed = rights.ErrNotAllowed
	// ErrNoRoom says that the disk is too full for a new drill (F9).
	ErrNoRoom = errors.New("a new drill waits until there is room")
	// ErrBusy says that another run holds the system (F33).
	ErrBusy = errors.New("another run holds the system")
)

// ErrNothing ends an act that turned out to change nothing: no entry, no error.
var ErrNothing = errors.New("nothing to change")

// Door is the way to a store, by a clock.
type Door struct {
	store Store
	clock Clock
	plans sync.Map // versions that were read, by hash: *plan.Plan
}

// New gives the door to that store.
func New(store Store, clock Clock) *Door { return &Door{store: store, clock: clock} }

// Now is the moment in UTC, to the microsecond that the store keeps.
func (d *Door) Now() event.Moment {
	m := d.clock.Now()
	m.Wall = m.Wall.UTC().Truncate(time.Microsecond)
	return m
}

// rounds is how often an act is decided anew because somebody else was first.
// Each round that is lost, another act has won, so this is no busy waiting.
const rounds = 50

// Update runs fn in one transaction, and again on what is there now when
// somebody else was first (F27): PostgreSQL lets two nodes decide at one moment.
// fn must set everything that it leaves outside each time anew.
func (d *Door) Update(ctx context.Context, fn func(Tx) error) (err error) {
	for range rounds {
		if err = d.store.Update(ctx, fn); !errors.Is(err, kept.ErrConflict) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// View runs fn in a transaction that sees one state of the register.
func (d *Door) View(ctx context.Context, fn func(Tx) error) error { return d.store.View(ctx, fn) }

// Read asks one question in such a transaction.
func Read[T any](ctx context.Context, d *Door, fn func(Tx) (T, error)) (out T, err error) {
	err = d.View(ctx, func(tx Tx) error {
		out, err = fn(tx)
		return err
	})
	return out, err
}

// Do runs one act: its change and its log entry in one transaction. When the act
// is refused, the refusal gets an entry of its own. What fn gives beside its
// error is kept as the entry's detail.
func (d *Door) Do(ctx context.Context, a Actor, act, object string, fn func(Tx) (detail any, err error)) error {
	if err := a.Named(); err != nil {
		return err
	}
	now := d.Now().Wall
	log := func(tx Tx, outcome string, detail any) error {
		who, err := known(ctx, tx, a)
		if err != nil {
			return err
		}
		return Log(ctx, tx, now, who, act, object, outcome, detail)
	}
	err := d.Update(ctx, func(tx Tx) error {
		detail, err := fn(tx)
		if err != nil {
			return err
		}
		return log(tx, "done", detail)
	})
	if errors.Is(err, ErrNothing) {
		return nil
	}
	if why, refused := refusal(err); refused {
		err = errors.Join(err, d.store.Update(ctx, func(tx Tx) error { return log(tx, "refused", why) }))
	}
	return err
}

// why is what the log keeps of a refusal. Self says that somebody tried to have
// the last word on what is his own (R17).
type why struct {
	Why  string `json:"why"`
	Self bool   `json:"self,omitempty"`
}

func refusal(err error) (w why, refused bool) {
	if err == nil {
		return w, false
	}
	w.Why = err.Error()
	var run *drill.Refusal
	var right *rights.Refusal
	var follow *followup.Refusal
	switch {
	case errors.As(err, &right):
		w.Self = right.Cause == "separated"
	case errors.As(err, &follow):
		w.Self = follow.Self
	case errors.As(err, &run), errors.Is(err, ErrNotAllowed), errors.Is(err, approval.ErrNotNow), errors.Is(err, yearly.ErrNotNow), errors.Is(err, ErrBusy), errors.Is(err, ErrNoRoom):
	default:
		return w, false
	}
	return w, true
}

// Log appends one line of the trace within the transaction of the act itself.
func Log(ctx context.Context, tx Tx, at time.Time, a Actor, act, object, outcome string, detail any) error {
	body, hash, err := ledger.Seal(ledger.Entry{Actor: a, Act: act, Object: object, Outcome: outcome, Detail: detail}, at)
	if err != nil {
		return err
	}
	return tx.AddEntry(ctx, kept.Entry{At: at, Actor: a.Name, Act: act, Object: object, Outcome: outcome, Bytes: body, Hash: hash})
}
