// Package ops is what operators watch: whether the process lives (/healthz),
// whether it can do its work (/readyz), and its figures in Prometheus' text
// format (/metrics). It only looks; nothing here changes the register. What it
// shows names no person and holds no secret.
package ops

import (
	"context"
	"sync"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// Trouble is one thing that is not as it should be, with the next step.
type Trouble struct {
	Name  string    `json:"name"` // of the thing: register, disk, spool, fences, loop tick …
	Text  string    `json:"text"`
	Next  string    `json:"next"`
	Since time.Time `json:"since,omitzero"`
	// Minor is worth a look but keeps the node from nothing.
	Minor bool `json:"minor,omitempty"`
}

// Disk is the room on the disk of the state folder, bytes.
type Disk struct {
	Free, Total uint64
	Log         uint64 // write-ahead log of an SQLite register
	Spool       int    // entries of the spool
}

// Options are what a Watch looks at.
type Options struct {
	Register *register.Register
	Meter    *Meter
	// Census counts in the register; an error means that it cannot be reached.
	Census func(ctx context.Context) (kept.Census, error)
	Schema int64 // version of the register's tables when this server began
	Disk   func() (Disk, error)
	// Told is what the tries of each channel have come to; nil: nothing is sent from here.
	Told func() map[string]outbox.Tally
	// Connected says of each channel that is listened to whether that works; nil: none is.
	Connected func() map[string]bool
	InHand    func() int // steps that this node carries out now
	// Anchored says when each anchor of the log last got a checkpoint.
	Anchored func() map[string]time.Time
	// Shut says since when each channel is shut whose other side takes nothing more.
	Shut func(ctx context.Context) map[string]time.Time
	// Doubts are what else may be wrong on this host: room, spool, fences.
	Doubts  func() []Trouble
	Version string
	Commit  string // of the program's source
}

// Watch looks at one running server. It is safe for concurrent use.
type Watch struct {
	Options
	born time.Time

	mu    sync.Mutex
	beats map[string]time.Time // newest sign of life of each loop
	last  sight

	ticked chan struct{} // the schedules have been looked at
}

// New gives a watch; what it looks at may still be starting.
func New(o Options) *Watch {
	return &Watch{Options: o, born: time.Now(), beats: map[string]time.Time{}, ticked: make(chan struct{}, 1)}
}

// Beat notes that a loop of the program has begun a round.
func (w *Watch) Beat(loop string) {
	now := time.Now()
	w.mu.Lock()
	w.beats[loop] = now
	w.mu.Unlock()
	if loop == "tick" {
		select {
		case w.ticked <- struct{}{}:
		default:
		}
	}
}

const (
	// fresh is how long what was seen is shown again: many who ask at one moment
	// cost one look.
	fresh = 2 * time.Second
	// patience is how long a look may wait for the database.
	patience = 5 * time.Second
)

// sight is what one look saw.
type sight struct {
	at      time.Time
	census  kept.Census
	runs    open
	disk    Disk
	lost    error // the register could not be asked
	blind   error // the disk could not be asked
	trouble []Trouble
}

// look gives what is there now, or was a moment ago.
func (w *Watch) look(ctx context.Context) sight {
	w.mu.Lock()
	s := w.last
	w.mu.Unlock()
	if time.Since(s.at) < fresh {
		return s
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	s = sight{at: time.Now()}
	if s.census, s.lost = w.Census(ctx); s.lost == nil {
		s.runs, s.lost = w.openRuns(ctx)
	}
	s.disk, s.blind = w.Disk()
	s.trouble = w.judge(s)
	w.mu.Lock()
	w.last = s
	w.mu.Unlock()
	return s
}
