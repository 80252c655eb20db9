// Package vigil looks through the log for signs of misuse and of attempts at it
// (R17): refused acts, attempts to decide in a matter of one's own, exports of much,
// failed sign-ins, a log that is not what was written. Once a day it tells the daily
// IT security officer what it saw.
package vigil

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
)

// Options are what a vigil works with.
type Options struct {
	Door    *door.Door
	Routes  []outbox.Route // of its messages
	Command string         // how the program is called; empty: beredskab
	Watch   followup.Watch // what is looked for
	Node    string         // that looks
	Log     *slog.Logger
}

// Vigil keeps watch over one log.
type Vigil struct {
	Options
	mu   sync.Mutex
	rest time.Time // until then nothing is due
}

// New gives the vigil over the log behind that door.
func New(o Options) *Vigil {
	if o.Watch.ExportActs == nil {
		o.Watch.ExportActs = []string{".export", "bundle.made"}
	}
	return &Vigil{Options: o}
}

// Attend makes the digest of each day until ctx ends, on the node that leads.
func (v *Vigil) Attend(ctx context.Context, leads func() bool) {
	for {
		if leads() {
			if err := v.Daily(ctx); err != nil && ctx.Err() == nil {
				v.Log.Error("the log could not be looked through for signs of misuse; trying again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// every is how often it is asked whether a digest is due.
const every = time.Minute

// most is how many lines of the log are looked at, chunk how many in one
// transaction, so that a long log keeps nobody waiting.
const (
	most  = 200_000
	chunk = 1000
)

// margin is how far the times of lines may lie from the order in which they were
// appended: an act has its time before it has its place.
const margin = 2 * time.Minute

// Show is Look for a person, who must be allowed to read the log; a refusal has its
// own line in it.
func (v *Vigil) Show(ctx context.Context, a door.Actor, from, to time.Time) (d followup.Digest, err error) {
	err = v.Door.Admit(ctx, a, "log.read", "log", door.Wish{Permission: matrix.Log, Verb: matrix.Read})
	if err != nil {
		return d, err
	}
	return v.Look(ctx, from, to)
}

// Look gives what the log shows of [from, to). Of more than 200,000 lines the newest
// are looked at, and the digest says how many were not.
func (v *Vigil) Look(ctx context.Context, from, to time.Time) (followup.Digest, error) {
	lines, unread, err := v.lines(ctx, from.Add(-24*time.Hour-margin), to.Add(margin))
	if err != nil {
		return followup.Digest{}, fmt.Errorf("looking through the log for signs of misuse: %w", err)
	}
	d := followup.DigestOf(lines, from, to, v.Watch)
	d.Unread = unread
	return d, nil
}

// lines reads the log of that time. One that is not what was written is itself a
// sign, and of it nothing else is believed.
func (v *Vigil) lines(ctx context.Context, from, to time.Time) (list []followup.Trace, unread int64, err error) {
	first, err := v.place(ctx, from)
	if err != nil {
		return nil, 0, err
	}
	end, err := v.place(ctx, to)
	if err != nil {
		return nil, 0, err
	}
	unread = max(0, end-first-most)
	for after := first + unread - 1; after < end-1; {
		page, err := v.entries(ctx, kept.EntryFilter{Forward: true, After: after, Limit: int(min(chunk, end-1-after))})
		if err != nil {
			return nil, 0, err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if ledger.Fits(e) != nil {
				list = append(list, followup.Trace{Seq: e.Seq, At: e.At, Actor: "system", Act: "log.broken", Object: "log", Outcome: "done"})
				continue
			}
			list = append(list, followup.TraceOf(e))
		}
		after = page[len(page)-1].Seq
	}
	return list, unread, nil
}

// place is the number of the first line at or after that moment, or one more than
// the last. It halves the log, so that a long one costs some twenty looks.
func (v *Vigil) place(ctx context.Context, at time.Time) (seq int64, err error) {
	newest, err := v.entries(ctx, kept.EntryFilter{Limit: 1})
	if err != nil || len(newest) == 0 {
		return 1, err
	}
	low, high := int64(1), newest[0].Seq+1
	for low < high {
		middle := low + (high-low)/2
		one, err := v.entries(ctx, kept.EntryFilter{Forward: true, After: middle - 1, Limit: 1})
		if err != nil {
			return 0, err
		}
		if len(one) == 0 || !one[0].At.Before(at) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

func (v *Vigil) entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	return door.Read(ctx, v.Door, func(tx door.Tx) ([]kept.Entry, error) { return tx.Entries(ctx, f) })
}
