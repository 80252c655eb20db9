package home

import (
	"cmp"
	"slices"
	"strings"

	"beredskab/internal/check"
	"beredskab/internal/frame"
)

// wrong is one system that something is to be done about.
type wrong struct {
	System, Name string // empty: the organisation
	Class        int
	State        string // breached or at_risk
	Code         string // of the gravest rule
	Figures      string // what was found against what is wanted, in words
	Others       int    // further rules that it does not keep
	Path, Next   string // where that is mended, and the key of its word
}

// wrong lists the systems that break a rule: broken promises before threatened ones,
// then what others stand on first.
func (s *state) wrong(v *frame.Visit) (list []wrong) {
	at := map[string]int{}
	for _, f := range s.report.Findings { // gravest first
		state := f.Weight()
		if state != check.Breached && state != check.AtRisk {
			continue
		}
		if i, known := at[f.System]; known {
			if list[i].Others++; check.Worse(check.State(list[i].State), state) != check.State(list[i].State) {
				list[i].State = string(state)
			}
			continue
		}
		at[f.System] = len(list)
		list = append(list, s.one(v, f))
	}
	slices.SortStableFunc(list, func(a, b wrong) int {
		return cmp.Or(cmp.Compare(first(a.State == "breached"), first(b.State == "breached")), cmp.Compare(a.Class, b.Class))
	})
	return list
}

func (s *state) one(v *frame.Visit, f check.Finding) wrong {
	w := wrong{System: f.System, Name: s.set.Organisation.Name, State: string(f.Weight()), Code: f.Code, Path: "/findings", Next: "home.see"}
	if p, ok := s.set.Plan(f.System); ok {
		w.Name, w.Class, w.Path = p.Name, p.RecoveryClass, "/systems/"+p.ID
	}
	if timed := strings.HasPrefix(f.Code, "C"); timed && f.Value > 0 && f.Limit > 0 && f.Code != "C8" && f.Code != "C9" {
		w.Figures = v.Texts.Say("home.wrong.against", minutes(v, f.Value), minutes(v, f.Limit))
	}
	switch {
	case f.System == "":
	case f.Code == "C8" || f.Code == "C9":
		w.Path, w.Next = "/drills/new?system="+f.System, "home.plan"
	case f.Code == "C6" || f.Code == "C7" || f.Code == "C10":
		w.Path, w.Next = "/systems/"+f.System+"/drills", "home.see.drills"
	}
	return w
}
