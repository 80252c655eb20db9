package access

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
	"beredskab/internal/store"
)

// house is a gate before a real register, where time passes when it is told to.
type house struct {
	*Gate
	t    *testing.T
	path string
	db   *store.DB
	mu   sync.Mutex
	wall time.Time
}

func (h *house) Now() event.Moment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return event.Moment{Wall: h.wall, Boot: "boot"}
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall = h.wall.Add(d)
}

// The people of the house.
const (
	admin   = "p-1"
	owner   = "p-2" // has the local account "ejer" and one at the provider
	auditor = "p-3"
	gone    = "p-4" // was disabled
	stray   = "p-9" // is in no book
	issuer  = "https://idp.kommune.test"
)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, path: filepath.Join(t.TempDir(), "register.db"), wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	var err error
	h.db, err = store.Open(t.Context(), store.Options{Path: h.path})
	h.ok(err)
	t.Cleanup(func() { _ = h.db.Close() })
	h.Gate = New(door.New(h.db, h), Options{})
	h.ok(h.db.Update(t.Context(), func(tx door.Tx) error {
		for id, role := range map[string]matrix.Role{admin: matrix.Administrator, owner: matrix.SystemOwner, auditor: matrix.Auditor, gone: matrix.Administrator} {
			p := rights.Person{ID: id, Name: "Name of " + id, Mail: id + "@kommune.test", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "account-" + id}}}
			if id == owner {
				p.Accounts = []rights.Account{{Issuer: rights.Local, Subject: "ejer"}, {Issuer: issuer, Subject: "af3c"}}
			}
			if id == gone {
				p.Disabled, p.Why = h.wall, "left"
			}
			row, errP := p.Row(h.wall)
			own := rights.Scope{}
			if role == matrix.SystemOwner {
				own.System = "omsorg"
			}
			held, errG := rights.Grant{Person: id, Role: role, Scope: own, From: h.wall.Add(-time.Hour), GivenBy: admin}.Row(h.wall)
			row.Rev, held.Rev = 1, 1
			if err := errors.Join(errP, errG, tx.PutRecord(t.Context(), row), tx.PutRecord(t.Context(), held)); err != nil {
				return err
			}
		}
		return nil
	}))
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) is(err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Fatalf("got %v, want %v", err, want)
	}
}

// disable takes every right from somebody from now on.
func (h *house) disable(id string) {
	h.t.Helper()
	h.ok(h.db.Update(h.t.Context(), func(tx door.Tx) error {
		row, err := tx.Record(h.t.Context(), rights.KindPerson, id)
		if err != nil {
			return err
		}
		p, err := record.Read[rights.Person](row)
		if err != nil {
			return err
		}
		p.Disabled, p.Why = h.Now().Wall, "left"
		next, err := p.Row(p.Disabled)
		next.Rev = row.Rev + 1
		return errors.Join(err, tx.PutRecord(h.t.Context(), next))
	}))
}

// log gives the newest entries as "act outcome actor", the newest first.
func (h *house) log(n int) (list []string) {
	h.t.Helper()
	for _, e := range h.entries(n) {
		list = append(list, fmt.Sprintf("%s %s %s", e.Act, e.Outcome, e.Actor))
	}
	return list
}

func (h *house) entries(n int) []kept.Entry {
	h.t.Helper()
	list, err := door.Read(h.t.Context(), h.door, func(tx door.Tx) ([]kept.Entry, error) {
		return tx.Entries(h.t.Context(), kept.EntryFilter{Limit: n})
	})
	h.ok(err)
	return list
}

// logged expects those entries, the newest first.
func (h *house) logged(want ...string) {
	h.t.Helper()
	if got := h.log(len(want)); strings.Join(got, "\n") != strings.Join(want, "\n") {
		h.t.Fatalf("the log says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// account is somebody's local account as he knows it himself.
type account struct {
	name, password string
	key            []byte
}

// code is what his app shows now.
func (h *house) code(a account) string { return codeAt(a.key, stepOf(h.Now().Wall)) }

// invite lets somebody choose a password, and gives what he knows then.
func (h *house) invite(person, password string) account {
	h.t.Helper()
	code, _, err := h.Invite(h.t.Context(), as(admin, "login"), person)
	h.ok(err)
	in, err := h.Invitation(h.t.Context(), code)
	h.ok(err)
	a := account{name: in.Account, password: password, key: key(h.t, in.Secret)}
	who, err := h.Accept(h.t.Context(), code, password, h.code(a))
	h.ok(err)
	if who != person {
		h.t.Fatalf("the invitation of %s was accepted by %s", person, who)
	}
	h.pass(time.Minute) // the code that was shown is used up
	return a
}

// begin lets a person in.
func (h *house) begin(person string) (token string) {
	h.t.Helper()
	token, err := h.Begin(h.t.Context(), person, ByProvider)
	h.ok(err)
	return token
}
