package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// State is how a rule or a system stands (spec/domain.md 3.4).
type State string

// The states. Unknown is "not measured" or "cannot be known", and is never
// shown green; Waived is breached with a dispensation.
const (
	OK       State = "ok"
	AtRisk   State = "at_risk"
	Breached State = "breached"
	Unknown  State = "unknown"
	Waived   State = "waived"
)

// Severity is how grave a finding is.
type Severity string

// The severities. Info asks for nothing but a look.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// None stands in Value and Limit where the rule compares no times.
const None = -1

// Finding is one rule that one system does not keep, or that cannot be judged.
// There is one for each rule, system and subject.
type Finding struct {
	Code     string   `json:"code"`
	System   string   `json:"system,omitempty"`  // empty: the organisation
	Subject  string   `json:"subject,omitempty"` // the dependency (C3, C4), supplier (C11), peak period (C1, C2, C6), document (G2), or training (G8)
	Severity Severity `json:"severity"`
	State    State    `json:"state"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	File     string   `json:"file,omitempty"`
	Path     string   `json:"path,omitempty"` // objectives.rto
	Line     int      `json:"line,omitempty"`
	Column   int      `json:"column,omitempty"`
	Value    int      `json:"value"` // minutes, or None
	Limit    int      `json:"limit"` // minutes, or None
	Chain    []string `json:"chain,omitempty"`
	// WaivedUntil is when the dispensation ends, and Waiver which one it is.
	WaivedUntil time.Time `json:"waived_until,omitzero"`
	Waiver      string    `json:"waiver,omitempty"`
}

// Report is the answer of all rules.
type Report struct {
	Findings []Finding      `json:"findings"` // gravest first
	Systems  []SystemReport `json:"systems"`  // by id
	Summary  Summary        `json:"summary"`
}

// SystemReport is how one system's promise stands.
type SystemReport struct {
	System string `json:"system"`
	State  State  `json:"state"`
	// Result is nil, and Capacity None, when systems wait for each other in a
	// circle, for then nobody knows when anything is back.
	Result   *recovery.Result `json:"result,omitempty"`
	Capacity int              `json:"capacity_finish"` // minutes from t0 with the people there are (C12)
}

// Summary counts.
type Summary struct {
	States     map[State]int    `json:"states"` // of findings
	Severities map[Severity]int `json:"severities"`
	Systems    map[State]int    `json:"systems"`
	// NotJudged counts, by rule, the systems that a rule had nothing to judge by
	// and that nobody need be told about one by one.
	NotJudged map[string]int `json:"not_judged"`
}

// add places a finding about a plan at a path in its file.
func (r *run) add(p *plan.Plan, path string, f Finding) {
	f.System, f.File, f.Path = p.ID, p.File, path
	r.append(f)
}

// addOrg places a finding about the organisation.
func (r *run) addOrg(path string, f Finding) {
	f.File, f.Path = r.org.File, path
	r.append(f)
}

func (r *run) append(f Finding) {
	if r.in.Locate != nil && f.File != "" {
		f.Line, f.Column = r.in.Locate(f.File, f.Path)
	}
	r.findings = append(r.findings, f)
}

// waive turns what is breached, and has a dispensation in force, into waived.
func (r *run) waive() {
	type key struct{ code, system string }
	given := map[key][]Waiver{}
	for _, w := range r.in.Waivers {
		if now := r.in.Now; !now.Before(w.From) && now.Before(w.Until) {
			given[key{w.Code, w.System}] = append(given[key{w.Code, w.System}], w)
		}
	}
	for i := range r.findings {
		f := &r.findings[i]
		if f.State != Breached {
			continue
		}
		for _, w := range given[key{f.Code, f.System}] {
			if w.covers(f.Value) && w.Until.After(f.WaivedUntil) {
				f.State, f.WaivedUntil, f.Waiver = Waived, w.Until, w.Ref
			}
		}
		if f.State == Waived {
			f.Message += fmt.Sprintf(" (dispensation until %s)", day(f.WaivedUntil))
		}
	}
}

func (w Waiver) covers(value int) bool { return w.Bound == 0 || value != None && value <= w.Bound }

func (r *run) report() Report {
	place := map[string]int{}
	for i, code := range Codes() {
		place[code] = i
	}
	slices.SortStableFunc(r.findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(gravity(a.Severity), gravity(b.Severity)), cmp.Compare(place[a.Code], place[b.Code]),
			cmp.Compare(a.System, b.System), cmp.Compare(a.Subject, b.Subject))
	})
	out := Report{Findings: r.findings, Summary: Summary{
		States: map[State]int{}, Severities: map[Severity]int{}, Systems: map[State]int{}, NotJudged: r.notJudged,
	}}
	for _, f := range out.Findings {
		out.Summary.States[f.State]++
		out.Summary.Severities[f.Severity]++
	}
	out.Systems = r.systems()
	for _, s := range out.Systems {
		out.Summary.Systems[s.State]++
	}
	return out
}

func gravity(s Severity) int { return slices.Index([]Severity{Error, Warning, Info}, s) }

// systems gives each system the worst state of its C findings. The G rules tell
// how a plan is looked after, not whether its promise holds.
func (r *run) systems() []SystemReport {
	worst := make(map[string]State, len(r.sorted))
	for _, f := range r.findings {
		if f.Code[0] == 'C' && f.System != "" {
			worst[f.System] = Worse(worst[f.System], f.Weight())
		}
	}
	out := make([]SystemReport, 0, len(r.sorted))
	for _, p := range r.sorted {
		s := SystemReport{System: p.ID, State: Unknown, Capacity: None}
		if r.graph != nil {
			result, _ := r.forecast.Of(p.ID)
			s.Result, s.State = &result, OK
			s.Capacity, _ = r.crowd.Finish(p.ID)
			if result.Measured == recovery.NotMeasured || result.RTO <= 0 {
				s.State = Unknown
			}
		}
		s.State = Worse(s.State, worst[p.ID])
		out = append(out, s)
	}
	return out
}

// Weight is what one finding makes of its system. A warning alone puts the
// promise at risk; it does not break it.
func (f Finding) Weight() State {
	if f.State == Breached && f.Severity != Error {
		return AtRisk
	}
	return f.State
}

// Worse is the graver of two states; an empty one is none.
func Worse(a, b State) State {
	order := []State{"", OK, Unknown, AtRisk, Waived, Breached}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

func plansByID(set *plan.Set) map[string]*plan.Plan {
	out := make(map[string]*plan.Plan, len(set.Plans))
	for _, p := range set.Plans {
		out[p.ID] = p
	}
	return out
}

func sortedPlans(set *plan.Set) []*plan.Plan {
	out := slices.Clone(set.Plans)
	slices.SortStableFunc(out, func(a, b *plan.Plan) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
