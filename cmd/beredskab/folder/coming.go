package folder

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

// Coming is what `beredskab schedule next` answers.
type Coming struct {
	Schema      string   `json:"schema"`
	Occurrences []dueRow `json:"occurrences"` // soonest first
	Problems    []string `json:"problems"`    // schedules that cannot be followed
}

// Period says which occurrences are asked for.
type Period struct {
	System   string // empty: all
	From, To string // days or moments; empty: now, and five years on
	Number   int    // at most
	Checks   bool   // also the RTO checks

	from, to time.Time
}

// Moment reads a time that was given with a flag. The error wraps ErrUsage.
func Moment(flag, text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: %s %q is no time; write it as 2026-11-23T12:00:00+01:00 or 2026-11-23", ErrUsage, flag, text)
}

// read reads the two ends of the period.
func (q *Period) read(now time.Time) (err error) {
	if q.from = now; q.From != "" {
		q.from, err = Moment("--from", q.From)
	}
	if q.to = q.from.AddDate(5, 0, 0); q.To != "" && err == nil {
		q.to, err = Moment("--to", q.To)
	}
	switch {
	case err != nil:
		return err
	case !q.to.After(q.from):
		return fmt.Errorf("%w: --to %s is not after %s, where the list begins", ErrUsage, q.To, q.from.Format(time.DateOnly))
	case q.Number < 1:
		return fmt.Errorf("%w: -n %d is no number of drills; write 1 or more", ErrUsage, q.Number)
	}
	return nil
}

// dueRow is one coming occurrence.
type dueRow struct {
	Schedule string `json:"schedule"`
	System   string `json:"system"`
	Drill    string `json:"drill"`
	Title    string `json:"title"`
	Nominal  string `json:"nominal"`
	Zone     string `json:"zone"`
	Due      string `json:"due"`
	From     string `json:"moved_from,omitempty"`
	Fate     string `json:"fate"`
	Why      string `json:"why,omitempty"`
	Sentence string `json:"sentence"`

	at time.Time
}

// Coming lists the occurrences of a period. Errors wrap ErrUsage or ErrNotFound.
func (f *Folder) Coming(now time.Time, q Period) (*Coming, error) {
	if err := q.read(now); err != nil {
		return nil, err
	}
	if q.System != "" {
		if _, err := f.System(q.System); err != nil {
			return nil, err
		}
	}
	v := &Coming{Schema: "beredskab.schedule.v1", Occurrences: []dueRow{}, Problems: []string{}}
	org := f.Set.Organisation
	if q.Checks && q.System == "" {
		v.add(q, org, dueRow{Schedule: "@checks", Title: "RTO checks"}, org.Checks)
	}
	for _, p := range f.Set.Plans {
		for _, d := range p.Drills {
			if q.System == "" || q.System == p.ID {
				v.add(q, org, dueRow{Schedule: p.ID + "/" + d.ID, System: p.ID, Drill: d.ID, Title: d.Title}, d.Schedule)
			}
		}
	}
	slices.SortStableFunc(v.Occurrences, func(a, b dueRow) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Schedule, b.Schedule)) })
	v.Occurrences = v.Occurrences[:min(len(v.Occurrences), q.Number)]
	return v, nil
}

func (v *Coming) add(q Period, org *plan.Organisation, row dueRow, text plan.Schedule) {
	if text.When == "" {
		return
	}
	spec, cal, err := schedule.FromPlan(org, text)
	if err != nil {
		v.Problems = append(v.Problems,
			fmt.Sprintf("the schedule %q of %s cannot be followed: %v; `beredskab plan lint` shows where", text.When, row.Schedule, err))
		return
	}
	n := 0
	for d := range spec.Occurrences(cal, q.from, q.to) {
		if n++; n > q.Number {
			break
		}
		v.Occurrences = append(v.Occurrences, row.with(d))
	}
}

// with is the row of one occurrence, in the local time of its schedule.
func (r dueRow) with(d schedule.Decision) dueRow {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC // The schedule's own reading has judged the zone already.
	}
	r.at, r.Nominal, r.Zone, r.Due, r.Fate = d.Due.In(zone), d.Nominal, d.Zone, d.Due.In(zone).Format(time.RFC3339), string(d.Fate)
	if !d.From.IsZero() {
		r.From = d.From.In(zone).Format(time.RFC3339)
	}
	r.Why, r.Sentence = d.Why.String(), d.Sentence()
	return r
}

// Failed tells whether a schedule cannot be followed.
func (v *Coming) Failed() bool { return len(v.Problems) > 0 }

// Text prints one line an occurrence, with why it is moved or skipped.
func (v *Coming) Text(out io.Writer) {
	rows := [][]string{{"DUE", "DRILL", "TITLE"}}
	for _, r := range v.Occurrences {
		title := r.Title
		switch {
		case r.From != "" && r.Fate == string(schedule.FateMoved):
			title += fmt.Sprintf(" (moved from %s: %s)", r.From[:10], r.Why)
		case r.Why != "":
			title += fmt.Sprintf(" (%s: %s)", r.Fate, r.Why)
		}
		rows = append(rows, []string{r.at.Format("Mon 2006-01-02 15:04"), r.Schedule, title})
	}
	if len(v.Occurrences) == 0 {
		rows = [][]string{{"Nothing is due in that time."}}
	}
	Table(out, rows)
	for _, p := range v.Problems {
		fmt.Fprintln(out, p)
	}
}
