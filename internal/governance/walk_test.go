package governance_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/register"
	"beredskab/internal/vigil"
)

// right is one letter of a cell of the matrix.
type right struct {
	permission matrix.Permission
	verb       matrix.Verb
}

// act is one thing that an exported method does, and who may have it done. A
// method that does several has a row for each.
type act struct {
	method string  // Office.Give, Register.Open
	what   string  // which of the method's acts
	needs  []right // any of them is enough
	whole  bool    // it is about the organisation, or about oneself, and no system
	// only are the roles that may, where the code is narrower than the matrix or the
	// plan names somebody; in the own scope only for those that have one.
	only    []matrix.Role
	program bool // the program does it by itself too
	machine bool // an account of the machine that is nobody's may too
	anybody bool // it is only recorded
	// passes says that the act may fail for a reason of its own: then whoever is not
	// refused was allowed.
	passes bool
	do     func(w *walk, a door.Actor, side string) error
}

// may tells what the matrix says of that role.
func (x act) may(m *matrix.Table, role matrix.Role, own bool) bool {
	if x.only != nil {
		return slices.Contains(x.only, role) && (own || x.whole || !m.Scoped(role))
	}
	return slices.ContainsFunc(x.needs, func(r right) bool {
		cell, ok := m.Right(r.permission, r.verb, role)
		return ok && (!cell.Scoped || own && !x.whole)
	})
}

const (
	own      = "own"
	foreign  = "foreign"
	disabled = "gone"
)

// TestEveryMethodByEveryRole walks every method of register, of governance and of what
// keeps the log that somebody acts through, by every role of the matrix in the own scope and in a
// foreign one, and by somebody disabled, an account that is nobody's, and the
// program itself: what happens is what the matrix says. A method without a row fails.
func TestEveryMethodByEveryRole(t *testing.T) {
	rows := slices.Concat(runActs(), registerActs(), peopleActs(), planActs(), followActs(), loopActs(), paperActs(), reportActs(), logActs(), crisisActs(), proposalActs())
	methods := methodsOf(reflect.TypeFor[*register.Register](), reflect.TypeFor[*governance.Office](), reflect.TypeFor[*notary.Notary](), reflect.TypeFor[*vigil.Vigil]())
	for _, method := range uneven(methods, rows) {
		t.Errorf("%s: each method that takes an actor needs a row in the tables of this test, which says who may do it, and each row a method", method)
	}
	w := newWalk(t)
	tried, wrong := w.try(rows)
	for _, what := range wrong {
		t.Error(what)
	}
	fmt.Printf("%d methods x %d roles, somebody disabled, an unknown account and the program, own and foreign scope: %d tried, %d unexpected\n",
		len(methods), len(matrix.New().Roles()), tried, len(wrong))

	// The walk sees a method that has no row, and an act that is not decided so.
	missing := slices.DeleteFunc(slices.Clone(rows), func(x act) bool { return x.method == "Register.Lead" })
	if got := uneven(methods, missing); !slices.Contains(got, "Register.Lead") {
		t.Errorf("without its row the walk misses %v", got)
	}
	i := slices.IndexFunc(rows, func(x act) bool { return x.method == "Register.Lead" })
	lax := rows[i]
	lax.needs = just(matrix.Log, matrix.Read)
	if _, wrong := w.try([]act{lax}); len(wrong) == 0 {
		t.Error("that auditors could lead a drill is not seen")
	}
}

// try has each act done by everybody.
func (w *walk) try(rows []act) (tried int, wrong []string) {
	m := matrix.New()
	for _, x := range rows {
		for _, side := range []string{own, foreign} {
			expect := func(who string, a door.Actor, may bool) {
				tried++
				err := x.do(w, a, side)
				if refused := errors.Is(err, door.ErrNotAllowed); refused == may || may && err != nil && !x.passes {
					wrong = append(wrong, fmt.Sprintf("%s %s by %s in the %s scope: should be allowed: %v; %v", x.method, x.what, who, side, may, err))
				}
			}
			for _, role := range m.Roles() {
				expect(string(role), by(string(role)), x.anybody || x.may(m, role, side == own))
			}
			expect("somebody disabled", by(disabled), x.anybody)
			expect("an unknown account", by("root"), x.anybody || x.machine)
			expect("the program", door.System("n1"), x.anybody || x.program)
		}
	}
	return tried, wrong
}

// methodsOf are the exported methods that take an actor, as Type.Method.
func methodsOf(types ...reflect.Type) (list []string) {
	for _, of := range types {
		for i := range of.NumMethod() {
			f := of.Method(i)
			for p := range f.Type.NumIn() {
				if f.Type.In(p) == reflect.TypeFor[door.Actor]() {
					list = append(list, of.Elem().Name()+"."+f.Name)
				}
			}
		}
	}
	return list
}

// uneven are the methods without a row, and the rows without a method.
func uneven(methods []string, rows []act) (list []string) {
	without := map[string]bool{}
	for _, method := range methods {
		without[method] = true
	}
	for _, x := range rows {
		if known := slices.Contains(methods, x.method); known {
			delete(without, x.method)
		} else {
			without[x.method] = true
		}
	}
	return slices.Sorted(maps.Keys(without))
}
