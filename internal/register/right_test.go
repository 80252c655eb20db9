package register_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// person registers somebody by an account of that name, in a role.
func (d *desk) person(id string, role matrix.Role, scope rights.Scope) {
	d.t.Helper()
	p, errP := rights.Person{ID: id, Name: id, Accounts: []rights.Account{{Issuer: rights.Local, Subject: id}}}.Row(begin())
	g, errG := rights.Grant{Person: id, Role: role, Scope: scope, From: begin().Add(-time.Hour), GivenBy: "chief"}.Row(begin())
	d.ok(errors.Join(errP, errG))
	d.raw(func(ctx context.Context, tx door.Tx) error {
		p.Rev, g.Rev = 1, 1
		return errors.Join(tx.PutRecord(ctx, p), tx.PutRecord(ctx, g))
	})
}

// disable takes every right from somebody from now on.
func (d *desk) disable(id string) {
	d.raw(func(ctx context.Context, tx door.Tx) error {
		row, err := tx.Record(ctx, rights.KindPerson, id)
		if err != nil {
			return err
		}
		p, err := record.Read[rights.Person](row)
		p.Disabled, p.Why = d.clock.Now().Wall, "left"
		next, errRow := p.Row(p.Disabled)
		next.Rev = row.Rev + 1
		return errors.Join(err, errRow, tx.PutRecord(ctx, next))
	})
}

// asks is a plan that asks its owner, the IT manager and a team.
func asks() *plan.Plan {
	p := system("a")
	p.Recovery.Steps = []plan.Step{
		{ID: "genstart", Title: "Genstart", Team: "drift"},
		{ID: "plejehjem", Title: "Ring til plejehjem", Confirm: &plan.Confirm{By: "sundhed", Question: "Er de ringet op?"}},
		{ID: "beslut", Title: "Beslut", Confirm: &plan.Confirm{By: "it-chef", Question: "Skal vi gå videre?"}},
		{ID: "bekraeft", Title: "Bekræft", Verifies: true, Confirm: &plan.Confirm{By: "systemejer", Question: "Er alt der?"}},
	}
	p.Recovery.Cleanup = nil
	return p
}

// Once people are registered, a step is answered by whom the plan names: in the role
// that he has, in his own name or in that of the role, and by nobody else.
func TestAnswersOfPeopleWithRoles(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		org := organisation()
		org.Roles[0].Deputy = "it-vagt"
		must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{asks()}}))(t)
		d.town()
		d.person("guard", matrix.TechnicalTeam, rights.Scope{})
		d.person("nurse", matrix.UnitManager, rights.Scope{Team: "sundhed"})
		run := must(d.Open(t.Context(), as("owner"), register.Opening{System: "a", Drill: "gendan"}))(t)
		d.advance(run)
		inRole := func(account, role string) door.Actor { return door.Actor{Name: role, Via: account, Assurance: "login"} }
		for _, c := range []struct {
			by   door.Actor
			step string
			want string // what the refusal says, or the role in which it was answered
		}{
			{as("other"), "bekraeft", "is for the system owner for a; you hold system owner for b"},
			{as("chief"), "bekraeft", "is for the system owner"},
			{inRole("other", "systemejer"), "bekraeft", "you hold system owner for b"},
			{inRole("owner", "it-chef"), "bekraeft", `owner acts as "it-chef": act in your own name`},
			{as("stranger"), "bekraeft", "belongs to nobody"},
			{inRole("owner", "systemejer"), "bekraeft", `"role":"system_owner"`},
			{as("nurse"), "genstart", "carrying out a drill and its step times is for"},
			{as("owner"), "genstart", `"role":"system_owner"`},
			{as("guard"), "plejehjem", `whoever has a role for the team "sundhed"; you hold technical team; the director, it-chef, may answer on behalf of sundhed`},
			{as("nurse"), "plejehjem", `"role":"unit_manager"`},
			{as("nurse"), "beslut", "is for the IT manager or the technical team"},
			{as("guard"), "beslut", `"role":"technical_team"`}, // the deputy that the files name
		} {
			err := d.Answer(t.Context(), c.by, register.Answer{Run: run, Step: c.step, Answer: "yes"})
			last := must(d.Entries(t.Context(), kept.EntryFilter{Limit: 1}))(t)[0]
			if outcome := map[bool]string{true: "done", false: "refused"}[err == nil]; last.Outcome != outcome || last.Object != run+"/"+c.step {
				t.Errorf("%s of %s: the log says %s of %s", c.by, c.step, last.Outcome, last.Object)
			}
			if said := string(last.Bytes); err == nil && !strings.Contains(said, c.want) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s answers %s: %v, %s, want %q", c.by, c.step, err, said, c.want)
			}
		}
		d.ok(d.Note(t.Context(), as("nurse"), run, "plejehjem", "Ét svarede ikke")) // who is asked in a run may remark on it
		if err := d.Note(t.Context(), as("other"), run, "", "Hej"); !errors.Is(err, door.ErrNotAllowed) {
			t.Errorf("a remark by somebody who has no part in it: %v", err)
		}
	})
}

