package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/schedule"
)

type comingFilter struct {
	System string    `query:"system" maxLength:"64" doc:"Only drills of this system"`
	From   time.Time `query:"from" doc:"From this moment on; without it, from now"`
	To     time.Time `query:"to" doc:"Until this moment; without it, for a year"`
	Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type comingList struct {
	Schema      string   `json:"schema"`
	Occurrences []dueRow `json:"occurrences" doc:"Soonest first"`
	Problems    []string `json:"problems" doc:"Drills whose schedule cannot be followed"`
}

type dueRow struct {
	System  string    `json:"system"`
	Drill   string    `json:"drill"`
	Title   string    `json:"title"`
	Nominal string    `json:"nominal" doc:"Local time that the schedule names; with zone its name for ever"`
	Zone    string    `json:"zone"`
	Due     time.Time `json:"due"`
	From    time.Time `json:"moved_from,omitzero"`
	Fate    string    `json:"fate" enum:"due,moved,skipped"`
	Why     string    `json:"why,omitempty"`
}

func coming(a *API, h huma.API) {
	o := operation{id: "list-coming", method: http.MethodGet, path: "/api/v1/schedules/next", summary: "The next drills, and why one is moved or skipped", scope: "read", sees: matrix.PlanInternal, tag: "schedules"}
	add(a, h, o, a.listComing)
}

func (a *API) listComing(ctx context.Context, c *caller, in *comingFilter) (*body[comingList], error) {
	set, err := a.Register.Set(ctx)
	if err != nil {
		return nil, err
	}
	from := cmp.Or(in.From, c.at)
	to := in.To
	if to.IsZero() {
		to = from.AddDate(1, 0, 0)
	}
	if !to.After(from) || to.After(from.AddDate(5, 0, 0)) {
		return nil, refuse(http.StatusUnprocessableEntity, "wrong", "The period ends before it begins, or is longer than five years.", "Write another from or to.")
	}
	list := comingList{Schema: "beredskab.schedule.v1", Occurrences: []dueRow{}, Problems: []string{}}
	for _, p := range set.Plans {
		if c.sees(p.ID) && (in.System == "" || in.System == p.ID) {
			list.add(set.Organisation, p, from, to, in.Limit)
		}
	}
	slices.SortStableFunc(list.Occurrences, func(x, y dueRow) int { return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.System, y.System)) })
	list.Occurrences = list.Occurrences[:min(len(list.Occurrences), in.Limit)]
	return answered(list), nil
}

func (l *comingList) add(org *plan.Organisation, p *plan.Plan, from, to time.Time, most int) {
	for _, d := range p.Drills {
		if d.Schedule.When == "" {
			continue
		}
		spec, cal, err := schedule.FromPlan(org, d.Schedule)
		if err != nil {
			l.Problems = append(l.Problems, p.ID+"/"+d.ID+": "+err.Error())
			continue
		}
		n := 0
		for o := range spec.Occurrences(cal, from, to) {
			if n++; n > most {
				break
			}
			l.Occurrences = append(l.Occurrences, dueRow{p.ID, d.ID, d.Title, o.Nominal, o.Zone, o.Due, o.From, string(o.Fate), o.Why.String()})
		}
	}
}
