package trace_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/plans"
)

// town is the sample municipality's register in a folder, with its people.
type town struct {
	t      *testing.T
	dir    string
	wall   time.Time
	db     *store.DB
	broken *broken
	door   *door.Door
	reg    *register.Register
	office *governance.Office
	notary *notary.Notary
	set    *plan.Set
}

func (w *town) Now() event.Moment {
	w.wall = w.wall.Add(time.Second)
	return event.Moment{Wall: w.wall, Boot: "boot"}
}

// newTown has plans, an administrator, an IT manager, and somebody who is to be
// forgotten.
func newTown(t *testing.T, anchors ...string) *town {
	t.Helper()
	w := townIn(t, t.TempDir(), anchors...)
	t.Cleanup(func() { w.ok(w.db.Close()) })
	set, problems := plan.NewReader().Load(plans.Files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	w.set = set
	_, err := w.reg.Adopt(t.Context(), door.System("test"), set)
	w.ok(err)
	for _, p := range []rights.Person{
		{Name: "Administratoren", Accounts: account("root")},
		{Name: "It-chefen", Accounts: account("itchef")},
		{Name: name, Mail: mail, Phone: phone, Unit: "It", Accounts: account(user)},
	} {
		_, err := w.office.AddPerson(t.Context(), as("root"), p)
		w.ok(err)
	}
	for _, g := range []rights.Grant{
		{Person: "p-1", Role: matrix.Administrator},
		{Person: "p-2", Role: matrix.ITManager},
		{Person: forgotten, Role: matrix.ITManager},
		{Person: forgotten, Role: matrix.Director},
		{Person: forgotten, Role: matrix.Coordinator},
	} {
		_, err := w.office.Give(t.Context(), as("root"), g)
		w.ok(err)
	}
	return w
}

func townIn(t *testing.T, dir string, anchors ...string) *town {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, dir: dir, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), db: db}
	w.broken = &broken{Store: db}
	w.door = door.New(w.broken, w)
	w.reg = register.New(w.door, register.Options{})
	w.office = governance.New(w.door)
	w.notary = notary.New(notary.Options{
		Door: w.door, Office: w.office, Node: "test", Folder: dir, Anchors: anchors,
		Name: func(context.Context) (string, error) { return "Eksempel", nil }, Log: slog.New(slog.DiscardHandler),
	})
	return w
}

// Who is to be forgotten. The ID stays.
const (
	forgotten = "p-3"
	name      = "Zyxquist Wrzlbrmft"
	mail      = "zyxquist@kommune.test"
	phone     = "+45 99 88 77 66"
	user      = "zyxw"
)

func account(name string) []rights.Account {
	return []rights.Account{{Issuer: rights.Local, Subject: name}}
}

func as(account string) door.Actor {
	return door.Actor{Name: account, Assurance: "login", Via: account}
}

func (w *town) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// entries are those after that number, the first one first.
func (w *town) entries(after int64) (list []kept.Entry) {
	w.t.Helper()
	w.ok(w.db.View(w.t.Context(), func(tx door.Tx) (err error) {
		list, err = tx.Entries(w.t.Context(), kept.EntryFilter{Forward: true, After: after})
		return err
	}))
	return list
}

// state is a sum of all that the register holds besides its log.
func (w *town) state() string {
	w.t.Helper()
	file, err := sql.Open("sqlite3", "file:"+filepath.Join(w.dir, "register.db")+"?mode=ro")
	w.ok(err)
	defer func() { w.ok(file.Close()) }()
	sum := fnv.New64a()
	for _, table := range []string{"version", "current_version", "run", "event", "attempt", "occurrence", "schedule", "notice", "finding", "record"} {
		rows, err := file.QueryContext(w.t.Context(), "SELECT * FROM "+table)
		w.ok(err)
		columns, err := rows.Columns()
		w.ok(err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			w.ok(rows.Scan(values...))
			for _, v := range values {
				fmt.Fprintln(sum, *v.(*any))
			}
		}
		w.ok(errors.Join(rows.Err(), rows.Close()))
	}
	return fmt.Sprint(sum.Sum64())
}

// broken is a store whose n-th write of a transaction fails.
type broken struct {
	door.Store
	after  int // writes that succeed; 0: none fails
	writes int // of the newest transaction
}

var errBroken = errors.New("the disk is broken")

func (b *broken) Update(ctx context.Context, fn func(door.Tx) error) error {
	return b.Store.Update(ctx, func(tx door.Tx) error { b.writes = 0; return fn(brokenTx{tx, b}) })
}

type brokenTx struct {
	door.Tx
	b *broken
}

func (t brokenTx) write(do func() error) error {
	if t.b.writes++; t.b.after > 0 && t.b.writes > t.b.after {
		return errBroken
	}
	return do()
}

func (t brokenTx) AddEntry(ctx context.Context, e kept.Entry) error {
	return t.write(func() error { return t.Tx.AddEntry(ctx, e) })
}

func (t brokenTx) PutRecord(ctx context.Context, r record.Row) error {
	return t.write(func() error { return t.Tx.PutRecord(ctx, r) })
}

func (t brokenTx) PutFinding(ctx context.Context, f kept.Finding) error {
	return t.write(func() error { return t.Tx.PutFinding(ctx, f) })
}

func (t brokenTx) SaveRun(ctx context.Context, r kept.Run, seq int) error {
	return t.write(func() error { return t.Tx.SaveRun(ctx, r, seq) })
}

func (t brokenTx) AddEvents(ctx context.Context, run string, events []kept.Event) error {
	return t.write(func() error { return t.Tx.AddEvents(ctx, run, events) })
}

func (t brokenTx) Wake(ctx context.Context, run, queue string, at time.Time) error {
	return t.write(func() error { return t.Tx.Wake(ctx, run, queue, at) })
}

func (t brokenTx) AddRun(ctx context.Context, r kept.Run) (added bool, err error) {
	err = t.write(func() error { added, err = t.Tx.AddRun(ctx, r); return err })
	return added, err
}

// found tells in which files of a folder a word stands, in small or capital letters.
func found(t *testing.T, dir string, words ...string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for _, w := range words {
			if strings.Contains(strings.ToLower(string(text)), strings.ToLower(w)) {
				list = append(list, filepath.Base(path)+": "+w)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
