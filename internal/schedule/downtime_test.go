package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beredskab/internal/proof"
	"beredskab/internal/schedule"
)

// book stands for the register: it holds each occurrence once, under its key.
type book struct {
	t       *testing.T
	spec    schedule.Spec
	cal     *schedule.Calendar
	mark    schedule.Mark
	fates   map[string]schedule.Decision
	started int
}

func newBook(t *testing.T, spec schedule.Spec, cal *schedule.Calendar, born time.Time) *book {
	return &book{t: t, spec: spec, cal: cal, mark: schedule.Mark{Born: born}, fates: map[string]schedule.Decision{}}
}

// tick does what the scheduler does at one moment, and holds it to F18 to F21.
func (b *book) tick(now time.Time) {
	b.t.Helper()
	acted := 0
	for {
		list, more := pending(b.t, b.spec, b.cal, b.mark, now)
		for _, d := range list {
			if d.Due.After(now) {
				b.t.Errorf("%s at %v: %s was decided before it was due", b.spec.Rule.Text(), now, d.Nominal)
			}
			if d.Fate == schedule.FateWait {
				continue
			}
			acted += b.record(d)
		}
		if !more {
			break
		}
	}
	if acted > 1 {
		b.t.Errorf("%s at %v: a burst of %d", b.spec.Rule.Text(), now, acted)
	}
}

func (b *book) record(d schedule.Decision) int {
	if _, twice := b.fates[d.Nominal]; twice {
		b.t.Errorf("%s: %s was recorded twice", b.spec.Rule.Text(), d.Nominal)
	}
	b.fates[d.Nominal] = d
	b.mark.Nominal = d.Nominal
	switch d.Fate {
	case schedule.FateStart, schedule.FateStartLate:
		b.started++
		return 1
	case schedule.FateAsk:
		return 1
	case schedule.FateMissed, schedule.FateSkipped:
		if d.Why == (schedule.Reason{}) {
			b.t.Errorf("%s: %s is %s without a reason", b.spec.Rule.Text(), d.Nominal, d.Fate)
		}
	default:
		b.t.Errorf("%s: %s has the fate %s", b.spec.Rule.Text(), d.Nominal, d.Fate)
	}
	return 0
}

// settle checks that what was due until now is recorded, and nothing else; only
// the newest may still be waiting for the end of quiet hours.
func (b *book) settle(now time.Time) {
	b.t.Helper()
	want, waiting := 0, 0
	for d := range b.spec.Occurrences(b.cal, b.mark.Born, now.Add(time.Nanosecond)) {
		if d.Nominal < b.mark.Born.Format(nominal) {
			continue // Moved here from before the schedule was born.
		}
		want++
		if _, recorded := b.fates[d.Nominal]; !recorded {
			waiting++
			if again := b.spec.Judge(b.cal, d.Occurrence, now); again.Fate != schedule.FateWait || waiting > 1 {
				b.t.Errorf("%s at %v: %s is lost", b.spec.Rule.Text(), now, d.Nominal)
			}
		}
	}
	if len(b.fates) != want-waiting {
		b.t.Errorf("%s: %d recorded, %d were due", b.spec.Rule.Text(), len(b.fates), want-waiting)
	}
}

func downSpecs(t *testing.T) []schedule.Spec {
	return []schedule.Spec{
		{Rule: rule(t, "every 3 hours", "")},
		{Rule: rule(t, "30 2 * * *", "")},
		{Rule: rule(t, "daily", ""), Move: schedule.MoveNext, Blackouts: []string{"jul", "sommerferie"}},
		{Rule: rule(t, "daily", ""), Move: schedule.MovePrevious, StartWithin: 72 * time.Hour},
		{Rule: rule(t, "every working day at 10:00", ""), Missed: schedule.MissedSkip},
		{Rule: rule(t, "every monday", ""), Missed: schedule.MissedAsk},
		{Rule: rule(t, "first monday of month", ""), Move: schedule.MoveNext, StartWithin: 240 * time.Hour},
		{Rule: rule(t, "every 6 hours", "Australia/Lord_Howe"), StartWithin: time.Hour},
	}
}

