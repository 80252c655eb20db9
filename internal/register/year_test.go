package register_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/schedule"
)

// year lives a year of a municipality's drills: the register is real, time passes from
// one thing that happens to the next, every message arrives when it may.
type year struct {
	*desk
	rng      *rand.Rand
	calendar *schedule.Calendar
	agenda   []appointment
	known    map[string]bool
	told     map[string]map[string]int // by mailbox and month
	night    int                       // messages outside the hours in which they may come
	runs     int
}

type appointment struct {
	at time.Time
	do func()
}

func (y *year) plan(at time.Time, do func()) {
	y.agenda = append(y.agenda, appointment{at, do})
}

// live passes the year.
func (y *year) live(until time.Time) {
	var follow func()
	follow = func() {
		_, again := y.tick()
		y.meet()
		if !again.IsZero() {
			y.plan(again, follow)
		}
	}
	y.plan(begin(), follow)
	for len(y.agenda) > 0 {
		first := 0
		for i, a := range y.agenda {
			if a.at.Before(y.agenda[first].at) {
				first = i
			}
		}
		next := y.agenda[first]
		if y.agenda = slices.Delete(y.agenda, first, first+1); next.at.After(until) {
			return
		}
		if next.at.After(y.clock.Now().Wall) {
			y.clock.set(next.at)
		}
		next.do()
		y.deliver()
	}
}

// meet begins to drive every drill that was opened.
func (y *year) meet() {
	for _, run := range must(y.Runs(y.t.Context(), kept.RunFilter{Open: true}))(y.t) {
		if !y.known[run.ID] {
			y.known[run.ID] = true
			y.runs++
			y.drive(run.ID)
		}
	}
}

// drive does what the run needs: its commands take their time, and people answer; one
// in seven does not, and the deputy does.
func (y *year) drive(run string) {
	turn, now := y.advance(run), y.clock.Now().Wall
	for _, job := range turn.Jobs {
		y.plan(now.Add(time.Duration(10+y.rng.IntN(40))*time.Minute), func() {
			y.ok(y.HandIn(y.t.Context(), y.node, run, ended(job.Step, job.Attempt, "ok")))
			y.drive(run)
		})
	}
	if !turn.Again.IsZero() {
		y.plan(turn.Again, func() { y.drive(run) })
	}
	_, state, err := y.Run(y.t.Context(), run)
	y.ok(err)
	for _, s := range state.Steps {
		if key := run + "/" + s.ID; s.State == drill.Asked && !y.known[key] {
			y.known[key] = true
			y.answer(run, s.ID, state.Plan.Owner)
		}
	}
}

func (y *year) answer(run, step string, of plan.Owner) {
	who, after := of.Mailbox, 5+y.rng.IntN(40)
	if y.rng.IntN(7) == 0 {
		who, after = of.Deputy, 50
	}
	from := y.clock.Now().Wall
	if until, quiet := y.calendar.QuietUntil(from); quiet {
		from = until
	}
	y.plan(from.Add(time.Duration(after)*time.Minute), func() {
		y.ok(y.Answer(y.t.Context(), door.Actor{Name: who, Assurance: "link"}, register.Answer{Run: run, Step: step, Answer: "yes"}))
		y.drive(run)
	})
}

// deliver hands out what may come now, and comes back when the next may.
func (y *year) deliver() {
	now, next := y.clock.Now().Wall, time.Time{}
	for _, n := range must(y.Owed(y.t.Context(), 10_000))(y.t) {
		if n.NextTry.After(now) {
			if next.IsZero() || n.NextTry.Before(next) {
				next = n.NextTry
			}
			continue
		}
		y.ok(y.Tried(y.t.Context(), n.ID, outbox.Delivery{At: now, Channel: n.Channel, Outcome: outbox.Accepted}, outbox.Delivered))
		if _, quiet := y.calendar.QuietUntil(now); quiet {
			y.night++
		}
		if n.Address != "" {
			if y.told[n.Address] == nil {
				y.told[n.Address] = map[string]int{}
			}
			y.told[n.Address][now.Format("2006-01")]++
		}
	}
	if key := "owed " + next.String(); !next.IsZero() && !y.known[key] {
		y.known[key] = true
		y.plan(next, func() {})
	}
}

