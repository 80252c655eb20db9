package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// Wait says that too much was tried in vain, and until when nothing more is looked at.
// It is the same for what there is and for what there is not.
type Wait struct{ Until time.Time }

func (w *Wait) Error() string {
	return "too many tries: wait until " + w.Until.Format(time.RFC3339)
}

const kindTries = "tries"

// tries are what was tried in vain in one name or from one place. All nodes share
// them, because they stand in the register.
type tries struct {
	Key    string    `json:"key"`
	Failed int       `json:"failed"`
	Last   time.Time `json:"last"`
	Until  time.Time `json:"until,omitzero"`
}

func (t tries) row() record.Row { return record.Row{Kind: kindTries, Key: t.Key, Due: t.Until} }

// limit is how often something may fail before each further try takes longer.
type limit struct {
	key   string
	free  int
	whole bool // one success takes back everything, and not itself alone
}

// The first wait, the longest, and after how long without a try all is forgotten.
const (
	firstWait = 30 * time.Second
	mostWait  = 15 * time.Minute
	forgotten = time.Hour
	freeTries = 5
)

// wait is how long nothing is looked at after that many tries in vain.
func (l limit) wait(failed int) time.Duration {
	if failed < l.free {
		return 0
	}
	wait := firstWait
	for range failed - l.free {
		if wait *= 2; wait >= mostWait {
			return mostWait
		}
	}
	return wait
}

// byName limits what is tried in one name. What was typed may be a password in the
// wrong field, so no more than four digits of its hash are kept: names share their
// limit with one in 65,536 others, and their number has a bound.
func byName(what, name string) limit {
	const digits = 4
	return limit{key: what + "-name-" + digest(name)[:digits], free: freeTries, whole: true}
}

// byPlace limits what is tried from one address, or from one network of IPv6, where
// one house has as many addresses as it likes. It is no way around that somebody there
// signs in well in between.
func byPlace(what, from string) limit {
	const digits, network = 6, 64
	if at, err := netip.ParseAddr(from); err == nil && at.Is6() && !at.Is4In6() {
		if prefix, err := at.WithZone("").Prefix(network); err == nil {
			from = prefix.String()
		}
	}
	return limit{key: what + "-place-" + digest(from)[:digits], free: freeTries}
}

// inAll limits what is tried by everybody together.
func inAll(what string, free int) limit { return limit{key: what + "-all", free: free} }

// claim counts a try before it is looked at, so that many at once are no way around;
// the error is a Wait when it is too soon for one.
func (g *Gate) claim(ctx context.Context, limits ...limit) error {
	return g.door.Update(ctx, func(tx door.Tx) error {
		now := g.door.Now().Wall
		held, revs, err := tried(ctx, tx, limits)
		if err != nil {
			return err
		}
		for _, t := range held {
			if now.Before(t.Until) {
				return &Wait{Until: t.Until}
			}
		}
		for i, t := range held {
			if now.Sub(t.Last) > forgotten {
				t.Failed = 0
			}
			t.Failed, t.Last, t.Until = t.Failed+1, now, time.Time{}
			if wait := limits[i].wait(t.Failed); wait > 0 {
				t.Until = now.Add(wait)
			}
			if err := put(ctx, tx, t, revs[i], now); err != nil {
				return err
			}
		}
		return nil
	})
}

// succeeded takes back that a try was counted.
func (g *Gate) succeeded(ctx context.Context, tx door.Tx, limits ...limit) error {
	held, revs, err := tried(ctx, tx, limits)
	if err != nil {
		return err
	}
	for i, t := range held {
		if t.Failed--; t.Failed < 0 || limits[i].whole {
			t.Failed = 0
		}
		t.Until = time.Time{}
		if wait := limits[i].wait(t.Failed); wait > 0 {
			t.Until = t.Last.Add(wait)
		}
		if err := put(ctx, tx, t, revs[i], g.door.Now().Wall); err != nil {
			return err
		}
	}
	return nil
}

func tried(ctx context.Context, tx door.Tx, limits []limit) (held []tries, revs []int, err error) {
	for _, l := range limits {
		t, rev, err := get[tries](ctx, tx, kindTries, l.key)
		if err != nil && !errors.Is(err, kept.ErrNotFound) {
			return nil, nil, fmt.Errorf("reading what was tried: %w", err)
		}
		t.Key = l.key
		held, revs = append(held, t), append(revs, rev)
	}
	return held, revs, nil
}
