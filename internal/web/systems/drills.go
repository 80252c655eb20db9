package systems

import (
	"net/url"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

type drillsPage struct {
	*system
	Planned []planned
	Held    []held
	frame.Pager
}

// planned is a drill that the plan asks for, and when it is due.
type planned struct {
	Title, Kind, When, Start string
	Due                      time.Time
	Problem                  string
}

type held struct {
	Path, ID, Title, Kind, Tone, State, Verdict, RTA, RPA string
	At                                                    time.Time
	Counts                                                bool // it was held on the present steps
}

// mostDrills is how many pages of held drills are read through.
const mostDrills = 40

func (p *Part) drills(v *frame.Visit) error {
	s, err := p.system(v, "/drills")
	if err != nil {
		return err
	}
	out, page := &drillsPage{system: s}, v.Page(mostDrills)
	schedules, err := p.Register.Schedules(v.Context())
	if err != nil {
		return err
	}
	for _, d := range s.plan.Drills {
		one := planned{Title: d.Title, Kind: v.Texts.Word("systems.type", d.Type), When: d.Schedule.When, Start: "/drills/new?system=" + url.QueryEscape(s.ID) + "&drill=" + url.QueryEscape(d.ID)}
		for _, due := range schedules {
			if due.System == s.ID && due.Drill == d.ID {
				one.Due, one.Problem = due.Due, due.Problem
			}
		}
		out.Planned = append(out.Planned, one)
	}
	rows, err := p.Register.Runs(v.Context(), kept.RunFilter{System: s.ID, Limit: page*frame.PerPage + 1})
	if err != nil {
		return err
	}
	out.Pager = v.Turn(page, len(rows) > page*frame.PerPage)
	for _, row := range rows[min(len(rows), (page-1)*frame.PerPage):min(len(rows), page*frame.PerPage)] {
		out.Held = append(out.Held, s.heldRow(v, row))
	}
	return v.Show("systems/drills", out)
}

// heldRow is one run of the list. What was not measured says so.
func (s *system) heldRow(v *frame.Visit, row kept.Run) held {
	t := v.Texts
	one := held{
		Path: "/drills/" + row.ID, ID: row.ID, Title: row.Title, Kind: t.Word("systems.type", row.Type), Tone: "drill", State: "running", Verdict: t.Say("systems.running"),
		RTA: t.Say("systems.unmeasured"), RPA: t.Say("systems.unmeasured"), At: row.StartedAt, Counts: row.StepsHash == s.plan.StepsHash(),
	}
	if row.Incident {
		one.Tone, one.Kind = "incident", t.Word("systems.type", "incident")
	}
	if one.At.IsZero() {
		one.At = row.OpenedAt
	}
	if !row.EndedAt.IsZero() {
		one.Verdict = t.Word("systems.verdict", row.Verdict)
		switch row.Verdict {
		case "passed":
			one.State = "ok"
		case "passed_with_remarks":
			one.State = "at_risk"
		case "not_passed":
			one.State = "breached"
		default:
			one.State = "unmeasured"
		}
	}
	if e := check.EvidenceOf(&row); e.Measured {
		one.RTA = minutes(t, e.RTAMinutes)
		if e.HasRPA {
			one.RPA = minutes(t, e.RPAMinutes)
		}
	}
	return one
}

type actionsPage struct {
	*system
	Findings      []finding
	Actions       []action
	Dispensations []dispensation
}

type action struct {
	Path, ID, Text, Owner, State string
	Due                          time.Time
	Late                         bool
}

type dispensation struct {
	Path, ID, Rule, Reason, State string
	Until                         time.Time
}

// mostFollowed is how many actions and dispensations a page shows, the newest.
const mostFollowed = 100

func (p *Part) actions(v *frame.Visit) error {
	s, err := p.system(v, "/actions")
	if err != nil {
		return err
	}
	out := &actionsPage{system: s, Findings: s.findings(v)}
	list, err := p.Office.Actions(v.Context(), record.Filter{System: s.ID, Limit: mostFollowed})
	if err != nil {
		return err
	}
	for _, a := range list {
		out.Actions = append(out.Actions, action{
			Path: "/actions/" + url.PathEscape(a.ID), ID: a.ID, Text: a.Text, Owner: a.Owner, State: string(a.State), Due: a.Due, Late: a.Overdue(v.Now),
		})
	}
	given, err := p.Office.Dispensations(v.Context(), record.Filter{System: s.ID, Limit: mostFollowed})
	if err != nil {
		return err
	}
	for _, d := range given {
		out.Dispensations = append(out.Dispensations, dispensation{
			Path: "/dispensations/" + url.PathEscape(d.ID), ID: d.ID, Rule: v.Texts.Say("home.rule." + d.Code), Reason: d.Reason, State: string(d.State(v.Now)), Until: d.To,
		})
	}
	return v.Show("systems/actions", out)
}
