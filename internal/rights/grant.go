package rights

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// Scope is what somebody's own is. In a grant one field at most is set, and none
// means everything; in an Object all that apply are.
type Scope struct {
	System string `json:"system,omitzero"`
	Unit   string `json:"unit,omitzero"`
	Team   string `json:"team,omitzero"`
}

// String is " for esdh", or nothing.
func (s Scope) String() string {
	for _, name := range []string{s.System, s.Unit, s.Team} {
		if name != "" {
			return " for " + name
		}
	}
	return ""
}

// holds tells whether what is asked about lies within a grant's scope.
func (s Scope) holds(on Scope) bool {
	return (s.System == "" || s.System == on.System) && (s.Unit == "" || s.Unit == on.Unit) && (s.Team == "" || s.Team == on.Team)
}

// covers tells whether the role is held for what is asked about.
func (g Grant) covers(on Scope) bool {
	if g.Scope == (Scope{}) {
		return !needsScope(g.Role)
	}
	return g.holds(on)
}

// Grant is a role that a person has been given, from one moment to another.
type Grant struct {
	Person string      `json:"person"`
	Role   matrix.Role `json:"role"`
	Scope
	DeputyOf string    `json:"deputy_of,omitzero"` // the person whose deputy he is; his acts say so
	From     time.Time `json:"from"`
	To       time.Time `json:"to,omitzero"` // the first moment at which it is over; zero: none yet
	GivenBy  string    `json:"given_by"`
}

// Key names the grant: one person gets one role for one scope once at a moment.
func (g Grant) Key() string {
	return strings.Join([]string{g.Person, string(g.Role), g.System + g.Unit + g.Team, stamp(g.From)}, "/")
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405") }

// String says what is held, such as "system owner for esdh".
func (g Grant) String() string {
	text := g.Role.Title() + g.Scope.String()
	if g.DeputyOf != "" {
		text += " as deputy of " + g.DeputyOf
	}
	return text
}

// Row is the grant as a record, changed at that moment.
func (g Grant) Row(at time.Time) (record.Row, error) {
	return record.Row{Kind: KindGrant, Key: g.Key(), System: g.System, Person: g.Person, State: string(g.Role), Due: g.To, At: at}.Set(g)
}

// InForce tells whether the grant holds at that moment.
func (g Grant) InForce(at time.Time) bool { return during(g.From, g.To, at) }

func during(from, to, at time.Time) bool {
	return !at.Before(from) && (to.IsZero() || at.Before(to))
}

// needsScope tells whether a role is nothing without saying of what.
func needsScope(role matrix.Role) bool {
	return role == matrix.SystemOwner || role == matrix.UnitManager
}

func (g Grant) check() error {
	errs := []error{}
	say := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s, %s: "+format, append([]any{g.Person, g}, args...)...))
	}
	if role, err := matrix.ParseRole(string(g.Role)); err != nil || role != g.Role {
		say("there is no role %q", g.Role)
	}
	if set := slices.DeleteFunc([]string{g.System, g.Unit, g.Team}, func(s string) bool { return s == "" }); len(set) > 1 {
		say("write a system, a unit or a team, and a grant for each of them")
	} else if len(set) == 0 && needsScope(g.Role) {
		say("write of which system or unit")
	}
	if g.From.IsZero() || !g.To.IsZero() && !g.To.After(g.From) {
		say("write from when, and an end that comes after it")
	}
	if g.GivenBy == "" {
		say("write who gave it")
	}
	if g.DeputyOf == g.Person {
		say("nobody is his own deputy")
	}
	return errors.Join(errs...)
}

// Delegation lets one person act in another's name for a time. What the giver may
// not do it does not give, and what somebody has by delegation he cannot give on.
type Delegation struct {
	Of      string        `json:"of"` // whose rights they are: an IT manager or a system owner
	To      string        `json:"to"` // who may use them
	Roles   []matrix.Role `json:"roles,omitempty"`
	Systems []string      `json:"systems,omitempty"` // only for these; none: for all that the giver has
	From    time.Time     `json:"from"`
	Until   time.Time     `json:"until"` // the first moment at which it is over
	GivenBy string        `json:"given_by"`
	Reason  string        `json:"reason"`
}

// Key names the delegation: from one person to another it begins once at a moment.
func (d Delegation) Key() string { return d.Of + "/" + d.To + "/" + stamp(d.From) }

// Row is the delegation as a record, changed at that moment.
func (d Delegation) Row(at time.Time) (record.Row, error) {
	return record.Row{Kind: KindDelegation, Key: d.Key(), Person: d.To, State: "given", Due: d.Until, At: at}.Set(d)
}

// InForce tells whether the delegation holds at that moment.
func (d Delegation) InForce(at time.Time) bool {
	return !d.Until.IsZero() && during(d.From, d.Until, at)
}

// passes tells whether that grant of the giver's goes over, for that object.
func (d Delegation) passes(g Grant, on Object) bool {
	return delegable(g) &&
		(len(d.Roles) == 0 || slices.Contains(d.Roles, g.Role)) &&
		(len(d.Systems) == 0 || slices.Contains(d.Systems, on.System))
}

// delegable tells whether the holder may let others use it: an IT manager and a
// system owner in their own right may, their deputies may not.
func delegable(g Grant) bool {
	return (g.Role == matrix.ITManager || g.Role == matrix.SystemOwner) && g.DeputyOf == ""
}

func (d Delegation) check() error {
	errs := []error{}
	say := func(what string) {
		errs = append(errs, fmt.Errorf("the delegation from %s to %s: %s", d.Of, d.To, what))
	}
	if d.Of == d.To {
		say("nobody delegates to himself")
	}
	if d.From.IsZero() || !d.Until.After(d.From) {
		say("write from when until when")
	}
	if d.Reason == "" {
		say("write the reason")
	}
	if d.GivenBy == "" {
		say("write who gave it")
	}
	for _, r := range d.Roles {
		if r != matrix.ITManager && r != matrix.SystemOwner {
			say("the role of " + r.Title() + " cannot be delegated: write it_manager or system_owner")
		}
	}
	return errors.Join(errs...)
}
