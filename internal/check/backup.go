package check

import "fmt"

// backupOftenEnough is C5: backup interval + duration ≤ rpo. A nightly backup
// cannot keep an rpo of 24 h.
func (r *run) backupOftenEnough(code string) {
	for _, p := range r.sorted {
		if p.Backup == nil || p.Backup.Method == "none" || p.Backup.Interval <= 0 {
			r.notJudged[code]++
			continue
		}
		interval, duration := p.Backup.Interval.Minutes(), p.Backup.Duration.Minutes()
		rpo := p.Objectives.RPO.Minutes()
		if interval+duration <= rpo {
			continue
		}
		f := Finding{
			Code: code, Severity: Error, State: Breached, Value: interval + duration, Limit: rpo,
			Message: fmt.Sprintf("backup every %s that takes %s can lose %s; the rpo of %s cannot be kept",
				span(interval), span(duration), span(interval+duration), span(rpo)),
			Hint: fmt.Sprintf("let the owner accept an rpo of %s, or a dispensation; no interval is short enough while the job takes %s",
				span(interval+duration), span(duration)),
		}
		if rpo > duration {
			f.Hint = fmt.Sprintf("take the backup at least every %s, or let the owner accept an rpo of %s, or a dispensation",
				span(rpo-duration), span(interval+duration))
		}
		r.add(p, "backup.interval", f)
	}
}

// dataLossMeasured is C7: the newest RPA is within the rpo.
func (r *run) dataLossMeasured(code string) {
	for _, p := range r.sorted {
		loss := r.of(p.ID).loss
		if loss == nil {
			r.notJudged[code]++
			continue
		}
		rpo := p.Objectives.RPO.Minutes()
		if loss.RPAMinutes <= rpo {
			continue
		}
		r.add(p, "objectives.rpo", Finding{
			Code: code, Severity: Error, State: Breached, Value: loss.RPAMinutes, Limit: rpo,
			Message: fmt.Sprintf("the data that came back on %s were %s old, %s over the rpo of %s",
				day(loss.EndedAt), span(loss.RPAMinutes), span(loss.RPAMinutes-rpo), span(rpo)),
			Hint: fmt.Sprintf("back up more often or copy the log, let the owner accept an rpo of %s, or a dispensation", span(loss.RPAMinutes)),
		})
	}
}