// most is the mean of a month and the fullest month over those whose mailbox begins so.
func (y *year) most(prefix string) (mean float64, most int) {
	people, all := 0, 0
	for mailbox, months := range y.told {
		if strings.HasPrefix(mailbox, prefix) {
			people++
			for _, n := range months {
				all, most = all+n, max(most, n)
			}
		}
	}
	return float64(all) / float64(max(people, 1)) / 12, most
}

// newYear is a municipality with that many systems, five to each head of department,
// each with a restore and an exercise a year, led by five people.
func newYear(t *testing.T, systems int, quiet string) *year {
	d := sqlite(t)
	org := organisation()
	org.Calendar = plan.Calendar{QuietHours: quiet}
	for i := range 5 {
		org.Roles = append(org.Roles, plan.Role{ID: fmt.Sprintf("leder-%d", i), Name: fmt.Sprintf("Leder %d", i), Mailbox: fmt.Sprintf("leder%d@kommune.test", i)})
	}
	open, err := schedule.CalendarOf(&plan.Organisation{Calendar: plan.Calendar{QuietHours: "17:00-07:00"}})
	d.ok(err)
	y := &year{desk: d, rng: rand.New(rand.NewPCG(proof.Seed(t), 6)), calendar: open, known: map[string]bool{}, told: map[string]map[string]int{}}
	var plans []*plan.Plan
	for i := range systems {
		p := system(fmt.Sprintf("s%03d", i))
		p.Owner.Mailbox, p.Owner.Deputy = fmt.Sprintf("ejer%d@kommune.test", i/5), fmt.Sprintf("vice%d@kommune.test", i/5)
		day := begin().AddDate(0, 0, 10+y.rng.IntN(340))
		p.Drills[0].Participants.Director = fmt.Sprintf("leder-%d", i%5)
		p.Drills[0].Schedule = plan.Schedule{When: fmt.Sprintf("0 9 %d %d *", day.Day(), int(day.Month())), Move: "next_working_day"}
		other := p.Drills[0]
		day = day.AddDate(0, 6, 0)
		other.ID, other.Title = "igen", "Øvelse"
		other.Schedule.When = fmt.Sprintf("0 13 %d %d *", min(day.Day(), 28), int(day.Month()))
		p.Drills = append(p.Drills, other)
		plans = append(plans, p)
	}
	must(d.Adopt(t.Context(), ann(), &plan.Set{Organisation: org, Plans: plans}))(t)
	return y
}

// TestYearOfMessages: what a year of drills asks of people is bearable, and no message
// about a drill comes at night, at a weekend or on a holiday.
func TestYearOfMessages(t *testing.T) {
	systems := proof.Size(5, 20, 300)
	y := newYear(t, systems, "17:00-07:00")
	y.live(begin().AddDate(1, 0, 0))
	control := newYear(t, 5, "")
	control.live(begin().AddDate(1, 0, 0))
	if control.night == 0 {
		t.Error("control: without quiet hours no message came at night")
	}
	owner, fullest := y.most("ejer")
	leader, busiest := y.most("leder")
	if owner > 12 || fullest > 40 {
		t.Errorf("an owner of five systems gets %.1f messages a month, in one month %d", owner, fullest)
	}
	proof.Report(t, proof.Figure{
		ID: "M1", What: "a year of messages", Seed: proof.Seed(t), Count: y.runs, Unit: "drills", Failed: y.night,
		Found: fmt.Sprintf("%d systems; an owner of five gets %.1f messages a month and %d in the fullest, who leads a fifth of all drills %.1f and %d; %d outside the hours",
			systems, owner, fullest, leader, busiest, y.night),
		Control: fmt.Sprintf("without quiet hours %d of them come at night, at weekends and on holidays", control.night),
	})
}
