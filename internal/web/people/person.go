package people

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// row is one person of the list.
type row struct {
	rights.Person
	Roles    []string  // in force, in words
	Reached  time.Time // as a contact of a plan; zero: never, or no contact
	Contact  bool
	Disabled bool
}

// standIn is somebody who acts for somebody else now.
type standIn struct {
	Who, For string // IDs
	What     string
	Until    time.Time
}

// peoplePage is the list of persons.
type peoplePage struct {
	Governed  bool
	Q, Role   string
	Show      string
	Roles     []option
	Shows     []option
	List      []row
	StandIns  []standIn
	Pages     frame.Pager
	Count     int
	New, Give bool
}

func (p *Part) people(v *frame.Visit) error {
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	reached, err := p.reached(v)
	if err != nil {
		return err
	}
	d := peoplePage{Governed: v.Book.Governed(v.Now), Q: v.Query("q"), Role: v.Query("role"), Show: v.Query("show"), New: v.May(matrix.People, matrix.Execute, rights.Object{})}
	d.Roles = choicesOf(v, &plan.Set{}).Roles
	for _, show := range []string{"", "disabled"} {
		d.Shows = append(d.Shows, option{show, v.Texts.Say("people.show." + cmp.Or(show, "enabled"))})
	}
	var list []row
	for _, person := range v.Book.Persons() {
		one, fits := d.row(v, set, person)
		one.Reached, one.Contact = reached[strings.ToLower(person.Mail)], person.Mail != ""
		if _, contact := reached[strings.ToLower(person.Mail)]; !contact {
			one.Contact = false
		}
		if fits {
			list = append(list, one)
		}
		if !person.DisabledAt(v.Now) {
			d.StandIns = append(d.StandIns, standInsOf(v, set, person)...)
		}
	}
	slices.SortFunc(list, func(x, y row) int { return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	d.Count = len(list)
	d.List, d.Pages = frame.Page(v, list)
	return v.Show("people/people", d)
}

// row is a person as the list shows him, and whether he is among those asked for.
func (d *peoplePage) row(v *frame.Visit, set *plan.Set, person rights.Person) (one row, fits bool) {
	one = row{Person: person, Disabled: person.DisabledAt(v.Now)}
	has := d.Role == ""
	for _, r := range rolesOf(v, set, person) {
		if r.InForce {
			one.Roles = append(one.Roles, r.words(v))
			has = has || r.Code == d.Role
		}
	}
	text := strings.ToLower(strings.Join([]string{person.Name, person.Mail, person.Unit}, " "))
	return one, has && one.Disabled == (d.Show == "disabled") && strings.Contains(text, strings.ToLower(d.Q))
}

// standInsOf are those for whom a person acts now, as a deputy or by delegation.
func standInsOf(v *frame.Visit, set *plan.Set, person rights.Person) (list []standIn) {
	for _, r := range rolesOf(v, set, person) {
		if r.InForce && r.DeputyOf != "" {
			text := v.Texts.Word("people.role", r.Code)
			if r.Scope != "" {
				text += " " + r.Scope
			}
			list = append(list, standIn{person.ID, r.DeputyOf, text, r.To})
		}
	}
	for _, g := range v.Book.Delegations(person.ID) {
		if g.InForce(v.Now) {
			list = append(list, standIn{person.ID, g.Of, g.Reason, lastDay(g.Until)})
		}
	}
	return list
}

// reached is when each mailbox that a plan names as a contact last answered.
func (p *Part) reached(v *frame.Visit) (map[string]time.Time, error) {
	contacts, err := p.Dossier.Contacts(v.Context(), "")
	if err != nil {
		return nil, fmt.Errorf("reading the contacts: %w", err)
	}
	out := map[string]time.Time{}
	for _, c := range contacts {
		box := strings.ToLower(c.Mailbox)
		if at, known := out[box]; box != "" && (!known || c.Reached.After(at)) {
			out[box] = c.Reached
		}
	}
	return out, nil
}

// personPage is one person.
type personPage struct {
	rights.Person
	IsDisabled      bool
	Roles           []role
	Delegations     []delegation
	Signs           []string
	Choices         choices
	Manage, Give    bool
	Invite          bool
	Reached         time.Time
	Contact         bool
	Address         string // of an invitation that was made just now
	InvitationUntil time.Time
}

func (p *Part) person(v *frame.Visit) error { return p.showPerson(v, "", time.Time{}) }

func (p *Part) showPerson(v *frame.Visit, address string, until time.Time) error {
	book, err := p.Office.Book(v.Context())
	if err != nil {
		return err
	}
	v.Book = book // as it stands after what was just done
	person, known := book.Person(v.Path("person"))
	if !known {
		return fmt.Errorf("the person %q: %w", v.Path("person"), kept.ErrNotFound)
	}
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	reached, err := p.reached(v)
	if err != nil {
		return err
	}
	d := personPage{
		Person: person, IsDisabled: person.DisabledAt(v.Now), Roles: rolesOf(v, set, person), Choices: choicesOf(v, set),
		Manage: v.May(matrix.People, matrix.Execute, rights.Object{}), Address: address, InvitationUntil: until,
	}
	d.Give = may(v) && person.ID != v.Person.ID && !d.IsDisabled
	d.Invite = p.Invite != nil && d.Manage && !d.IsDisabled
	d.Reached, d.Contact = reached[strings.ToLower(person.Mail)]
	for _, account := range person.Accounts {
		d.Signs = append(d.Signs, account.String())
	}
	for _, g := range book.Delegations(person.ID) {
		d.Delegations = append(d.Delegations, delegationOf(v, set, g))
	}
	return v.Show("people/person", d)
}

// onPerson ends an act on a person: with his page, or with the form again.
func (p *Part) onPerson(v *frame.Visit, done string, err error) error {
	if err != nil {
		return v.Again(p.person, err)
	}
	return v.Go("/people/"+v.Path("person"), "people."+done)
}

func (p *Part) disable(v *frame.Visit) error {
	err := v.Filled("people", "why")
	if err == nil {
		err = p.Office.DisablePerson(v.Context(), v.Actor(), v.Path("person"), v.Field("why"))
	}
	return p.onPerson(v, "disabled", err)
}

func (p *Part) enable(v *frame.Visit) error {
	return p.onPerson(v, "enabled", p.Office.EnablePerson(v.Context(), v.Actor(), v.Path("person")))
}

func (p *Part) link(v *frame.Visit) error {
	account, err := rights.ParseAccount(v.Field("account"))
	if err != nil {
		err = frame.Wrong{Key: "people.wrong.account"}
	} else {
		err = p.Office.Link(v.Context(), v.Actor(), v.Path("person"), account)
	}
	return p.onPerson(v, "linked", err)
}

// invite shows the address of an invitation once, to whoever made it: the register
// keeps none.
func (p *Part) invite(v *frame.Visit) error {
	code, until, err := p.Invite(v.Context(), v.Actor(), v.Path("person"))
	if err != nil {
		return v.Again(p.person, err)
	}
	return p.showPerson(v, p.Origin+"/invitation/"+code, until)
}

// newPage is the form for a new person.
type newPage struct{ Name, Mail, Phone, Unit, Account string }

func (p *Part) newPerson(v *frame.Visit) error {
	return v.Show("people/new", newPage{v.Field("name"), v.Field("mail"), v.Field("phone"), v.Field("unit"), v.Field("account")})
}

func (p *Part) add(v *frame.Visit) error {
	if err := v.Filled("people", "name", "account"); err != nil {
		return v.Again(p.newPerson, err)
	}
	account, err := rights.ParseAccount(v.Field("account"))
	if err != nil {
		return v.Again(p.newPerson, frame.Wrong{Key: "people.wrong.account"})
	}
	id, err := p.Office.AddPerson(v.Context(), v.Actor(), rights.Person{
		Name: v.Field("name"), Mail: v.Field("mail"), Phone: v.Field("phone"), Unit: v.Field("unit"), Accounts: []rights.Account{account},
	})
	if err != nil {
		return v.Again(p.newPerson, err)
	}
	return v.Go("/people/"+id, "people.added")
}
