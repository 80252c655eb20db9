// Package store keeps the register on SQLite and on PostgreSQL: door.Store
// in two engines, one set of statements, and the queue that stands on the same
// database (DESIGN 2).
//
// What was acknowledged survives a power loss: SQLite runs with a write-ahead
// log and synchronous=FULL through one writer connection, beside a read-only
// pool; the settings are read back from every connection and a database whose
// settings differ is refused. PostgreSQL must be 15 or newer, with fsync,
// full_page_writes and synchronous_commit on.
//
// On PostgreSQL, READ COMMITTED is enough, because nothing here relies on what
// an earlier statement of the same transaction has seen: every insert goes
// through a natural key, every change says which sequence number, epoch and
// state it expects, and the log's head is a row that is held until commit.
//
// Times are integers, microseconds since 1970 in UTC, on both engines: exact,
// comparable, and the same in every time zone. Zero is "no time", so the first
// microsecond of 1970 cannot be stored.
package store
