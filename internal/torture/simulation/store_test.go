package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/record"
)

// table is rows by their natural key. What a transaction wrote is taken back
// through its undo list.
type table[K comparable, V any] map[K]V

func put[K comparable, V any](t *tx, rows table[K, V], key K, row V) {
	before, there := rows[key]
	t.undo = append(t.undo, func() {
		if there {
			rows[key] = before
		} else {
			delete(rows, key)
		}
	})
	rows[key] = row
}

func drop[K comparable, V any](t *tx, rows table[K, V], key K) {
	if before, there := rows[key]; there {
		t.undo = append(t.undo, func() { rows[key] = before })
		delete(rows, key)
	}
}

// grow appends to a list that only ever grows.
func grow[V any](t *tx, list *[]V, row V) {
	length := len(*list)
	t.undo = append(t.undo, func() { *list = (*list)[:length] })
	*list = append(*list, row)
}

type (
	versionName struct{ kind, id string }
	attemptKey  struct {
		run, step string
		number    int
	}
	occurrenceKey struct{ schedule, nominal, zone string }
	deliveryKey   struct {
		notice int64
		try    int
	}
)

// database is what all nodes share: door.Store in memory, as strict as the
// real ones. Its clock is the bubble's; the nodes' own may differ.
type database struct {
	mu          sync.Mutex
	versions    table[string, kept.Version]
	current     table[versionName, string]
	runs        table[string, kept.Run]
	events      table[string, []kept.Event]
	attempts    table[attemptKey, kept.Attempt]
	occurrences table[occurrenceKey, kept.Occurrence]
	schedules   table[string, kept.Schedule]
	noticeIDs   table[string, int64]
	notices     []outbox.Notice // by ID, from 1
	owed        table[int64, bool]
	deliveries  table[deliveryKey, outbox.Delivery]
	entries     []kept.Entry
	findings    table[string, kept.Finding]
	records     table[[2]string, record.Row]
	nodes       table[string, kept.Node]
	jobs        table[int64, job]
	lastJob     int64
	locks       map[string]chan struct{} // held by transactions on their way; closed when they end
	changed     chan struct{}            // closed at the next commit that woke a run

	mutant mutant
	recent []commit // of the mutant that forgets
}

// mutant is a rule broken on purpose, to show that the invariants see it.
type mutant string

const (
	sound      mutant = ""
	noFences   mutant = "writes without their conditions" // natural keys, sequence numbers and epochs are not enforced
	unsynced   mutant = "a database that loses acknowledged commits"
	lossyQueue mutant = "a queue that drops wakes"
	lossySpool mutant = "a spool that forgets what it started"
	lyingNode  mutant = "a node that lies about its site"
)

// commit is what a committed transaction can be taken back with.
type commit struct {
	at   time.Time
	undo []func()
}

func newDatabase(m mutant) *database {
	return &database{
		versions: table[string, kept.Version]{}, current: table[versionName, string]{}, runs: table[string, kept.Run]{},
		events: table[string, []kept.Event]{}, attempts: table[attemptKey, kept.Attempt]{},
		occurrences: table[occurrenceKey, kept.Occurrence]{}, schedules: table[string, kept.Schedule]{},
		noticeIDs: table[string, int64]{}, owed: table[int64, bool]{}, deliveries: table[deliveryKey, outbox.Delivery]{},
		findings: table[string, kept.Finding]{}, records: table[[2]string, record.Row]{}, nodes: table[string, kept.Node]{}, jobs: table[int64, job]{},
		changed: make(chan struct{}), locks: map[string]chan struct{}{}, mutant: m,
	}
}

// tx is one transaction: what it wrote, and how to take it back or do it again.
type tx struct {
	db     *database
	by     *server // nil: nobody in particular
	undo   []func()
	writes []func() (same bool)
	after  []func() // once committed
	woke   bool
	holds  []string // the locks that it has taken
	// blocked is the lock that another transaction holds; closed at its end.
	blocked chan struct{}
}

// errConstraint says that a row may not be, such as an event of no run.
var errConstraint = errors.New("constraint failed")

// outcome is what a write says to the register.
type outcome struct {
	added bool
	err   error
	seen  int64 // the epoch of a node that must stay
}

// write does something now and keeps it, so that an overtaken transaction can do
// it again on what is there then.
func (t *tx) write(do func() outcome) outcome {
	out := do()
	t.writes = append(t.writes, func() bool { return do() == out })
	return out
}

func (t *tx) revert() {
	for _, back := range slices.Backward(t.undo) {
		back()
	}
	t.undo, t.after, t.woke = nil, nil, false
}

// View runs fn on one state.
func (db *database) View(_ context.Context, fn func(door.Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := &tx{db: db}
	defer t.revert()
	return fn(t)
}

// Update runs fn in one transaction that nobody overtakes, as on SQLite.
func (db *database) Update(_ context.Context, fn func(door.Tx) error) error {
	return db.update(nil, 0, fn)
}

// errOvertaken says that another transaction changed what this one's writes
// stand on, so that the database wants it run again.
var errOvertaken = errors.New("overtaken")

// update runs fn. With a delay, others may commit between what fn read and what
// it writes, as on PostgreSQL at READ COMMITTED: conditions of writes are judged
// on what is there at the end, and where one comes out otherwise, nothing is
// written.
func (db *database) update(by *server, delay time.Duration, fn func(door.Tx) error) error {
	for {
		blocked, err := db.attempt(by, delay, fn)
		if blocked == nil {
			return err
		}
		<-blocked // as PostgreSQL lets who wants a lock wait for it
	}
}

func (db *database) attempt(by *server, delay time.Duration, fn func(door.Tx) error) (blocked chan struct{}, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := &tx{db: db, by: by}
	if err := fn(t); err != nil || t.blocked != nil {
		t.revert()
		return t.blocked, err
	}
	if delay > 0 && !db.overtake(t, delay) {
		return nil, fmt.Errorf("%d writes: %w", len(t.writes), errOvertaken)
	}
	db.commit(t)
	return nil, nil
}

// overtake lets others commit first, and then writes again what the transaction
// decided before that.
func (db *database) overtake(t *tx, delay time.Duration) (same bool) {
	t.revert()
	mine := make(chan struct{})
	for _, name := range t.holds {
		db.locks[name] = mine
	}
	db.mu.Unlock()
	time.Sleep(delay)
	db.mu.Lock()
	for _, name := range t.holds {
		delete(db.locks, name)
	}
	close(mine)
	for _, again := range t.writes {
		if !again() && db.mutant != noFences {
			t.revert()
			return false
		}
	}
	return true
}

func (db *database) commit(t *tx) {
	for _, then := range t.after {
		then()
	}
	if t.by != nil && len(t.writes) > 0 {
		t.by.town.note(t.by.node.name, len(t.writes), len(db.entries), len(db.jobs))
	}
	if t.woke {
		close(db.changed)
		db.changed = make(chan struct{})
	}
	if db.mutant == unsynced {
		db.recent = append(db.recent, commit{at: time.Now(), undo: t.undo})
	}
}

// crash is the database's own: it loses nothing, unless it is the mutant that
// acknowledges what it has not written yet.
func (db *database) crash() {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, c := range slices.Backward(db.recent) {
		if time.Since(c.at) > 10*time.Minute {
			break
		}
		for _, back := range slices.Backward(c.undo) {
			back()
		}
	}
	db.recent = nil
}
