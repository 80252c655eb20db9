package check

import (
	"fmt"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// promise is one set of objectives that a system must keep: the ordinary one,
// and one for each peak period. Peak periods are checked all year round, for a
// plan that fails in the payroll run must be known before the payroll run.
type promise struct {
	peak      string // empty for the ordinary objectives
	rto, mtpd int
	rtoPath   string
	mtpdPath  string
	ownRTO    bool // the period sets an RTO of its own
}

func promises(p *plan.Plan) []promise {
	out := []promise{{
		rto: p.Objectives.RTO.Minutes(), mtpd: p.Objectives.MTPD.Minutes(),
		rtoPath: "objectives.rto", mtpdPath: "objectives.mtpd", ownRTO: true,
	}}
	for i, peak := range p.PeakPeriods {
		season := out[0]
		season.peak, season.ownRTO = peak.Name, peak.RTO > 0
		if peak.RTO > 0 {
			season.rto, season.rtoPath = peak.RTO.Minutes(), fmt.Sprintf("peak_periods[%d].rto", i)
		}
		if peak.MTPD > 0 {
			season.mtpd, season.mtpdPath = peak.MTPD.Minutes(), fmt.Sprintf("peak_periods[%d].mtpd", i)
		}
		out = append(out, season)
	}
	return out
}

// in is " in the peak period x", or nothing.
func (q promise) in() string {
	if q.peak == "" {
		return ""
	}
	return fmt.Sprintf(" in the peak period %q", q.peak)
}

// objectivesFit is C1: rto + wrt ≤ mtpd.
func (r *run) objectivesFit(code string) {
	for _, p := range r.sorted {
		wrt := p.Objectives.WRT.Minutes()
		for _, q := range promises(p) {
			sum := q.rto + wrt
			if sum <= q.mtpd || q.mtpd <= 0 {
				continue
			}
			r.add(p, q.mtpdPath, Finding{
				Code: code, Subject: q.peak, Severity: Error, State: Breached, Value: sum, Limit: q.mtpd,
				Message: fmt.Sprintf("rto %s + wrt %s = %s is %s longer than the mtpd of %s%s",
					span(q.rto), span(wrt), span(sum), span(sum-q.mtpd), span(q.mtpd), q.in()),
				Hint: fmt.Sprintf("lower rto to %s or wrt to %s, or let the owner accept an mtpd of %s",
					span(max(0, q.mtpd-wrt)), span(max(0, q.mtpd-q.rto)), span(sum)),
			})
		}
	}
}

// planInTime is C2: planned finish + time to decide ≤ rto.
func (r *run) planInTime(code string) {
	if r.graph == nil {
		r.notJudged[code] = len(r.sorted)
		return
	}
	for _, p := range r.sorted {
		result, _ := r.forecast.Of(p.ID)
		value := result.PlannedFinish + r.graph.Allowance()
		for _, q := range promises(p) {
			if q.rto <= 0 || !q.ownRTO || value <= q.rto {
				continue
			}
			chain := r.forecast.PlannedChain(p.ID)
			r.add(p, q.rtoPath, Finding{
				Code: code, Subject: q.peak, Severity: Error, State: Breached, Value: value, Limit: q.rto, Chain: chain,
				Message: fmt.Sprintf("by plan it is back after %s; with %s to decide that is %s over the rto of %s%s",
					span(result.PlannedFinish), span(r.graph.Allowance()), span(value-q.rto), span(q.rto), q.in()),
				Hint: r.wayOut(p, q, value, chain, func(s recovery.Result) int { return s.PlanTime }),
			})
		}
	}
}

// measuredInTime is C6: the newest end-to-end RTA and the projected finish are
// both within the rto. A projection in time with thin air is at risk.
func (r *run) measuredInTime(code string) {
	if r.graph == nil {
		r.notJudged[code] = len(r.sorted)
		return
	}
	for _, p := range r.sorted {
		result, _ := r.forecast.Of(p.ID)
		if result.Measured == recovery.NotMeasured {
			r.notJudged[code]++
		}
		value, words := result.ProjectedFinish, "with measured times it is back after "
		if e := r.of(p.ID).endToEnd; e != nil && e.RTAMinutes > value {
			value, words = e.RTAMinutes, fmt.Sprintf("end to end it took, on %s, ", day(e.EndedAt))
		}
		for _, q := range promises(p) {
			if q.ownRTO && q.rto > 0 {
				r.judgeMeasured(p, q, code, value, words)
			}
		}
	}
}

func (r *run) judgeMeasured(p *plan.Plan, q promise, code string, value int, words string) {
	f := Finding{Code: code, Subject: q.peak, Value: value, Limit: q.rto}
	switch {
	case value > q.rto:
		f.Severity, f.State = Error, Breached
		f.Message = fmt.Sprintf("%s%s, %s over the rto of %s%s", words, span(value), span(value-q.rto), span(q.rto), q.in())
	case r.graph.AtRisk(value, q.rto):
		f.Severity, f.State = Warning, AtRisk
		f.Message = fmt.Sprintf("%s%s, which leaves only %s of the rto of %s%s",
			words, span(value), span(q.rto-value), span(q.rto), q.in())
	default:
		return
	}
	f.Chain = r.forecast.Chain(p.ID)
	f.Hint = r.wayOut(p, q, value, f.Chain, func(s recovery.Result) int { return s.ProjectedFinish - s.ProjectedStart })
	r.add(p, q.rtoPath, f)
}

// wayOut names the ways out of a missed rto, with the numbers: save time in the
// chain, where the most goes; accept a later rto if the mtpd allows it; or a
// dispensation.
func (r *run) wayOut(p *plan.Plan, q promise, value int, chain []string, own func(recovery.Result) int) string {
	longest, most := "", 0
	for _, id := range chain {
		if s, _ := r.forecast.Of(id); own(s) > most {
			longest, most = id, own(s)
		}
	}
	save := fmt.Sprintf("save %s in %s (most goes to %s, %s)", span(max(1, value-q.rto)), arrow(chain), longest, span(most))
	if room := q.mtpd - p.Objectives.WRT.Minutes(); room >= value {
		return fmt.Sprintf("%s, or let the owner accept an rto of %s (mtpd and wrt allow %s), or a dispensation",
			save, span(value), span(room))
	}
	return save + ", or a dispensation accepted by the owner; a longer rto would break the mtpd"
}
