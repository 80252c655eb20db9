package help

import (
	"strings"

	"beredskab/internal/check"
	"beredskab/internal/drill"
	"beredskab/internal/matrix"
)

// role is one role, and what it may do.
type role struct {
	Code   string // of its texts
	Rights []right
}

// right is what a role may do in one way.
type right struct {
	Verb  string
	About []about
}

// about is one thing that the right is about.
type about struct {
	Code      string // of the matrix' row
	Own       bool   // for the own system, unit or team, or about oneself, only
	Condition string // what it rests on besides
	Never     string // whom it is kept from
}

// roles reads the permission matrix, role by role. A role that only the program has
// is left out.
func roles() (list []role) {
	table := matrix.New()
	for _, r := range table.Roles() {
		if r == matrix.Service {
			continue
		}
		one := role{Code: string(r)}
		for _, verb := range []matrix.Verb{matrix.Approve, matrix.Confirm, matrix.Execute, matrix.Write, matrix.Read} {
			if may := rightOf(table, r, verb); len(may.About) > 0 {
				one.Rights = append(one.Rights, may)
			}
		}
		list = append(list, one)
	}
	return list
}

// rightOf is what the role may do in that way. Whoever may do more with a thing may
// read it, and that is not told again.
func rightOf(table *matrix.Table, r matrix.Role, verb matrix.Verb) right {
	out := right{Verb: string(verb)}
	for _, p := range table.Permissions() {
		may, ok := table.Right(p, verb, r)
		if !ok || verb == matrix.Read && doesMore(table, p, r) {
			continue
		}
		a := about{Code: string(p), Own: may.Scoped || may.Personal, Condition: may.Condition}
		a.Never, _ = table.Separated(p, verb, 0)
		out.About = append(out.About, a)
	}
	return out
}

func doesMore(table *matrix.Table, p matrix.Permission, r matrix.Role) bool {
	for _, verb := range []matrix.Verb{matrix.Approve, matrix.Confirm, matrix.Execute, matrix.Write} {
		if _, ok := table.Right(p, verb, r); ok {
			return true
		}
	}
	return false
}

// term is a state, as the pages show it; Code is that of its text, State that of its
// look.
type term struct{ Code, State string }

// stateGroup is what one kind of thing may be.
type stateGroup struct {
	Kind  string
	Terms []term
}

func states() []stateGroup {
	same := func(code string) term { return term{code, code} }
	return []stateGroup{
		{"promise", []term{
			same(string(check.OK)), same(string(check.AtRisk)), same(string(check.Breached)), {"unmeasured", "unmeasured"}, same(string(check.Waived)),
		}},
		{"run", []term{
			{string(drill.Planned), "planned"}, {string(drill.Running), "running"}, {string(drill.Paused), "paused"}, {string(drill.Cleaning), "running"}, {string(drill.Ended), "done"},
		}},
		{"step", []term{
			{string(drill.Waiting), "waiting"},
			{string(drill.Started), "running"},
			{string(drill.Asked), "waiting"},
			{string(drill.Taken), "running"},
			{string(drill.Done), "done"},
			{string(drill.Failed), "failed"},
			{string(drill.Skipped), "skipped"},
			{string(drill.Blocked), "failed"},
			{string(drill.Unknown), "unknown"},
		}},
		{"verdict", []term{
			{string(drill.Passed), "ok"},
			{string(drill.WithRemarks), "at_risk"},
			{string(drill.NotPassed), "breached"},
			{string(drill.NotMeasured), "unmeasured"},
			{string(drill.NotFinished), "aborted"},
		}},
	}
}

// rule is one rule, or one thing that a run can show, with its long text in
// English, paragraph by paragraph.
type rule struct {
	Code string
	Long []string
}

type rules struct {
	Checks   []rule // of plans, promises and upkeep
	Findings []rule // of runs
}

func checks() (out rules) {
	for _, code := range check.Codes() {
		text, _ := check.Explain(code)
		out.Checks = append(out.Checks, rule{code, paragraphs(text)})
	}
	for _, code := range drill.Codes() {
		text, _ := drill.Explain(code)
		out.Findings = append(out.Findings, rule{code, paragraphs(text)})
	}
	return out
}

// paragraphs are those of the text behind its heading. The marks of Markdown are
// for another place.
func paragraphs(text string) (list []string) {
	for i, part := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			list = append(list, strings.Join(strings.Fields(strings.ReplaceAll(part, "`", "")), " "))
		}
	}
	return list
}
