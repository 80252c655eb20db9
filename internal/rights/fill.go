package rights

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/matrix"
)

// Fill says on what ground that person is whom a plan names by one of those words:
// in the role of the matrix that plan files call so, for that object, or with any
// role for the team of that name. What is not so is refused, and the error is a
// *Refusal; act is what he would do, such as "answering step gendan".
func (b *Book) Fill(who string, words []string, on Object, act string, at time.Time) (Basis, error) {
	if !b.Governed(at) {
		return Basis{Person: who, Ungoverned: true}, nil
	}
	person, known := b.persons[who]
	switch {
	case !known:
		return Basis{}, b.unfilled(who, words, on, act, at, "unknown")
	case person.DisabledAt(at):
		return Basis{}, b.unfilled(who, words, on, act, at, "disabled")
	}
	for _, word := range words {
		if basis, ok := b.fills(who, word, on, at); ok {
			return basis, nil
		}
	}
	return Basis{}, b.unfilled(who, words, on, act, at, "not held")
}

// fills looks among what a person holds himself, then among what was delegated.
func (b *Book) fills(who, word string, on Object, at time.Time) (Basis, bool) {
	role, _ := matrix.ParseRole(word) // a team has none
	named := func(g Grant) bool {
		return g.InForce(at) && (g.Team == word || role != "" && g.Role == role && g.covers(on.Scope))
	}
	for _, g := range b.grants[who] {
		if named(g.Grant) {
			return Basis{Person: who, Role: g.Role, Grant: g.key, OnBehalfOf: g.DeputyOf}, true
		}
	}
	for _, d := range b.delegations[who] {
		giver, known := b.persons[d.Of]
		if !known || giver.DisabledAt(at) || !d.InForce(at) {
			continue
		}
		for _, g := range b.grants[d.Of] {
			if d.passes(g.Grant, on) && named(g.Grant) {
				return Basis{Person: who, Role: g.Role, Grant: g.key, Delegation: d.Key(), OnBehalfOf: d.Of}, true
			}
		}
	}
	return Basis{}, false
}

// unfilled says whom the words name. A role is named as the matrix does, with what
// it must be held for, and a word of the municipality's own as its team.
func (b *Book) unfilled(who string, words []string, on Object, act string, at time.Time, cause string) *Refusal {
	r := b.refuse(who, "", "", on, at, cause, "")
	var could []string
	for _, word := range words {
		name := fmt.Sprintf("whoever has a role for the team %q", word)
		if role, err := matrix.ParseRole(word); err == nil {
			if name = "the " + role.Title(); needsScope(role) {
				name += on.Scope.String()
			}
		}
		if !slices.Contains(could, name) {
			could = append(could, name)
		}
	}
	r.Act, r.Could = act, either(could)
	return r
}
