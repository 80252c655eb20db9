package rights

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

func TestWho(t *testing.T) {
	b := town()
	if p, err := b.Who(Account{Local, "u2"}, day(3, 1)); err != nil || p.ID != "p-2" {
		t.Errorf("%+v, %v", p, err)
	}
	shared := NewBook([]Person{
		{ID: "p-1", Name: "a", Accounts: []Account{{Local, "it"}}},
		{ID: "p-2", Name: "b", Accounts: []Account{{Local, "it"}}},
		{ID: "p-3", Name: "c", Accounts: []Account{{Local, "it"}}, Disabled: day(2, 1), Why: "left"},
	}, nil, nil)
	for want, ask := range map[string]func() (Person, error){
		"belongs to nobody":          func() (Person, error) { return b.Who(Account{"https://x", "u2"}, day(3, 1)) },
		"disabled on 2026-06-01":     func() (Person, error) { return b.Who(Account{Local, "u8"}, day(6, 1)) },
		"is shared by p-1 and p-2: ": func() (Person, error) { return shared.Who(Account{Local, "it"}, day(3, 1)) },
	} {
		if p, err := ask(); err == nil || !strings.Contains(err.Error(), want) || p.ID != "" {
			t.Errorf("want %q, got %+v, %v", want, p, err)
		}
	}
}

func TestNamed(t *testing.T) {
	b := NewBook([]Person{
		{ID: "p-1", Name: "Anne B", Mail: "Anne@x.dk", Accounts: []Account{{Local, "anne"}}},
		{ID: "p-2", Name: "Anne B", Mail: "other@x.dk"},
	}, nil, nil)
	for claim, want := range map[string]string{
		"Somebody <anne@X.dk>": "[p-1]", "anne": "[p-1]", "Anne B <other@x.dk>": "[p-1 p-2]", "p-2": "[p-2]", "": "[]", "x <>": "[]",
	} {
		if got := fmt.Sprint(b.Named(claim)); got != want {
			t.Errorf("%q: %s, want %s", claim, got, want)
		}
	}
}

func TestHolding(t *testing.T) {
	b := town()
	for want, got := range map[string][]string{
		"[p-1 p-9]": b.Holding(matrix.ITManager, Scope{}, day(3, 1)),
		"[p-1]":     b.Holding(matrix.ITManager, Scope{System: "x"}, day(9, 1)),
		"[p-2]":     b.Holding(matrix.SystemOwner, Scope{System: "esdh", Unit: "Teknik"}, day(7, 1)),
		"[p-2 p-8]": b.Holding(matrix.SystemOwner, Scope{System: "esdh", Unit: "Teknik"}, day(3, 1)),
		"[]":        b.Holding(matrix.SystemOwner, Scope{System: "omsorg"}, day(3, 1)),
	} {
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	if err := town().Check(); err != nil {
		t.Fatalf("the town is sound: %v", err)
	}
	good := Delegation{Of: "p-2", To: "p-3", From: day(5, 1), Until: day(6, 1), GivenBy: "p-1", Reason: "leave"}
	if err := town(good).Check(); err != nil {
		t.Errorf("an IT manager delegates for an owner: %v", err)
	}
	for want, change := range map[string]func(*Delegation){
		"nobody delegates to himself":              func(d *Delegation) { d.To = d.Of },
		"from when until when":                     func(d *Delegation) { d.Until = d.From },
		"write the reason":                         func(d *Delegation) { d.Reason = "" },
		"write who gave it":                        func(d *Delegation) { d.GivenBy = "" },
		"there is no person p-77":                  func(d *Delegation) { d.To = "p-77" },
		"role of auditor cannot be delegated":      func(d *Delegation) { d.Roles = []matrix.Role{matrix.Auditor} },
		"p-4 is neither then":                      func(d *Delegation) { d.Of = "p-4" },
		"p-9 is neither then":                      func(d *Delegation) { d.Of = "p-9" },
		"by p-2 himself or by an IT manager":       func(d *Delegation) { d.GivenBy = "p-4" },
		"by p-2 himself or by an IT manager, not ": func(d *Delegation) { d.GivenBy = "p-9" },
	} {
		d := good
		change(&d)
		if err := town(d).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	bad := NewBook([]Person{
		{ID: "p-1", Name: "a", Accounts: []Account{{Local, "it"}}},
		{ID: "p-2", Name: " ", Accounts: []Account{{Local, "it"}}},
		{ID: "p-3", Name: "c", Accounts: []Account{{Local, "it"}, {"http://x", "y"}}, Disabled: day(1, 1)},
		{ID: "p 4", Name: "d", Mail: "nowhere"},
	}, []Grant{
		{Person: "p-1", Role: matrix.SystemOwner, From: day(1, 1), GivenBy: "x"},
		{Person: "p-1", Role: "king", Scope: Scope{System: "a", Unit: "b"}, From: day(2, 1), To: day(1, 1), DeputyOf: "p-1"},
		{Person: "p-7", Role: matrix.Auditor, From: day(1, 1), GivenBy: "x"},
	}, nil).Check()
	for _, want := range []string{
		"account it belongs to p-1 and p-2:", "p-2 has no name", "p-3: write why", `issuer "http://x" is no https`, `"p 4" has no proper id`,
		`"nowhere" is no mail`, "of which system or unit", `no role "king"`, "a grant for each", "an end that comes after", "write who gave it",
		"his own deputy", "there is no person p-7",
	} {
		if bad == nil || !strings.Contains(bad.Error(), want) {
			t.Errorf("nothing says %q in\n%v", want, bad)
		}
	}
}

// TestRows holds that a body comes back from its record as it was, under its key.
func TestRows(t *testing.T) {
	p, at := Person{ID: "p-1", Name: "a", Accounts: []Account{{Local, "it"}}, Disabled: day(1, 1), Why: "left"}, day(2, 2)
	g := Grant{Person: "p-1", Role: matrix.SystemOwner, Scope: Scope{System: "esdh"}, From: day(1, 1), To: day(3, 1), GivenBy: "p-2"}
	d := Delegation{Of: "p-1", To: "p-3", Roles: []matrix.Role{matrix.ITManager}, From: day(1, 1), Until: day(3, 1), GivenBy: "p-1", Reason: "r"}
	row, err := p.Row(at)
	back, err2 := record.Read[Person](row)
	if err != nil || err2 != nil || !reflect.DeepEqual(p, back) || row.Key != "p-1" || row.State != "disabled" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
	row, err = g.Row(at)
	grant, err2 := record.Read[Grant](row)
	if err != nil || err2 != nil || grant != g || row.Key != "p-1/system_owner/esdh/20260101T120000" || row.Due != g.To || row.System != "esdh" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
	row, err = d.Row(at)
	delegation, err2 := record.Read[Delegation](row)
	if err != nil || err2 != nil || !reflect.DeepEqual(delegation, d) || row.Key != "p-1/p-3/20260101T120000" || row.Person != "p-3" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
}

// TestAccounts holds that an account is read back as it was written.
func TestAccounts(t *testing.T) {
	for _, a := range []Account{{Local, "anna"}, {Local, `DOM\anna`}, {Local, "anna@x.dk"}, {"https://login.example.dk/tenant", "4f|2"}} {
		if back, err := ParseAccount(a.String()); err != nil || back != a {
			t.Errorf("%v: %v, %v", a, back, err)
		}
	}
	for _, text := range []string{"", "|x", "http://x|y", "https://x|", "anna b", "a:b", "../anna"} {
		if a, err := ParseAccount(text); err == nil {
			t.Errorf("%q was read as %+v", text, a)
		}
	}
}

// TestDelegationsNeverGiveMore holds, over random books, that whoever acts for
// somebody does what that person could do at this moment himself, and that nobody
// who is disabled, or kept away, is allowed anything by any road.
func TestDelegationsNeverGiveMore(t *testing.T) {
	m := matrix.New()
	delegated := 0
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 4))
		b := randomBook(r, m)
		for range 60 {
			who, p, v, on, at := question(r, m)
			basis, err := b.Decide(who, p, v, on, at)
			if err != nil || basis.Ungoverned {
				continue
			}
			person, known := b.Person(who)
			if _, separated := m.Separated(p, v, on.Class); !known || person.DisabledAt(at) ||
				separated && (slices.Contains(on.By, who) || basis.Delegation != "" && slices.Contains(on.By, basis.OnBehalfOf)) {
				t.Fatalf("seed %d: %s did %s for %+v: %+v", seed, who, m.Sentence(p, v), on, basis)
			}
			if basis.Delegation == "" {
				continue
			}
			delegated++
			if own, err := b.Decide(basis.OnBehalfOf, p, v, on, at); err != nil || own.Delegation != "" {
				t.Fatalf("seed %d: %s acts for %s, who may not: %v, %+v", seed, who, basis.OnBehalfOf, err, own)
			}
		}
	}
	if delegated < 100 {
		t.Errorf("only %d acts by delegation: the books are too tame", delegated)
	}
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func someone(r *rand.Rand) string { return pick(r, "p-1", "p-2", "p-3", "p-4") }

