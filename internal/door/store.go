package door

import (
	"context"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/record"
)

// Store keeps what the register decides. It decides nothing itself. Update runs
// fn in one immediate transaction and commits when fn returns nil; what was
// acknowledged survives a power loss (DESIGN 2.3). fn may run again after a
// conflict of the database's own, so it must not touch anything outside. A
// commit that errs is unknown: the caller reads again by natural key.
type Store interface {
	View(ctx context.Context, fn func(Tx) error) error
	Update(ctx context.Context, fn func(Tx) error) error
}

// Tx is the register's tables within one transaction. Times are stored in UTC
// to the microsecond. Add… methods report false when the natural key was there
// already; nothing is written then. Lists are in key order unless said.
type Tx interface {
	// AddVersion keeps an immutable version; Hash is its natural key. Number
	// counts from 1 per (Kind, ID) and is given by the store.
	AddVersion(ctx context.Context, v kept.Version) (number int, added bool, err error)
	Version(ctx context.Context, hash string) (kept.Version, error)
	// NewestVersions gives the version with the highest Number per ID.
	NewestVersions(ctx context.Context, kind string) ([]kept.Version, error)
	Versions(ctx context.Context, kind, id string) ([]kept.Version, error)
	// SetCurrent marks the version that the files hold now; Number says nothing
	// about that, because an older text may come back. An empty hash takes the ID
	// out of the current set.
	SetCurrent(ctx context.Context, kind, id, hash string) error
	// Current lists what is marked: Kind, ID and Hash, without the text.
	Current(ctx context.Context, kind string) ([]kept.Version, error)

	AddRun(ctx context.Context, r kept.Run) (added bool, err error)
	// SaveRun writes every column but the key, where the stored Seq is expected;
	// otherwise ErrConflict.
	SaveRun(ctx context.Context, r kept.Run, expectedSeq int) error
	Run(ctx context.Context, id string) (kept.Run, error)
	// Runs lists newest first.
	Runs(ctx context.Context, f kept.RunFilter) ([]kept.Run, error)
	// LastRunNumber gives the highest number used in that year, 0 if none.
	LastRunNumber(ctx context.Context, year int) (int, error)
	// NewestEvidence gives, for each system, the newest run of each type and steps
	// hash that ended and was not broken off: what the checks need, from an index.
	NewestEvidence(ctx context.Context) ([]kept.Run, error)

	// AddEvents appends; (Run, Seq) is unique, a taken one is ErrConflict.
	AddEvents(ctx context.Context, run string, events []kept.Event) error
	Events(ctx context.Context, run string, after int) ([]kept.Event, error)

	// AddAttempt is the fence: (Run, Step, Number) is unique for ever.
	AddAttempt(ctx context.Context, a kept.Attempt) (added bool, err error)
	// SaveAttempt writes where the stored row has that epoch and is in one of
	// the states named; otherwise ErrConflict.
	SaveAttempt(ctx context.Context, a kept.Attempt, epoch int64, from ...kept.AttemptState) error
	Attempt(ctx context.Context, run, step string, number int) (kept.Attempt, error)
	// OpenAttempts lists those that have not ended, of all nodes.
	OpenAttempts(ctx context.Context) ([]kept.Attempt, error)
	// UnknownAttempts lists those of that node whose end nobody knows.
	UnknownAttempts(ctx context.Context, node string) ([]kept.Attempt, error)

	// AddOccurrence is the idempotency key of a drill: (Schedule, Nominal, Zone).
	AddOccurrence(ctx context.Context, o kept.Occurrence) (added bool, err error)
	SaveOccurrence(ctx context.Context, o kept.Occurrence) error
	Occurrence(ctx context.Context, schedule, nominal, zone string) (kept.Occurrence, error)
	// Occurrences lists newest first; an empty schedule means all.
	Occurrences(ctx context.Context, schedule string, limit int) ([]kept.Occurrence, error)

	// PutSchedule inserts or replaces by Key.
	PutSchedule(ctx context.Context, s kept.Schedule) error
	DeleteSchedule(ctx context.Context, key string) error
	Schedules(ctx context.Context) ([]kept.Schedule, error)
	// DueSchedules lists those with Next at or before now, soonest first.
	DueSchedules(ctx context.Context, now time.Time, limit int) ([]kept.Schedule, error)
	// NextDue is the earliest Next of all; zero when there is none.
	NextDue(ctx context.Context) (time.Time, error)

	// AddNotice owes a message; Key is its natural key.
	AddNotice(ctx context.Context, n outbox.Notice) (id int64, added bool, err error)
	SaveNotice(ctx context.Context, n outbox.Notice) error
	// OwedNotices lists owed ones with NextTry at or before now, oldest first.
	OwedNotices(ctx context.Context, now time.Time, limit int) ([]outbox.Notice, error)
	Notice(ctx context.Context, id int64) (outbox.Notice, error)
	// Notices lists newest first.
	Notices(ctx context.Context, f outbox.Filter) ([]outbox.Notice, error)
	AddDelivery(ctx context.Context, d outbox.Delivery) error
	Deliveries(ctx context.Context, notice int64) ([]outbox.Delivery, error)
	// NextNotice is the earliest NextTry of those owed; zero when none is.
	NextNotice(ctx context.Context) (time.Time, error)

	// AddEntry appends to the log at the end of the transaction; the store gives
	// Seq then, without gaps from 1.
	AddEntry(ctx context.Context, e kept.Entry) error
	// Entries lists newest first, unless the filter says otherwise.
	Entries(ctx context.Context, f kept.EntryFilter) ([]kept.Entry, error)

	// Tree is the log's Merkle tree with everything that this transaction appended.
	Tree(ctx context.Context) (ledger.Tree, error)
	// TreeHashes gives the tree's hashes under those indexes, in their order.
	TreeHashes(ctx context.Context, indexes []int64) ([]ledger.Hash, error)

	// PutRecord writes a record whose Rev is one more than the stored row's, 1 when
	// there is none; otherwise ErrConflict.
	PutRecord(ctx context.Context, r record.Row) error
	Record(ctx context.Context, kind, key string) (record.Row, error)
	Records(ctx context.Context, kind string, f record.Filter) ([]record.Row, error)
	// Remember gives what read makes of the records of those kinds and of nothing else, or
	// what it made before when none of them has been written since. Nobody may change it.
	Remember(ctx context.Context, what string, kinds [3]string, read func() (any, error)) (any, error)

	// PutFinding inserts or replaces by Key.
	PutFinding(ctx context.Context, f kept.Finding) error
	Findings(ctx context.Context, f kept.FindingFilter) ([]kept.Finding, error)

	// StartNode registers a start of a node, which gets a new epoch that no other
	// has had, and its first beat by the database's clock.
	StartNode(ctx context.Context, n kept.Node) (epoch int64, err error)
	// Beat records that the node lives, by the database's clock. ErrConflict when
	// the epoch is no longer that node's.
	Beat(ctx context.Context, node string, epoch int64) error
	// Node reads one node and keeps it from changing until the transaction ends.
	// It is for Update only.
	Node(ctx context.Context, name string) (kept.Node, error)
	// Epoch reads the epoch of a node and keeps it, but not its beat, from changing
	// until the transaction ends. It is for Update only.
	Epoch(ctx context.Context, name string) (int64, error)
	Nodes(ctx context.Context) ([]kept.Node, error)
	// ForgetNode takes its epoch, beat and key from a node. The row stays, so that
	// no epoch is ever given twice.
	ForgetNode(ctx context.Context, name string) error

	// Together does the writes in one go where the database is far. Each statement
	// must change a row, or it gives ErrConflict; until then a write that waits
	// says that it did. None of them reads.
	Together(ctx context.Context, writes ...func() error) error

	// Lock lets one transaction after the other through: what is read after it
	// holds what those before have committed.
	Lock(ctx context.Context, name string) error

	// Wake asks the queue to drive the run at that moment (at once when zero),
	// committed with the transaction or not at all. The queue is
	// kept.LookQueue or one of kept.CarryQueue.
	Wake(ctx context.Context, run, queue string, at time.Time) error
}
