package trace_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/proof"
	"beredskab/internal/store"
)

// rowsThen is how many rows of each kind a register of an earlier schema has.
const rowsThen = 100

// TestUpgrades is R15: a register of each earlier schema is brought up to date by the
// released program, which is killed at its n-th write; the next start finishes, and
// nothing is lost. A newer register than the program knows is refused.
func TestUpgrades(t *testing.T) {
	beredskab := proof.Binary(t, "")
	latest := len(migrations(t))
	tried, killed, lost, old := 0, 0, 0, 0
	for schema := 1; schema < latest; schema++ {
		golden := t.TempDir()
		root := earlier(t, golden, schema)
		counted := folder(t, golden)
		writes := strings.Count(traced(t, beredskab, counted, 0), "pwrite64(")
		if err := sound(t, counted, latest, root); err != nil || writes < 10 {
			t.Fatalf("the control: %d writes, %v", writes, err)
		}
		count := min(writes, proof.Size(3, 12, writes))
		for i := range count {
			dir := folder(t, golden)
			tried++
			if said := traced(t, beredskab, dir, 1+i*writes/count); strings.Contains(said, "killed by SIGKILL") {
				killed++
			}
			if before(t, dir) == schema {
				old++
			}
			if err := sound(t, dir, latest, root); err != nil {
				lost++
				t.Errorf("from schema %d, killed at write %d of %d: %v", schema, 1+i*writes/count, writes, err)
			}
		}
	}
	if killed == 0 || old == 0 {
		t.Errorf("%d of %d were killed, and %d left the old schema: the control does not hold", killed, tried, old)
	}
	refused := "not"
	if dir := folder(t, newer(t, latest+1)); errors.Is(open(t, dir), store.ErrNewer) {
		refused = "a newer register was refused"
	} else {
		lost++
		t.Error("a newer register was taken")
	}
	proof.Report(t, proof.Figure{
		ID: "R15", What: "upgrades from each earlier schema, killed at a write", Count: tried, Unit: "upgrades", Failed: lost,
		Found: fmt.Sprintf("0 rows lost, each next start finished; %s", refused), Control: fmt.Sprintf("%d were killed, and %d of those left the old schema", killed, old),
	})
}

// migrations are the texts that made each schema, the first one first.
func migrations(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(proof.Root(t), "internal/store/migrations/sqlite/*.sql"))
	if err != nil || len(files) < 2 {
		t.Fatal(err, files)
	}
	slices.Sort(files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, up, _ := strings.Cut(string(text), "-- +goose Up\n")
		up, _, _ = strings.Cut(up, "-- +goose Down")
		list = append(list, up) // what else is for goose is a comment
	}
	return list
}

// earlier makes a register as it was at that schema, and gives the root of its log.
func earlier(t *testing.T, dir string, schema int) ledger.Hash {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "register.db")+"?_journal_mode=WAL")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	do := func(query string, args ...any) {
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatalf("%.60s: %v", query, err)
		}
	}
	do("CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))")
	do("INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)")
	for i, text := range migrations(t)[:schema] {
		do(text)
		do("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", i+1)
	}
	do(`INSERT INTO run VALUES ('2026-01', 2026, 1, 'esdh', 'h', 's', 'd', 'restore', 'Gendan', 'isolated', 0, 0, 'ended', 'passed', 'x', 1, '', 1, 1, 2, 1, 1, 1)`)
	var tree ledger.Tree
	for i := 1; i <= rowsThen; i++ {
		do("INSERT INTO event VALUES ('2026-01', ?, 1, 'note', '', '{}')", i)
		at := time.UnixMicro(int64(i)).UTC()
		body, hash, err := ledger.Seal(ledger.Entry{Actor: door.Actor{Name: "x"}, Act: "drill.note", Object: "2026-01", Outcome: "done"}, at)
		if err != nil {
			t.Fatal(err)
		}
		do("UPDATE log_head SET seq = seq + 1")
		do("INSERT INTO entry VALUES (?, ?, 'x', 'drill.note', '2026-01', 'done', ?, ?)", i, at.UnixMicro(), body, hash)
		if _, err := tree.Append(hash); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return tree.Root()
}

// newer makes a register of a schema that is still to come.
func newer(t *testing.T, schema int) string {
	t.Helper()
	dir := t.TempDir()
	if err := open(t, dir); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "register.db"))
	if err == nil {
		_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", schema)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// folder is a copy of a folder.
func folder(t *testing.T, from string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	if err := errors.Join(os.CopyFS(dir, os.DirFS(from)), os.Chmod(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// traced runs a command that opens the register, under strace, and gives what it did;
// a thread that comes to its n-th write is killed with its process.
func traced(t *testing.T, program, dir string, n int) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "strace")
	args := []string{"-f", "-o", log, "-e", "trace=pwrite64"}
	if n > 0 {
		args = append(args, "-e", fmt.Sprintf("inject=pwrite64:signal=KILL:when=%d", n))
	}
	cmd := exec.CommandContext(t.Context(), "strace", append(args, program, "--dir", dir, "audit", "log", "-n", "1")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	text, failed := os.ReadFile(log)
	if failed != nil || err != nil && !strings.Contains(string(text), "killed by SIGKILL") {
		t.Fatalf("%v %v: %s", err, failed, said.String())
	}
	return string(text)
}

// before is the schema that a kill left behind.
func before(t *testing.T, dir string) (schema int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "register.db"))
	if err == nil {
		err = db.QueryRowContext(t.Context(), "SELECT MAX(version_id) FROM goose_db_version").Scan(&schema)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return schema
}

func open(t *testing.T, dir string) error {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "register.db")})
	if err != nil {
		return err
	}
	return db.Close()
}

// sound opens the register once more, as the next start does, and looks it through.
func sound(t *testing.T, dir string, latest int, root ledger.Hash) error {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "register.db")})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	census, err := db.Census(t.Context())
	if err != nil {
		return err
	}
	if problems := db.Check(t.Context()).Problems; len(problems) > 0 || census.Schema != int64(latest) {
		return fmt.Errorf("schema %d, %q", census.Schema, problems)
	}
	return db.Update(t.Context(), func(tx door.Tx) error {
		if err := door.Log(t.Context(), tx, time.UnixMicro(1e6).UTC(), door.System("x"), "node.start", "x", "done", nil); err != nil {
			return err
		}
		events, err := tx.Events(t.Context(), "2026-01", 0)
		if err != nil {
			return err
		}
		entries, err := tx.Entries(t.Context(), kept.EntryFilter{})
		if err != nil {
			return err
		}
		tree, err := tx.Tree(t.Context())
		if err != nil {
			return err
		}
		if len(events) != rowsThen || len(entries) != rowsThen+1 {
			err = fmt.Errorf("%d events, %d entries", len(events), len(entries))
		}
		return errors.Join(err, ledger.Fit(entries), tree.Contains(ledger.Checkpoint{Size: rowsThen, Root: root}, func(indexes []int64) ([]ledger.Hash, error) {
			return tx.TreeHashes(t.Context(), indexes)
		}))
	})
}
