package readiness

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// drawn is a system of which every fact lies before now.
func drawn(r *rand.Rand) System {
	past := func() time.Time { return now().Add(-time.Duration(r.Int64N(int64(900 * aDay)))) }
	maybe := func() time.Time {
		if r.IntN(2) == 0 {
			return time.Time{}
		}
		return past()
	}
	cadence := func() time.Duration { return time.Duration(r.IntN(1100)) * aDay }
	s := System{ID: "x", Cadence: Cadence{cadence(), cadence(), cadence(), cadence()}}
	for range r.IntN(4) {
		s.Versions = append(s.Versions, Version{
			Adopted: past(), From: maybe(), Until: maybe(), StepsHash: fmt.Sprint(r.IntN(2)),
			RTO: time.Duration(r.IntN(10)) * time.Hour, RPO: time.Duration(r.IntN(10)) * time.Hour,
			Roles: []Role{{"a", r.IntN(2) == 0}, {"b", true}, {"c", true}}[:r.IntN(4)], Steps: []string{"s1", "s2", "s3"}[:r.IntN(4)],
		})
	}
	for range r.IntN(6) {
		s.Evidence = append(s.Evidence, drawnEvidence(r, past()))
	}
	for range r.IntN(3) {
		s.Confirmed = append(s.Confirmed, past())
	}
	for i := range r.IntN(5) {
		c := Contact{Name: fmt.Sprint(i)}
		for range r.IntN(3) {
			c.Verified = append(c.Verified, past())
		}
		s.Contacts = append(s.Contacts, c)
	}
	for range r.IntN(8) {
		s.Hands = append(s.Hands, Hand{fmt.Sprint("s", 1+r.IntN(3)), fmt.Sprint(r.IntN(3)), past()})
	}
	if r.IntN(3) > 0 {
		s.Actions, s.Findings = []Action{}, []Finding{}
	}
	for i := range r.IntN(4) {
		s.Actions = append(s.Actions, Action{fmt.Sprint(i), past(), past().Add(time.Duration(r.IntN(1500)) * aDay), maybe()})
		s.Findings = append(s.Findings, Finding{
			Code: "C5", Severity: []string{"error", "warning", "info"}[r.IntN(3)], State: []string{"breached", "at_risk", "unknown", "waived"}[r.IntN(4)],
			Raised: past(), Closed: maybe(), WaivedUntil: past().Add(time.Duration(r.IntN(1500)) * aDay),
		})
	}
	return s
}

func drawnEvidence(r *rand.Rand, at time.Time) Evidence {
	types := []string{"review", "tabletop", "alert", "staff", "restore", "functional", "failover", "full", "incident"}
	e := Evidence{At: at, Type: types[r.IntN(len(types))], StepsHash: []string{"0", "1", ""}[r.IntN(3)], Measured: r.IntN(3) > 0}
	if r.IntN(3) > 0 {
		e.RTA = hours(r.IntN(12))
	}
	if r.IntN(3) > 0 {
		e.RPA = hours(r.IntN(12))
	}
	return e
}

// each runs a property on many drawn systems.
func each(t *testing.T, seed uint64, holds func(r *rand.Rand, s System) string) {
	t.Helper()
	for i := range 1500 {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		if wrong := holds(r, drawn(r)); wrong != "" {
			t.Fatalf("draw %d: %s", i, wrong)
		}
	}
}

func TestPointsSumToTheTotalAndAreTheSameEachTime(t *testing.T) {
	seen := map[string]bool{}
	each(t, 1, func(_ *rand.Rand, s System) string {
		before := fmt.Sprintf("%+v", s)
		a, b := Of(s, now()), Of(s, now())
		if !reflect.DeepEqual(a, b) || fmt.Sprintf("%+v", s) != before {
			return "asked twice, it answered differently, or changed what it was given"
		}
		have, of := 0, 0
		for _, p := range a.Points {
			have, of, seen[p.Why] = have+p.Have, of+p.Of, true
			if p.Have < 0 || p.Have > p.Of || !slices.Contains(Codes(), p.Why) || p.Unknown && p.Have > 0 {
				return fmt.Sprintf("%+v", p)
			}
		}
		if have != a.Total || of != 100 {
			return fmt.Sprintf("%d of %d points make %d", have, of, a.Total)
		}
		return ""
	})
	for _, code := range Codes() {
		if !seen[code] {
			t.Errorf("no draw gave %s", code)
		}
	}
}

