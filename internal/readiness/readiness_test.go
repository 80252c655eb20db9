package readiness

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func now() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// ago is a moment that many days before now.
func ago(n int) time.Time { return now().Add(-time.Duration(n) * aDay) }

func hours(n int) *time.Duration {
	d := time.Duration(n) * time.Hour
	return &d
}

// ready is a system in which everything is in order today.
func ready() System {
	return System{
		ID: "esdh",
		Cadence: Cadence{
			Exercise: 360 * aDay, Measured: 360 * aDay, Review: 360 * aDay, Contacts: 90 * aDay,
		},
		Versions: []Version{{
			Adopted: ago(400), From: ago(390), StepsHash: "s", RTO: 8 * time.Hour, RPO: 24 * time.Hour,
			Roles: []Role{{"systemejer", true}, {"it-vagt", true}}, Steps: []string{"s1", "s2"},
		}},
		Evidence:  []Evidence{{At: ago(10), Type: "full", StepsHash: "s", Measured: true, RTA: hours(6), RPA: hours(10)}},
		Confirmed: []time.Time{ago(100)},
		Contacts:  []Contact{{"it-vagt", []time.Time{ago(20)}}, {"leverandør", []time.Time{ago(200), ago(30)}}},
		Hands:     []Hand{{"s1", "a", ago(300)}, {"s1", "b", ago(10)}, {"s2", "a", ago(300)}, {"s2", "b", ago(10)}},
		Actions:   []Action{{ID: "A-1", Raised: ago(9), Due: ago(-200)}},
		Findings:  []Finding{},
	}
}

// said writes the points that are not full: what have/of why.
func said(r Readiness) string {
	var out []string
	for _, p := range r.Points {
		if p.Have != p.Of {
			out = append(out, fmt.Sprintf("%s %d/%d %s", p.What, p.Have, p.Of, p.Why))
		}
	}
	return strings.Join(out, ", ")
}

func TestEveryPointIsExplained(t *testing.T) {
	first := Of(ready(), now())
	if first.Total != 100 || !first.Measured || !first.FallsAt.Equal(ago(-60)) {
		t.Errorf("total %d, falls at %s: %s", first.Total, first.FallsAt, said(first))
	}
	for name, w := range map[string]struct {
		change func(*System)
		want   string
	}{
		"restore":       {func(s *System) { s.Evidence[0].Type = "restore" }, "measured 32/40 measured_fresh"},
		"tabletop":      {func(s *System) { s.Evidence[0].Type = "tabletop" }, "measured 0/40 measured_never, rta 0/12 rta_unknown, rpa 0/8 rpa_unknown, exercise 6/8 exercise_fresh"},
		"other steps":   {func(s *System) { s.Evidence[0].StepsHash = "t" }, "measured 0/40 measured_other_steps, rta 0/12 rta_unknown, rpa 0/8 rpa_unknown, exercise 0/8 exercise_other_steps"},
		"a cadence old": {func(s *System) { s.Evidence[0].At = ago(360) }, "measured 20/40 measured_fading, rta 6/12 rta_within, rpa 4/8 rpa_within, exercise 4/8 exercise_fading"},
		"worn":          {func(s *System) { s.Evidence[0].At = ago(540) }, "measured 0/40 measured_worn, rta 0/12 rta_worn, rpa 0/8 rpa_worn, exercise 0/8 exercise_worn"},
		"no evidence":   {func(s *System) { s.Evidence = nil }, "measured 0/40 measured_never, rta 0/12 rta_unknown, rpa 0/8 rpa_unknown, exercise 0/8 exercise_never"},
		"at its limit":  {func(s *System) { s.Evidence[0].RTA = hours(8) }, "rta 6/12 rta_within"},
		"over":          {func(s *System) { s.Evidence[0].RTA, s.Evidence[0].RPA = hours(9), hours(25) }, "rta 0/12 rta_over, rpa 0/8 rpa_over"},
		"no RTO":        {func(s *System) { s.Versions[0].RTO = 0 }, "rta 0/12 rta_no_limit"},
		"newest is slow": {func(s *System) {
			s.Evidence = append(s.Evidence, Evidence{At: ago(1), Type: "restore", StepsHash: "s", Measured: true, RTA: hours(9)})
		}, "rta 0/12 rta_over"},
		"never approved":     {func(s *System) { s.Versions[0].From = time.Time{} }, "in_force 0/5 not_in_force"},
		"confirmed long ago": {func(s *System) { s.Confirmed[0] = ago(360) }, "confirmed 0/5 confirmed_old"},
		"never confirmed":    {func(s *System) { s.Confirmed = nil }, "confirmed 0/5 confirmed_never"},
		"an old contact":     {func(s *System) { s.Contacts[0].Verified[0] = ago(90) }, "contacts 3/6 contacts_old"},
		"no contacts":        {func(s *System) { s.Contacts = nil }, "contacts 0/6 contacts_none"},
		"no deputy":          {func(s *System) { s.Versions[0].Roles[1].Deputy = false }, "deputies 2/4 deputies_missing"},
		"one alone":          {func(s *System) { s.Hands = s.Hands[:3] }, "hands 2/4 hands_few"},
		"the same twice":     {func(s *System) { s.Hands[3].Person = "a" }, "hands 2/4 hands_few"},
		"overdue":            {func(s *System) { s.Actions[0].Due = now() }, "actions 2/4 actions_overdue"},
		"done in time":       {func(s *System) { s.Actions[0].Due, s.Actions[0].Closed = ago(5), ago(6) }, ""},
		"actions not known":  {func(s *System) { s.Actions = nil }, "actions 0/4 actions_unknown"},
		"never checked":      {func(s *System) { s.Findings = nil }, "findings 0/4 findings_unknown"},
		"breached": {func(s *System) {
			s.Findings = []Finding{{Code: "C5", Severity: "error", State: "breached", Raised: ago(3)}}
		}, "findings 0/4 findings_open"},
		"waived": {func(s *System) {
			s.Findings = []Finding{{Code: "C5", Severity: "error", State: "waived", Raised: ago(3), WaivedUntil: ago(-9)}}
		}, "findings 2/4 findings_open"},
		"waived no longer": {func(s *System) {
			s.Findings = []Finding{{Code: "C5", Severity: "error", State: "waived", Raised: ago(3), WaivedUntil: now()}}
		}, "findings 0/4 findings_open"},
		"closed": {func(s *System) {
			s.Findings = []Finding{{Code: "C5", Severity: "error", State: "breached", Raised: ago(3), Closed: ago(1)}}
		}, ""},
	} {
		s := ready()
		w.change(&s)
		if got := said(Of(s, now())); got != w.want {
			t.Errorf("%s: %q, not %q", name, got, w.want)
		}
	}
}