func randomBook(r *rand.Rand, m *matrix.Table) *Book {
	when := func() time.Time { return day(time.Month(1+r.IntN(12)), 1) }
	var persons []Person
	for _, id := range []string{"p-1", "p-2", "p-3", "p-4"} {
		p := Person{ID: id, Name: id}
		if r.IntN(4) == 0 {
			p.Disabled = when()
		}
		persons = append(persons, p)
	}
	grants := []Grant{{Person: "p-9", Role: matrix.Administrator}}
	for range 2 + r.IntN(6) {
		g := Grant{
			Person: someone(r), Role: pick(r, matrix.ITManager, matrix.SystemOwner, pick(r, m.Roles()...)),
			Scope: Scope{System: pick(r, "", "a", "b")}, From: when(), DeputyOf: pick(r, "", "", someone(r)),
		}
		if r.IntN(2) == 0 {
			g.To = when()
		}
		grants = append(grants, g)
	}
	var delegations []Delegation
	for range 2 + r.IntN(6) {
		delegations = append(delegations, Delegation{
			Of: someone(r), To: someone(r), Systems: pick(r, nil, []string{"a"}), From: day(1, 1), Until: when(),
			Roles: pick(r, nil, nil, []matrix.Role{matrix.ITManager}, []matrix.Role{matrix.Administrator}),
		})
	}
	return NewBook(append(persons, Person{ID: "p-9", Name: "x"}), grants, delegations)
}

func question(r *rand.Rand, m *matrix.Table) (string, matrix.Permission, matrix.Verb, Object, time.Time) {
	on := Object{Scope: Scope{System: pick(r, "", "a", "b")}, Class: r.IntN(4), Person: someone(r), By: []string{someone(r)}}
	verb := pick(r, matrix.Read, matrix.Write, matrix.Confirm, matrix.Approve, matrix.Approve, matrix.Execute)
	return someone(r), pick(r, matrix.PlanVersion, matrix.Objectives, pick(r, m.Permissions()...)), verb, on, day(time.Month(1+r.IntN(12)), 1+r.IntN(3))
}
