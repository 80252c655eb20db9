package governance_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
	"beredskab/internal/store"
)

// townHall is an office on a real register, where time passes when it is told to.
type townHall struct {
	*governance.Office
	t    *testing.T
	wall time.Time
	db   *store.DB
}

func (h *townHall) Now() event.Moment { return event.Moment{Wall: h.wall, Boot: "boot"} }

func newTownHall(t *testing.T) *townHall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &townHall{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), db: db}
	h.Office = governance.New(door.New(db, h))
	return h
}

// as is whoever signed in with that account of the machine.
func as(account string) door.Actor {
	return door.Actor{Name: account, Assurance: "login", Via: account}
}

// add registers somebody whose account is the name.
func (h *townHall) add(by, name string) string {
	h.t.Helper()
	id, err := h.AddPerson(h.t.Context(), as(by), rights.Person{Name: name, Accounts: []rights.Account{{Issuer: rights.Local, Subject: name}}})
	h.ok(err)
	return id
}

func (h *townHall) give(by, person string, role matrix.Role, more ...func(*rights.Grant)) string {
	h.t.Helper()
	g := rights.Grant{Person: person, Role: role}
	for _, m := range more {
		m(&g)
	}
	key, err := h.Give(h.t.Context(), as(by), g)
	h.ok(err)
	return key
}

func until(at time.Time) func(*rights.Grant) { return func(g *rights.Grant) { g.To = at } }

