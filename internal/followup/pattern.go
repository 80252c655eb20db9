package followup

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// pattern is one thing to look for: the entries that fit, whose they are, and
// how much of it within the window is too much.
type pattern struct {
	code   string
	fits   func(Trace) bool
	whose  func(Trace) string
	weight func(Trace) int // nil: different actors count, not entries
	limit  int
	text   string // %[1]s the person, %[2]d how much
}

func (w Watch) patterns() []pattern {
	actor := func(t Trace) string { return t.Actor }
	nobody := func(Trace) string { return "" }
	one := func(Trace) int { return 1 }
	items := func(t Trace) int { return t.Items }
	broken := func(t Trace) bool { return named(t.Act, w.BreakActs) }
	self := func(t Trace) bool { return t.Self && t.Outcome != "done" }
	export := func(t Trace) bool { return t.Outcome == "done" && named(t.Act, w.ExportActs) }
	refusal := func(t Trace) bool { return t.Outcome == "refused" && !w.failedSignIn(t) }
	return []pattern{
		{"chain_break", broken, nobody, one, 1, "the log did not verify, told %[2]d times: something in it is not what was written"},
		{"self_approval", self, actor, one, 1, "%[1]s tried to decide in a matter of their own, %[2]d times, and was refused"},
		{"mass_export", export, actor, items, w.Items, "exports of %[1]s took %[2]d things out"},
		{"many_exports", export, actor, one, w.Exports, "%[1]s made %[2]d exports"},
		{"sign_ins", w.failedSignIn, actor, one, w.SignIns, "sign-in as %[1]s failed %[2]d times"},
		{"many_names", w.failedSignIn, nobody, nil, w.Names, "sign-in failed with %[2]d different names"},
		{"refusals", refusal, actor, one, w.Refused, "%[1]s was refused %[2]d times"},
	}
}

// find gives the suspicions of one pattern, by person. The entries are in order
// of time.
func (p pattern) find(entries []Trace, from time.Time, within time.Duration) []Suspicion {
	groups := map[string][]Trace{}
	for _, t := range entries {
		if p.fits(t) {
			groups[p.whose(t)] = append(groups[p.whose(t)], t)
		}
	}
	var list []Suspicion
	for _, person := range slices.Sorted(maps.Keys(groups)) {
		if s, ok := p.peak(groups[person], from, within); ok {
			s.Person, s.Text = person, fmt.Sprintf(p.text, person, s.Count)
			list = append(list, s)
		}
	}
	return list
}

// maxSeq is how many entries a suspicion names.
const maxSeq = 20

// peak is the window with the most of it that ends in the period.
func (p pattern) peak(group []Trace, from time.Time, within time.Duration) (most Suspicion, found bool) {
	first, sum, actors := 0, 0, map[string]int{}
	start, end := 0, 0
	for i, t := range group {
		sum += p.count(actors, t, 1)
		for t.At.Sub(group[first].At) >= within {
			sum += p.count(actors, group[first], -1)
			first++
		}
		if t.At.Before(from) || sum < p.limit || sum <= most.Count {
			continue
		}
		start, end = first, i+1
		most, found = Suspicion{Code: p.code, Count: sum, First: group[first].At, Last: t.At}, true
	}
	for _, e := range group[max(start, end-maxSeq):end] {
		most.Seq = append(most.Seq, e.Seq)
	}
	return most, found
}

// count is what the sum changes by when an entry comes into the window (+1) or
// leaves it (-1).
func (p pattern) count(actors map[string]int, t Trace, by int) int {
	if p.weight != nil {
		return by * p.weight(t)
	}
	before := len(actors)
	if actors[t.Actor] += by; actors[t.Actor] == 0 {
		delete(actors, t.Actor)
	}
	return len(actors) - before
}
