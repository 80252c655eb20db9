package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzOrganisation: no text makes the reader panic, each problem stands in the
// file and has a hint, and what was read survives the way through the register.
func FuzzOrganisation(f *testing.F) {
	for _, text := range []string{
		smallOrganisation, fmt.Sprintf(smallPlan, "loen"), "schema: 1\nname: A\nescalation: {remind: 15m, deputy: 1h}\n", "teams: [{id: a, capacity: -1}]",
		"calendar: {quiet_hours: 17:00-07:00, blackouts: [{id: a, weeks: 1,2}]}", "roles: [{id: a, deputy: a}, {id: a}]", "checks: {when: daily, zone: ../etc}",
		"", "name: [", "name: &a [*a]", "\xff", "name: |\n\t\n", "zone: \"\\ud800\"", "cadence: [{class: 1}, {class: 1}]",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		o, problems := ParseOrganisation("organisation.yaml", src)
		lines := strings.Count(string(src), "\n") + 2
		for _, problem := range problems {
			if problem.Hint == "" || problem.Line > lines || problem.Line > 0 && problem.Column < 1 || problem.Line < 0 {
				t.Errorf("%+v", problem)
			}
		}
		if o == nil {
			return
		}
		var back Organisation
		if err := back.ReadCanonical(o.Canonical()); err != nil || back.Hash() != o.Hash() || string(back.Canonical()) != string(o.Canonical()) {
			t.Errorf("the organisation does not survive: %v", err)
		}
		for _, crisis := range []bool{false, true} {
			remind, deputy, leader := o.Ladder(nil, crisis)
			if remind <= 0 || deputy <= 0 || leader <= 0 {
				t.Errorf("the ladder is %v, %v, %v", remind, deputy, leader)
			}
		}
		for _, role := range o.Roles {
			if who := o.Answerers(role.ID, nil); who[0] != role.ID {
				t.Errorf("%q is answered for by %q", role.ID, who)
			}
		}
	})
}

// FuzzDuration: what is read is written so that it is read as the same, and no
// length is negative or longer than a hundred years.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{
		"0", "0m", "15m", "4h", "2d", "1w", "1h45m", "1w2d3h4m", "90", "90 min", "1.5h", "-1h", "1m1h", "1h1h", "999999999w",
		"5200w", "5200w1m", "00000000001m", "1H", "1 h", "١m", "", "m", "1hm", "1h5", "\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			if d != 0 || err.Error() == "" || len(err.Error()) > 300+5*len(text) {
				t.Errorf("%q: %v, %v", text, d, err)
			}
			return
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q is %s, which is read as %v (%v)", text, d, again, err)
		}
		if d < 0 || d > longestMinutes || d.Std() != time.Duration(d.Minutes())*time.Minute {
			t.Errorf("%q is %d minutes, %v", text, d.Minutes(), d.Std())
		}
	})
}
