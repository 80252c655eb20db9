package systems

import (
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
)

// historyPage is every version of the plan and what was said of each, newest first.
type historyPage struct {
	*system
	Versions []version
	AsOf     string
	Answer   string // what held on the day that was asked for
	AtPath   string
	More     int // older versions that are not shown
}

type version struct {
	Path, Label, Hash, State, Standing string
	Number                             int
	Adopted                            time.Time
	By                                 string // person or account
	From, To                           time.Time
	Acts                               []saying
	Changes                            []string // against the version before
	First                              bool
}

type saying struct {
	At       time.Time
	Text     string
	By       string // person
	For      string // on whose behalf
	Reason   string
	Comments []approval.Comment
	How      string
}

// mostVersions is how many versions the page tells of.
const mostVersions = 30

func (p *Part) history(v *frame.Visit) error {
	s, err := p.system(v, "/history")
	if err != nil {
		return err
	}
	rows, err := p.Register.Versions(v.Context(), s.ID)
	if err != nil {
		return err
	}
	out := &historyPage{system: s, AsOf: v.Query("as_of"), More: max(0, len(rows)-mostVersions)}
	for i := len(rows) - 1; i >= out.More; i-- {
		one, err := p.version(v, s, rows, i)
		if err != nil {
			return err
		}
		out.Versions = append(out.Versions, one)
	}
	if err := p.asOf(v, out, rows); err != nil {
		return err
	}
	return v.Show("systems/history", out)
}

func (p *Part) version(v *frame.Visit, s *system, rows []kept.Version, i int) (version, error) {
	row := rows[i]
	out := version{
		Path: s.Path + "?version=" + row.Hash, Label: dash(row.Label), Hash: row.Hash, Number: row.Number, Adopted: row.AdoptedAt, By: row.AdoptedBy,
		Standing: string(s.standing.State(row.Hash)), First: i == 0,
	}
	out.State = badge(out.Standing)
	for _, period := range s.standing.Periods() {
		if period.Version == row.Hash {
			out.From, out.To = period.From, period.To
		}
	}
	for _, a := range s.said {
		if a.Version == row.Hash {
			out.Acts = append(out.Acts, told(v, a))
		}
	}
	slices.Reverse(out.Acts)
	if i > 0 {
		before, err := p.Register.VersionPlan(v.Context(), rows[i-1].Hash)
		if err != nil {
			return out, err
		}
		now, err := p.Register.VersionPlan(v.Context(), row.Hash)
		if err != nil {
			return out, err
		}
		out.Changes = s.difference(v, before, now)
	}
	return out, nil
}

// difference is what changed from one version to another, for whoever may read all
// of it.
func (s *system) difference(v *frame.Visit, before, now *plan.Plan) []string {
	if !s.cleared(v) {
		return []string{v.Texts.Say("systems.difference.hidden")}
	}
	return plan.Diff(before, now, v.Texts.Lang)
}

// badge is how a version's standing is shown.
func badge(standing string) string {
	switch standing {
	case "to_confirm", "to_approve":
		return "waiting"
	case "retired":
		return "closed"
	}
	return standing
}

// told is one act as people read it.
func told(v *frame.Visit, a approval.Act) saying {
	return saying{
		At: a.At, Text: v.Texts.Say("systems.said." + string(a.Kind)), By: a.By.Person, For: a.By.OnBehalfOf, Reason: a.Reason, Comments: a.Comments,
		How: v.Texts.Word("systems.how", a.Assurance),
	}
}

// asOf finds the version that held at the end of a day.
func (p *Part) asOf(v *frame.Visit, out *historyPage, rows []kept.Version) error {
	if out.AsOf == "" {
		return nil
	}
	t := v.Texts
	day, err := time.ParseInLocation(time.DateOnly, out.AsOf, t.Zone)
	if err != nil {
		out.Answer = t.Say("systems.as_of.wrong")
		return nil
	}
	standing, err := p.Office.Standing(v.Context(), out.ID, day.AddDate(0, 0, 1).Add(-time.Microsecond))
	if err != nil {
		return err
	}
	hash, since, ok := standing.InForce()
	if !ok {
		out.Answer = t.Say("systems.as_of.none", t.Date(day))
		return nil
	}
	i := slices.IndexFunc(rows, func(row kept.Version) bool { return row.Hash == hash })
	if i >= 0 {
		out.Answer, out.AtPath = t.Say("systems.as_of.was", t.Date(day), dash(rows[i].Label), t.Date(since)), out.Path+"?version="+hash
	}
	return nil
}
