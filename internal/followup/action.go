package followup

import (
	"slices"
	"time"

	"beredskab/internal/record"
)

// Action is a corrective action (ISO 22301 10.1, NIS2 § 6 stk. 2): what shall be
// done about which findings, by whom, until when, and who saw that it helped.
// The methods give the body after the act and leave the old one as it was.
type Action struct {
	ID         string    `json:"id"`
	Findings   []string  `json:"findings,omitempty"` // keys of kept.Finding
	System     string    `json:"system,omitempty"`   // empty: the organisation
	Text       string    `json:"text"`
	Owner      string    `json:"owner"`            // person id
	Former     []string  `json:"former,omitempty"` // owners before
	Due        time.Time `json:"due"`              // the last moment in time
	State      State     `json:"state"`            // Open, Done, Verified, Closed
	Reopened   int       `json:"reopened,omitempty"`
	PlanChange string    `json:"plan_change,omitempty"` // hash of the plan version that answers it
	Done       *By       `json:"done,omitempty"`
	Verified   *By       `json:"verified,omitempty"`
	Reason     string    `json:"reason,omitempty"` // why it was closed without effect
	History    history   `json:"history"`
}

// verifyWithin is how long the effect of what is done may wait for somebody to
// look at it before the action counts as overdue again.
const verifyWithin = 30 * 24 * time.Hour

// NewAction opens an action. Of the draft, ID, Findings, System, Text, Owner,
// Due and PlanChange are taken.
func NewAction(draft Action, by By) (Action, error) {
	a := Action{
		ID: draft.ID, Findings: slices.Clone(draft.Findings), System: draft.System, Text: draft.Text,
		Owner: draft.Owner, Due: draft.Due, PlanChange: draft.PlanChange, State: Open,
	}
	m := a.matter("open")
	if err := either(m.named(by), m.texts("the id", a.ID, "the text", a.Text, "the owner", a.Owner)); err != nil {
		return draft, err
	}
	if !a.Due.After(by.At) {
		return draft, m.refuse("its due date %s is not ahead; give it a day that can be kept", day(a.Due))
	}
	a.History = a.History.add(by, "opened", "")
	return a, nil
}

func (a Action) matter(act string) matter { return matter{act, "action " + a.ID} }

// fits refuses an act that does not fit the state, and one that nobody did.
func (a Action) fits(act string, by By, states ...State) error {
	m := a.matter(act)
	if !slices.Contains(states, a.State) {
		return m.refuse("it is %s; that is done to an action that is %s", a.State, or(states))
	}
	return m.named(by)
}

// Finish is the owner's word that it is carried out. Its effect is still to be
// verified by somebody else.
func (a Action) Finish(by By, note string) (Action, error) {
	if err := a.fits("finish", by, Open); err != nil {
		return a, err
	}
	if !by.is(a.Owner) {
		return a, a.matter("finish").refuse("only its owner %s, or who acts for the owner, says that it is done", a.Owner)
	}
	b := a
	b.State, b.Done = Done, &by
	b.History = a.History.add(by, "done", note)
	return b, nil
}

// Verify says that the effect was seen, and how. The owner, owners before, and
// who said that it was done never verify their own work.
func (a Action) Verify(by By, seen string) (Action, error) {
	m := a.matter("verify")
	if err := either(a.fits("verify", by, Done), m.texts("what was seen", seen)); err != nil {
		return a, err
	}
	if a.worked(by) {
		return a, m.own("its effect is verified by somebody else than its owner %s and who carried it out, %s", a.Owner, a.Done.Person)
	}
	b := a
	b.State, b.Verified = Verified, &by
	b.History = a.History.add(by, "verified", seen)
	return b, nil
}

// worked tells whether that person answers for the work.
func (a Action) worked(by By) bool {
	return by.is(a.Owner) || slices.ContainsFunc(a.Former, by.is) || (a.Done != nil && by.shares(*a.Done))
}

// Reopen says that it did not help after all, and counts it.
func (a Action) Reopen(by By, reason string, due time.Time) (Action, error) {
	m := a.matter("reopen")
	if err := either(a.fits("reopen", by, Done, Verified, Closed), m.texts("the reason", reason)); err != nil {
		return a, err
	}
	if !due.After(by.At) {
		return a, m.refuse("it needs a new due date that is ahead")
	}
	b := a
	b.State, b.Due, b.Done, b.Verified, b.Reason = Open, due, nil, nil, ""
	b.Reopened++
	b.History = a.History.add(by, "reopened", reason)
	return b, nil
}

// Close ends it without effect, with a reason. That is for somebody else than
// its owner, or an owner could step round the verification.
func (a Action) Close(by By, reason string) (Action, error) {
	m := a.matter("close")
	if err := either(a.fits("close", by, Open, Done), m.texts("the reason", reason)); err != nil {
		return a, err
	}
	if a.worked(by) {
		return a, m.own("it is closed without effect by somebody else than its owner %s", a.Owner)
	}
	b := a
	b.State, b.Reason = Closed, reason
	b.History = a.History.add(by, "closed", reason)
	return b, nil
}

// Move gives an open action another due date or another owner, with a reason.
// A zero date and an empty owner stay as they are.
func (a Action) Move(by By, owner string, due time.Time, reason string) (Action, error) {
	m := a.matter("move")
	if err := either(a.fits("move", by, Open), m.texts("the reason", reason)); err != nil {
		return a, err
	}
	b, what := a, "moved"
	if owner != "" && owner != a.Owner {
		b.Owner, b.Former, what = owner, append(slices.Clip(a.Former), a.Owner), what+" from "+a.Owner+" to "+owner
	}
	if !due.IsZero() && !due.Equal(a.Due) {
		if !due.After(by.At) {
			return a, m.refuse("its due date %s is not ahead", day(due))
		}
		b.Due, what = due, what+" from "+day(a.Due)+" to "+day(due)
	}
	b.History = a.History.add(by, what, reason)
	return b, nil
}

// Answer links the plan version that answers the action, by its hash.
func (a Action) Answer(by By, planHash string) (Action, error) {
	m := a.matter("answer")
	if err := either(a.fits("answer", by, Open, Done), m.texts("the plan version", planHash)); err != nil {
		return a, err
	}
	b := a
	b.PlanChange = planHash
	b.History = a.History.add(by, "answered by a plan change", planHash)
	return b, nil
}

// Late is the moment from which it is overdue: when an open one is due, and 30
// days after one was done that nobody has looked at (G5). It is zero for one that
// nobody owes anything to.
func (a Action) Late() time.Time {
	switch {
	case a.State == Open:
		return a.Due
	case a.State == Done && a.Done != nil:
		return a.Done.At.Add(verifyWithin)
	default:
		return time.Time{}
	}
}

// Overdue tells whether it is late at that moment.
func (a Action) Overdue(at time.Time) bool { return !a.Late().IsZero() && at.After(a.Late()) }

// Row is the action as a record. The owner of an open one must act next.
func (a Action) Row() (record.Row, error) {
	row := record.Row{Kind: ActionKind, Key: a.ID, System: a.System, State: string(a.State), Due: a.Due, At: a.History.last()}
	if a.State == Open {
		row.Person = a.Owner
	}
	return row.Set(a)
}
