package rights

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
)

// day is a moment in the tests' year.
func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 12, 0, 0, 0, time.UTC) }

// town is a small municipality: p-1 IT manager, p-2 owner of esdh, p-3 coordinator,
// p-4 administrator, p-5 in the database team, p-6 manager of a unit, p-7 an auditor,
// p-8 disabled in June, p-9 the IT manager's deputy, p-10 with no role.
func town(delegations ...Delegation) *Book {
	var persons []Person
	for _, id := range []string{"p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7", "p-8", "p-9", "p-10"} {
		persons = append(persons, Person{ID: id, Name: "Rolle " + id, Mail: id + "@example.dk", Accounts: []Account{{Local, "u" + id[2:]}}})
	}
	persons[7].Disabled, persons[7].Why = day(6, 1), "stopped"
	from := day(1, 1)
	grant := func(person string, role matrix.Role, scope Scope) Grant {
		return Grant{Person: person, Role: role, Scope: scope, From: from, GivenBy: "p-4"}
	}
	grants := []Grant{
		grant("p-1", matrix.ITManager, Scope{}),
		grant("p-2", matrix.SystemOwner, Scope{System: "esdh"}),
		grant("p-2", matrix.SystemOwner, Scope{System: "gis"}),
		grant("p-3", matrix.Coordinator, Scope{}),
		grant("p-4", matrix.Administrator, Scope{}),
		grant("p-5", matrix.TechnicalTeam, Scope{Team: "database"}),
		grant("p-6", matrix.UnitManager, Scope{Unit: "Teknik"}),
		grant("p-7", matrix.Auditor, Scope{}),
		grant("p-8", matrix.SystemOwner, Scope{Unit: "Teknik"}),
		{Person: "p-9", Role: matrix.ITManager, DeputyOf: "p-1", From: from, To: day(9, 1), GivenBy: "p-4"},
	}
	return NewBook(persons, grants, delegations)
}

func esdh() Object {
	return Object{Scope: Scope{System: "esdh", Unit: "Stab", Team: "database"}, Class: 2}
}

