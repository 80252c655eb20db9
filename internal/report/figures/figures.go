// Package figures is what the reports on preparedness are made from: what the
// register said at one moment, frozen, and what is counted of it. It knows
// nothing of languages and documents.
package figures

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// ErrFrozen says that frozen figures cannot be read.
var ErrFrozen = errors.New("these are no frozen figures of this program")

// Figures are all that the reports on preparedness are made from: what the
// register said at one moment about one period. They are frozen once (see
// Freeze), kept, and never computed anew, so that a report can be made again
// word for word. Lists are complete; each document takes what it needs. Lengths
// are whole minutes. A nil length was not measured, and is never taken for good.
type Figures struct {
	Schema       int       `json:"schema"` // 1
	Organisation string    `json:"organisation"`
	From         time.Time `json:"from"`    // the period begins
	Until        time.Time `json:"until"`   // the first moment after it
	CutOff       time.Time `json:"cut_off"` // the register as of this moment
	Program      string    `json:"program"` // its version
	Log          Log       `json:"log"`

	Systems       []System       `json:"systems"`
	Runs          []Run          `json:"runs"`          // of the period, and those that should have been
	Actions       []Action       `json:"actions"`       // open ones, and those that the period saw
	Dispensations []Dispensation `json:"dispensations"` // in force in the period
	Suppliers     []Supplier     `json:"suppliers"`
	Rules         []Rule         `json:"rules"`    // C1–C12, G1–G9 at the cut-off
	Evidence      []Evidence     `json:"evidence"` // what else the register can show for a control
	Trend         []Reading      `json:"trend"`    // readiness by month, oldest first
	Changes       []Change       `json:"changes"`  // in risk, law and organisation
	Tasks         []Task         `json:"tasks"`    // of the year wheel, this period and the next
	Words         Words          `json:"words"`
}

// Log is the trace at the cut-off.
type Log struct {
	Root     string    `json:"root"` // hash of the Merkle tree, in hexadecimal
	Size     int64     `json:"size"` // entries
	Verified time.Time `json:"verified,omitzero"`
	Broken   string    `json:"broken,omitempty"` // what the check found wrong
}

// System is one system with its promise and what is known of it. State is that
// of the promise: ok, at_risk, breached, unknown or waived.
type System struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Owner       string    `json:"owner"`       // unit of the systemejer
	Criticality string    `json:"criticality"` // samfundskritisk, forretningskritisk, ikke_kritisk
	Class       int       `json:"class"`
	State       string    `json:"state"`
	Ready       bool      `json:"ready"`     // meets all that readiness asks of it
	Readiness   int       `json:"readiness"` // percent
	RTO         int       `json:"rto"`
	Planned     *int      `json:"planned,omitempty"`   // finish by plan, through the chain
	Projected   *int      `json:"projected,omitempty"` // finish by measured times; nil unless its own time is measured
	RTA         *int      `json:"rta,omitempty"`       // newest valid measured time
	RPO         int       `json:"rpo"`
	RPA         *int      `json:"rpa,omitempty"`
	Exercised   time.Time `json:"exercised,omitzero"` // newest exercise that counts
	Measured    time.Time `json:"measured,omitzero"`  // newest measured test that counts
	Accepted    time.Time `json:"accepted,omitzero"`  // objectives accepted by the owner
	Approved    time.Time `json:"approved,omitzero"`  // plan version in force approved
	PlanVersion string    `json:"plan_version,omitempty"`
	PlanHash    string    `json:"plan_hash,omitempty"`
	Basis       Part      `json:"basis"`             // risk and criticality
	Crisis      Part      `json:"crisis"`            // krisestyringsplan
	Workaround  Part      `json:"workaround"`        // nødplan
	Recovery    Part      `json:"recovery"`          // reetableringsplan
	Rule        string    `json:"rule,omitempty"`    // the rule that says worst of its time
	Subject     string    `json:"subject,omitempty"` // what that rule says it of: a dependency, a supplier, a season
	Limit       int       `json:"limit,omitempty"`   // the time that it breaks, where a season makes it shorter than the RTO
	Cause       string    `json:"cause,omitempty"`   // somebody's words in place of that
	Remedy      string    `json:"remedy,omitempty"`  // what is done about it
	RemedyBy    string    `json:"remedy_by,omitempty"`
	RemedyDue   time.Time `json:"remedy_due,omitzero"`
	WaivedUntil time.Time `json:"waived_until,omitzero"`
	Alone       []string  `json:"alone,omitempty"` // ids of steps that only one person has ever carried out
}

