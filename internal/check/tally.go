package check

import "slices"

// Tally is how the judgements of one rule came out: one for each system, and one
// for the organisation where the rule asks something of it. A rule that says
// several things of a system counts the worst of them.
type Tally struct {
	Code   string
	States map[State]int
}

// Tally counts every rule, in the order of Codes.
func (r Report) Tally() (list []Tally) {
	for _, code := range Codes() {
		list = append(list, r.tally(code))
	}
	return list
}

func (r Report) tally(code string) Tally {
	worst := map[string]State{}
	for _, f := range r.Findings {
		if f.Code == code {
			worst[f.System] = Worse(worst[f.System], f.State)
		}
	}
	t := Tally{Code: code, States: map[State]int{}}
	subjects := len(r.Systems)
	if own, asked := worst[""]; asked && own == Unknown && !aboutAll(code) {
		t.States[Unknown] = subjects // nothing is known of any of them
		return t
	}
	if aboutAll(code) {
		subjects = 0
	}
	if _, asked := worst[""]; asked || aboutBoth(code) || aboutAll(code) {
		subjects++
	}
	for _, state := range worst {
		t.States[state]++
	}
	left := subjects - len(worst)
	unknown := min(left, r.Summary.NotJudged[code]) // of which some may have a finding about another promise
	t.States[Unknown] += unknown
	t.States[OK] = left - unknown
	return t
}

// aboutAll tells whether the rule asks something of the organisation alone.
func aboutAll(code string) bool { return slices.Contains([]string{"G7", "G9"}, code) }

// aboutBoth tells whether the rule asks something of it beside the systems.
func aboutBoth(code string) bool { return slices.Contains([]string{"G2", "G3", "G5", "G8"}, code) }
