package store

import (
	"database/sql"
	"fmt"
)

// OpenForReading opens somebody else's database so that nothing can be written
// through it: a target of a sql probe. driver is sqlite, with the path of its
// file, or postgres, with its address. Nothing is kept open between questions,
// so that a file that was replaced is seen at the next one.
func OpenForReading(driver, address string) (*sql.DB, error) {
	var db *sql.DB
	var err error
	switch driver {
	case "sqlite":
		db, err = sql.Open("sqlite3", source(address, "mode=ro&_query_only=1&_busy_timeout=5000"))
	case "postgres":
		db, err = sql.Open("pgx", address)
	default:
		return nil, fmt.Errorf("driver %q: write sqlite or postgres", driver)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the %s database: %w", driver, err)
	}
	db.SetMaxOpenConns(2)
	db.SetMaxIdleConns(0)
	return db, nil
}

// OpenForWriting makes or opens an SQLite file that is no register, with every
// commit durable.
func OpenForWriting(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite3", source(file, "_synchronous=FULL&_foreign_keys=on&_busy_timeout=5000"))
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}
