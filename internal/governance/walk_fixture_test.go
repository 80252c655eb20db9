package governance_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// walk is an office and a register that stay as they are: each act is undone when it
// was decided, so that each finds the same.
type walk struct {
	t        *testing.T
	door     *door.Door
	office   *governance.Office
	register *register.Register
	at       time.Time
	set      *plan.Set
	runs     map[string]string // by side
	actions  map[string]string // by side and state
	waivers  map[string]string
	grant    string

	proposals map[string]string // by side
	lasting   *door.Door        // behind which acts stay done
}

// errUndone ends a transaction in which all went well.
var errUndone = errors.New("undone")

type undoing struct{ door.Store }

func (u undoing) Update(ctx context.Context, fn func(door.Tx) error) error {
	err := u.Store.Update(ctx, func(tx door.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errUndone
	})
	if errors.Is(err, errUndone) {
		return nil
	}
	return err
}

// newWalk prepares a register in which every act that is walked can be done: by
// people beside those who walk.
func newWalk(t *testing.T) *walk {
	w := newWard(t)
	w.set = &plan.Set{Organisation: &plan.Organisation{Schema: 1, Name: "Prøve", File: "organisation.yaml", Roles: []plan.Role{{ID: "it-chef", Name: "It-chef"}}}}
	for _, side := range []string{foreign, own} {
		for _, stage := range stages() {
			w.set.Plans = append(w.set.Plans, stagedPlan(side+stage))
		}
	}
	w.enrol()
	w.wall = w.wall.Add(time.Hour)
	_, err := w.register.Adopt(t.Context(), by("spare"), w.set)
	w.fine(err)
	out := &walk{t: t, set: w.set, runs: map[string]string{}, actions: map[string]string{}, waivers: map[string]string{}, grant: w.spend(), proposals: map[string]string{}, lasting: door.New(w.db, w)}
	for _, side := range []string{own, foreign} {
		out.runs[side] = w.asking(side + drafted)
		w.say(side)
		w.follow(out, side)
		w.suggest(out, side)
		w.after(side)
	}
	w.paper()
	w.reports()
	w.practise()
	w.wall = w.wall.Add(time.Hour)
	d := door.New(undoing{w.db}, w)
	out.door, out.office, out.register, out.at = d, governance.New(d), register.New(d, register.Options{}), w.wall
	return out
}

// The stages are what was said of a plan.
const (
	drafted = "-drafted"
	sent    = "-sent"
	signed  = "-signed"
	held    = "-held"
)

func stages() []string { return []string{drafted, held, sent, signed} }

// stagedPlan asks somebody at every step of its drill.
func stagedPlan(id string) *plan.Plan {
	return &plan.Plan{
		Schema: 1, ID: id, Name: "System " + id, File: id + ".yaml", PlanVersion: "1", Owner: plan.Owner{Role: "systemejer", Unit: "Stab"},
		Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Contacts:   []plan.Contact{{Role: "vagt", Mailbox: "vagt@kommune.test"}},
		Recovery: plan.Recovery{Steps: []plan.Step{
			{ID: "genstart", Title: "Genstart", Team: "drift", Estimate: 5},
			{ID: "vurder", Title: "Vurdér", Confirm: &plan.Confirm{By: "oevelsesleder", Question: "Går det?"}},
			{ID: "bekraeft", Title: "Bekræft", Verifies: true, Confirm: &plan.Confirm{By: "systemejer", Question: "Er alt der?"}},
		}},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendannelse", Type: "restore", AllowParallel: true, Participants: plan.Cast{Director: "it-chef"}}},
	}
}

// enrol gives each role of the matrix to one person, who has what is scoped for the
// own systems only, and adds those who prepare the register.
func (w *ward) enrol() {
	m := matrix.New()
	for _, role := range m.Roles() {
		for _, stage := range stages() {
			if !m.Scoped(role) {
				w.holds(string(role), role, "")
				break
			}
			w.holds(string(role), role, own+stage)
		}
	}
	for _, role := range []matrix.Role{matrix.ITManager, matrix.Administrator, matrix.SecurityOfficer, matrix.Coordinator} {
		w.holds("spare", role, "")
		w.holds(disabled, role, "")
	}
	for _, side := range []string{own, foreign} {
		for _, stage := range stages() {
			w.holds("owner", matrix.SystemOwner, side+stage)
		}
	}
	w.holds("other", matrix.Auditor, "")
	for _, id := range []string{disabled, "away"} {
		row, err := rights.Person{ID: id, Name: id, Disabled: w.wall, Why: "left", Accounts: []rights.Account{{Issuer: rights.Local, Subject: id}}}.Row(w.wall)
		w.fine(err)
		w.fine(w.db.Update(w.t.Context(), func(tx door.Tx) error {
			was, err := tx.Record(w.t.Context(), row.Kind, row.Key)
			if err != nil && !errors.Is(err, kept.ErrNotFound) {
				return err
			}
			row.Rev = was.Rev + 1
			return tx.PutRecord(w.t.Context(), row)
		}))
	}
}

