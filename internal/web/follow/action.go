package follow

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// newest is how many of the actions that are over are listed, of each kind.
const newest = 500

// action is a corrective action as a page shows it.
type action struct {
	followup.Action
	SystemName string
	Badge      string // state by which it is coloured
	Late       bool
	Days       int // that it is late
}

func actionOf(v *frame.Visit, s *systems, a followup.Action) action {
	out := action{Action: a, SystemName: s.Name(a.System), Badge: badgeOf(a.State), Late: a.Overdue(v.Now)}
	if out.Late {
		out.Days = 1 + int(v.Now.Sub(a.Late())/(24*time.Hour))
	}
	return out
}

// badgeOf is the state of the pages that looks like that of an action.
func badgeOf(s followup.State) string {
	switch s {
	case followup.Done:
		return "waiting"
	case followup.Verified:
		return "done"
	}
	return string(s)
}

// actionsPage is the list of corrective actions.
type actionsPage struct {
	Tabs       []tab
	Show       string
	List       []action
	Open, Late int // of those that the visitor may see
	System     string
	Systems    []option
	Pages      frame.Pager
	New        bool
	File       string
}

func (p *Part) actions(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	show, tabs := showing(v, "open", "mine", "late", "closed")
	d := actionsPage{Tabs: tabs, Show: show, System: v.Query("system"), Systems: s.options(), File: "/actions.csv" + v.With("show", show)[len("/actions"):]}
	open, err := p.unfinished(v, s)
	if err != nil {
		return err
	}
	for _, a := range open {
		if a.Late {
			d.Late++
		}
	}
	d.Open = len(open)
	list, err := p.listed(v, s, show, open)
	if err != nil {
		return err
	}
	d.New = mayOpen(v, s)
	d.List, d.Pages = frame.Page(v, list)
	return v.Show("follow/actions", d)
}

// mayOpen tells whether the visitor may open an action about anything.
func mayOpen(v *frame.Visit, s *systems) bool {
	if v.May(matrix.Action, matrix.Write, rights.Object{}) {
		return true
	}
	return slices.ContainsFunc(s.set.Plans, func(p *plan.Plan) bool { return v.May(matrix.Action, matrix.Write, about(p.ID)) })
}

// unfinished are the actions that somebody still owes something to, soonest first.
func (p *Part) unfinished(v *frame.Visit, s *systems) (list []action, err error) {
	for _, state := range []followup.State{followup.Open, followup.Done} {
		if list, err = p.inState(v, s, list, state, 0); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(x, y action) int { return x.Action.Late().Compare(y.Action.Late()) })
	return list, nil
}

func (p *Part) inState(v *frame.Visit, s *systems, list []action, state followup.State, limit int) ([]action, error) {
	found, err := p.Office.Actions(v.Context(), record.Filter{State: string(state), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("listing the actions: %w", err)
	}
	for _, a := range found {
		if s.seesIt(a.System) || a.Owner == v.Person.ID {
			list = append(list, actionOf(v, s, a))
		}
	}
	return list, nil
}

// listed are the actions of one view, out of the unfinished ones where it can be.
func (p *Part) listed(v *frame.Visit, s *systems, show string, open []action) (list []action, err error) {
	list = open
	switch show {
	case "mine":
		list = slices.DeleteFunc(list, func(a action) bool { return a.Owner != v.Person.ID })
	case "late":
		list = slices.DeleteFunc(list, func(a action) bool { return !a.Late })
	case "closed":
		list = nil
		for _, state := range []followup.State{followup.Verified, followup.Closed} {
			if list, err = p.inState(v, s, list, state, newest); err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(list, func(x, y action) int { return y.Due.Compare(x.Due) })
	}
	if system := v.Query("system"); system != "" {
		list = slices.DeleteFunc(list, func(a action) bool { return a.System != system })
	}
	return list, nil
}

// actionPage is one corrective action.
type actionPage struct {
	action
	Acts    []act
	Answers []answered
	Said    []said
	Owners  []option
}

// act is something that the visitor may do now.
type act struct {
	Name       string
	Path       string
	Open       bool // its form stands open
	Due, Owner bool // it asks for them too
	Optional   bool // its words may be left out
}

// answered is a finding that an action answers.
type answered struct{ Key, Code string }

// said is a line of what became of something.
type said struct {
	followup.By
	What, Text string
}

func (p *Part) action(v *frame.Visit) error {
	s, a, err := p.oneAction(v)
	if err != nil {
		return err
	}
	d := actionPage{action: actionOf(v, s, a), Owners: people(v), Acts: offered(v, "/actions/"+a.ID, actionActs(v, a))}
	for _, key := range a.Findings {
		d.Answers = append(d.Answers, answered{key, codeOf(key)})
	}
	for _, line := range a.History {
		d.Said = append(d.Said, said{line.By, did(line.What), line.Text})
	}
	return v.Show("follow/action", d)
}

// oneAction finds the action of the address, for somebody who may see it.
func (p *Part) oneAction(v *frame.Visit) (s *systems, a followup.Action, err error) {
	if s, err = p.systems(v); err != nil {
		return s, a, err
	}
	list, err := p.Office.Actions(v.Context(), record.Filter{})
	if err != nil {
		return s, a, fmt.Errorf("reading the action: %w", err)
	}
	i := slices.IndexFunc(list, func(a followup.Action) bool { return a.ID == v.Path("action") })
	if i < 0 {
		return s, a, fmt.Errorf("the action %q: %w", v.Path("action"), kept.ErrNotFound)
	}
	if a = list[i]; a.Owner != v.Person.ID {
		err = p.admit(v, s, a.System)
	}
	return s, a, err
}

// actionActs are those that can be done to it now, the likeliest first.
func actionActs(v *frame.Visit, a followup.Action) (list []act) {
	by := append([]string{a.Owner}, a.Former...)
	soon := v.Now.Add(24 * time.Hour)
	for _, x := range []struct {
		act
		verb matrix.Verb
		try  func(followup.By) error
	}{
		{act{Name: "done", Optional: true}, matrix.Write, func(by followup.By) error { _, err := a.Finish(by, ""); return err }},
		{act{Name: "verify"}, matrix.Confirm, func(by followup.By) error { _, err := a.Verify(by, "x"); return err }},
		{act{Name: "move", Due: true, Owner: true}, matrix.Write, func(by followup.By) error { _, err := a.Move(by, "", time.Time{}, "x"); return err }},
		{act{Name: "reopen", Due: true}, matrix.Write, func(by followup.By) error { _, err := a.Reopen(by, "x", soon); return err }},
		{act{Name: "close"}, matrix.Approve, func(by followup.By) error { _, err := a.Close(by, "x"); return err }},
	} {
		if acts(v, matrix.Action, x.verb, about(a.System, by...), x.try) {
			list = append(list, x.act)
		}
	}
	return list
}

// offered gives acts their paths. The form that was refused stands open, else the
// first one.
func offered(v *frame.Visit, path string, list []act) []act {
	refused := doing(v)
	for i := range list {
		list[i].Path = path + "/" + list[i].Name
		list[i].Open = list[i].Name == refused || refused == "" && i == 0 && (list[i].Name == "done" || list[i].Name == "verify" || list[i].Name == "grant")
	}
	return list
}