// Part is one of the four things that Rigsrevisionen asks of a critical system:
// is it there, and is it tested. Plan is present, missing or not_needed; Test is
// held, overdue, never or not_needed.
type Part struct {
	Plan   string    `json:"plan"`
	Test   string    `json:"test"`
	Tested time.Time `json:"tested,omitzero"`
}

// Run is one exercise or real incident, or one that should have been.
type Run struct {
	ID       string    `json:"id"`
	System   string    `json:"system"`
	Title    string    `json:"title"`
	Type     string    `json:"type"` // as a drill's
	Incident bool      `json:"incident,omitempty"`
	At       time.Time `json:"at"`
	Scope    string    `json:"scope,omitempty"` // isolated or end_to_end
	RTO      int       `json:"rto"`
	RTA      *int      `json:"rta,omitempty"`
	RPO      int       `json:"rpo"`
	RPA      *int      `json:"rpa,omitempty"`
	Verdict  string    `json:"verdict"` // as drill's
	Findings int       `json:"findings"`
	Missed   string    `json:"missed,omitempty"` // why it was not held
}

// Action is one improvement. Its zero times have not come.
type Action struct {
	ID       string    `json:"id"`
	System   string    `json:"system,omitempty"`
	Text     string    `json:"text"`
	Severity string    `json:"severity"` // error or warning
	Source   string    `json:"source,omitempty"`
	Owner    string    `json:"owner"`
	Opened   time.Time `json:"opened"`
	Due      time.Time `json:"due,omitzero"`
	Closed   time.Time `json:"closed,omitzero"`
	Verified time.Time `json:"verified,omitzero"` // effect seen by somebody else
	Reopened int       `json:"reopened,omitempty"`
}

// Dispensation is leave not to keep a rule for a time.
type Dispensation struct {
	ID           string    `json:"id"`
	Rule         string    `json:"rule"`
	System       string    `json:"system,omitempty"`
	Reason       string    `json:"reason"`
	Risk         string    `json:"risk,omitempty"`
	Compensation string    `json:"compensation,omitempty"`
	Applicant    string    `json:"applicant"`
	Decider      string    `json:"decider"`
	From         time.Time `json:"from"`
	Until        time.Time `json:"until"`
}

// Supplier is an outside party that recovery leans on.
type Supplier struct {
	Name        string    `json:"name"`
	Systems     []string  `json:"systems"`
	Window      string    `json:"window,omitempty"`      // when support answers
	State       string    `json:"state"`                 // whether what is agreed fits the accepted time (C11)
	Tested      time.Time `json:"tested,omitzero"`       // its own plan
	TookPart    time.Time `json:"took_part,omitzero"`    // in an exercise of ours
	ContractEnd time.Time `json:"contract_end,omitzero"` // zero: not known
}

// Rule is how many judgements of one rule came out how.
type Rule struct {
	ID       string `json:"id"`
	OK       int    `json:"ok"`
	AtRisk   int    `json:"at_risk"`
	Breached int    `json:"breached"`
	Waived   int    `json:"waived"`
	Unknown  int    `json:"unknown"`
}

// Evidence is Count of Of things that the register can show. The codes are those
// of EvidenceCodes.
type Evidence struct {
	Code  string    `json:"code"`
	Count int       `json:"count"`
	Of    int       `json:"of"`
	At    time.Time `json:"at,omitzero"` // the newest of them
}

// Reading is the readiness at the end of one month.
type Reading struct {
	Month time.Time `json:"month"` // any moment of it
	Ready int       `json:"ready"`
	Total int       `json:"total"` // 0: nothing was read
}

// Change is something that became different: a law, a risk, a supplier.
type Change struct {
	Text   string    `json:"text"`
	Effect string    `json:"effect,omitempty"` // what it means here
	At     time.Time `json:"at,omitzero"`
}

// Task is one duty of the year wheel: done, late, missed or planned.
type Task struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code,omitempty"` // one of the fixed activities (spec/domain.md 5.4), or empty
	Text   string    `json:"text,omitempty"` // when there is no code
	System string    `json:"system,omitempty"`
	Role   string    `json:"role,omitempty"`
	State  string    `json:"state"`
}

// Words are sentences that people wrote in place of those that the program
// makes from the figures; an empty list leaves the program's.
type Words struct {
	Conclusion []string `json:"conclusion,omitempty"`
	Good       []string `json:"good,omitempty"`
	Bad        []string `json:"bad,omitempty"`
	Requests   []string `json:"requests,omitempty"` // what the committee is asked to decide
}