// Whoever is disabled in the middle of a drill is refused at the next act, and the
// drill goes on without him.
func TestDisabledInADrill(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.adopt(asks())
		d.town()
		run := must(d.Open(t.Context(), as("owner"), register.Opening{System: "a", Drill: "gendan"}))(t)
		d.advance(run)
		d.ok(d.Lead(t.Context(), as("owner"), register.Lead{Run: run, Kind: event.RunPaused, Reason: "Brand"}))
		d.disable("owner")
		for _, err := range []error{
			d.Lead(t.Context(), as("owner"), register.Lead{Run: run, Kind: event.RunResumed}),
			d.Answer(t.Context(), as("owner"), register.Answer{Run: run, Step: "bekraeft", Answer: "yes"}),
			d.Note(t.Context(), as("owner"), run, "", "Hej"),
			d.Upkeep(t.Context(), as("owner"), "backup.made", kept.BackupObject, nil),
		} {
			if !errors.Is(err, door.ErrNotAllowed) || !strings.Contains(err.Error(), "owner was disabled on 2026-11-23") {
				t.Errorf("got %v", err)
			}
		}
		d.ok(d.Lead(t.Context(), as("chief"), register.Lead{Run: run, Kind: event.RunResumed}))
		// The director that the plan names, and he alone, answers for who is away.
		in := register.Answer{Run: run, Step: "bekraeft", Answer: "yes", Note: "ejeren er fratrådt", OnBehalf: true}
		if err := d.Answer(t.Context(), as("editor"), in); err == nil || !strings.Contains(err.Error(), "on behalf of systemejer is for the IT manager; you hold continuity coordinator") {
			t.Errorf("got %v", err)
		}
		d.ok(d.Answer(t.Context(), as("chief"), in))
	})
}

// What of the plan files may be taken over goes by whose the systems are that changed.
func TestAdoptionByPeopleWithRoles(t *testing.T) {
	d := sqlite(t)
	a, b := system("a"), system("b")
	d.adopt(a, b)
	d.town()
	adopt := func(who string, org *plan.Organisation, plans ...*plan.Plan) error {
		_, err := d.Adopt(t.Context(), as(who), &plan.Set{Organisation: org, Plans: plans})
		return err
	}
	next := func(id string) *plan.Plan {
		p := system(id)
		p.PlanVersion = "2"
		return p
	}
	renamed := organisation()
	renamed.Name = "Ny"
	for what, err := range map[string]error{
		"another's":        adopt("owner", organisation(), a, next("b")),
		"beside his own":   adopt("owner", organisation(), next("a"), next("b")),
		"one taken out":    adopt("owner", organisation(), a),
		"one that is new":  adopt("owner", organisation(), a, b, system("c")),
		"the organisation": adopt("owner", renamed, a, b),
	} {
		if !errors.Is(err, door.ErrNotAllowed) || !strings.Contains(err.Error(), "a server that runs takes the files over by itself") {
			t.Errorf("%s: %v", what, err)
		}
	}
	d.ok(adopt("other", organisation(), a, b)) // nothing changed, so nothing is asked
	d.ok(adopt("owner", organisation(), next("a"), b))
	d.ok(adopt("editor", renamed, next("a"), next("b")))
}
