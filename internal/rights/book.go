package rights

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/matrix"
)

// Book is the people with their roles, indexed once. It is never changed and may
// be asked by many at once.
type Book struct {
	table       *matrix.Table
	persons     map[string]Person
	accounts    map[Account][]string
	grants      map[string][]held
	delegations map[string][]Delegation // by who was given them
	governed    time.Time               // since when the matrix holds; zero: not yet
}

// held is a grant with its key, which is costly to make at each act.
type held struct {
	Grant
	key string
}

// NewBook gives the book of those records. It takes them as they are; Check says
// what is wrong with them.
func NewBook(persons []Person, grants []Grant, delegations []Delegation) *Book {
	b := &Book{
		table: matrix.New(), persons: map[string]Person{}, accounts: map[Account][]string{},
		grants: map[string][]held{}, delegations: map[string][]Delegation{},
	}
	for _, p := range persons {
		b.persons[p.ID] = p
		for _, a := range p.Accounts {
			b.accounts[a] = append(b.accounts[a], p.ID)
		}
	}
	for _, g := range grants {
		b.grants[g.Person] = append(b.grants[g.Person], held{g, g.Key()})
		b.govern(g)
	}
	for _, list := range b.grants {
		slices.SortFunc(list, func(x, y held) int { // What somebody is comes before whom he stands in for.
			return cmp.Or(cmp.Compare(x.DeputyOf, y.DeputyOf), cmp.Compare(x.key, y.key))
		})
	}
	for _, d := range delegations {
		b.delegations[d.To] = append(b.delegations[d.To], d)
	}
	for _, list := range b.delegations {
		slices.SortFunc(list, func(x, y Delegation) int { return cmp.Compare(x.Key(), y.Key()) })
	}
	return b
}

// govern notes the first moment at which somebody could manage people. It stays
// governed when that person leaves: an installation never opens up again by itself.
func (b *Book) govern(g Grant) {
	if _, known := b.persons[g.Person]; !known || g.Role != matrix.Administrator && g.Role != matrix.ITManager {
		return
	}
	if b.governed.IsZero() || g.From.Before(b.governed) {
		b.governed = g.From
	}
}

// Governed tells whether the matrix holds at that moment: an administrator or an IT
// manager has been registered. Until then the installation has no people, and
// everything is allowed with a Basis that says so.
func (b *Book) Governed(at time.Time) bool { return !b.governed.IsZero() && !at.Before(b.governed) }

// Person finds a person by ID.
func (b *Book) Person(id string) (Person, bool) {
	p, ok := b.persons[id]
	return p, ok
}

// Name is what a person is called; whatever is no ID of the book, such as the name
// of a role, is its own name.
func (b *Book) Name(id string) string {
	if p, known := b.Person(id); known && p.Name != "" {
		return p.Name
	}
	return id
}

// Persons are all of them by ID, the disabled ones too.
func (b *Book) Persons() []Person {
	return slices.SortedFunc(maps.Values(b.persons), func(x, y Person) int { return natural(x.ID, y.ID) })
}

// natural puts p-9 before p-10.
func natural(x, y string) int { return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) }

// Grants are a person's, ended ones too.
func (b *Book) Grants(person string) (list []Grant) {
	for _, h := range b.grants[person] {
		list = append(list, h.Grant)
	}
	return list
}

// Delegations are those that a person was given, ended ones too.
func (b *Book) Delegations(to string) []Delegation { return slices.Clone(b.delegations[to]) }

// ErrNobodys says that an account was never a person's.
var ErrNobodys = errors.New("belongs to nobody")

// Who finds whom an account belongs to. The error wraps ErrNotAllowed when it is
// nobody's (then ErrNobodys too), several persons', or a disabled person's.
func (b *Book) Who(a Account, at time.Time) (Person, error) {
	var enabled []string
	var gone Person
	for _, id := range b.accounts[a] {
		if p := b.persons[id]; p.DisabledAt(at) {
			gone = p
		} else {
			enabled = append(enabled, id)
		}
	}
	switch {
	case len(enabled) == 1:
		return b.persons[enabled[0]], nil
	case len(enabled) > 1:
		return Person{}, fmt.Errorf("the account %s is shared by %s: give each an account of his own: %w",
			a, strings.Join(enabled, " and "), ErrNotAllowed)
	case gone.ID != "":
		return Person{}, fmt.Errorf("%s was disabled on %s; an administrator can take that back: beredskab people enable %s: %w",
			gone.ID, gone.Disabled.Format(time.DateOnly), gone.ID, ErrNotAllowed)
	default:
		return Person{}, fmt.Errorf("the account %s %w: let an administrator add it to a person: %w", a, ErrNobodys, ErrNotAllowed)
	}
}

