package rights

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/matrix"
)

// Import reads persons and their roles from a sheet with the columns name, mail,
// phone, unit, account, role, system, team, from and to, one row for each role.
// It gives those that are new or changed against the book. An account that is
// known means its person; a system owner or unit manager without a system has the
// role for his unit. Dates are days in at's zone, and the last one counts in full;
// a role without a first day begins at that moment. One mistake, and nothing is
// given: the error has a line for each, file:line:column: what, and what to write.
func (b *Book) Import(file string, src []byte, by string, at time.Time) ([]Person, []Grant, error) {
	i := importer{
		sheet: readSheet(file, src), book: b, by: by, at: at,
		people: map[string]Person{}, lines: map[string]int{}, next: b.lastNumber(),
	}
	for _, r := range i.rows {
		if p, ok := i.person(r); ok && r.cells["role"] != "" {
			i.grant(r, p)
		} else if ok {
			i.noRole(r)
		}
	}
	if err := errors.Join(i.wrong...); err != nil {
		return nil, nil, err
	}
	var persons []Person
	for _, id := range i.order {
		if p := i.people[id]; !same(p, b.persons[id]) {
			persons = append(persons, p)
		}
	}
	return persons, i.grants, nil
}

type importer struct {
	*sheet
	book   *Book
	by     string
	at     time.Time
	next   int // the last number given to a person
	order  []string
	people map[string]Person // by ID, as the file has them
	lines  map[string]int    // where a person or a role was first said
	grants []Grant
}

// lastNumber is the highest of p-1, p-2, ….
func (b *Book) lastNumber() (last int) {
	for id := range b.persons {
		if digits, ok := strings.CutPrefix(id, "p-"); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				last = max(last, n)
			}
		}
	}
	return last
}

// NewID is the ID of the next person. A number is never used again.
func (b *Book) NewID() string { return personID(b.lastNumber() + 1) }

func personID(number int) string { return "p-" + strconv.Itoa(number) }

// person finds or makes the person that the row is about.
func (i *importer) person(r sheetRow) (Person, bool) {
	if r.cells["account"] == "" {
		i.sayAt(r, "name", "who signs in as this person? write the user name of this machine, or https://issuer|subject, under account")
		return Person{}, false
	}
	account, err := ParseAccount(r.cells["account"])
	if err != nil {
		i.sayAt(r, "account", "%v", err)
		return Person{}, false
	}
	p, first, ok := i.whose(r, account)
	if !ok {
		return p, false
	}
	for at, field := range []*string{&p.Name, &p.Mail, &p.Phone, &p.Unit} {
		name := []string{"name", "mail", "phone", "unit"}[at]
		said := r.cells[name]
		if said == "" {
			continue
		}
		if !first && *field != "" && *field != said {
			i.sayAt(r, name, "the account %s has %q in line %d: write the same, or give each an account of his own", account, *field, i.lines[p.ID])
			return p, false
		}
		*field = said
	}
	if err := p.check(); err != nil {
		i.sayAt(r, "mail", "%v", strings.ReplaceAll(err.Error(), "\n", "; "))
		return p, false
	}
	i.people[p.ID] = p
	return p, true
}

// whose finds the person of an account, in the file or in the book, or gives a new
// one; first tells whether this is the first row about him.
func (i *importer) whose(r sheetRow, account Account) (p Person, first, ok bool) {
	for _, id := range i.order {
		if p := i.people[id]; slices.Contains(p.Accounts, account) {
			return p, false, true
		}
	}
	known, err := i.book.Who(account, i.at)
	switch {
	case err == nil:
		p = known
		p.Accounts = slices.Clone(p.Accounts)
	case len(i.book.accounts[account]) > 0:
		i.sayAt(r, "account", "%v", err)
		return p, false, false
	default:
		i.next++
		p = Person{ID: personID(i.next), Accounts: []Account{account}}
	}
	i.order, i.people[p.ID], i.lines[p.ID] = append(i.order, p.ID), p, r.line
	return p, true, true
}

// noRole refuses what only a role can have.
func (i *importer) noRole(r sheetRow) {
	for _, name := range []string{"system", "team", "from", "to"} {
		if r.cells[name] != "" {
			i.sayAt(r, name, "%q belongs to a role, and the row has none: write the role, or leave it empty", r.cells[name])
		}
	}
}

// grant reads the role of a row. One that the person has already is not given again:
// only another end is a change.
func (i *importer) grant(r sheetRow, p Person) {
	role, err := matrix.ParseRole(r.cells["role"])
	if err != nil {
		i.sayAt(r, "role", "%v", err)
		return
	}
	g := Grant{Person: p.ID, Role: role, Scope: Scope{System: r.cells["system"], Team: r.cells["team"]}, GivenBy: i.by}
	if needsScope(role) && g.Scope == (Scope{}) {
		g.Unit = p.Unit
	}
	g.From, g.To = i.day(r, "from", i.at.Location()), i.day(r, "to", i.at.Location())
	if !g.To.IsZero() {
		g.To = g.To.AddDate(0, 0, 1)
	}
	if g.From.IsZero() {
		g.From = i.at
	}
	same := fmt.Sprint(g.Person, g.Role, g.Scope)
	if line := i.lines[same]; line > 0 {
		i.sayAt(r, "role", "line %d gives the same role: remove one of them", line)
		return
	}
	i.lines[same] = r.line
	for _, had := range i.book.grants[p.ID] {
		if had.Role == g.Role && had.Scope == g.Scope && had.DeputyOf == "" && (had.To.IsZero() || had.To.After(i.at)) {
			if had.To.Equal(g.To) {
				return
			}
			g.From = had.From
		}
	}
	if err := g.check(); err != nil {
		i.sayAt(r, "role", "%v", strings.ReplaceAll(err.Error(), "\n", "; "))
		return
	}
	i.grants = append(i.grants, g)
}

// same tells whether two records of a person say the same.
func same(p, q Person) bool {
	return p.ID == q.ID && p.Name == q.Name && p.Mail == q.Mail && p.Phone == q.Phone && p.Unit == q.Unit &&
		slices.Equal(p.Accounts, q.Accounts)
}
