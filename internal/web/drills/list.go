package drills

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// mostPages is how many pages of held runs are read through.
const mostPages = 1000

// listing is the list of drills: what runs, what comes, what was held.
type listing struct {
	Running  []running
	Planned  []planned
	Held     []held
	Systems  []option
	System   string
	MayStart bool
	New      string
	frame.Pager
}

type running struct {
	ID, Path, Title, System, Tone string
	Head                          head
	Waits                         []waiting
}

type planned struct {
	Title, System, Path, Kind string
	At                        time.Time
	Problem                   string
}

type held struct {
	ID, Path, Title, System, Kind, Tone string
	At                                  time.Time
	State, Verdict                      string
	RTA                                 string
}

// list shows the drills and incidents; ?system= narrows it and ?page= goes on.
func (p *Part) list(v *frame.Visit) error {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	out := &listing{System: v.Query("system"), New: "/drills/new"}
	out.Page = v.Page(mostPages)
	for _, plan := range set.Plans {
		out.Systems = append(out.Systems, option{Value: plan.ID, Text: plan.Name})
		out.MayStart = out.MayStart || allowed(v, plan)
	}
	slices.SortFunc(out.Systems, func(a, b option) int { return cmp.Compare(a.Text, b.Text) })
	if out.System != "" {
		out.New += "?system=" + url.QueryEscape(out.System)
	}
	if out.Page == 1 {
		if err := p.current(v, out); err != nil {
			return err
		}
		if err := p.coming(v, out, set); err != nil {
			return err
		}
	}
	if err := p.past(v, out, set); err != nil {
		return err
	}
	return v.Show("drills/list", out)
}

// current are the runs that go on, with whom they wait for.
func (p *Part) current(v *frame.Visit, out *listing) error {
	rows, err := p.Register.Runs(v.Context(), kept.RunFilter{System: out.System, Open: true, Limit: 20})
	if err != nil {
		return err
	}
	for _, row := range rows {
		s, err := p.scene(v.Context(), row.ID)
		if err != nil {
			return err
		}
		t := p.teller(v, s)
		out.Running = append(out.Running, running{
			ID: row.ID, Path: "/drills/" + row.ID, Title: cmp.Or(s.run.Drill.Title, row.Title), System: s.run.Plan.Name,
			Tone: tone(row.Incident), Head: t.head(), Waits: t.waiting(),
		})
	}
	return nil
}

// coming are the drills that are due next, soonest first.
func (p *Part) coming(v *frame.Visit, out *listing, set *plan.Set) error {
	rows, err := p.Register.Schedules(v.Context())
	if err != nil {
		return err
	}
	for _, row := range rows {
		of, known := set.Plan(row.System)
		if !known || row.Due.IsZero() && row.Problem == "" || out.System != "" && row.System != out.System {
			continue
		}
		d, _ := of.Drill(row.Drill)
		out.Planned = append(out.Planned, planned{
			Title: cmp.Or(d.Title, row.Drill), System: of.Name, At: row.Due, Problem: row.Problem, Kind: v.Texts.Word("drills.type", d.Type),
			Path: "/drills/new?system=" + url.QueryEscape(row.System) + "&drill=" + url.QueryEscape(row.Drill),
		})
	}
	slices.SortStableFunc(out.Planned, func(a, b planned) int { return a.At.Compare(b.At) })
	if out.System == "" {
		out.Planned = out.Planned[:min(len(out.Planned), 8)]
	}
	return nil
}

// past are the runs that have ended, newest first, a page at a time.
func (p *Part) past(v *frame.Visit, out *listing, set *plan.Set) error {
	rows, err := p.Register.Runs(v.Context(), kept.RunFilter{System: out.System, Limit: out.Page*frame.PerPage + 21})
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r kept.Run) bool { return r.EndedAt.IsZero() })
	from := min((out.Page-1)*frame.PerPage, len(rows))
	until := min(from+frame.PerPage, len(rows))
	out.Pager = v.Turn(out.Page, len(rows) > until)
	for _, row := range rows[from:until] {
		h := held{
			ID: row.ID, Path: "/drills/" + row.ID, Title: row.Title, System: row.System, Kind: v.Texts.Word("drills.type", row.Type),
			Tone: tone(row.Incident), At: row.EndedAt, State: looks(drill.Verdict(row.Verdict)), Verdict: v.Texts.Word("drills.verdict", row.Verdict),
			RTA: say(v, "drills.unmeasured"),
		}
		if of, known := set.Plan(row.System); known {
			h.System = of.Name
		}
		if row.RTA != nil {
			h.RTA = v.Texts.Span(time.Duration(*row.RTA))
		}
		out.Held = append(out.Held, h)
	}
	return nil
}

// looks is the look of a verdict, as badge has it. What was not measured is never
// green.
func looks(verdict drill.Verdict) string {
	switch verdict {
	case drill.Passed:
		return "ok"
	case drill.WithRemarks:
		return "at_risk"
	case drill.NotPassed:
		return "breached"
	case drill.NotFinished:
		return "aborted"
	default:
		return "unmeasured"
	}
}

// allowed tells whether the visitor may open a run of that plan.
func allowed(v *frame.Visit, of *plan.Plan) bool {
	_, err := duty.Open(of, false)(v.Book, v.Person.ID, v.Now)
	return err == nil && v.Person.ID != ""
}
