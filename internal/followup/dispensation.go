package followup

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/record"
)

// Dispensation lets one system break one rule for a limited time (R36, R41). It
// never makes anything ok. The methods give the body after the act and leave
// the old one as it was.
type Dispensation struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`             // C5, G2, …
	System   string    `json:"system,omitempty"` // empty: a rule about the organisation
	Bound    int64     `json:"bound,omitempty"`  // how far the breach may go, as the finding's value; 0: none stated
	Reason   string    `json:"reason"`
	Risk     string    `json:"risk"`     // what may happen meanwhile
	Measures []string  `json:"measures"` // that make up for it
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`                // the first moment at which it no longer holds
	Review   time.Time `json:"review"`            // when it is looked at before its end
	Applied  By        `json:"applied"`           // who asked
	Decided  *By       `json:"decided,omitempty"` // who granted or refused it
	Decision State     `json:"decision"`          // applied, granted, refused, withdrawn
	Answer   string    `json:"answer,omitempty"`  // the decider's or withdrawer's words
	History  history   `json:"history"`
}

// Apply asks for a dispensation. Of the draft, ID, Code, System, Bound, Reason,
// Risk, Measures, From, To and Review are taken; no Review means 30 days before
// the end. It may last months at most; 0 means 12.
func Apply(draft Dispensation, by By, months int) (Dispensation, error) {
	if months <= 0 {
		months = 12
	}
	d := Dispensation{
		ID: draft.ID, Code: draft.Code, System: draft.System, Bound: draft.Bound, Reason: draft.Reason, Risk: draft.Risk,
		Measures: slices.Clone(draft.Measures), From: draft.From, To: draft.To, Review: draft.Review,
		Applied: by, Decision: applied,
	}
	m := d.matter("apply")
	if err := either(m.named(by), m.texts("the id", d.ID, "the rule", d.Code, "the reason", d.Reason, "the risk", d.Risk,
		"the compensating measure", strings.Join(d.Measures, "\n"))); err != nil {
		return draft, err
	}
	if d.Review.IsZero() {
		d.Review = latest(d.From, d.To.AddDate(0, 0, -30))
	}
	switch last := d.From.AddDate(0, months, 0); {
	case d.Bound < 0:
		return draft, m.refuse("the bound is below nothing; state the worst value that is accepted, or none")
	case d.From.IsZero(), d.To.IsZero():
		return draft, m.refuse("it needs a first day and an end date; nothing is dispensed from for ever")
	case !d.To.After(d.From), !d.To.After(by.At):
		return draft, m.refuse("it ends on %s, before it begins or holds at all", day(d.To))
	case d.To.After(last):
		return draft, m.refuse("it lasts until %s; %d months is the most, so until %s, and then it is asked for anew", day(d.To), months, day(last))
	case d.Review.Before(d.From), d.Review.After(d.To):
		return draft, m.refuse("its review on %s lies outside its time, %s to %s", day(d.Review), day(d.From), day(d.To))
	}
	d.History = d.History.add(by, "applied", "")
	return d, nil
}

func (d Dispensation) matter(act string) matter { return matter{act, "dispensation " + d.ID} }

// Grant is the decider's yes. Who asked for it never decides.
func (d Dispensation) Grant(by By, words string) (Dispensation, error) {
	if d.Decision == applied && !by.At.Before(d.To) {
		return d, d.matter("grant").refuse("its time is over since %s; it is asked for anew", day(d.To))
	}
	return d.decide("grant", by, granted, words)
}

// Refuse is the decider's no, with a reason.
func (d Dispensation) Refuse(by By, reason string) (Dispensation, error) {
	if err := d.matter("refuse").texts("the reason", reason); err != nil {
		return d, err
	}
	return d.decide("refuse", by, refused, reason)
}

func (d Dispensation) decide(act string, by By, to State, words string) (Dispensation, error) {
	m := d.matter(act)
	switch err := m.named(by); {
	case err != nil:
		return d, err
	case d.Decision != applied:
		return d, m.refuse("it is %s already", d.Decision)
	case by.shares(d.Applied):
		return d, m.own("it is decided by somebody else than who asked for it, %s", d.Applied.Person)
	}
	e := d
	e.Decision, e.Decided, e.Answer = to, &by, words
	e.History = d.History.add(by, string(to), words)
	return e, nil
}

// Withdraw ends it before its time, or takes back what was asked.
func (d Dispensation) Withdraw(by By, reason string) (Dispensation, error) {
	m := d.matter("withdraw")
	if err := either(m.named(by), m.texts("the reason", reason)); err != nil {
		return d, err
	}
	if s := d.State(by.At); s != applied && s != granted && s != Running {
		return d, m.refuse("it is %s; only one that is asked for or holds can be withdrawn", s)
	}
	e := d
	e.Decision, e.Answer = Withdrawn, reason
	e.History = d.History.add(by, string(Withdrawn), reason)
	return e, nil
}

// State is where it stands at that moment: a granted one begins, and ends, by
// itself.
func (d Dispensation) State(at time.Time) State {
	switch {
	case d.Decision != granted:
		return d.Decision
	case at.Before(d.From):
		return granted
	case at.Before(d.To):
		return Running
	default:
		return Expired
	}
}

// Row is the dispensation as a record at that moment; it is due for review, and
// then at its end.
func (d Dispensation) Row(at time.Time) (record.Row, error) {
	row := record.Row{Kind: DispensationKind, Key: d.ID, System: d.System, Person: d.Applied.Person, State: string(d.State(at)), At: d.History.last()}
	if s := d.State(at); s == granted || s == Running {
		row.Due = d.Review
		if !at.Before(d.Review) {
			row.Due = d.To
		}
	}
	return row.Set(d)
}
