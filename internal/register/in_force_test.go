package register_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// town registers an editor, two system owners and an IT manager by the accounts of
// their roles.
func (d *desk) town() *governance.Office {
	d.t.Helper()
	d.raw(func(ctx context.Context, tx door.Tx) error {
		var errs []error
		put := func(row record.Row, err error) {
			row.Rev = 1
			errs = append(errs, err, tx.PutRecord(ctx, row))
		}
		for _, who := range []struct {
			id, system string
			role       matrix.Role
		}{
			{"editor", "", matrix.Coordinator},
			{"owner", "a", matrix.SystemOwner},
			{"other", "b", matrix.SystemOwner},
			{"chief", "", matrix.ITManager},
		} {
			put(rights.Person{ID: who.id, Name: who.id, Accounts: []rights.Account{{Issuer: rights.Local, Subject: who.id}}}.Row(begin()))
			put(rights.Grant{Person: who.id, Role: who.role, Scope: rights.Scope{System: who.system}, From: begin().Add(-time.Hour), GivenBy: "chief"}.Row(begin()))
		}
		return errors.Join(errs...)
	})
	return governance.New(door.New(d.store, d.clock))
}

func as(account string) door.Actor {
	return door.Actor{Name: account, Via: account, Assurance: "login"}
}

// say lets somebody say something of what the plan is now, as they were shown it.
func (d *desk) say(o *governance.Office, who string, kind approval.Kind, p *plan.Plan, against string) error {
	d.clock.pass(time.Minute)
	values, review := approval.VersionOf(p).Objectives, approval.Review{Against: against, Difference: []string{}, Commands: []approval.Command{}}
	act := approval.Act{Kind: kind, Shown: review.Digest()}
	switch kind {
	case approval.Accepted:
		act.Values = &values
	case approval.Approved:
		act.Review = &review
	}
	return o.Say(d.t.Context(), as(who), "a", act)
}

// A version comes into force by its owner's confirmation and the IT manager's
// approval (R27, R32), and what is drilled is the version in force, whatever the
// files hold meanwhile.
func TestVersionInForce(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		first := system("a")
		d.adopt(first)
		o := d.town()
		for _, step := range []struct {
			who     string
			kind    approval.Kind
			refused error
		}{
			{"chief", approval.Approved, approval.ErrNotNow},
			{"editor", approval.Submitted, nil},
			{"chief", approval.Approved, approval.ErrNotNow},
			{"other", approval.Confirmed, door.ErrNotAllowed},
			{"owner", approval.Confirmed, nil},
			{"owner", approval.Accepted, nil},
			{"owner", approval.Approved, door.ErrNotAllowed},
			{"editor", approval.Approved, door.ErrNotAllowed},
			{"stranger", approval.Approved, door.ErrNotAllowed},
			{"chief", approval.Approved, nil},
		} {
			if err := d.say(o, step.who, step.kind, first, ""); !errors.Is(err, step.refused) {
				t.Fatalf("%s by %s: got %v, want %v", step.kind, step.who, err, step.refused)
			}
		}
		second := system("a")
		second.PlanVersion = "next"
		must(d.Adopt(t.Context(), as("chief"), &plan.Set{Organisation: organisation(), Plans: []*plan.Plan{second}}))(t)
		run := must(d.Open(t.Context(), as("owner"), register.Opening{System: "a", Drill: "gendan"}))(t)
		row, _, err := d.Run(t.Context(), run)
		d.ok(err)
		equal(t, "drilled", row.PlanHash, first.Hash())
		set, since, err := d.InForce(t.Context())
		d.ok(err)
		if held, ok := set.Plan("a"); !ok || held.Hash() != first.Hash() || since["a"].IsZero() {
			t.Errorf("what holds in a crisis is %+v, since %v", set.Plans, since)
		}

		standing, err := o.Standing(t.Context(), "a", begin())
		d.ok(err)
		if hash, _, ok := standing.InForce(); ok {
			t.Errorf("at the beginning %s was in force", hash)
		}
		refused, err := d.Entries(t.Context(), kept.EntryFilter{Actor: "stranger"})
		d.ok(err)
		if len(refused) != 1 || refused[0].Outcome != "refused" {
			t.Errorf("the log keeps %+v of the stranger", refused)
		}
	})
}

// Nobody approves what he submitted himself, whoever his title makes him.
func TestAuthorCannotApprove(t *testing.T) {
	d := sqlite(t)
	p := system("a")
	d.adopt(p)
	o := d.town()
	for _, step := range []struct {
		who  string
		kind approval.Kind
	}{{"chief", approval.Submitted}, {"owner", approval.Confirmed}, {"owner", approval.Accepted}} {
		if err := d.say(o, step.who, step.kind, p, ""); err != nil {
			t.Fatalf("%s by %s: %v", step.kind, step.who, err)
		}
	}
	if err := d.say(o, "chief", approval.Approved, p, ""); !errors.Is(err, door.ErrNotAllowed) {
		t.Errorf("got %v", err)
	}
}
