package kept

import (
	"errors"
	"time"
)

// Census is what operators count in the register, at one moment.
type Census struct {
	At      time.Time // by the database's clock
	Schema  int64     // version of the register's tables
	Head    int64     // number of the newest log entry
	Backup  time.Time // when the newest backup was made; zero: never
	Signed  time.Time // when the newest checkpoint of the log was signed; zero: never
	Waiting int       // commits that wait for a standby; PostgreSQL only

	Occurrences map[OccurrenceState]int // whose due time lies in the last 30 days
	Due         int                     // schedules whose moment has come and that nobody has followed yet
	Stuck       int                     // schedules that cannot be followed, or wait for something
	Attempts    map[AttemptState]int    // in hand, or whose end nobody knows
	Findings    map[string]int          // open ones, by state
	Owed        map[string]int          // messages, by channel
	OldestOwed  map[string]time.Time    // by channel
	Overdue     map[string]int          // messages that have been due for five minutes without a try, by channel
	Refused     map[string]int          // messages that no try will deliver any more, by channel
	Nodes       []Node
}

// What the trace says of the register as a whole stands under these objects.
const (
	BackupObject   = "register/backup" // backups made
	RegisterObject = "register"        // restored, moved away, moved here
)

// The acts of the register as a whole. The newest one says what it is: after
// ActLeft no server starts on it, and none on one that is still ActArriving.
const (
	ActArriving = "register.arriving"
	ActLeft     = "register.left"
)

var (
	// ErrMoved says that this register was moved to another place and is the
	// register no more; the text says where it is.
	ErrMoved = errors.New("this register was moved")
	// ErrHalf says that a move into this register was not finished.
	ErrHalf = errors.New("a move into this register was not finished")
	// ErrNotEmpty says that the target of a move or restore holds a register already.
	ErrNotEmpty = errors.New("the target is not empty")
)

// Place is what is noted with the acts of a move: from where to where, without
// passwords, and how far the log had come.
type Place struct {
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Entries int64  `json:"entries,omitempty"`
	Hash    string `json:"hash,omitempty"` // of the newest of them
}