// Nothing that happens by itself gives a point back.
func TestReadinessOnlyFallsWithTime(t *testing.T) {
	each(t, 2, func(r *rand.Rand, s System) string {
		last, at := Of(s, now()), now()
		for range 30 {
			at = at.Add(time.Duration(r.Int64N(int64(60 * aDay))))
			next := Of(s, at)
			for i, p := range next.Points {
				if p.Have > last.Points[i].Have {
					return fmt.Sprintf("%s rose from %+v to %+v", p.What, last.Points[i], p)
				}
			}
			last = next
		}
		return ""
	})
}

// A point holds until the moment it names and not a moment longer.
func TestUntilIsWhenItFalls(t *testing.T) {
	each(t, 3, func(_ *rand.Rand, s System) string {
		a := Of(s, now())
		first := time.Time{}
		for i, p := range a.Points {
			until := p.Until
			if until.IsZero() {
				if later := Of(s, now().AddDate(50, 0, 0)).Points[i]; later.Have != p.Have {
					return fmt.Sprintf("%s was to stay at %d and is %d", p.What, p.Have, later.Have)
				}
				continue
			}
			if first.IsZero() || until.Before(first) {
				first = until
			}
			if !until.After(now()) || Of(s, until.Add(-1)).Points[i].Have != p.Have || Of(s, until).Points[i].Have >= p.Have {
				return fmt.Sprintf("%s does not fall at %s: %+v", p.What, until, p)
			}
		}
		if !a.FallsAt.Equal(first) {
			return fmt.Sprintf("it falls at %s, not %s", first, a.FallsAt)
		}
		return ""
	})
}

// Whatever a tabletop claims of itself, it lifts no point that rests on
// measurement, and without measurement nothing goes over the ceiling.
func TestATabletopNeverCountsAsMeasured(t *testing.T) {
	each(t, 4, func(r *rand.Rand, s System) string {
		before := Of(s, now())
		e := drawnEvidence(r, now().Add(-time.Hour))
		e.Type, e.Measured, e.RTA, e.RPA = []string{"review", "tabletop", "alert", "staff"}[r.IntN(4)], true, hours(0), hours(0)
		s.Evidence = append(s.Evidence, e)
		after := Of(s, now())
		for i := range 3 {
			if !reflect.DeepEqual(before.Points[i], after.Points[i]) {
				return fmt.Sprintf("a %s changed %+v into %+v", e.Type, before.Points[i], after.Points[i])
			}
		}
		if !after.Measured && after.Total > Ceiling {
			return fmt.Sprintf("%d points without measurement", after.Total)
		}
		return ""
	})
}

// A past day's readiness is what it was, whatever happened since.
func TestWhatCameLaterChangesNoPastDay(t *testing.T) {
	each(t, 5, func(r *rand.Rand, s System) string {
		at := now().Add(-time.Duration(r.Int64N(int64(900 * aDay))))
		want := Of(s, at)
		late := at.Add(time.Second)
		s.Evidence = append(s.Evidence, drawnEvidence(r, late))
		s.Versions = append(s.Versions, Version{Adopted: late, From: late, StepsHash: "0"})
		s.Confirmed = append(s.Confirmed, late)
		s.Hands = append(s.Hands, Hand{"s1", "9", late})
		for i := range s.Findings {
			if c := &s.Findings[i].Closed; c.IsZero() {
				*c = late
			}
		}
		for i := range s.Actions {
			if c := &s.Actions[i].Closed; c.IsZero() {
				*c = late
			}
		}
		if got := Of(s, at); !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("%+v became %+v", want, got)
		}
		return ""
	})
}
