package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/store/meaning"
	"beredskab/internal/store/queries"
)

const (
	// repeatFor bounds how long what the database refuses is tried again: twice
	// SQLite's busy time-out, and long enough for a PostgreSQL standby to take
	// over. A page then says 503 (F11).
	repeatFor  = 10 * time.Second
	firstPause = 5 * time.Millisecond
	longPause  = time.Second
)

// View runs fn in a read-only transaction that sees one state of the register.
func (db *DB) View(ctx context.Context, fn func(door.Tx) error) error {
	return db.again(ctx, func() error {
		s, err := db.engine.begin(ctx, db, false)
		if err != nil {
			return fmt.Errorf("reading the register: %w", err)
		}
		defer s.close()
		return db.told(fn(db.transaction(s)))
	})
}

// Update runs fn in one immediate transaction. It runs fn again when the
// database asks for that. Update must not be called within fn: SQLite has one
// writer connection. Errors besides fn's own: ErrCommitUnknown, ErrFull,
// ErrFailed.
func (db *DB) Update(ctx context.Context, fn func(door.Tx) error) error {
	return db.again(ctx, func() error { return db.update(ctx, fn) })
}

func (db *DB) update(ctx context.Context, fn func(door.Tx) error) error {
	if err := db.refuseAfterFailure(); err != nil {
		return err
	}
	s, err := db.engine.begin(ctx, db, true)
	if err != nil {
		return fmt.Errorf("changing the register: %w", db.explain(err))
	}
	defer s.close()
	tx := db.transaction(s)
	if err := fn(tx); err != nil {
		return db.explain(err)
	}
	if err := tx.appendEntries(ctx); err != nil {
		return db.explain(err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("changing the register: %w", err)
	}
	fault.Point("store.commit.before")
	if err := s.commit(ctx); err != nil {
		return fmt.Errorf("changing the register: %w", db.explainCommit(err))
	}
	fault.Point("store.commit.after")
	s.close() // Woken may change the register itself, and needs the connection.
	tx.announce()
	return nil
}

// again repeats what the database wants repeated, with growing pauses that
// differ by chance, so that two who collided do not collide again.
func (db *DB) again(ctx context.Context, do func() error) error {
	pause, begun := firstPause, time.Now()
	for {
		err := do()
		if db.pgx != nil && db.engine.classify(err) == meaning.Lost {
			db.pgx.Reset() // The others in the pool are no better, and each would be waited for.
		}
		if err == nil || !db.mayRepeat(err) || time.Since(begun) > repeatFor {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w, giving up: %w", ctx.Err(), err)
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, longPause)
	}
}

// transaction is door.Tx over one session.
type transaction struct {
	db       *DB
	session  session
	q        *queries.Queries
	woken    []string
	entries  []kept.Entry // to be appended to the log before the commit
	recorded bool         // a record was written
}

func (db *DB) transaction(s session) *transaction {
	return &transaction{db: db, session: s, q: queries.New(s.statements())}
}

// Together keeps the writes on PostgreSQL until it sends them in one round trip.
// SQLite is near enough.
func (t *transaction) Together(ctx context.Context, writes ...func() error) error {
	s, far := t.session.(*postgresSession)
	later, direct := laterConn{statements: t.session.statements()}, t.q
	if far {
		t.q = queries.New(&later)
		defer func() { t.q = direct }()
	}
	for _, write := range writes {
		if err := write(); err != nil {
			return err
		}
	}
	if later.batch.Len() == 0 {
		return nil
	}
	return s.onConnection(func() error { return s.tx.SendBatch(ctx, &later.batch).Close() })
}

// announce tells a worker of this process which runs were woken.
func (t *transaction) announce() {
	if t.db.options.Woken == nil {
		return
	}
	for _, run := range t.woken {
		t.db.options.Woken(run)
	}
}

// now is the database's clock in microseconds: nodes with wrong clocks must
// still agree on who has been silent.
func (t *transaction) now(ctx context.Context) (now int64, err error) {
	err = t.session.statements().QueryRowContext(ctx, t.db.engine.clock()).Scan(&now)
	return now, doing(err, "reading the clock of", t.db.Engine())
}

var _ door.Tx = (*transaction)(nil)
