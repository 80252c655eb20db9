package people

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// role is a role that somebody has, in words.
type role struct {
	Key      string
	Code     string // of its word
	Scope    string // "for Omsorg"; empty: for everything
	DeputyOf string // ID
	From, To time.Time
	GivenBy  string
	InForce  bool
	Over     bool
}

// rolesOf are a person's, those in force first.
func rolesOf(v *frame.Visit, set *plan.Set, person rights.Person) (list []role) {
	for _, g := range v.Book.Grants(person.ID) {
		list = append(list, role{
			Key: g.Key(), Code: string(g.Role), Scope: scoped(v, set, g.Scope), DeputyOf: g.DeputyOf, From: g.From, To: lastDay(g.To), GivenBy: g.GivenBy,
			InForce: g.InForce(v.Now) && !person.DisabledAt(v.Now), Over: !g.To.IsZero() && !g.To.After(v.Now),
		})
	}
	slices.SortStableFunc(list, func(x, y role) int {
		return cmp.Or(rank(x)-rank(y), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Scope, y.Scope))
	})
	return list
}

func rank(r role) int {
	switch {
	case r.InForce:
		return 0
	case !r.Over:
		return 1
	}
	return 2
}

// lastDay is the last moment before an end, so that its day is the last one that
// counts.
func lastDay(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return end.Add(-time.Microsecond)
}

// scoped says what a role is held for.
func scoped(v *frame.Visit, set *plan.Set, s rights.Scope) string {
	switch {
	case s.System != "":
		return v.Texts.Say("people.scope.system", called(set, s.System))
	case s.Unit != "":
		return v.Texts.Say("people.scope.unit", s.Unit)
	case s.Team != "":
		return v.Texts.Say("people.scope.team", s.Team)
	}
	return ""
}

// words is a role as one line says it.
func (r role) words(v *frame.Visit) string {
	text := v.Texts.Word("people.role", r.Code)
	if r.Scope != "" {
		text += " " + r.Scope
	}
	if r.DeputyOf != "" {
		text = v.Texts.Say("people.deputy", text, v.Book.Name(r.DeputyOf))
	}
	return text
}

// choices are what a role can be given for.
type choices struct{ Roles, Systems, Units, Teams, People []option }

func choicesOf(v *frame.Visit, set *plan.Set) (c choices) {
	for _, r := range matrix.New().Roles() {
		c.Roles = append(c.Roles, option{string(r), v.Texts.Word("people.role", string(r))})
	}
	for _, p := range set.Plans {
		c.Systems = append(c.Systems, option{p.ID, p.Name})
		if one := (option{p.Owner.Unit, p.Owner.Unit}); p.Owner.Unit != "" && !slices.Contains(c.Units, one) {
			c.Units = append(c.Units, one)
		}
	}
	if set.Organisation != nil {
		for _, t := range set.Organisation.Teams {
			c.Teams = append(c.Teams, option{t.ID, t.Name})
		}
	}
	c.People = enabled(v)
	for _, list := range [][]option{c.Systems, c.Units, c.Teams} {
		byText(list)
	}
	return c
}

// enabled are those who can have a role, by name.
func enabled(v *frame.Visit) (list []option) {
	for _, person := range v.Book.Persons() {
		if person.DisabledAt(v.Now) {
			continue
		}
		text := person.Name
		if person.Unit != "" {
			text += " (" + person.Unit + ")"
		}
		list = append(list, option{person.ID, text})
	}
	byText(list)
	return list
}

func byText(list []option) {
	slices.SortFunc(list, func(x, y option) int { return cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)) })
}

// may tells whether the visitor may give and end roles.
func may(v *frame.Visit) bool {
	return v.May(matrix.People, matrix.Approve, rights.Object{}) || v.May(matrix.People, matrix.Execute, rights.Object{})
}

func (p *Part) give(v *frame.Visit) error {
	g, err := given(v)
	if err == nil {
		_, err = p.Office.Give(v.Context(), v.Actor(), g)
	}
	return p.onPerson(v, "given", err)
}

// given reads the role that is to be given. It is for one thing at most; governance
// says so.
func given(v *frame.Visit) (g rights.Grant, err error) {
	if err = v.Filled("people", "role"); err != nil {
		return g, err
	}
	if g.Role, err = matrix.ParseRole(v.Field("role")); err != nil {
		return g, err
	}
	g.Person, g.DeputyOf = v.Path("person"), v.Field("deputy_of")
	g.Scope = rights.Scope{System: v.Field("system"), Unit: v.Field("unit"), Team: v.Field("team")}
	if g.System != "" && g.Unit+g.Team != "" || g.Unit != "" && g.Team != "" {
		return g, frame.Wrong{Key: "people.wrong.scope"}
	}
	if g.From, err = v.Day("people", "from"); err != nil {
		return g, err
	}
	g.To, err = until(v, "to")
	return g, err
}

func (p *Part) end(v *frame.Visit) error {
	return p.onPerson(v, "ended", p.Office.End(v.Context(), v.Actor(), v.Field("key")))
}
