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

// delegation is one in words.
type delegation struct {
	Key         string
	Of, To      string // IDs
	Systems     string
	From, Until time.Time
	Reason      string
	InForce     bool
	Over        bool
	Mine        bool // given by the visitor, or he decides on roles: he may end it
}

func delegationOf(v *frame.Visit, set *plan.Set, g rights.Delegation) delegation {
	var names []string
	for _, id := range g.Systems {
		names = append(names, called(set, id))
	}
	return delegation{
		Key: g.Key(), Of: g.Of, To: g.To, Systems: v.Texts.Join(names), From: g.From, Until: lastDay(g.Until), Reason: g.Reason,
		InForce: g.InForce(v.Now), Over: !g.Until.After(v.Now), Mine: g.Until.After(v.Now) && (g.Of == v.Person.ID || may(v)),
	}
}

// delegationsPage is what the visitor has passed on, and what he acts for.
type delegationsPage struct {
	Given, Taken                []delegation
	May                         bool // he has something to pass on
	Others                      bool // he decides on roles, and may do it for others
	People, Systems             []option
	To, Of, From, Until, Reason string
	System                      []string
}

func (p *Part) delegations(v *frame.Visit) error {
	book, err := p.Office.Book(v.Context())
	if err != nil {
		return err
	}
	v.Book = book
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	choices := choicesOf(v, set)
	d := delegationsPage{
		People: choices.People, Systems: choices.Systems, To: v.Field("to"), Of: v.Field("of"), From: v.Field("from"), Until: v.Field("until"),
		Reason: v.Field("reason"), System: v.Fields("system"), Others: v.May(matrix.People, matrix.Approve, rights.Object{}),
	}
	for _, person := range book.Persons() {
		for _, g := range book.Delegations(person.ID) {
			if g.Of == v.Person.ID {
				d.Given = append(d.Given, delegationOf(v, set, g))
			}
			if g.To == v.Person.ID {
				d.Taken = append(d.Taken, delegationOf(v, set, g))
			}
		}
	}
	newest := func(x, y delegation) int { return cmp.Or(y.Until.Compare(x.Until), cmp.Compare(x.Key, y.Key)) }
	slices.SortFunc(d.Given, newest)
	slices.SortFunc(d.Taken, newest)
	d.May = d.Others || passes(v, book)
	return v.Show("people/delegations", d)
}

// passes tells whether the visitor has something to pass on. The book itself knows;
// whom it would be to does not matter.
func passes(v *frame.Visit, book *rights.Book) bool {
	return slices.ContainsFunc(book.Persons(), func(other rights.Person) bool {
		return book.CheckDelegation(rights.Delegation{Of: v.Person.ID, To: other.ID, From: v.Now, Until: v.Now.Add(time.Hour), GivenBy: v.Person.ID, Reason: "x"}) == nil
	})
}

func (p *Part) delegate(v *frame.Visit) error {
	g, err := passed(v)
	if err == nil {
		_, err = p.Office.Delegate(v.Context(), v.Actor(), g)
	}
	if err != nil {
		return v.Again(p.delegations, err)
	}
	return v.Go("/delegations", "people.delegated")
}

// passed reads the delegation that is to be given.
func passed(v *frame.Visit) (g rights.Delegation, err error) {
	if err = v.Filled("people", "to", "until", "reason"); err != nil {
		return g, err
	}
	g = rights.Delegation{Of: v.Field("of"), To: v.Field("to"), Reason: v.Field("reason")}
	for _, id := range v.Fields("system") {
		if id = strings.TrimSpace(id); id != "" {
			g.Systems = append(g.Systems, id)
		}
	}
	if g.From, err = v.Day("people", "from"); err != nil {
		return g, err
	}
	g.Until, err = until(v, "until")
	return g, err
}

func (p *Part) endDelegation(v *frame.Visit) error {
	if err := p.Office.End(v.Context(), v.Actor(), v.Field("key")); err != nil {
		return v.Again(p.delegations, err)
	}
	return v.Go("/delegations", "people.undelegated")
}
