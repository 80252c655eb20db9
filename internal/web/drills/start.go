package drills

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// starting is the page on which a drill is chosen, looked through and started.
type starting struct {
	Systems        []option
	System, Name   string
	Path           string
	Drills         []choice
	Drill          string
	Check          *dressCheck
	May, NoDrills  bool
	InForce, Draft bool // a version is in force; the files hold another
}

// choice is one of the plan's drills.
type choice struct {
	ID, Title, Kind, Path string
	Length                time.Duration
	Here                  bool
	Measures              bool
}

// dressCheck is what has to be in place before the start.
type dressCheck struct {
	Title, Kind, Scenario, Version string
	Environment                    string
	Steps                          []checkStep
	Length, RTO                    time.Duration
	Measures                       bool
	People                         []reached
	Missing                        int
	Real                           []checkStep // carried out by a machine, for real
	Production                     bool
	Busy                           string // the run that holds the system
	BusyPath                       string
	Abort                          []string
	Unsound                        string // why it cannot be started at all
	AsDraft                        bool   // what would be started is a draft
}

type checkStep struct {
	Number               int
	Title, Who, Estimate string
	Action, Site         string
}

// reached is a role that the drill asks, and who fills it.
type reached struct {
	Role, Names, Deputy, Mailbox string
	There                        bool
}