// spend gives a role that can be ended.
func (w *ward) spend() (key string) {
	key, err := w.Give(w.t.Context(), by("spare"), rights.Grant{Person: "other", Role: matrix.Director})
	w.fine(err)
	return key
}

// asking starts a drill and drives it until somebody is asked.
func (w *ward) asking(system string) (run string) {
	run, err := w.register.Open(w.t.Context(), by("spare"), register.Opening{System: system, Drill: "gendan"})
	w.fine(err)
	n, err := w.register.Join(w.t.Context(), kept.Identity{Name: "n1"})
	w.fine(err)
	_, err = w.register.Advance(w.t.Context(), n, run)
	w.fine(err)
	return run
}

// say takes the plans of one side to their stages.
func (w *ward) say(side string) {
	for stage, kinds := range map[string][]approval.Kind{
		sent:   {approval.Submitted},
		signed: {approval.Submitted, approval.Confirmed, approval.Accepted},
		held:   {approval.Submitted, approval.Confirmed, approval.Accepted, approval.Approved},
	} {
		for _, kind := range kinds {
			who := map[approval.Kind]string{approval.Submitted: "spare", approval.Approved: string(matrix.ITManager)}[kind]
			if who == "" {
				who = "owner"
			}
			w.fine(w.Say(w.t.Context(), by(who), side+stage, saying(kind)))
		}
	}
}

// saying is what is said of a plan as it was shown.
func saying(kind approval.Kind) approval.Act {
	review := approval.Review{Difference: []string{}, Commands: []approval.Command{}}
	act := approval.Act{Kind: kind, Shown: review.Digest()}
	switch kind {
	case approval.Accepted:
		values := approval.VersionOf(stagedPlan("x")).Objectives
		act.Values = &values
	case approval.Approved:
		act.Review = &review
	case approval.ChangesAsked:
		act.Comments = []approval.Comment{{Section: "recovery", Text: "a step is missing"}}
	case approval.Retired:
		act.Reason = "replaced"
	}
	return act
}

// follow puts a finding, actions and dispensations of each state on one side.
func (w *ward) follow(out *walk, side string) {
	ctx, system := w.t.Context(), side+drafted
	w.fine(w.db.Update(ctx, func(tx door.Tx) error {
		return tx.PutFinding(ctx, kept.Finding{Key: side, Code: "C5", System: system, Severity: "error", State: string(check.Breached), RaisedAt: w.wall, SeenAt: w.wall})
	}))
	for _, state := range []followup.State{followup.Open, followup.Done} {
		a, err := w.OpenAction(ctx, by("spare"), followup.Action{System: system, Text: "do", Owner: "spare", Due: w.wall.AddDate(0, 1, 0)})
		w.fine(err)
		if out.actions[side+string(state)] = a.ID; state == followup.Done {
			w.fine(w.FinishAction(ctx, by("spare"), a.ID, "done"))
		}
	}
	for _, state := range []string{"applied", "granted"} {
		d, err := w.ApplyForDispensation(ctx, by("spare"), waiver(system, w.wall))
		w.fine(err)
		if out.waivers[side+state] = d.ID; state == "granted" {
			w.fine(w.GrantDispensation(ctx, by(string(matrix.ITManager)), d.ID, "yes"))
		}
	}
}

func waiver(system string, now time.Time) followup.Dispensation {
	return followup.Dispensation{Code: "C5", System: system, Reason: "r", Risk: "r", Measures: []string{"m"}, To: now.AddDate(0, 2, 0)}
}

// paper registers a governing document that is valid, and one that is a draft.
func (w *ward) paper() {
	for _, version := range []string{"1", "2"} {
		w.fine(w.AddDocument(w.t.Context(), by("spare"), seed(version)))
	}
	w.fine(w.ApproveDocument(w.t.Context(), by("spare"), policyID, "1", governance.Decision{By: "Kommunalbestyrelsen", At: "2026-01-01"}))
}
