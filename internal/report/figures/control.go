package figures

import (
	"slices"
	"strings"
	"time"
)

// Control is one line of spec/domain.md 2.2: which rules judge it, and what else
// shows it.
type Control struct {
	Key             string
	Rules, Evidence []string
}

// Controls are all of them, in the order of the report.
func Controls() []Control {
	list := func(text string) []string { return strings.Fields(text) }
	return []Control{
		{"bia", list("C1 G1"), list("bia accepted")},
		{"chain", list("C2 C3 C4"), nil},
		{"people", list("C12 G3"), nil},
		{"warning", list("G4"), list("calltree delivered")},
		{"plans", list("G1 G6"), list("complete offline")},
		{"return", list("G1"), list("stand_down")},
		{"exercises", list("C8 C9"), list("exercised reports")},
		{"readiness", list("C6 C7 C10"), list("measured")},
		{"backup", list("C5 C7"), list("restored immutable")},
		{"redundancy", list("C8"), list("redundancy")},
		{"disruption", list("G1"), list("security")},
		{"suppliers", list("C11"), list("supplier_tested supplier_took_part")},
		{"evaluation", list("G2"), list("reviewed")},
		{"management", list("G7"), list("treated")},
		{"improvement", list("G5"), list("verified")},
		{"competence", list("G8"), list("trained receipts")},
		{"documents", nil, list("approved")},
		{"log", list("G9"), list("log")},
		{"incidents", list("G5"), list("incident_evidence")},
		{"authorities", nil, list("notified")},
		{"identity", list("G1"), list("identity")},
		{"os2compliance", nil, list("os2compliance")},
	}
}

// EvidenceCodes are the codes of Evidence that controls ask for, sorted.
func EvidenceCodes() (codes []string) {
	for _, c := range Controls() {
		codes = append(codes, c.Evidence...)
	}
	slices.Sort(codes)
	return codes
}

// Shown is all evidence by code: what the figures say by themselves, and over it
// what the register counted.
func (f *Figures) Shown() map[string]Evidence {
	all := map[string]Evidence{}
	count := func(code string, is bool, at time.Time) {
		e := all[code]
		e.Of++
		if is {
			e.Count++
			if at.After(e.At) {
				e.At = at
			}
		}
		all[code] = e
	}
	for _, s := range f.Systems {
		count("accepted", !s.Accepted.IsZero(), s.Accepted)
		count("approved", !s.Approved.IsZero(), s.Approved)
		count("exercised", !s.Exercised.IsZero(), s.Exercised)
		count("measured", s.RTA != nil, s.Measured)
	}
	for _, a := range f.Actions {
		if !a.Closed.IsZero() {
			count("verified", !a.Verified.IsZero(), a.Verified)
		}
	}
	for _, s := range f.Suppliers {
		count("supplier_tested", !s.Tested.IsZero(), s.Tested)
		count("supplier_took_part", !s.TookPart.IsZero(), s.TookPart)
	}
	count("log", f.Log.Broken == "" && !f.Log.Verified.IsZero(), f.Log.Verified)
	for _, e := range f.Evidence {
		all[e.Code] = e
	}
	return all
}

// Judge is how a control stands. Nothing is ok that was not judged and shown.
func (f *Figures) Judge(c Control, shown map[string]Evidence) string {
	var all Rule
	for _, r := range f.Rules {
		if slices.Contains(c.Rules, r.ID) {
			all.OK, all.AtRisk, all.Breached = all.OK+r.OK, all.AtRisk+r.AtRisk, all.Breached+r.Breached
			all.Waived, all.Unknown = all.Waived+r.Waived, all.Unknown+r.Unknown
		}
	}
	whole, missing := true, false
	for _, code := range c.Evidence {
		e, known := shown[code]
		missing = missing || !known || e.Of == 0
		whole = whole && e.Count >= e.Of
	}
	switch {
	case all.Breached > 0:
		return "breached"
	case all.Waived > 0:
		return "waived"
	case all.Unknown > 0, missing, len(c.Rules) > 0 && all.OK+all.AtRisk == 0:
		return "unknown"
	case all.AtRisk > 0, !whole:
		return "at_risk"
	default:
		return "ok"
	}
}
