// Package relocation carries a whole register from one database into another, so
// that at no moment servers could start on both. What is cut off is ended by the
// same call.
package relocation

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/fault"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// What the log says of the register as a whole besides kept.ActArriving and
// kept.ActLeft.
const (
	actStayed = "register.stayed"
	actMoved  = "register.moved"
)

// ErrInUse says that somebody still works on the register; the text says who.
var ErrInUse = errors.New("the register is in use")

// Move is what a move came to.
type Move struct {
	From    string `json:"from"` // without passwords
	To      string `json:"to"`
	URL     bool   `json:"postgres"` // To is an address
	Tables  int    `json:"tables"`
	Rows    int    `json:"rows"`
	Entries int64  `json:"entries"` // of the log that was taken over
	Resumed bool   `json:"resumed"` // an earlier move was ended
}

// Carry moves the register from the one database to the other, both opened for
// moving; done says from where to where. Until the copy is proved the source is not
// touched. Then the source says that it was left, and the target that it is the
// register.
func Carry(ctx context.Context, source, target *store.DB, clock door.Clock, by door.Actor, done Move) (Move, error) {
	job := moving{source: source, target: target, clock: clock, actor: by, done: done}
	err := job.carry(ctx)
	return job.done, err
}

// moving is one move, both sides open.
type moving struct {
	source, target *store.DB
	clock          door.Clock
	actor          door.Actor
	done           Move
}

func (j *moving) carry(ctx context.Context) error {
	act, _, err := j.source.Place(ctx)
	if err != nil {
		return err
	}
	if act == kept.ActLeft {
		return j.resume(ctx)
	}
	if err := governance.New(door.New(j.source, j.clock)).Operate(ctx, j.actor, kept.ActLeft, kept.RegisterObject); err != nil {
		return err
	}
	if err := j.idle(ctx); err != nil {
		return err
	}
	newest, err := j.fill(ctx)
	if err != nil {
		return err
	}
	fault.Point("move.arriving")
	if err := j.leave(ctx, newest); err != nil {
		return err
	}
	fault.Point("move.left")
	return j.arrive(ctx)
}

// idle refuses to move a register that somebody works on: SQLite's folder is
// locked already, and on PostgreSQL the nodes' signs of life tell.
func (j *moving) idle(ctx context.Context) error {
	c, err := j.source.Census(ctx)
	if err != nil {
		return err
	}
	if open := c.Attempts[kept.AttemptStarting] + c.Attempts[kept.AttemptRunning]; open > 0 {
		return fmt.Errorf("%w: %d automatic steps are in hand; start its server, let them end, and stop it", ErrInUse, open)
	}
	for _, n := range c.Nodes {
		if n.Quiet = c.At.Sub(n.Beat); n.Alive() && j.source.Engine() == "postgres" {
			return fmt.Errorf("%w: server %s gave a sign of life %s ago; stop every server, wait %s and move again",
				ErrInUse, n.Name, n.Quiet.Round(time.Second), kept.Silence)
		}
	}
	return nil
}

// fill copies everything into the target, which is not the register yet. It
// gives the hash of the newest entry that was copied.
func (j *moving) fill(ctx context.Context) (newest []byte, err error) {
	filling := &store.Filling{DB: j.target, From: j.source}
	err = register.New(door.New(filling, j.clock), register.Options{}).Upkeep(ctx, j.actor, kept.ActArriving, kept.RegisterObject, kept.Place{From: j.done.From, To: j.done.To})
	if errors.Is(err, kept.ErrNotEmpty) {
		return nil, fmt.Errorf("%w; name an empty database or folder, or drop what a broken move left there and begin again", err)
	}
	j.done.Tables, j.done.Rows, j.done.Entries = filling.Sum.Tables, filling.Sum.Rows, filling.Sum.Log.Entries
	return filling.Sum.Log.Hash, err
}

// leave closes the source, unless it went on while it was copied.
func (j *moving) leave(ctx context.Context, newest []byte) error {
	source := register.New(door.New(j.source, j.clock), register.Options{})
	place := kept.Place{From: j.done.From, To: j.done.To, Entries: j.done.Entries, Hash: hex.EncodeToString(newest)}
	if err := source.Upkeep(ctx, j.actor, kept.ActLeft, kept.RegisterObject, place); err != nil {
		return err
	}
	left, err := source.Entries(ctx, kept.EntryFilter{Object: kept.RegisterObject, Limit: 1})
	if err != nil || left[0].Seq == j.done.Entries+1 {
		return err
	}
	err = source.Upkeep(ctx, j.actor, actStayed, kept.RegisterObject, place)
	return errors.Join(fmt.Errorf("%w: it was changed while it was copied, so it stays where it is; drop %s and begin again", ErrInUse, j.done.To), err)
}

// arrive makes the target the register.
func (j *moving) arrive(ctx context.Context) error {
	place := kept.Place{From: j.done.From, To: j.done.To, Entries: j.done.Entries}
	err := register.New(door.New(j.target, j.clock), register.Options{}).Upkeep(ctx, j.actor, actMoved, kept.RegisterObject, place)
	return err
}

// resume ends a move that was cut off after the source was left.
func (j *moving) resume(ctx context.Context) error {
	_, left, err := j.source.Place(ctx)
	if err != nil {
		return err
	}
	act, _, err := j.target.Place(ctx)
	if err != nil {
		return err
	}
	if act != kept.ActArriving || left.To != j.done.To {
		return fmt.Errorf("%w to %s; nothing was changed. Set `database` there", kept.ErrMoved, left.To)
	}
	log, err := j.target.Log(ctx, left.Entries)
	if err != nil || log.Entries != left.Entries+1 || hex.EncodeToString(log.Hash) != left.Hash {
		return errors.Join(err, fmt.Errorf("%w: %s does not hold what %s held when it was left", kept.ErrHalf, j.done.To, j.done.From))
	}
	j.done.Entries, j.done.Resumed = left.Entries, true
	return j.arrive(ctx)
}
