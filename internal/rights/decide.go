package rights

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/matrix"
)

// ErrNotAllowed says that this person may not do that. Decide's errors are a
// *Refusal, which says it in parts.
var ErrNotAllowed = errors.New("not allowed")

// Object is what an act is about.
type Object struct {
	Scope
	Class  int      // recovery class of the system, 0-3
	Person string   // whom it is about, as a receipt is about who read
	By     []string // persons whom the row's separation keeps away: its authors, its applicant, its owner, its director
}

// Basis is on what ground somebody did something; it is kept with the act.
type Basis struct {
	Person     string      `json:"person"`
	Role       matrix.Role `json:"role,omitzero"`
	Grant      string      `json:"grant,omitzero"`      // its key; the giver's when delegated
	Delegation string      `json:"delegation,omitzero"` // its key
	OnBehalfOf string      `json:"on_behalf_of,omitzero"`
	Condition  string      `json:"condition,omitzero"`  // such as "by rule": what it rests on besides
	Ungoverned bool        `json:"ungoverned,omitzero"` // nobody was registered yet, and everything allowed
}

// String is such as "IT manager on behalf of p-2".
func (b Basis) String() string {
	if b.Ungoverned {
		return "no people registered yet"
	}
	if b.Role == "" {
		return b.Condition
	}
	text := b.Role.Title()
	if b.OnBehalfOf != "" {
		text += " on behalf of " + b.OnBehalfOf
	}
	if b.Condition != "" {
		text += ", " + b.Condition
	}
	return text
}

// Decide says on what ground that person may do that to the object at that moment.
// What the matrix does not give is refused, and the error is a *Refusal. Separation
// goes before everything: it holds for deputies and where nobody is registered yet,
// and a delegation never lets somebody do in the giver's name what the giver may not.
func (b *Book) Decide(who string, p matrix.Permission, v matrix.Verb, on Object, at time.Time) (Basis, error) {
	whom, separated := b.table.Separated(p, v, on.Class)
	if separated && slices.Contains(on.By, who) {
		return Basis{}, b.refuse(who, p, v, on, at, "separated", whom)
	}
	person, known := b.persons[who]
	switch {
	case who == "":
		return Basis{}, b.refuse(who, p, v, on, at, "unknown", "")
	case !b.Governed(at):
		return Basis{Person: who, Ungoverned: true}, nil
	case !known:
		return Basis{}, b.refuse(who, p, v, on, at, "unknown", "")
	case person.DisabledAt(at):
		return Basis{}, b.refuse(who, p, v, on, at, "disabled", "")
	}
	for i := range b.grants[who] {
		g := &b.grants[who][i]
		if condition, ok := b.gives(g, p, v, on, who == on.Person, at); ok {
			return Basis{Person: who, Role: g.Role, Grant: g.key, OnBehalfOf: g.DeputyOf, Condition: condition}, nil
		}
	}
	for i := range b.delegations[who] {
		d := &b.delegations[who][i]
		if d.InForce(at) && (!separated || !slices.Contains(on.By, d.Of)) {
			if basis, ok := b.delegated(d, p, v, on, at); ok {
				return basis, nil
			}
		}
	}
	return Basis{}, b.refuse(who, p, v, on, at, "not held", "")
}

// delegated looks for the right among what the giver holds at this moment himself.
func (b *Book) delegated(d *Delegation, p matrix.Permission, v matrix.Verb, on Object, at time.Time) (Basis, bool) {
	giver, known := b.persons[d.Of]
	if !known || giver.DisabledAt(at) {
		return Basis{}, false
	}
	for i := range b.grants[d.Of] {
		g := &b.grants[d.Of][i]
		if !d.passes(g.Grant, on) {
			continue
		}
		if condition, ok := b.gives(g, p, v, on, false, at); ok {
			return Basis{
				Person: d.To, Role: g.Role, Grant: g.key, Delegation: d.Key(), OnBehalfOf: d.Of, Condition: condition,
			}, true
		}
	}
	return Basis{}, false
}

// gives tells whether the grant gives that right over the object at that moment.
func (b *Book) gives(g *held, p matrix.Permission, v matrix.Verb, on Object, himself bool, at time.Time) (condition string, ok bool) {
	if !g.InForce(at) {
		return "", false
	}
	r, ok := b.table.Right(p, v, g.Role)
	if !ok || r.Personal && !himself {
		return "", false
	}
	return r.Condition, r.Personal || !r.Scoped && b.table.Scoped(g.Role) || g.covers(on.Scope)
}

// Refusal is why somebody may not do something, and who could.
type Refusal struct {
	Person     string
	Permission matrix.Permission
	Verb       matrix.Verb
	Act        string        // in words, such as "approving a plan version"
	Could      string        // who could, in words, where it is not Roles that say so
	Cause      string        // separated, unknown, disabled or not held
	Whom       string        // whom the act is kept from, such as "the author"
	Roles      []matrix.Role // that could
	Scope      string        // " for esdh" when they must hold it for that
	Held       []string      // what the person holds, in words
	Since      time.Time     // of a disabled person
}

// Unwrap makes every refusal an ErrNotAllowed.
func (r *Refusal) Unwrap() error { return ErrNotAllowed }

// Error says who could do it, and why this person may not.
func (r *Refusal) Error() string {
	could := cmp.Or(r.Could, "nobody in the program")
	if len(r.Roles) > 0 {
		names := make([]string, len(r.Roles))
		for i, role := range r.Roles {
			names[i] = "the " + role.Title()
		}
		could = either(names) + r.Scope
	}
	text := fmt.Sprintf("%s is for %s; ", r.Act, could)
	switch r.Cause {
	case "separated":
		return fmt.Sprintf("%sit is never for %s, and that is you: ask somebody else in that role or his deputy", text, r.Whom)
	case "unknown":
		return fmt.Sprintf("%s%q is not registered: ask an administrator to add the person", text, r.Person)
	case "disabled":
		return fmt.Sprintf("%syou were disabled on %s", text, r.Since.Format(time.DateOnly))
	}
	if len(r.Held) == 0 {
		return text + "you hold no role"
	}
	return text + "you hold " + strings.Join(r.Held, " and ")
}

func either(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// refuse says what the person holds besides. A role that is over, or not yet, is
// shown with its date: that is what people stumble on.
func (b *Book) refuse(who string, p matrix.Permission, v matrix.Verb, on Object, at time.Time, cause, whom string) *Refusal {
	r := &Refusal{
		Person: who, Permission: p, Verb: v, Act: b.table.Sentence(p, v), Cause: cause, Whom: whom,
		Roles: b.table.Holders(p, v), Since: b.persons[who].Disabled,
	}
	for _, role := range r.Roles {
		if right, _ := b.table.Right(p, v, role); right.Scoped {
			r.Scope = on.Scope.String()
		}
	}
	for _, g := range b.grants[who] {
		text := g.Grant.String()
		switch {
		case at.Before(g.From):
			text += " from " + g.From.In(at.Location()).Format(time.DateOnly)
		case !g.InForce(at):
			text += " until " + g.To.In(at.Location()).Format(time.DateOnly)
		}
		r.Held = append(r.Held, text)
	}
	for _, d := range b.delegations[who] {
		if d.InForce(at) {
			r.Held = append(r.Held, "a delegation from "+d.Of)
		}
	}
	return r
}
