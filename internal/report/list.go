package report

import (
	"strconv"
	"time"

	"beredskab/internal/picture"
	"beredskab/internal/report/page"
)

// systemList is every system for a spreadsheet: days as ISO 8601 has them,
// lengths in minutes, and nothing where nothing was measured.
func (d *figured) systemList() page.Table {
	day := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(d.Zone).Format(time.DateOnly)
	}
	minutes := func(m *int) string {
		if m == nil {
			return ""
		}
		return strconv.Itoa(*m)
	}
	t := page.Table{Columns: page.Columns(
		"id", "name", "owner", "criticality", "class", "state", "ready", "readiness_percent", "rto_minutes", "planned_minutes", "projected_minutes",
		"rta_minutes", "rpo_minutes", "rpa_minutes", "exercised", "measured", "accepted", "approved", "plan_version", "plan_sha256",
		"basis", "crisis", "workaround", "workaround_test", "recovery", "recovery_test", "waived_until",
	)}
	for _, s := range d.f.Systems {
		t.Rows = append(t.Rows, []string{
			s.ID, s.Name, s.Owner, s.Criticality, strconv.Itoa(s.Class), s.State, strconv.FormatBool(s.Ready), strconv.Itoa(s.Readiness),
			minutes(&s.RTO), minutes(s.Planned), minutes(s.Projected), minutes(s.RTA), minutes(&s.RPO), minutes(s.RPA),
			day(s.Exercised), day(s.Measured), day(s.Accepted), day(s.Approved), s.PlanVersion, s.PlanHash,
			s.Basis.Plan, s.Crisis.Plan, s.Workaround.Plan, s.Workaround.Test, s.Recovery.Plan, s.Recovery.Test, day(s.WaivedUntil),
		})
	}
	return t
}

// standing is a state with its sign.
func (d *figured) standing(state string) string {
	return picture.Mark(state) + "\u00a0" + d.Word("standing", state)
}