// TestDownTimes is R8: 1,000 outages of a minute to 40 days, none silent.
func TestDownTimes(t *testing.T) {
	cal := municipality(t)
	specs := downSpecs(t)
	seed := proof.Seed(t)
	random := rand.New(rand.NewPCG(seed, 8))
	outages, occurrences := 1000/len(specs), 0
	for _, spec := range specs {
		now := utc(t, "2026-01-01T12:00")
		b := newBook(t, spec, cal, now)
		for range outages {
			// Most outages are short; the longest is 40 days.
			longest := []time.Duration{time.Hour, 24 * time.Hour, 40 * 24 * time.Hour}[random.IntN(3)]
			now = now.Add(time.Minute + time.Duration(random.Int64N(int64(longest-time.Minute))))
			b.tick(now)
			for range 3 {
				now = now.Add(time.Minute)
				b.tick(now)
			}
		}
		b.settle(now)
		if b.started == 0 && spec.Missed == "" {
			t.Errorf("%s: never started", spec.Rule.Text())
		}
		occurrences += len(b.fates)
	}
	report(t, "R8", "server down for a minute to 40 days", seed, outages*len(specs), "down-times", fmt.Sprintf("%d occurrences run late or recorded with their reason, 0 silent, no burst", occurrences))
}

// report tells a figure of tests that fail at each single difference.
func report(t *testing.T, id, what string, seed uint64, count int, unit, found string) {
	t.Helper()
	failed := 0
	if t.Failed() {
		failed, found = count, "see above"
	}
	proof.Report(t, proof.Figure{ID: id, What: what, Seed: seed, Count: count, Unit: unit, Failed: failed, Found: found})
}

// TestClockJumps is R7's other half: the clock of the machine jumps by a second
// to a year, forwards and backwards (F18, F19).
func TestClockJumps(t *testing.T) {
	cal := municipality(t)
	seed, specs, jumps := proof.Seed(t), downSpecs(t), proof.Size(40, 200, 10_000)
	random := rand.New(rand.NewPCG(seed, 7))
	for _, spec := range specs {
		now := utc(t, "2026-01-01T12:00")
		b, latest := newBook(t, spec, cal, now), now
		for range jumps {
			jump := []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour, 30 * 24 * time.Hour, 365 * 24 * time.Hour}[random.IntN(6)]
			if random.IntN(2) == 0 {
				jump = -jump
			}
			now = now.Add(jump)
			for range 5 {
				now = now.Add(30 * time.Second)
				b.tick(now)
				if now.After(latest) {
					latest = now
				}
			}
		}
		b.tick(latest)
		b.settle(latest)
	}
	report(t, "R7", "the clock jumps by a second to a year, both ways", seed, jumps*len(specs), "jumps", "0 missed, 0 run twice, no burst")
}

// TestOrder holds every rule to the law of doc.go, whatever text and zone.
func TestOrder(t *testing.T) {
	zones := []string{"Europe/Copenhagen", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "Asia/Kathmandu", "America/St_Johns", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SampledFrom(append(handpicked(), invented(rapid.Uint64().Draw(t, "seed"), 1)...)).Draw(t, "question")
		r, err := schedule.Parse(q.text, rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		after := time.Unix(rapid.Int64Range(-2e9, 6e9).Draw(t, "after"), 0)
		occ, ok := r.Next(after)
		if !ok || !occ.Due.After(after) {
			t.Fatalf("%v after %v", occ, after)
		}
		// Any instant before it gives it again, or an earlier one; never a later.
		back := rapid.Int64Range(1, 2*86400).Draw(t, "back")
		if again, ok := r.Next(occ.Due.Add(-time.Duration(back) * time.Second)); !ok || again.Due.After(occ.Due) || again.Due.Equal(occ.Due) && again != occ {
			t.Fatalf("%v, but %v from %d s before it", occ, again, back)
		}
		plan := schedule.Spec{Rule: r}.Plan(nil, occ)
		if !plan.Due.Equal(occ.Due) || plan.Occurrence != occ {
			t.Fatalf("planned %v as %v", occ, plan)
		}
	})
}
