package frame

import (
	"context"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
)

// good is how long a reading is used when nothing was done meanwhile: what grows old by
// itself does so in days.
const good = time.Minute

// Reading is how something stood that takes long to read: it is read anew when the log
// has grown, once for all who look. Whoever comes while it is read waits for it, so that
// a hundred visitors cost one reading.
type Reading[S any] struct {
	mu     sync.Mutex
	newest int64 // number of the newest line of the log when it was read
	at     time.Time
	state  *S
}

// Now gives how it stands. What others did may be as old as calm, so that a drill with
// many who look on is not read anew at each of its steps; what the visitor did himself he
// sees at once.
func (r *Reading[S]) Now(v *Visit, calm time.Duration, read func(ctx context.Context, at time.Time) (*S, error)) (*S, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest, err := v.newest("")
	if err != nil {
		return nil, err
	}
	at := v.frame.Door.Now().Wall
	serves, err := r.serves(v, newest, at, calm)
	if err != nil || serves {
		return r.state, err
	}
	state, err := read(v.Context(), at)
	if err != nil {
		return nil, err
	}
	r.newest, r.at, r.state = newest, at, state
	return state, nil
}

// serves tells whether what was read last will do.
func (r *Reading[S]) serves(v *Visit, newest int64, at time.Time, calm time.Duration) (bool, error) {
	age := at.Sub(r.at)
	if r.state == nil || age < 0 || age >= good {
		return false, nil
	}
	if newest == r.newest || age >= calm {
		return newest == r.newest, nil
	}
	own, err := v.newest(v.Person.ID)
	return own <= r.newest, err
}

// newest is the number of the newest line of the log, by that person or by anybody.
func (v *Visit) newest(person string) (int64, error) {
	entries, err := door.Read(v.Context(), v.frame.Door, func(tx door.Tx) ([]kept.Entry, error) {
		return tx.Entries(v.Context(), kept.EntryFilter{Actor: person, Limit: 1})
	})
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	return entries[0].Seq, nil
}