// prepare shows what can be started of a system, and the dress check of one drill.
func (p *Part) prepare(v *frame.Visit) error {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	out := &starting{System: cmp.Or(v.Field("system"), v.Query("system")), Drill: cmp.Or(v.Field("drill"), v.Query("drill")), Path: "/drills/new"}
	for _, of := range set.Plans {
		if allowed(v, of) {
			out.Systems = append(out.Systems, option{Value: of.ID, Text: of.Name})
		}
	}
	slices.SortFunc(out.Systems, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
	if out.System == "" {
		return v.Show("drills/new", out)
	}
	files, known := set.Plan(out.System)
	if !known {
		return kept.ErrNotFound
	}
	pinned, err := p.pinned(v, out, files)
	if err != nil {
		return err
	}
	out.Name, out.May = files.Name, allowed(v, files)
	for _, d := range pinned.Drills {
		c := choice{ID: d.ID, Title: d.Title, Kind: v.Texts.Word("drills.type", d.Type), Here: d.ID == out.Drill, Measures: plan.Measured(d.Type)}
		c.Path = "/drills/new?system=" + out.System + "&drill=" + d.ID
		if run, err := opened(set.Organisation, pinned, d.ID, ""); err == nil {
			c.Length = length(p, v, set.Organisation, run)
		}
		out.Drills = append(out.Drills, c)
	}
	out.NoDrills = len(out.Drills) == 0
	if out.Drill != "" {
		if out.Check, err = p.check(v, set.Organisation, pinned, out); err != nil {
			return err
		}
	}
	return v.Show("drills/new", out)
}

// pinned is the version that a run would be of: the one in force, or the one that the
// files hold where none is, or where that is asked for.
func (p *Part) pinned(v *frame.Visit, out *starting, files *plan.Plan) (*plan.Plan, error) {
	standing, err := p.Office.Standing(v.Context(), out.System, time.Time{})
	if err != nil {
		return nil, err
	}
	hash, _, there := standing.InForce()
	if out.InForce = there; !there || v.Field("draft") != "" || v.Query("draft") != "" {
		return files, nil
	}
	held, err := p.Register.VersionPlan(v.Context(), hash)
	if err != nil {
		return nil, err
	}
	out.Draft = hash != files.Hash()
	return held, nil
}

// opened is a run of that drill as it would be if it began now.
func opened(org *plan.Organisation, of *plan.Plan, id, director string) (drill.Run, error) {
	run, err := drill.Open("", of, id, director)
	if err != nil || org == nil {
		return run, err
	}
	return run.WithChain(duty.Called(org, &run)), nil
}

// length is how long the run is planned to take, step beside step.
func length(p *Part, v *frame.Visit, org *plan.Organisation, run drill.Run) time.Duration {
	return p.teller(v, &scene{run: run, org: cmp.Or(org, &plan.Organisation{})}).planned()
}

// check looks a drill through before its start.
func (p *Part) check(v *frame.Visit, org *plan.Organisation, of *plan.Plan, out *starting) (*dressCheck, error) {
	d, known := of.Drill(out.Drill)
	if !known {
		return nil, drill.ErrNoDrill
	}
	c := &dressCheck{
		Title: d.Title, Kind: v.Texts.Word("drills.type", d.Type), Scenario: d.Scenario, Version: cmp.Or(of.PlanVersion, "–"), RTO: of.Objectives.RTO.Std(),
		Measures: plan.Measured(d.Type), Abort: d.AbortCriteria, Production: d.Environment == "produktion", AsDraft: !out.InForce || v.Query("draft") != "",
	}
	if d.Environment != "" {
		c.Environment = v.Texts.Word("drills.environment", d.Environment)
	}
	run, err := opened(org, of, d.ID, v.Person.ID)
	if err != nil {
		c.Unsound = err.Error()
		return c, nil
	}
	t := p.teller(v, &scene{run: run, org: cmp.Or(org, &plan.Organisation{})})
	c.Length = t.planned()
	var roles []string
	for i := range run.Steps {
		s := &run.Steps[i]
		one := checkStep{Number: s.Number, Title: s.Title, Who: t.hands(s), Action: s.Action, Site: s.Site}
		if s.Estimate > 0 {
			one.Estimate = v.Texts.Span(estimated(s.Step))
		}
		if c.Steps = append(c.Steps, one); !s.Human() {
			c.Real = append(c.Real, one)
		} else if role := run.Asks(s); !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	for _, role := range roles {
		one := t.reached(role)
		if c.People = append(c.People, one); !one.There {
			c.Missing++
		}
	}
	open, err := p.Register.Runs(v.Context(), kept.RunFilter{System: of.ID, Open: true, Limit: 1})
	if len(open) > 0 && !d.AllowParallel {
		c.Busy, c.BusyPath = open[0].ID, "/drills/"+open[0].ID
	}
	return c, err
}

// reached says of a role who fills it and whether anybody can be told: a person in
// the register, or a mailbox of the files.
func (t *teller) reached(role string) reached {
	contact := t.org.Reach(role, t.run.Plan)
	out := reached{Role: contact.Role, Mailbox: contact.Mailbox, Names: t.named(role), Deputy: t.org.Deputy(role, t.run.Plan).Role}
	if t.v.Person.ID == role {
		out.Role = t.v.Person.Name
	}
	if out.Deputy == out.Role {
		out.Deputy = ""
	}
	out.There = out.Mailbox != "" || out.Names != "" || t.v.Person.ID == role || t.teamed(role)
	return out
}

// teamed tells whether anybody has a role for the team of that name.
func (t *teller) teamed(team string) bool {
	return slices.ContainsFunc(t.v.Book.Persons(), func(p rights.Person) bool {
		return slices.ContainsFunc(t.v.Book.Grants(p.ID), func(g rights.Grant) bool { return g.Team == team && g.InForce(t.now) })
	})
}

// start starts the drill that was looked through.
func (p *Part) start(v *frame.Visit) error {
	o := register.Opening{System: v.Field("system"), Drill: v.Field("drill")}
	if o.System == "" || o.Drill == "" {
		return v.Again(p.prepare, frame.Wrong{Key: "drills.wrong.choose"})
	}
	if v.Field("ready") == "" {
		return v.Again(p.prepare, frame.Wrong{Key: "drills.wrong.ready"})
	}
	if v.Field("draft") != "" {
		set, err := p.Register.Set(v.Context())
		if err != nil {
			return err
		}
		of, known := set.Plan(o.System)
		if !known {
			return kept.ErrNotFound
		}
		o.Hash = of.Hash()
	}
	id, err := p.Register.Open(v.Context(), v.Actor(), o)
	if err != nil {
		again := p.prepare
		if errors.Is(err, kept.ErrNotFound) {
			return err
		}
		return v.Again(again, err)
	}
	return v.Go("/drills/"+id, "drills.started")
}