func TestDecide(t *testing.T) {
	gis := Object{Scope: Scope{System: "gis", Unit: "Teknik", Team: "fagsystemer"}, Class: 3}
	omsorg := Object{Scope: Scope{System: "omsorg", Unit: "Sundhed"}, Class: 1}
	by := func(o Object, ids ...string) Object { o.By = ids; return o }
	of := func(person string) Object { return Object{Person: person, Scope: Scope{Unit: "Teknik"}} }
	for name, c := range map[string]struct {
		who  string
		p    matrix.Permission
		v    matrix.Verb
		on   Object
		at   time.Time
		want string // the basis, or what the refusal says
	}{
		"the IT manager approves":            {"p-1", matrix.PlanVersion, matrix.Approve, by(esdh(), "p-3"), day(3, 1), "IT manager"},
		"the author does not":                {"p-1", matrix.PlanVersion, matrix.Approve, by(esdh(), "p-1"), day(3, 1), "never for the author, and that is you"},
		"the deputy of the author does":      {"p-9", matrix.PlanVersion, matrix.Approve, by(esdh(), "p-1"), day(3, 1), "IT manager on behalf of p-1"},
		"a grant that is over":               {"p-9", matrix.PlanVersion, matrix.Approve, esdh(), day(9, 1), "you hold IT manager as deputy of p-1 until 2026-09-01"},
		"before it begins":                   {"p-3", matrix.PlanDraft, matrix.Write, esdh(), day(1, 1).Add(-1), "no people registered yet"},
		"the owner accepts his own":          {"p-2", matrix.Objectives, matrix.Approve, esdh(), day(3, 1), "system owner"},
		"and not another's":                  {"p-2", matrix.Objectives, matrix.Approve, omsorg, day(3, 1), "is for the IT manager or the system owner for omsorg; you hold system owner for esdh and system owner for gis"},
		"the owner approves no version":      {"p-2", matrix.PlanVersion, matrix.Approve, esdh(), day(3, 1), "approving a plan version is for the IT manager; you hold system owner for esdh"},
		"an owner reads every plan":          {"p-2", matrix.PlanInternal, matrix.Read, omsorg, day(3, 1), "system owner"},
		"but not what is confidential":       {"p-2", matrix.PlanConfidential, matrix.Read, omsorg, day(3, 1), "not allowed"},
		"the team's own step":                {"p-5", matrix.RecoverySteps, matrix.Confirm, esdh(), day(3, 1), "technical team, technical"},
		"another team's step":                {"p-5", matrix.RecoverySteps, matrix.Confirm, gis, day(3, 1), "not allowed"},
		"the team activates when on duty":    {"p-5", matrix.Activation, matrix.Execute, gis, day(3, 1), "technical team, on duty"},
		"a unit manager in his unit":         {"p-6", matrix.Workaround, matrix.Write, gis, day(3, 1), "unit manager"},
		"and in another":                     {"p-6", matrix.Workaround, matrix.Write, esdh(), day(3, 1), "not allowed"},
		"his own receipt":                    {"p-6", matrix.Receipt, matrix.Confirm, of("p-6"), day(3, 1), "unit manager"},
		"never another's":                    {"p-6", matrix.Receipt, matrix.Confirm, of("p-5"), day(3, 1), "not allowed"},
		"but he sees those of his unit":      {"p-6", matrix.Receipt, matrix.Read, of("p-5"), day(3, 1), "unit manager"},
		"disabled, the moment before":        {"p-8", matrix.Objectives, matrix.Approve, gis, day(6, 1).Add(-1), "system owner"},
		"disabled, at the moment":            {"p-8", matrix.Objectives, matrix.Approve, gis, day(6, 1), "you were disabled on 2026-06-01"},
		"the administrator approves nothing": {"p-4", matrix.PlanVersion, matrix.Approve, esdh(), day(3, 1), "you hold administrator"},
		"an auditor writes nothing":          {"p-7", matrix.Action, matrix.Write, esdh(), day(3, 1), "you hold auditor"},
		"no role":                            {"p-10", matrix.Alarm, matrix.Execute, esdh(), day(3, 1), "you hold no role"},
		"nobody":                             {"p-99", matrix.Alarm, matrix.Execute, esdh(), day(3, 1), `"p-99" is not registered`},
		"no name":                            {"", matrix.PlanInternal, matrix.Read, esdh(), day(3, 1), "not registered"},
		"what the matrix does not know":      {"p-1", "nuclear", matrix.Execute, esdh(), day(3, 1), "nobody in the program"},
		"the director evaluates a class 3":   {"p-3", matrix.Evaluation, matrix.Execute, by(gis, "p-3"), day(3, 1), "continuity coordinator"},
		"and not a class 1":                  {"p-3", matrix.Evaluation, matrix.Execute, by(omsorg, "p-3"), day(3, 1), "never for the director"},
	} {
		t.Run(name, func(t *testing.T) {
			basis, err := town().Decide(c.who, c.p, c.v, c.on, c.at)
			got := basis.String()
			if err != nil {
				got = err.Error() + " not allowed"
				if !errors.Is(err, ErrNotAllowed) || basis != (Basis{}) {
					t.Errorf("%v with basis %+v", err, basis)
				}
			} else if basis.Person != c.who {
				t.Errorf("the basis is %s's", basis.Person)
			}
			if err == nil && got != c.want || !strings.Contains(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDelegation(t *testing.T) {
	given := Delegation{Of: "p-1", To: "p-3", From: day(5, 1), Until: day(6, 1), GivenBy: "p-1", Reason: "leave"}
	limited := func(change func(*Delegation)) Delegation { d := given; change(&d); return d }
	of := func(id string) func(*Delegation) { return func(d *Delegation) { d.Of, d.GivenBy = id, id } }
	approve, gis := esdh(), Object{Scope: Scope{System: "gis"}}
	for name, c := range map[string]struct {
		d     Delegation
		who   string
		p     matrix.Permission
		on    Object
		by    string
		at    time.Time
		allow bool
	}{
		"in its time":                       {given, "p-3", matrix.PlanVersion, approve, "p-7", day(5, 2), true},
		"before":                            {given, "p-3", matrix.PlanVersion, approve, "p-7", day(5, 1).Add(-1), false},
		"at its end":                        {given, "p-3", matrix.PlanVersion, approve, "p-7", day(6, 1), false},
		"what he wrote himself":             {given, "p-3", matrix.PlanVersion, approve, "p-3", day(5, 2), false},
		"what the giver wrote":              {given, "p-3", matrix.PlanVersion, approve, "p-1", day(5, 2), false},
		"to somebody else":                  {given, "p-7", matrix.PlanVersion, approve, "p-4", day(5, 2), false},
		"another system":                    {limited(func(d *Delegation) { d.Systems = []string{"esdh"} }), "p-3", matrix.PlanVersion, gis, "p-7", day(5, 2), false},
		"that system":                       {limited(func(d *Delegation) { d.Systems = []string{"gis"} }), "p-3", matrix.PlanVersion, gis, "p-7", day(5, 2), true},
		"another role":                      {limited(func(d *Delegation) { d.Roles = []matrix.Role{matrix.SystemOwner} }), "p-3", matrix.PlanVersion, approve, "p-7", day(5, 2), false},
		"more than the giver has":           {limited(of("p-2")), "p-3", matrix.PlanVersion, approve, "p-7", day(5, 2), false},
		"what the owner has":                {limited(of("p-2")), "p-3", matrix.Objectives, approve, "p-7", day(5, 2), true},
		"what is not the owner's own":       {limited(of("p-2")), "p-3", matrix.Objectives, Object{Scope: Scope{System: "omsorg"}}, "p-7", day(5, 2), false},
		"by a deputy":                       {limited(of("p-9")), "p-3", matrix.PlanVersion, approve, "p-7", day(5, 2), false},
		"by an administrator":               {limited(of("p-4")), "p-3", matrix.People, approve, "", day(5, 2), false},
		"by somebody who is disabled later": {limited(func(d *Delegation) { of("p-8")(d); d.Until = day(8, 1) }), "p-3", matrix.Objectives, Object{Scope: Scope{Unit: "Teknik"}}, "", day(6, 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			c.on.By = []string{c.by}
			basis, err := town(c.d).Decide(c.who, c.p, matrix.Approve, c.on, c.at)
			if (err == nil) != c.allow {
				t.Fatalf("%+v, %v", basis, err)
			}
			if c.allow && (basis.OnBehalfOf != c.d.Of || basis.Delegation != c.d.Key() || basis.Person != "p-3") {
				t.Errorf("basis %+v", basis)
			}
		})
	}
	t.Run("not chained", func(t *testing.T) {
		second := Delegation{Of: "p-3", To: "p-7", From: day(5, 1), Until: day(6, 1), GivenBy: "p-3", Reason: "leave"}
		if basis, err := town(given, second).Decide("p-7", matrix.PlanVersion, matrix.Approve, approve, day(5, 2)); err == nil {
			t.Errorf("given on: %+v", basis)
		}
	})
}

// TestUngoverned shows the state before the first administrator, and that it never
// comes back.
func TestUngoverned(t *testing.T) {
	ask := func(b *Book, at time.Time, by ...string) (Basis, error) {
		return b.Decide("anna", matrix.PlanVersion, matrix.Approve, Object{By: by}, at)
	}
	person := Person{ID: "p-1", Name: "Rolle"}
	owner := Grant{Person: "p-1", Role: matrix.SystemOwner, Scope: Scope{System: "esdh"}, From: day(1, 1), GivenBy: "x"}
	for name, b := range map[string]*Book{
		"nobody": NewBook(nil, nil, nil), "only an owner": NewBook([]Person{person}, []Grant{owner}, nil),
		"a grant of nobody": NewBook(nil, []Grant{{Person: "p-1", Role: matrix.Administrator, From: day(1, 1)}}, nil),
	} {
		if basis, err := ask(b, day(2, 1)); err != nil || !basis.Ungoverned || basis.Person != "anna" {
			t.Errorf("%s: %+v, %v", name, basis, err)
		}
		if _, err := ask(b, day(2, 1), "anna"); !errors.Is(err, ErrNotAllowed) {
			t.Errorf("%s: the author approved himself: %v", name, err)
		}
	}
	admin := Grant{Person: "p-1", Role: matrix.Administrator, From: day(2, 1), To: day(3, 1), GivenBy: "x"}
	b := NewBook([]Person{person}, []Grant{admin}, nil)
	if _, err := ask(b, day(2, 1).Add(-1)); err != nil {
		t.Errorf("before the first administrator: %v", err)
	}
	person.Disabled = day(2, 15)
	for _, b := range []*Book{b, NewBook([]Person{person}, []Grant{admin}, nil)} {
		for _, at := range []time.Time{day(2, 1), day(2, 20), day(4, 1)} {
			if _, err := ask(b, at); !errors.Is(err, ErrNotAllowed) {
				t.Errorf("%s: the installation opened again: %v", at, err)
			}
		}
	}
}

// TestEveryRoleAndPermission walks the whole matrix, for the own and for a foreign
// scope, against its cells.
func TestEveryRoleAndPermission(t *testing.T) {
	m := matrix.New()
	own := Object{Scope: Scope{System: "esdh"}, Person: "p-1"}
	foreign := Object{Scope: Scope{System: "gis"}, Person: "p-2"}
	admin := Grant{Person: "p-9", Role: matrix.Administrator, From: day(1, 1)}
	asked := 0
	for _, role := range m.Roles() {
		b := NewBook([]Person{{ID: "p-1", Name: "a"}, {ID: "p-9", Name: "b"}},
			[]Grant{admin, {Person: "p-1", Role: role, Scope: Scope{System: "esdh"}, From: day(1, 1)}}, nil)
		for _, p := range m.Permissions() {
			for _, v := range []matrix.Verb{matrix.Read, matrix.Write, matrix.Confirm, matrix.Approve, matrix.Execute} {
				asked += 2
				right, ok := m.Right(p, v, role)
				_, err := b.Decide("p-1", p, v, own, day(2, 1))
				if (err == nil) != ok {
					t.Errorf("%s, %s in the own scope: %v", role, m.Sentence(p, v), err)
				}
				everywhere := ok && m.Scoped(role) && !right.Scoped && !right.Personal
				if _, err := b.Decide("p-1", p, v, foreign, day(2, 1)); (err == nil) != everywhere {
					t.Errorf("%s, %s in a foreign scope: %v", role, m.Sentence(p, v), err)
				}
			}
		}
	}
	if asked != 10*24*5*2 {
		t.Errorf("%d questions", asked)
	}
}

// TestDecideDoesNotAllocate holds an allowed act to no more than the basis of a
// delegation costs: Decide runs at each act.
func TestDecideDoesNotAllocate(t *testing.T) {
	b, on, at := town(), esdh(), day(3, 1)
	on.By = []string{"p-3"}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := b.Decide("p-1", matrix.PlanVersion, matrix.Approve, on, at); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecide(b *testing.B) {
	book, on, at := town(), esdh(), day(3, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := book.Decide("p-2", matrix.Objectives, matrix.Approve, on, at); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAnOwnerOfNothing holds that a role which is nothing without saying of what
// gives nothing that is one's own when it says nothing.
func TestAnOwnerOfNothing(t *testing.T) {
	b := NewBook([]Person{{ID: "p-1", Name: "a"}}, []Grant{
		{Person: "p-1", Role: matrix.SystemOwner, From: day(1, 1)}, {Person: "p-1", Role: matrix.Administrator, From: day(1, 1)},
	}, nil)
	if basis, err := b.Decide("p-1", matrix.Objectives, matrix.Approve, esdh(), day(2, 1)); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("%+v, %v", basis, err)
	}
}