func (h *townHall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused expects that it was not allowed, in those words, and that the log says so.
func (h *townHall) refused(err error, want string) {
	h.t.Helper()
	if !errors.Is(err, door.ErrNotAllowed) || !strings.Contains(err.Error(), want) {
		h.t.Fatalf("want a refusal with %q, got %v", want, err)
	}
	if last := h.log()[0]; last.Outcome != "refused" || !strings.Contains(string(last.Bytes), want) || !last.At.Equal(h.wall) {
		h.t.Errorf("the refusal %q is not in the log: %s at %s: %s", want, last.Outcome, last.At, last.Bytes)
	}
}

// log is the trace, newest first.
func (h *townHall) log() (list []kept.Entry) {
	h.t.Helper()
	h.ok(h.db.View(h.t.Context(), func(tx door.Tx) (err error) {
		list, err = tx.Entries(h.t.Context(), kept.EntryFilter{})
		return err
	}))
	return list
}

func (h *townHall) people() *rights.Book {
	h.t.Helper()
	b, err := h.Book(h.t.Context())
	h.ok(err)
	return b
}

// staffedHall has an administrator (p-1), an IT manager (p-2) and somebody (p-3).
func staffedHall(t *testing.T) *townHall {
	h := newTownHall(t)
	h.add("root", "admin")
	h.add("root", "itchef")
	h.add("root", "vagt")
	h.give("root", "p-1", matrix.Administrator)
	h.give("admin", "p-2", matrix.ITManager)
	return h
}

// TestFirstAdministrator holds that whoever has the folder may register people until
// there is an administrator, and from then on only administrators.
func TestFirstAdministrator(t *testing.T) {
	h := newTownHall(t)
	if id := h.add("root", "admin"); id != "p-1" {
		t.Errorf("the first person is %s", id)
	}
	if e := h.log()[0]; e.Act != "person.add" || e.Object != "p-1" || !strings.Contains(string(e.Bytes), `"ungoverned":true`) {
		t.Errorf("entry %s %s %s", e.Act, e.Object, e.Bytes)
	}
	_, err := h.Give(t.Context(), as("root"), rights.Grant{Person: "p-1", Role: matrix.ITManager})
	h.refused(err, "nobody would be administrator")
	key := h.give("root", "p-1", matrix.Administrator)
	if key != "p-1/administrator//20261123T090000" {
		t.Errorf("key %s", key)
	}
	_, err = h.AddPerson(t.Context(), as("root"), rights.Person{Name: "x"})
	h.refused(err, "the account root belongs to nobody")
	if id := h.add("admin", "vagt"); id != "p-2" {
		t.Errorf("the second person is %s", id)
	}
	if e := h.log()[0]; !strings.Contains(string(e.Bytes), `"grant":"p-1/administrator//20261123T090000"`) {
		t.Errorf("the ground is not in the log: %s", e.Bytes)
	}
	_, err = h.AddPerson(t.Context(), as("vagt"), rights.Person{Name: "x"})
	h.refused(err, "carrying out persons, roles and delegations is for the administrator; you hold no role")
	if got := len(h.people().Persons()); got != 2 {
		t.Errorf("%d persons after the refusals", got)
	}
}

// TestDisabled holds that a person who was disabled is refused at the next act, and
// comes back with the roles that were there.
func TestDisabled(t *testing.T) {
	h := staffedHall(t)
	h.give("itchef", "p-3", matrix.Administrator)
	h.add("vagt", "ny")
	h.wall = h.wall.Add(time.Hour)
	h.ok(h.DisablePerson(t.Context(), as("admin"), "p-3", "has left"))
	_, err := h.AddPerson(t.Context(), as("vagt"), rights.Person{Name: "x"})
	h.refused(err, "p-3 was disabled on 2026-11-23")
	if e := h.log()[0]; e.Actor != "p-3" || e.Act != "person.add" {
		t.Errorf("entry by %s: %s", e.Actor, e.Act)
	}
	before := len(h.log())
	h.ok(h.DisablePerson(t.Context(), as("admin"), "p-3", "again"))
	if p, _ := h.people().Person("p-3"); p.Why != "has left" || len(h.log()) != before {
		t.Errorf("disabled twice: %+v", p)
	}
	h.ok(h.EnablePerson(t.Context(), as("admin"), "p-3"))
	h.ok(h.EnablePerson(t.Context(), as("admin"), "p-3"))
	h.add("vagt", "x")
	if err := h.DisablePerson(t.Context(), as("admin"), "p-99", "x"); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if err := h.DisablePerson(t.Context(), as("admin"), "p-3", ""); err == nil || !strings.Contains(err.Error(), "write why") {
		t.Errorf("without a reason: %v", err)
	}
}

// TestNoSharedAccount holds that two enabled persons never share an account, however
// it is tried.
func TestNoSharedAccount(t *testing.T) {
	h := staffedHall(t)
	vagt := rights.Account{Issuer: rights.Local, Subject: "vagt"}
	_, err := h.AddPerson(t.Context(), as("admin"), rights.Person{Name: "other", Accounts: []rights.Account{vagt}})
	tell := func(want string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	tell("the account vagt belongs to p-3 and p-4", err)
	tell("the account vagt belongs to p-2 and p-3", h.Link(t.Context(), as("admin"), "p-2", vagt))
	tell(`"a b" is no user name`, h.Link(t.Context(), as("admin"), "p-2", rights.Account{Issuer: rights.Local, Subject: "a b"}))
	h.ok(h.DisablePerson(t.Context(), as("admin"), "p-3", "has left"))
	h.ok(h.Link(t.Context(), as("admin"), "p-2", vagt))
	h.ok(h.Link(t.Context(), as("admin"), "p-2", vagt))
	tell("the account vagt belongs to p-2 and p-3", h.EnablePerson(t.Context(), as("admin"), "p-3"))
	if p, _ := h.people().Person("p-2"); len(p.Accounts) != 2 {
		t.Errorf("p-2 signs in as %v", p.Accounts)
	}
}

// TestLastAdministrator holds that the register is never left without somebody who
// can add people, and somebody who decides on roles, now or at a day to come.
func TestLastAdministrator(t *testing.T) {
	h := staffedHall(t)
	ctx := t.Context()
	h.refused(h.DisablePerson(ctx, as("admin"), "p-1", "has left"), "from 2026-11-23 on nobody would be administrator")
	h.refused(h.End(ctx, as("itchef"), h.people().Grants("p-1")[0].Key()), "nobody would be administrator")
	h.refused(h.End(ctx, as("admin"), h.people().Grants("p-2")[0].Key()), "nobody would be IT manager")
	h.refused(h.DisablePerson(ctx, as("admin"), "p-2", "has left"), "nobody would be IT manager")
	january := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	h.give("itchef", "p-3", matrix.Administrator, until(january))
	h.refused(h.DisablePerson(ctx, as("admin"), "p-1", "has left"), "from 2027-01-01 on nobody would be administrator")
	key := h.people().Grants("p-3")[0].Key()
	h.ok(h.End(ctx, as("itchef"), key))
	h.wall = h.wall.Add(time.Minute)
	h.ok(h.End(ctx, as("itchef"), key))
	h.give("itchef", "p-3", matrix.Administrator)
	h.ok(h.DisablePerson(ctx, as("vagt"), "p-1", "has left"))
	h.add("vagt", "ny")
	nobody, err := h.AddPerson(ctx, as("vagt"), rights.Person{Name: "without an account"})
	h.ok(err)
	h.give("itchef", nobody, matrix.Administrator)
	h.refused(h.DisablePerson(ctx, as("vagt"), "p-3", "has left"), "nobody would be administrator")
}

// TestRoles holds who gives roles, and that nobody gives one to himself.
func TestRoles(t *testing.T) {
	h := staffedHall(t)
	ctx := t.Context()
	owner := func(g *rights.Grant) { g.System = "esdh" }
	_, err := h.Give(ctx, as("admin"), rights.Grant{Person: "p-1", Role: matrix.ITManager})
	h.refused(err, "p-1 would give himself the role of IT manager")
	_, err = h.Give(ctx, as("vagt"), rights.Grant{Person: "p-3", Role: matrix.Auditor})
	h.refused(err, "approving persons, roles and delegations is for the IT manager")
	for want, g := range map[string]rights.Grant{
		"write of which system or unit":          {Person: "p-3", Role: matrix.SystemOwner},
		`there is no person "p-77"`:              {Person: "p-77", Role: matrix.Auditor},
		"an end that comes after it":             {Person: "p-3", Role: matrix.Auditor, To: h.wall.Add(-time.Hour)},
		"there is no person p-78: add":           {Person: "p-3", Role: matrix.Auditor, DeputyOf: "p-78"},
		"p-2 is IT manager already: end p-2/it_": {Person: "p-2", Role: matrix.ITManager},
	} {
		if _, err := h.Give(ctx, as("admin"), g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	h.give("itchef", "p-3", matrix.SystemOwner, owner)
	later := h.give("admin", "p-3", matrix.Auditor, func(g *rights.Grant) { g.From = h.wall.AddDate(0, 1, 0) })
	h.ok(h.End(ctx, as("itchef"), later))
	if err := h.End(ctx, as("itchef"), "p-3/x"); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("a key of nothing: %v", err)
	}
	h.wall = h.wall.AddDate(0, 2, 0)
	if got := h.people().Holding(matrix.Auditor, rights.Scope{}, h.wall); len(got) > 0 {
		t.Errorf("a role that was taken back before it began is held by %v", got)
	}
}

// TestDelegation holds that owners delegate their own rights, IT managers those of
// others too, nobody to himself, and that the giver takes them back.
func TestDelegation(t *testing.T) {
	h := staffedHall(t)
	ctx := t.Context()
	h.give("itchef", "p-3", matrix.SystemOwner, func(g *rights.Grant) { g.System = "esdh" })
	h.add("admin", "afloeser")
	given := rights.Delegation{To: "p-4", Until: h.wall.AddDate(0, 0, 14), Reason: "leave"}
	_, err := h.Delegate(ctx, as("afloeser"), rights.Delegation{To: "p-1", Until: given.Until, Reason: "x"})
	h.refused(err, "you hold no role")
	_, err = h.Delegate(ctx, as("itchef"), rights.Delegation{Of: "p-3", To: "p-2", Until: given.Until, Reason: "x"})
	h.refused(err, "p-2 would give himself the rights of p-3")
	key, err := h.Delegate(ctx, as("vagt"), given)
	h.ok(err)
	if _, err := h.Delegate(ctx, as("vagt"), given); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("twice: %v", err)
	}
	basis, err := h.people().Decide("p-4", matrix.PlanDraft, matrix.Write, rights.Object{Scope: rights.Scope{System: "esdh"}}, h.wall)
	if err != nil || basis.OnBehalfOf != "p-3" {
		t.Errorf("%+v, %v", basis, err)
	}
	h.wall = h.wall.Add(time.Hour)
	h.refused(h.End(ctx, as("afloeser"), key), "is for the IT manager")
	h.ok(h.End(ctx, as("vagt"), key))
	h.ok(h.End(ctx, as("itchef"), key))
	if d := h.people().Delegations("p-4"); len(d) != 1 || d[0].InForce(h.wall) {
		t.Errorf("%+v", d)
	}
	next, err := h.Delegate(ctx, as("itchef"), rights.Delegation{Of: "p-3", To: "p-4", From: h.wall.AddDate(0, 0, 1), Until: given.Until, Reason: "x"})
	h.ok(err)
	h.ok(h.End(ctx, as("itchef"), next))
}

// TestImport holds that a sheet is taken over wholly or not at all, with each
// mistake at its line and column, and that the first one may come to an empty book.
func TestImport(t *testing.T) {
	h := newTownHall(t)
	load := func(by, sheet string) (governance.Imported, error) {
		return h.Import(t.Context(), as(by), "people.csv", []byte("name;account;role;system;to\n"+sheet), time.UTC)
	}
	_, err := load("root", "Admin;admin;ADM;;\nIt-chef;itchef;konge;;\nEjer;ejer;SE;;i morgen\n")
	for _, want := range []string{`people.csv:3:16: there is no role "konge"`, `people.csv:4:15: "i morgen" is no date`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if n := len(h.people().Persons()) + len(h.log()); n != 0 {
		t.Fatalf("%d persons and entries of a sheet with mistakes", n)
	}
	_, err = load("root", "It-chef;itchef;ITC;;\n")
	h.refused(err, "nobody would be administrator")
	sheet := "Admin;admin;ADM;;\nIt-chef;itchef;ITC;;\nEjer;ejer;SE;esdh;2026-12-31\n"
	in, err := load("root", sheet)
	if fmt.Sprint(in.Persons) != "[p-1 p-2 p-3]" || len(in.Grants) != 3 || err != nil {
		t.Fatalf("%+v, %v", in, err)
	}
	before := len(h.log())
	if in, err = load("admin", sheet); err != nil || len(in.Persons)+len(in.Grants) > 0 || len(h.log()) != before {
		t.Errorf("the same again: %+v, %v", in, err)
	}
	_, err = load("admin", "Ny;ny;REV;;\nAdmin;admin;ITC;;\n")
	h.refused(err, "p-1 would give himself the role of IT manager")
	_, err = load("itchef", "Ny;ny;REV;;\n")
	h.refused(err, "is for the administrator; you hold IT manager")
	if slices.ContainsFunc(h.people().Persons(), func(p rights.Person) bool { return p.Name == "Ny" }) {
		t.Error("a part of a refused sheet was taken over")
	}
}
