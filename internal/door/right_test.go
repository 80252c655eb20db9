package door_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
	"beredskab/internal/store"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

type still struct{}

func (still) Now() event.Moment { return event.Moment{Wall: noon(), Boot: "boot"} }

// people is a door to a register with an administrator p-1, an auditor p-2 and
// p-3, who was disabled a moment ago.
func people(t *testing.T) *door.Door {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(t.Context(), func(tx door.Tx) error {
		for id, role := range map[string]matrix.Role{"p-1": matrix.Administrator, "p-2": matrix.Auditor, "p-3": matrix.Administrator} {
			p := rights.Person{ID: id, Name: "Name of " + id, Accounts: []rights.Account{{Issuer: rights.Local, Subject: "account-" + id}}}
			if id == "p-3" {
				p.Disabled, p.Why = noon(), "left"
			}
			row, errP := p.Row(noon())
			held, errG := rights.Grant{Person: id, Role: role, From: noon().Add(-time.Hour), GivenBy: "p-1"}.Row(noon())
			row.Rev, held.Rev = 1, 1
			if err := errors.Join(errP, errG, tx.PutRecord(t.Context(), row), tx.PutRecord(t.Context(), held)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return door.New(db, still{})
}

// work does what only operators may, as the machine's own accounts do.
func work(ctx context.Context, d *door.Door, a door.Actor, w door.Wish) (basis rights.Basis, err error) {
	err = d.Do(ctx, a, "work", "register", func(tx door.Tx) (any, error) {
		basis, err = d.May(ctx, tx, a, w)
		return nil, err
	})
	return basis, err
}

// Whom our own sign-in established acts, whatever else the actor says, as long as the
// book has the person and has not disabled him; and the log names the person by ID.
func TestTheEstablishedPersonActs(t *testing.T) {
	d := people(t)
	for _, c := range []struct {
		what    string
		a       door.Actor
		refused string // in those words; empty: allowed
		logged  string // as whom
	}{
		{"signed in", door.Actor{Name: "p-1", Assurance: "login", Person: "p-1"}, "", "p-1"},
		{"by a link, under the own name", door.Actor{Name: "Name of p-1", Assurance: "link", Person: "p-1"}, "", "p-1"},
		{"under another's name and account", door.Actor{Name: "p-2", Assurance: "login", Via: "account-p-2", Person: "p-1"}, "", "p-1"},
		{"an auditor with an administrator's name and account", door.Actor{Name: "p-1", Assurance: "login", Via: "account-p-1", Person: "p-2"}, "is for the administrator", "p-2"},
		{"an auditor who calls himself the program", door.Actor{Name: "system", Assurance: "system", Via: "n1", Person: "p-2"}, "is for the administrator", "p-2"},
		{"disabled at this very moment", door.Actor{Name: "p-3", Assurance: "login", Person: "p-3"}, "p-3 was disabled on 2026-11-23", "p-3"},
		{"in nobody's book, with an account of the machine", door.Actor{Name: "root", Assurance: "login", Via: "root", Person: "p-9"}, `no person "p-9"`, "p-9"},
		{"by the account, as ever", door.Actor{Name: "account-p-1", Assurance: "login", Via: "account-p-1"}, "", "p-1"},
	} {
		basis, err := work(t.Context(), d, c.a, door.Operator())
		if refused := c.refused != ""; refused != errors.Is(err, door.ErrNotAllowed) || refused && !strings.Contains(err.Error(), c.refused) || !refused && err != nil {
			t.Errorf("%s: %v, want %q", c.what, err, c.refused)
		}
		if c.refused == "" && basis.Person != c.logged {
			t.Errorf("%s: on the ground of %+v", c.what, basis)
		}
		if e := last(t, d); e.Actor != c.logged || e.Outcome != map[bool]string{true: "done", false: "refused"}[err == nil] {
			t.Errorf("%s: the log says %s by %s", c.what, e.Outcome, e.Actor)
		}
	}
}

// A person who was established answers as himself, and not in the name of the role
// that is asked.
func TestTheEstablishedPersonIsNoRole(t *testing.T) {
	d := people(t)
	var asked string
	w := door.Wish{As: []string{"systemejer"}, Decide: func(_ *rights.Book, who string, _ time.Time) (rights.Basis, error) {
		asked = who
		return rights.Basis{Person: who}, nil
	}}
	if _, err := work(t.Context(), d, door.Actor{Name: "systemejer", Via: "account-p-1", Person: "p-2"}, w); err != nil || asked != "p-2" {
		t.Errorf("%q was asked about: %v", asked, err)
	}
}

// Nothing that is read from outside can establish a person.
func TestNoJSONEstablishesAPerson(t *testing.T) {
	var a door.Actor
	if err := json.Unmarshal([]byte(`{"name":"x","via":"y","person":"p-1","Person":"p-1","-":"p-1"}`), &a); err != nil || a.Person != "" {
		t.Errorf("JSON established %q: %v", a.Person, err)
	}
	text, err := json.Marshal(door.Actor{Name: "p-1", Assurance: "login", Via: "p-1", Person: "p-1"})
	if err != nil || string(text) != `{"name":"p-1","assurance":"login","via":"p-1"}` {
		t.Errorf("an actor is written as %s: %v", text, err)
	}
}

func last(t *testing.T, d *door.Door) kept.Entry {
	t.Helper()
	list, err := door.Read(t.Context(), d, func(tx door.Tx) ([]kept.Entry, error) {
		return tx.Entries(t.Context(), kept.EntryFilter{Limit: 1})
	})
	if err != nil || len(list) != 1 {
		t.Fatalf("the newest entry: %v, %v", list, err)
	}
	return list[0]
}
