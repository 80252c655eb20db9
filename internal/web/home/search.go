package home

import (
	"strings"

	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// How many answers of each kind are shown, and how far back is looked for those
// that there is no end of.
const (
	mostFound  = 10
	mostLooked = 500
)

// found is what the search found of one kind.
type found struct {
	Kind string // systems, steps, runs, actions or persons
	Hits []hit
	More bool // than are shown
}

type hit struct{ Text, About, Path string }

// results are the answer to one question.
type results struct {
	Q      string
	Groups []found
	Short  bool // nothing was asked, or one letter
}

// finder looks for one text, for one visitor.
type finder struct {
	p     *Part
	v     *frame.Visit
	state *state
	q     string // in lower case
}

func (p *Part) search(v *frame.Visit) error {
	out := results{Q: v.Query("q")}
	if q := strings.ToLower(out.Q); len([]rune(q)) < 2 {
		out.Short = true
	} else {
		s, err := p.now(v)
		if err != nil {
			return err
		}
		f := &finder{p: p, v: v, state: s, q: q}
		for _, look := range []func() (found, error){f.systems, f.persons, f.runs, f.actions, f.steps} {
			group, err := look()
			if err != nil {
				return err
			}
			if len(group.Hits) > 0 {
				out.Groups = append(out.Groups, group)
			}
		}
	}
	return v.Show("home/search", out)
}

// has tells whether one of the texts holds what is looked for.
func (f *finder) has(texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), f.q) {
			return true
		}
	}
	return false
}

// add takes a hit in; false when there is no more room.
func (g *found) add(h hit) bool {
	if len(g.Hits) == mostFound {
		g.More = true
		return false
	}
	g.Hits = append(g.Hits, h)
	return true
}

func (f *finder) systems() (found, error) {
	g := found{Kind: "systems"}
	for _, p := range f.state.set.Plans {
		if !f.v.May(matrix.PlanInternal, matrix.Read, duty.About(p, "")) {
			continue
		}
		if f.has(append([]string{p.Name, p.ID, p.Owner.Unit}, p.Aliases...)...) && !g.add(hit{p.Name, p.Owner.Unit, "/systems/" + p.ID}) {
			break
		}
	}
	return g, nil
}

func (f *finder) steps() (found, error) {
	g := found{Kind: "steps"}
	for _, p := range f.state.set.Plans {
		if !f.v.May(matrix.PlanInternal, matrix.Read, duty.About(p, "")) {
			continue
		}
		for _, step := range p.Recovery.Steps {
			if f.has(step.Title) && !g.add(hit{step.Title, p.Name, "/systems/" + p.ID + "/steps"}) {
				return g, nil
			}
		}
	}
	return g, nil
}

func (f *finder) persons() (found, error) {
	g := found{Kind: "persons"}
	if !f.v.May(matrix.People, matrix.Read, rights.Object{}) {
		return g, nil
	}
	for _, p := range f.v.Book.Persons() {
		if f.has(p.Name, p.Mail, p.Unit) && !g.add(hit{p.Name, p.Unit, "/people/" + p.ID}) {
			break
		}
	}
	return g, nil
}

func (f *finder) runs() (found, error) {
	g := found{Kind: "runs"}
	rows, err := f.p.Register.Runs(f.v.Context(), kept.RunFilter{Limit: mostLooked})
	for _, row := range rows {
		name := f.state.name(row.System)
		if !f.has(row.Title, row.ID, name) || !f.may(matrix.PlanInternal, row.System) {
			continue
		}
		about := name + " · " + f.v.Texts.Word("state", map[bool]string{true: "incident", false: "drill"}[row.Incident]) + " · " + f.v.Texts.Date(row.OpenedAt)
		if !g.add(hit{row.Title, about, "/drills/" + row.ID}) {
			break
		}
	}
	return g, err
}

func (f *finder) actions() (found, error) {
	g := found{Kind: "actions"}
	list, err := f.p.Office.Actions(f.v.Context(), record.Filter{Limit: mostLooked})
	for _, a := range list {
		if f.has(a.Text, a.ID, f.state.name(a.System)) && f.may(matrix.Action, a.System) && !g.add(hit{a.Text, f.state.name(a.System), "/actions/" + a.ID}) {
			break
		}
	}
	return g, err
}

// may tells whether the visitor may read that of the system.
func (f *finder) may(permission matrix.Permission, system string) bool {
	on := rights.Object{Scope: rights.Scope{System: system}}
	if p, ok := f.state.set.Plan(system); ok {
		on = duty.About(p, "")
	}
	return f.v.May(permission, matrix.Read, on)
}