// Freeze gives the bytes of the figures: what is kept, hashed and shown.
func Freeze(f Figures) ([]byte, error) {
	data, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("freezing the figures: %w", err)
	}
	return append(data, '\n'), nil
}

// Thaw reads frozen figures, with the SHA-256 of their bytes in hexadecimal. A
// field that this program does not know is refused: a report must not leave out
// in silence what was frozen.
func Thaw(frozen []byte) (*Figures, string, error) {
	d := json.NewDecoder(bytes.NewReader(frozen))
	d.DisallowUnknownFields()
	f := new(Figures)
	if err := d.Decode(f); err != nil {
		return nil, "", fmt.Errorf("%w: %w", ErrFrozen, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, "", fmt.Errorf("%w: something follows them", ErrFrozen)
	}
	if f.Schema != 1 {
		return nil, "", fmt.Errorf("%w: schema %d; this program reads 1", ErrFrozen, f.Schema)
	}
	sum := sha256.Sum256(frozen)
	return f, hex.EncodeToString(sum[:]), nil
}

// Tally is what is counted of one set of figures.
type Tally struct {
	Systems, Ready, Outside, Unknown              int // outside: cannot keep the accepted time
	Drills, Incidents, Measured, Within, Missed   int
	Opened, Closed, Verified, Open, Due, Reopened int // improvements
	Given, Running, Expired                       int // dispensations
	Alone                                         int // steps that only one person has ever carried out
}

// Tally counts.
func (f *Figures) Tally() (t Tally) {
	t.Systems = len(f.Systems)
	for _, s := range f.Systems {
		t.Ready += one(s.Ready)
		t.Outside += one(s.Outside())
		t.Unknown += one(s.RTA == nil)
		t.Alone += len(s.Alone)
	}
	for _, r := range f.Runs {
		switch {
		case r.Missed != "":
			t.Missed++
			continue
		case r.Incident:
			t.Incidents++
		default:
			t.Drills++
		}
		if r.RTA != nil {
			t.Measured++
			t.Within += one(*r.RTA <= r.RTO)
		}
	}
	for _, a := range f.Actions {
		t.Opened += one(f.During(a.Opened))
		t.Closed += one(f.During(a.Closed))
		t.Verified += one(f.During(a.Verified))
		t.Open += one(a.Closed.IsZero())
		t.Due += one(f.Overdue(a))
		t.Reopened += a.Reopened
	}
	for _, d := range f.Dispensations {
		t.Given += one(f.During(d.From))
		t.Running += one(f.InForce(d))
		t.Expired += one(f.During(d.Until) && !d.Until.After(f.CutOff))
	}
	return t
}

// During tells whether a moment lies in the period.
func (f *Figures) During(at time.Time) bool {
	return !at.IsZero() && !at.Before(f.From) && at.Before(f.Until)
}

// Overdue tells whether an improvement should have been made by the cut-off.
func (f *Figures) Overdue(a Action) bool {
	return a.Closed.IsZero() && !a.Due.IsZero() && a.Due.Before(f.CutOff)
}

// InForce tells whether a dispensation runs at the cut-off.
func (f *Figures) InForce(d Dispensation) bool {
	return !d.From.After(f.CutOff) && d.Until.After(f.CutOff)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Outside tells whether the system cannot keep the accepted time, with a
// dispensation or without.
func (s *System) Outside() bool { return s.State == "breached" || s.State == "waived" }

// Finish is when a system is back, by plan or by measured times, whichever is
// later; nil when neither is known.
func (s *System) Finish() *int {
	if s.Planned == nil || s.Projected != nil && *s.Projected > *s.Planned {
		return s.Projected
	}
	return s.Planned
}

// Late are the systems outside the accepted time, the furthest from it first.
func (f *Figures) Late() (list []System) {
	for _, s := range f.Systems {
		if s.Outside() {
			list = append(list, s)
		}
	}
	over := func(s System) int {
		if at := s.Finish(); at != nil && s.RTO > 0 {
			return *at * 100 / s.RTO
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b System) int { return cmp.Or(cmp.Compare(over(b), over(a)), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Counted counts the systems of a criticality, or of all when it is empty, for
// which a thing holds.
func (f *Figures) Counted(kind string, is func(System) bool) (n int) {
	for _, s := range f.Systems {
		n += one((kind == "" || s.Criticality == kind) && is(s))
	}
	return n
}

// Name is a system by its name; one that is not among the figures keeps its id.
func (f *Figures) Name(id string) string {
	for i := range f.Systems {
		if f.Systems[i].ID == id {
			return f.Systems[i].Name
		}
	}
	return id
}
