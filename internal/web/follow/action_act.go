package follow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/rights"
)

// words is an act of governance that takes a name and a text.
type words func(o *governance.Office, ctx context.Context, a door.Actor, id, text string) error

// say does an act with the words of the field of its name.
func (p *Part) say(v *frame.Visit, id, name string, do words) error {
	if err := v.Filled("follow", name); err != nil {
		return err
	}
	return do(p.Office, v.Context(), v.Actor(), id, v.Field(name))
}

// onAction ends an act on an action: with its page, or with the form again.
func (p *Part) onAction(v *frame.Visit, done string, err error) error {
	if err != nil {
		return v.Again(p.action, err)
	}
	return v.Go("/actions/"+v.Path("action"), "follow."+done)
}

func (p *Part) done(v *frame.Visit) error {
	return p.onAction(v, "done", p.Office.FinishAction(v.Context(), v.Actor(), v.Path("action"), v.Field("done")))
}

func (p *Part) verify(v *frame.Visit) error {
	return p.onAction(v, "verified", p.say(v, v.Path("action"), "verify", (*governance.Office).VerifyAction))
}

func (p *Part) closeAction(v *frame.Visit) error {
	return p.onAction(v, "closed", p.say(v, v.Path("action"), "close", (*governance.Office).CloseAction))
}

func (p *Part) reopen(v *frame.Visit) error {
	due, err := lastOf(v, "reopen_due")
	if err == nil {
		err = v.Filled("follow", "reopen", "reopen_due")
	}
	if err == nil {
		err = p.Office.ReopenAction(v.Context(), v.Actor(), v.Path("action"), v.Field("reopen"), due)
	}
	return p.onAction(v, "reopened", err)
}

func (p *Part) move(v *frame.Visit) error {
	due, err := lastOf(v, "move_due")
	if err == nil {
		err = v.Filled("follow", "move")
	}
	if err == nil && due.IsZero() && v.Field("move_owner") == "" {
		err = frame.Wrong{Key: "follow.wrong.move_to"}
	}
	if err == nil {
		err = p.Office.MoveAction(v.Context(), v.Actor(), v.Path("action"), v.Field("move_owner"), due, v.Field("move"))
	}
	return p.onAction(v, "moved", err)
}

// draftPage is the form for a new action.
type draftPage struct {
	May              bool
	Findings         []answered
	System           string
	Systems, Owners  []option
	Text, Owner, Due string
}

func (p *Part) newAction(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	d := draftPage{
		May: mayOpen(v, s), System: typed(v, "system"), Systems: s.options(), Owners: people(v),
		Text: typed(v, "text"), Owner: cmp.Or(v.Field("owner"), v.Person.ID), Due: v.Field("due"),
	}
	for _, key := range findingsOf(v) {
		d.Findings = append(d.Findings, answered{key, codeOf(key)})
	}
	return v.Show("follow/new", d)
}

// findingsOf are the keys of the findings that a new action answers.
func findingsOf(v *frame.Visit) []string {
	keys := v.Fields("finding")
	if len(keys) == 0 {
		keys = v.Request.URL.Query()["finding"]
	}
	return slices.DeleteFunc(keys, func(key string) bool { return strings.TrimSpace(key) == "" })
}

func (p *Part) openAction(v *frame.Visit) error {
	if err := v.Filled("follow", "text", "owner", "due"); err != nil {
		return v.Again(p.newAction, err)
	}
	due, err := lastOf(v, "due")
	if err != nil {
		return v.Again(p.newAction, err)
	}
	opened, err := p.Office.OpenAction(v.Context(), v.Actor(), followup.Action{
		Findings: findingsOf(v), System: v.Field("system"), Text: v.Field("text"), Owner: v.Field("owner"), Due: due,
	})
	if err != nil {
		return v.Again(p.newAction, err)
	}
	return v.Go("/actions/"+opened.ID, "follow.opened")
}

// people are those who can own something, by name.
func people(v *frame.Visit) (list []option) {
	for _, person := range v.Book.Persons() {
		if !person.DisabledAt(v.Now) {
			list = append(list, option{person.ID, named(person)})
		}
	}
	slices.SortFunc(list, func(x, y option) int { return cmp.Compare(strings.ToLower(x.Text), strings.ToLower(y.Text)) })
	return list
}

// named tells two of one name apart by their unit.
func named(p rights.Person) string {
	if p.Unit == "" {
		return p.Name
	}
	return fmt.Sprintf("%s (%s)", p.Name, p.Unit)
}

// did is the code of a line of a history, of which some name persons and days too.
func did(what string) string {
	first, _, _ := strings.Cut(what, " ")
	return first
}

// codeOf is the code in a finding's key, of a rule or of a run.
func codeOf(key string) string {
	parts := strings.Split(key, "/")
	if len(parts) > 1 && strings.Contains(parts[0], "-") {
		return parts[1] // 2026-07/D09/esdh/gendan
	}
	return parts[0]
}