// Named are the persons that a claim from outside, such as the author of a commit,
// may mean: by mail, name, id or account. A claim gives nobody a right; it only
// keeps people from what the author may not do.
func (b *Book) Named(claim string) (ids []string) {
	name, mail, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(claim), ">"), "<")
	for _, said := range []string{strings.TrimSpace(name), strings.TrimSpace(mail)} {
		for id, p := range b.persons {
			if said != "" && !slices.Contains(ids, id) && p.goesBy(said) {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, natural)
	return ids
}

func (p Person) goesBy(said string) bool {
	return said == p.ID || strings.EqualFold(said, p.Name) || strings.EqualFold(said, p.Mail) ||
		slices.ContainsFunc(p.Accounts, func(a Account) bool { return said == a.Subject })
}

// Holding are the enabled persons who hold the role for that scope themselves or as
// deputies, those in their own right first.
func (b *Book) Holding(role matrix.Role, scope Scope, at time.Time) (ids []string) {
	var deputies []string
	for _, p := range b.Persons() {
		for _, g := range b.grants[p.ID] {
			if p.DisabledAt(at) || g.Role != role || !g.InForce(at) || !g.holds(scope) {
				continue
			}
			if g.DeputyOf == "" {
				ids = append(ids, p.ID)
			} else {
				deputies = append(deputies, p.ID)
			}
			break
		}
	}
	return append(ids, deputies...)
}

// Check says everything that is wrong with the book: a bad record, an account that
// two enabled persons share, a role for somebody who is not there, a delegation by
// somebody who has nothing to give.
func (b *Book) Check() error {
	errs := []error{}
	for _, p := range b.Persons() {
		errs = append(errs, p.check())
	}
	for _, a := range slices.SortedFunc(maps.Keys(b.accounts), func(x, y Account) int { return cmp.Compare(x.String(), y.String()) }) {
		ids := slices.DeleteFunc(slices.Clone(b.accounts[a]), func(id string) bool { return !b.persons[id].Disabled.IsZero() })
		if len(ids) > 1 {
			slices.SortFunc(ids, natural)
			errs = append(errs, fmt.Errorf("the account %s belongs to %s: give each an account of his own, or disable one of them",
				a, strings.Join(ids, " and ")))
		}
	}
	for _, person := range slices.Sorted(maps.Keys(b.grants)) {
		for _, g := range b.grants[person] {
			errs = append(errs, g.check(), b.known(person, g.Grant.String()), b.known(cmp.Or(g.DeputyOf, person), g.Grant.String()))
		}
	}
	for _, to := range slices.Sorted(maps.Keys(b.delegations)) {
		for _, d := range b.delegations[to] {
			errs = append(errs, b.CheckDelegation(d))
		}
	}
	return errors.Join(errs...)
}

func (b *Book) known(person, what string) error {
	if _, ok := b.persons[person]; !ok {
		return fmt.Errorf("%s: there is no person %s: add the person first", what, person)
	}
	return nil
}

// CheckDelegation says why that delegation cannot be given: only an IT manager or a
// system owner delegates his own rights, and an IT manager may do it for either.
func (b *Book) CheckDelegation(d Delegation) error {
	what := fmt.Sprintf("the delegation from %s to %s", d.Of, d.To)
	err := errors.Join(d.check(), b.known(d.Of, what), b.known(d.To, what))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(b.grants[d.Of], func(g held) bool {
		return delegable(g.Grant) && (len(d.Roles) == 0 || slices.Contains(d.Roles, g.Role)) &&
			g.From.Before(d.Until) && (g.To.IsZero() || g.To.After(d.From))
	}) {
		return fmt.Errorf("%s: delegating is for an IT manager or a system owner in his own right, and %s is neither then: %w",
			what, d.Of, ErrNotAllowed)
	}
	if d.GivenBy != d.Of && !slices.ContainsFunc(b.grants[d.GivenBy], func(g held) bool {
		return g.Role == matrix.ITManager && delegable(g.Grant)
	}) {
		return fmt.Errorf("%s: it is given by %s himself or by an IT manager, not by %s: %w", what, d.Of, d.GivenBy, ErrNotAllowed)
	}
	return nil
}
