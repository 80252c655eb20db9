package drills

import (
	"strconv"
	"strings"
	"time"

	"beredskab/internal/drill"
)

// head is the line above everything: the clock, the time that is used, and when it
// is expected to end.
type head struct {
	State     string // as badge has it: running, paused, done …
	StateText string
	Since     time.Time // from which a clock counts up; zero: it stands still
	Used      string
	Bar       bool
	Percent   int
	Mark      int
	BarState  string
	BarText   string
	Expected  string
	Leader    string
	Done      string // how many steps are over
	Now       time.Time
}

func plain(n int) string { return strconv.Itoa(n) }

// head says how the run stands against its time.
func (t *teller) head() head {
	run, over := &t.run, 0
	for i := range run.Steps {
		if run.Steps[i].Over() {
			over++
		}
	}
	h := head{
		State: "running", StateText: t.of("drills.state."+string(run.State), run.ID), Now: t.now, Leader: t.leader(),
		Done: t.say("drills.over", over, len(run.Steps)),
	}
	switch {
	case run.State == drill.Paused:
		h.State = "paused"
	case run.Closing != "":
		h.State = "aborted"
	case run.State == drill.Ended:
		h.State = "done"
	}
	from, used, ticking := t.clock()
	if ticking {
		h.Since = t.now.Add(-used)
	}
	if !from.IsZero() {
		h.Used = t.v.Texts.Span(used.Truncate(time.Second))
	}
	rto := run.Plan.Objectives.RTO.Std()
	if !run.Measured() || rto <= 0 || from.IsZero() {
		h.Expected = t.expected(time.Time{})
		return h
	}
	t.measure(&h, from, used, rto)
	return h
}

func (t *teller) leader() string { return t.who(t.run.Director) }

// clock is since when the time is counted that is held against the RTO, how much of
// it is used, and whether it goes on. Pauses that the exercise itself made are left
// out (spec/domain.md 3.2).
func (t *teller) clock() (from time.Time, used time.Duration, ticking bool) {
	run := &t.run
	from = run.Times.DisruptedAt
	switch run.Plan.Objectives.Anchor {
	case "declaration":
		from = later(run.Times.DeclaredAt, from)
	case "activation":
		from = later(run.Times.ActivatedAt, from)
	}
	if !run.Measured() {
		from = run.Times.Start
	}
	if from.IsZero() {
		return from, 0, false
	}
	until := t.now
	switch {
	case run.Measured() && !run.Times.VerifiedAt.IsZero():
		until = run.Times.VerifiedAt
		if net, _ := run.RTA(); net.Known && from.Equal(run.Times.DisruptedAt) {
			return from, net.Length, false
		}
	case run.State == drill.Ended:
		until = run.Times.End
	default:
		ticking = run.State != drill.Paused || !run.Pauses[len(run.Pauses)-1].Artificial
	}
	return from, max(until.Sub(from)-t.stood(from, until, true), 0), ticking
}

func later(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// measure holds the used time against the RTO. What has not been confirmed yet is
// never shown as kept.
func (t *teller) measure(h *head, from time.Time, used, rto time.Duration) {
	run := &t.run
	limit := from.Add(rto + t.stood(from, t.now, true))
	ends := t.forecast()
	whole := max(rto, used)
	verified := !run.Times.VerifiedAt.IsZero()
	if open := run.State != drill.Ended && !verified; open {
		whole = max(whole, ends.Sub(from)-t.stood(from, t.now, true))
		h.Expected = t.expected(limit)
		if ends.After(limit) {
			h.BarState = "at_risk"
		}
	}
	switch {
	case used > rto:
		h.BarState = "breached"
	case verified:
		h.BarState = "ok"
	}
	span := t.v.Texts.Span
	h.Bar, h.Percent, h.Mark = true, percent(used, whole), min(percent(rto, whole), 99)
	h.BarText = t.say("drills.used", span(used.Truncate(time.Second)), span(rto), t.at(limit))
	if verified && used <= rto {
		h.BarText = t.say("drills.used.verified", span(used.Truncate(time.Second)), span(rto))
	}
	if used > rto {
		h.BarText = t.say("drills.used.over", span(used.Truncate(time.Second)), span(rto), span(used-rto))
	}
}

// percent is how much of the whole a part is. What has begun is seen, however little it
// is.
func percent(part, whole time.Duration) int {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return int(min(max(part*100/whole, 1), 100))
}

// expected says when the run is expected to end, against its limit where there is
// one and against its plan.
func (t *teller) expected(limit time.Time) string {
	run := &t.run
	if run.State != drill.Running && run.State != drill.Paused || run.Times.Start.IsZero() {
		return ""
	}
	ends := t.forecast()
	parts := []string{t.say("drills.expected", t.at(ends))}
	span := func(d time.Duration) string { return t.v.Texts.Span(d.Round(time.Minute)) }
	switch {
	case limit.IsZero():
	case ends.After(limit):
		parts = append(parts, t.say("drills.expected.late", span(ends.Sub(limit))))
	default:
		parts = append(parts, t.say("drills.expected.early", span(limit.Sub(ends))))
	}
	if behind := ends.Sub(run.Times.Start.Add(t.planned() + t.stood(run.Times.Start, t.now, false))); behind >= time.Minute {
		parts = append(parts, t.say("drills.behind", span(behind)))
	}
	return strings.Join(parts, ", ") + "."
}

// at is a time of day, with its date when that is another than today's.
func (t *teller) at(moment time.Time) string {
	if moment.IsZero() {
		return "–"
	}
	here, today := moment.In(t.v.Texts.Zone), t.now.In(t.v.Texts.Zone)
	if here.YearDay() != today.YearDay() || here.Year() != today.Year() {
		return t.v.Texts.Moment(moment)
	}
	return here.Format("15.04")
}
