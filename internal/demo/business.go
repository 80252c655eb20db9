package demo

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"beredskab/internal/disk"
	"beredskab/internal/store"
)

// The files of the business system.
const (
	liveFile   = "esdh.db"
	backupFile = "backup/esdh-nat.db"
	asideFile  = "esdh-foer-oevelsen.db"
	socketFile = "control.sock"
)

// makeBusiness makes the ESDH's data: cases and documents up to now, and the
// backup that was taken before the newest of them.
func makeBusiness(dir string, now time.Time) error {
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(backupFile)), 0o700); err != nil {
		return err
	}
	db, err := store.OpenForWriting(filepath.Join(dir, liveFile))
	if err != nil {
		return err
	}
	err = fill(db, now, filepath.Join(dir, backupFile))
	return errors.Join(err, db.Close())
}

// fill writes 400 cases with documents, one every ten minutes. The backup is
// taken when the newest document is 95 minutes old; what comes later is what a
// restore would lose.
func fill(db *sql.DB, now time.Time, backup string) error {
	if _, err := db.Exec(`
		create table sag (nr text primary key, titel text not null, oprettet text not null) strict;
		create table dokument (id integer primary key, sag text not null references sag(nr), titel text not null, oprettet text not null) strict;`); err != nil {
		return fmt.Errorf("making the tables: %w", err)
	}
	const cases, perCase = 400, 3
	newest := now.Add(-95 * time.Minute)
	if err := addCases(db, cases, func(i int) (number, documents int, at time.Time) {
		return i + 1, perCase, newest.Add(-time.Duration(cases-1-i) * 10 * time.Minute)
	}); err != nil {
		return err
	}
	if _, err := db.Exec(`vacuum into ?`, backup); err != nil {
		return fmt.Errorf("taking the backup: %w", err)
	}
	return addCases(db, 8, func(i int) (number, documents int, at time.Time) {
		return cases + i + 1, 1, newest.Add(time.Duration(i+1) * 10 * time.Minute)
	})
}

// addCases adds a number of cases in one transaction.
func addCases(db *sql.DB, count int, which func(i int) (number, documents int, at time.Time)) error {
	tx, err := db.Begin()
	if err != nil {
		return fmt.Errorf("adding cases: %w", err)
	}
	for i := range count {
		number, documents, at := which(i)
		if err := addCase(tx, number, documents, at); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func addCase(db *sql.Tx, number, documents int, at time.Time) error {
	nr, stamp := fmt.Sprintf("2026-%d", number), at.UTC().Format(time.RFC3339)
	if _, err := db.Exec(`insert into sag values (?, ?, ?)`, nr, fmt.Sprintf("Ansøgning nr. %d", number), stamp); err != nil {
		return fmt.Errorf("adding a case: %w", err)
	}
	for d := range documents {
		if _, err := db.Exec(`insert into dokument (sag, titel, oprettet) values (?, ?, ?)`, nr, fmt.Sprintf("Bilag %d", d+1), stamp); err != nil {
			return fmt.Errorf("adding a document: %w", err)
		}
	}
	return nil
}

// Tool is what the catalogue's commands run: stop, restore or clean-up of the
// business system in that folder. It tells on out what it does.
func Tool(verb, dir string, out io.Writer) error {
	switch verb {
	case "stop":
		return stopService(dir, out)
	case "restore":
		return restore(dir, out)
	case "clean-up":
		return putBack(dir, out)
	default:
		return fmt.Errorf("demo-tool knows stop, restore and clean-up, not %q", verb)
	}
}

func stopService(dir string, out io.Writer) error {
	if err := control(dir, "stop"); err != nil {
		return err
	}
	fmt.Fprintln(out, "ESDH is stopped")
	// The server's disk is lost: what is there now is set aside and put back
	// when the drill has been cleaned up.
	if err := os.Rename(filepath.Join(dir, liveFile), filepath.Join(dir, asideFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("setting the database aside: %w", err)
	}
	return nil
}

// restore copies the backup into place, checks it and starts the service.
func restore(dir string, out io.Writer) error {
	n, err := copyDurably(filepath.Join(dir, backupFile), filepath.Join(dir, liveFile))
	if err != nil {
		return fmt.Errorf("restoring the database: %w", err)
	}
	fmt.Fprintf(out, "restored %d bytes from %s\n", n, backupFile)
	if err := intact(filepath.Join(dir, liveFile)); err != nil {
		return err
	}
	fmt.Fprintln(out, "integrity check: ok")
	if err := control(dir, "start"); err != nil {
		return err
	}
	fmt.Fprintln(out, "ESDH is started")
	return nil
}

// putBack ends the drill on the business side: the data from before it is in
// place again, and the service runs.
func putBack(dir string, out io.Writer) error {
	aside := filepath.Join(dir, asideFile)
	if _, err := os.Stat(aside); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(out, "nothing was set aside")
		return control(dir, "start")
	}
	if err := control(dir, "stop"); err != nil {
		return err
	}
	if err := os.Rename(aside, filepath.Join(dir, liveFile)); err != nil {
		return fmt.Errorf("putting the database back: %w", err)
	}
	fmt.Fprintln(out, "the data from before the drill is in place")
	return control(dir, "start")
}

func copyDurably(from, to string) (n int64, err error) {
	src, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer func() { _ = src.Close() }() // only read
	err = disk.WriteFile(to, func(out io.Writer) (err error) {
		n, err = io.Copy(out, src)
		return err
	})
	return n, err
}

func intact(file string) error {
	db, err := store.OpenForReading("sqlite", file)
	if err != nil {
		return err
	}
	var verdict string
	err = db.QueryRow(`pragma integrity_check`).Scan(&verdict)
	if err == nil && verdict != "ok" {
		err = fmt.Errorf("the restored database is damaged: %s", verdict)
	}
	return errors.Join(err, db.Close())
}