func TestASystemWithoutAPlanHasNothing(t *testing.T) {
	s := ready()
	s.Versions[0].Adopted = ago(-1)
	if r := Of(s, now()); r.Total != 0 || r.Points[0].Why != "no_plan" || len(r.Points) != 11 || !r.FallsAt.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestTheVersionInForceCounts(t *testing.T) {
	s := ready()
	s.Versions = append(s.Versions, Version{Adopted: ago(1), StepsHash: "draft", RTO: time.Hour})
	if r := Of(s, now()); r.Total != 100 {
		t.Errorf("a draft took points away: %s", said(r))
	}
	s.Versions[0].Until, s.Versions[1].From = ago(0), ago(0)
	if r := Of(s, now()); r.Measured || r.Total > Ceiling {
		t.Errorf("evidence on other steps counts: %s", said(r))
	}
	if r := Of(s, ago(1)); r.Total != 100 {
		t.Errorf("what came later took points away: %s", said(r))
	}
}

func TestValuesTellTheSentence(t *testing.T) {
	r := Of(ready(), now())
	want := Values{Kind: "full", At: ago(10), Days: 10, LimitDays: 360, Took: 6 * time.Hour, Limit: 8 * time.Hour}
	if !reflect.DeepEqual(r.Points[1].Values, want) {
		t.Errorf("%+v", r.Points[1].Values)
	}
	s := ready()
	s.Contacts[0].Verified = nil
	if v := Of(s, now()).Points[6].Values; v.Count != 1 || v.Total != 2 || !slices.Equal(v.Names, []string{"it-vagt"}) {
		t.Errorf("%+v", v)
	}
}

func TestTrendAtMonthEnds(t *testing.T) {
	copenhagen := time.FixedZone("", 3600)
	ends := MonthEnds(time.Date(2026, 2, 10, 0, 0, 0, 0, copenhagen), 3)
	var got []string
	for _, e := range ends {
		got = append(got, e.Format("2006-01-02T15:04Z07:00"))
	}
	if s := strings.Join(got, " "); s != "2025-12-01T00:00+01:00 2026-01-01T00:00+01:00 2026-02-01T00:00+01:00" {
		t.Error(s)
	}
	var totals []int
	for _, r := range Trend(ready(), MonthEnds(now(), 14)) {
		totals = append(totals, r.Total)
	}
	if totals[0] != 0 || slices.Max(totals) > Ceiling {
		t.Errorf("before the first measurement: %v", totals)
	}
	if r := Trend(ready(), []time.Time{now()}); r[0].Total != 100 {
		t.Errorf("%+v", r)
	}
}
