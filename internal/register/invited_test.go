package register_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// heard lists what people were told about coming drills by mail, oldest first, as
// "kind occurrence sequence".
func (d *desk) heard() (list []string) {
	d.t.Helper()
	seen := map[string]bool{}
	notices := must(d.Notices(d.t.Context(), outbox.Filter{}))(d.t)
	for i := range notices {
		n := notices[len(notices)-1-i]
		if n.Channel != "mail" || n.Kind != outbox.Reminder && n.Kind != outbox.Cancelled {
			continue
		}
		line := fmt.Sprintf("%s %s %d", n.Kind, n.Facts.Occurrence, n.Facts.Sequence)
		if !n.Facts.MovedTo.IsZero() {
			line += " to " + n.Facts.MovedTo.Format("01-02 15:04")
		}
		if !seen[line] {
			list = append(list, line)
		}
		seen[line] = true
	}
	return list
}

// monthly is a drill on the first Tuesday of December at nine, of which people are
// reminded two weeks before.
func monthly() plan.Schedule { return plan.Schedule{When: "0 9 1 12 *"} }

// invite brings the clock to the day on which people are reminded of it.
func (d *desk) invite(s plan.Schedule) {
	d.t.Helper()
	d.adopt(scheduled("a", s))
	d.clock.set(at("2026-11-24 10:00"))
	d.tick()
	d.same("invited", d.heard(), "reminder a/gendan@2026-12-01T09:00 0")
}

// Who was invited hears once that the drill does not come: taken out, at another time,
// or because of a blackout; and nobody hears anything when it stays as it is.
func TestWhoWasInvitedHearsOfChanges(t *testing.T) {
	told := "reminder a/gendan@2026-12-01T09:00 0"
	for name, c := range map[string]struct {
		change func(org *plan.Organisation) []*plan.Plan
		want   []string
	}{
		"nothing changes": {func(*plan.Organisation) []*plan.Plan { return []*plan.Plan{scheduled("a", monthly())} }, nil},
		"other words": {func(*plan.Organisation) []*plan.Plan {
			p := scheduled("a", monthly())
			p.Purpose = "Ny tekst"
			return []*plan.Plan{p}
		}, nil},
		"written otherwise": {func(*plan.Organisation) []*plan.Plan {
			return []*plan.Plan{scheduled("a", plan.Schedule{When: "00 9 1 12 *"})}
		}, nil},
		"taken out":       {func(*plan.Organisation) []*plan.Plan { return []*plan.Plan{system("a")} }, []string{"cancelled a/gendan@2026-12-01T09:00 1"}},
		"the system goes": {func(*plan.Organisation) []*plan.Plan { return nil }, []string{"cancelled a/gendan@2026-12-01T09:00 1"}},
		"two days later": {func(*plan.Organisation) []*plan.Plan {
			return []*plan.Plan{scheduled("a", plan.Schedule{When: "0 9 3 12 *"})}
		}, []string{"cancelled a/gendan@2026-12-01T09:00 1 to 12-03 08:00"}},
		"half a year later": {func(*plan.Organisation) []*plan.Plan {
			return []*plan.Plan{scheduled("a", plan.Schedule{When: "0 9 1 6 *"})}
		}, []string{"cancelled a/gendan@2026-12-01T09:00 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := sqlite(t)
			d.invite(monthly())
			for range 2 { // a second time changes nothing
				org := organisation()
				must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: c.change(org)}))(t)
				d.tick()
			}
			d.same("heard", d.heard(), append([]string{told}, c.want...)...)
			if len(c.want) > 0 {
				n := d.notice(outbox.Cancelled, "mail")
				if n.Facts.SystemName != "System a" || n.Facts.Drill != "Gendannelse" || !n.Facts.StartsAt.Equal(at("2026-12-01 09:00")) || !n.ExpiresAt.Equal(n.Facts.StartsAt) {
					t.Errorf("it says %+v until %v", n.Facts, n.ExpiresAt)
				}
				equal(t, "in the channel too", len(d.told("slack")), 2)
			}
		})
	}
}

// The municipality's own calendar moves a drill, and calls it off; when it comes back
// people are invited anew, each time under a higher number.
func TestTheCalendarMovesADrill(t *testing.T) {
	d := sqlite(t)
	s := plan.Schedule{When: "0 9 1 12 *", Move: "next_working_day", Blackout: []string{"frys"}}
	adopt := func(calendar string) {
		t.Helper()
		org := organisation()
		d.ok(json.Unmarshal([]byte(calendar), &org.Calendar))
		must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{scheduled("a", s)}}))(t)
		d.clock.pass(time.Minute)
		d.tick()
	}
	const usual = `{"blackouts": [{"id": "frys", "from": "12-24", "to": "12-31"}]}`
	const frozen = `{"blackouts": [{"id": "frys", "from": "12-01", "to": "12-02"}]}`
	adopt(usual)
	d.clock.set(at("2026-11-24 10:00"))
	d.tick()
	adopt(frozen)
	adopt(usual)
	adopt(usual)
	d.clock.set(at("2026-11-30 10:00"))
	d.tick()
	d.same("heard", d.heard(),
		"reminder a/gendan@2026-12-01T09:00 0",
		"cancelled a/gendan@2026-12-01T09:00 1",
		"reminder a/gendan@2026-12-01T09:00 2")
	equal(t, "the last one is of the day before", d.notice(outbox.Reminder, "mail").Facts.DaysBefore, 1)
	d.clock.set(at("2026-12-02 10:00"))
	adopt(frozen) // it is over, and nobody hears of it any more
	equal(t, "heard", len(d.heard()), 3)
}
