// Package readiness says how ready a system is to be recovered: 0 to 100 points,
// each of which is explained by what was measured, exercised, approved and
// looked after. Nobody sets it, and it falls by itself as what it rests on grows
// old. It is computed from facts with their times, so that the same facts give
// the readiness of any day past.
//
//	| point     | of | it rests on                                                                                    |
//	| --------- | -- | ---------------------------------------------------------------------------------------------- |
//	| measured  | 40 | a measured test on the present recovery steps: its kind (restore 80 %, functional and failover |
//	|           |    | 90 %, full and incident 100 %) and its age against the cadence of the class                    |
//	| rta       | 12 | room between the newest measured RTA and the RTO: all from 25 % on, half at none, 0 when over  |
//	| rpa       |  8 | the same of RPA and RPO                                                                        |
//	| exercise  |  8 | any exercise on the present steps: a measured one all, tabletop and staff 75 %, else 50 %      |
//	| in_force  |  5 | an approved version of the plan is in force                                                    |
//	| confirmed |  5 | the owner has confirmed the plan within the review cadence                                     |
//	| contacts  |  6 | the share of contacts that were verified within the cadence                                    |
//	| deputies  |  4 | the share of roles with a deputy                                                               |
//	| hands     |  4 | the share of people's steps that two persons or more have done                                 |
//	| actions   |  4 | no corrective action overdue; one halves it, two leave 1                                       |
//	| findings  |  4 | no open finding: a breach costs 4, 2 or 1 by severity, waived half, at risk or unknown 1       |
//
// What rests on evidence keeps all its points for half the cadence, half of them
// when the cadence is over, and none when half as much again has passed. A
// tabletop measures nothing, so that a system without a measured test on its
// present steps never has more than Ceiling, whatever else is in order.
package readiness

import (
	"slices"
	"time"
)

// Ceiling is the most that a system has without measured evidence: the points
// that do not rest on it.
const Ceiling = 40

// System is what is known of one system. A fact later than the moment asked of
// is left out.
type System struct {
	ID        string
	Cadence   Cadence
	Versions  []Version
	Evidence  []Evidence
	Confirmed []time.Time // when the owner confirmed the plan
	Contacts  []Contact
	Hands     []Hand
	Actions   []Action  // nil: not known
	Findings  []Finding // nil: nobody has checked
}

// Cadence is how often a system of its class is exercised, measured, reviewed
// and its contacts called. Zero means a year.
type Cadence struct{ Exercise, Measured, Review, Contacts time.Duration }

// Version is one version of the plan, with what the points need of it.
type Version struct {
	Adopted   time.Time
	From      time.Time // in force since; zero: never approved
	Until     time.Time // in force no more since; zero: still
	StepsHash string
	RTO, RPO  time.Duration // 0: none promised
	Roles     []Role
	Steps     []string // ids of those that people carry out
}

// Role is a role that the plan leans on.
type Role struct {
	Name   string
	Deputy bool // has one
}

// Evidence is what one held exercise or evaluated incident showed.
type Evidence struct {
	At        time.Time
	Type      string // as a drill's: tabletop, restore, …, incident
	StepsHash string // of the steps it was made on; empty is never current
	Measured  bool
	RTA, RPA  *time.Duration // nil: not measured
}

// Contact is one contact of the plan and when it was verified.
type Contact struct {
	Name     string
	Verified []time.Time
}

// Hand is that a person carried out a step.
type Hand struct {
	Step, Person string
	At           time.Time
}

// Action is a corrective action. Due is the first moment at which it is late.
type Action struct {
	ID                  string
	Raised, Due, Closed time.Time // Closed zero: open
}

// Finding is a finding of the checks or of a run.
type Finding struct {
	Code           string
	Severity       string // error, warning, info
	State          string // breached, at_risk, unknown, waived
	Raised, Closed time.Time
	WaivedUntil    time.Time // waived: when it is breached again
}

