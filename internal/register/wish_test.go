package register_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// owedTo are the messages owed, as channel, address, language and when.
func (d *desk) owedTo(kind outbox.Kind) (list []string) {
	d.t.Helper()
	for _, n := range must(d.Notices(d.t.Context(), outbox.Filter{Limit: 100}))(d.t) {
		if n.Kind == kind && n.Address != "" {
			list = append(list, fmt.Sprintf("%s %s %s %s", n.Channel, n.Address, n.Language, n.NextTry.UTC().Format("02T15:04")))
		}
	}
	slices.Sort(list)
	return list
}

// putPerson writes a person, and how he wants to be written to.
func (d *desk) putPerson(p rights.Person, w rights.Wish) {
	d.t.Helper()
	d.ok(d.store.Update(d.t.Context(), func(tx door.Tx) error {
		person := must(p.Row(begin()))(d.t)
		wish := must(w.Row(begin()))(d.t)
		person.Rev, wish.Rev = 1, 1
		if err := tx.PutRecord(d.t.Context(), person); err != nil {
			return err
		}
		return tx.PutRecord(d.t.Context(), wish)
	}))
}

// TestWishes: an owner who wants English hears in English; one who has left is not
// written to.
func TestWishes(t *testing.T) {
	engines(t, func(t *testing.T, d *desk) {
		d.putPerson(rights.Person{ID: "p-1", Name: "Ejer", Mail: owner}, rights.Wish{Person: "p-1", Language: "en"})
		d.putPerson(rights.Person{ID: "p-2", Name: "Chef", Mail: "it-chef@kommune.test", Disabled: begin(), Why: "gone"}, rights.Wish{Person: "p-2"})
		d.adopt(system("a"))
		d.toQuestion(d.start("a"))
		asked := d.owedTo(outbox.Request)
		if len(asked) != 1 || asked[0][:len("mail "+owner+" en")] != "mail "+owner+" en" {
			t.Errorf("asked: %v", asked)
		}
		if told := d.owedTo(outbox.Started); len(told) != 1 {
			t.Errorf("told of the start: %v, want the owner alone", told)
		}
	})
}

// TestQuietHours: nobody is asked in a drill outside working hours, which is at a
// weekend all day; a crisis asks at once, and so does a drill that is to be held then.
func TestQuietHours(t *testing.T) {
	quiet := func(change func(*plan.Plan)) *desk {
		d := sqlite(t)
		org, p := organisation(), system("a")
		org.Calendar.QuietHours = "17:00-07:00"
		change(p)
		must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: []*plan.Plan{p}}))(t)
		return d
	}
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	asked := func(d *desk, started, question string) string {
		t.Helper()
		at := func(text string) time.Time { return must(time.ParseInLocation("2006-01-02 15:04", text, zone))(t) }
		d.clock.pass(at(started).Sub(begin()))
		run := d.start("a")
		d.clock.pass(at(question).Sub(at(started)) - 20*time.Minute)
		d.toQuestion(run)
		list := d.owedTo(outbox.Request)
		if len(list) != 1 {
			t.Fatalf("asked: %v", list)
		}
		return list[0][len(list[0])-len("02T15:04"):]
	}
	same := func(*plan.Plan) {}
	// 27 November 2026 is a Friday; half past three is half past two in UTC.
	equal(t, "in working hours", asked(quiet(same), "2026-11-27 13:00", "2026-11-27 15:30"), "27T14:30")
	equal(t, "on Friday evening it waits for Monday", asked(quiet(same), "2026-11-27 15:00", "2026-11-27 17:30"), "30T06:00")
	equal(t, "a drill that began in the evening was meant to", asked(quiet(same), "2026-11-27 19:00", "2026-11-27 20:00"), "27T19:00")
	night := func(p *plan.Plan) { p.Drills[0].OutsideHours = true }
	equal(t, "and so was one whose plan says so", asked(quiet(night), "2026-11-27 15:00", "2026-11-27 17:30"), "27T16:30")
}
