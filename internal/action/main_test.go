package action

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
	"go.yaml.in/yaml/v4"

	"beredskab/internal/store/pgtest"
)

// TestMain lets the test binary play the supervisor, which comes first because it must not start a PostgreSQL of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		syscall.Exit(Supervise(os.Args[2:]))
	}
	os.Exit(pgtest.Main(m))
}

// decode is what the plan package gives to LoadCatalogue in the program.
func decode(data []byte, _ string, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	return d.Decode(into)
}

// catalogue writes a file of entries and loads it.
func catalogue(t testing.TB, text string) (*Catalogue, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "actions.yaml")
	if err := os.WriteFile(path, []byte("version: 1\nactions:\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadCatalogue(path, decode)
}

// local builds a runner with the given entries and allow-list.
func local(t testing.TB, entries string, o Options) *Local {
	t.Helper()
	if entries != "" {
		c, err := catalogue(t, entries)
		if err != nil {
			t.Fatal(err)
		}
		o.Catalogue = c
	}
	o.Spool = filepath.Join(t.TempDir(), "spool")
	o.Supervisor = []string{"/proc/self/exe", "supervise"}
	l, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// request is a probe's or a command's first attempt; with is name, value, name, value …
func request(action string, with ...string) Request {
	r := Request{Run: "run", Step: "step", Attempt: 1, Action: action, With: map[string]string{}, Timeout: 20 * time.Second}
	for i := 0; i < len(with); i += 2 {
		r.With[with[i]] = with[i+1]
	}
	return r
}

// expect runs a request and compares outcome and message.
func expect(t *testing.T, l *Local, r Request, outcome Outcome, message string) Result {
	t.Helper()
	res, err := l.Run(context.Background(), r)
	if err != nil || res.Outcome != outcome || !strings.Contains(res.Message, message) {
		t.Errorf("%s %v: %q %q, %v; want %q %q", r.Action, r.With, res.Outcome, res.Message, err, outcome, message)
	}
	return res
}

// database is a SQLite file with a table of backups, opened as the program opens targets.
func database(t *testing.T) func(string) (*sql.DB, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "target.db")
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	newest := time.Now().UTC().Add(-90 * time.Minute).Truncate(time.Second).Format(time.RFC3339)
	for _, text := range []string{
		`create table backup (id integer, ended text)`,
		`insert into backup values (1, '2020-01-01 00:00:00'), (2, '` + newest + `')`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	open, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&_query_only=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = open.Close() })
	return func(string) (*sql.DB, error) { return open, nil }
}