// Readiness is the answer for one moment.
type Readiness struct {
	System   string
	At       time.Time
	Total    int     // 0–100: the sum of the points
	Measured bool    // measured evidence on the present steps counts
	Points   []Point // as in the table above; the Of sum to 100
	FallsAt  time.Time
}

// Point is one part of the total and why it is so.
type Point struct {
	What     string
	Have, Of int
	Why      string    // one of Codes: a sentence that its reader phrases
	Values   Values    // what the sentence tells
	Unknown  bool      // nothing is known, which is not the same as bad
	Until    time.Time // the first moment at which Have is less, by itself; zero: only an event changes it
}

// Values are what the sentence of a point tells; what it does not need is zero.
type Values struct {
	Kind      string    // type of the exercise
	At        time.Time // of the fact that it rests on
	Days      int       // age of that
	LimitDays int       // that age may have
	Took      time.Duration
	Limit     time.Duration
	Count     int      // that are in order, or for actions and findings that are not
	Total     int      // of so many
	Names     []string // that are not in order
}

// Of gives the readiness of the system at that moment.
func Of(s System, at time.Time) Readiness {
	k := know(s, at)
	out := Readiness{System: s.ID, At: at}
	for _, part := range k.parts() {
		p := part.judge(at)
		p.What, p.Of = part.what, part.of
		if p.Have > 0 {
			p.Until = part.falls(at, p)
		}
		if p.What == "measured" {
			out.Measured = p.Have > 0
		}
		if !p.Until.IsZero() && (out.FallsAt.IsZero() || p.Until.Before(out.FallsAt)) {
			out.FallsAt = p.Until
		}
		out.Total += p.Have
		out.Points = append(out.Points, p)
	}
	return out
}

// Ready tells whether the system is ready for a crisis: an approved plan is in
// force, a measured test of its present steps is no older than its class wants,
// and what was measured is within what is accepted.
func (r Readiness) Ready() bool {
	for _, p := range r.Points {
		switch p.What {
		case "measured":
			if p.Have == 0 || p.Values.Days > p.Values.LimitDays {
				return false
			}
		case "rta", "rpa":
			if p.Why == p.What+"_over" || p.What == "rta" && p.Unknown {
				return false
			}
		case "in_force":
			if p.Have == 0 {
				return false
			}
		}
	}
	return len(r.Points) > 0
}

// Trend gives the readiness of the system at each of those moments.
func Trend(s System, at []time.Time) []Readiness {
	out := make([]Readiness, len(at))
	for i, t := range at {
		out[i] = Of(s, t)
	}
	return out
}

// MonthEnds gives the newest n ends of months up to that moment, oldest first:
// midnight between two months, where that moment's clock hangs.
func MonthEnds(until time.Time, n int) []time.Time {
	out := make([]time.Time, 0, max(n, 0))
	for i := range n {
		out = append(out, time.Date(until.Year(), until.Month()-time.Month(i), 1, 0, 0, 0, 0, until.Location()))
	}
	slices.Reverse(out)
	return out
}

// Codes are all that a Point's Why may be.
func Codes() []string {
	return []string{
		"no_plan",
		"measured_fresh", "measured_fading", "measured_worn", "measured_other_steps", "measured_never",
		"rta_within", "rta_over", "rta_worn", "rta_unknown", "rta_no_limit",
		"rpa_within", "rpa_over", "rpa_worn", "rpa_unknown", "rpa_no_limit",
		"exercise_fresh", "exercise_fading", "exercise_worn", "exercise_other_steps", "exercise_never",
		"in_force", "not_in_force",
		"confirmed", "confirmed_old", "confirmed_never",
		"contacts_verified", "contacts_old", "contacts_none",
		"deputies_all", "deputies_missing", "deputies_unknown",
		"hands_enough", "hands_few", "hands_automatic",
		"actions_in_time", "actions_overdue", "actions_unknown",
		"findings_none", "findings_open", "findings_unknown",
	}
}
