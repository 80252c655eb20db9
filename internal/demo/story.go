package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/schedule"
)

// begins is how many days before now the municipality took the program into use.
const begins = 730

// story is the municipality's last two years, told to a register by the acts of
// its people at the moments at which they did them. Nothing is written past the
// one door: what may not be done cannot be told.
type story struct {
	sample   *Sample
	app      *app.App
	clock    *clock
	node     register.Node
	set      *plan.Set         // as the files hold it at the end
	files    map[string][]byte // their texts, by system
	calendar *schedule.Calendar
	zone     *time.Location
	now      time.Time
	account  string // of the operating system, of whoever looks at the demo
	chapters []chapter
}

// chapter is what happened at one moment.
type chapter struct {
	at   time.Time
	tell func(ctx context.Context) error
}

// takeOver makes a register of the plans, which nobody has governed yet, with the
// drills as somebody states them.
func (s *Sample) takeOver(ctx context.Context, now time.Time) error {
	t := &story{sample: s, now: now}
	if err := t.open(); err != nil {
		return err
	}
	var err error
	if t.app, err = s.Open(ctx, app.Use); err != nil {
		return err
	}
	err = t.adopt(ctx, coordinator)
	if err == nil {
		err = t.app.Register.Import(ctx, as(coordinator), t.stated(slices.Concat(sheet(), t.recent())))
	}
	return errors.Join(err, t.app.Close())
}

// fillRegister tells the story up to now to a new register. The messages of that
// time were sent long ago, so the register has no channel while it is told.
func (s *Sample) fillRegister(ctx context.Context, account string, now time.Time) (err error) {
	settings, err := s.Settings()
	if err != nil {
		return err
	}
	settings.Channels = nil
	t := &story{sample: s, clock: &clock{}, now: now, account: account}
	if err := t.open(); err != nil {
		return err
	}
	t.clock.to(t.day(begins, "08:00"))
	if t.app, err = app.OpenAt(ctx, settings, app.Use, slog.New(slog.DiscardHandler), t.clock); err != nil {
		return err
	}
	return errors.Join(t.tell(ctx), t.app.Close())
}

// open reads the files and the municipality's calendar.
func (t *story) open() (err error) {
	set, problems, err := app.ReadPlans(filepath.Join(t.sample.Dir, "plans"), plan.NewReader())
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problems
	}
	t.set, t.files = set, map[string][]byte{}
	for _, name := range append(systems(set), organisation) {
		if t.files[name], err = os.ReadFile(t.sample.planFile(name)); err != nil {
			return err
		}
	}
	if t.zone, err = time.LoadLocation(set.Organisation.Zone); err != nil {
		return fmt.Errorf("reading the municipality's time zone: %w", err)
	}
	t.calendar, err = schedule.NewCalendar(schedule.Settings{Zone: set.Organisation.Zone})
	return err
}

func systems(set *plan.Set) (ids []string) {
	for _, p := range set.Plans {
		ids = append(ids, p.ID)
	}
	return ids
}

// tell tells every chapter at its moment.
func (t *story) tell(ctx context.Context) error {
	for _, part := range []func(){t.people, t.upkeep, t.versions, t.papers, t.drills, t.follow, t.guest} {
		part()
	}
	slices.SortStableFunc(t.chapters, func(a, b chapter) int { return a.at.Compare(b.at) })
	for _, c := range t.chapters {
		t.clock.to(c.at)
		if err := c.tell(ctx); err != nil {
			return fmt.Errorf("telling of %s: %w", c.at.In(t.zone).Format("2006-01-02 15:04"), err)
		}
	}
	t.clock.to(t.now)
	if err := t.app.RunChecks(ctx); err != nil {
		return err
	}
	_, err := t.app.Notary.Checkpoint(ctx)
	return err
}

// on adds a chapter.
func (t *story) on(at time.Time, tell func(context.Context) error) {
	t.chapters = append(t.chapters, chapter{at, tell})
}

// day is that hour of the day so many days before now, or of the last working day
// before it.
func (t *story) day(ago int, hour string) time.Time {
	clock, _ := time.Parse("15:04", hour) // every hour stands in this package
	local := t.now.In(t.zone)
	for {
		at := time.Date(local.Year(), local.Month(), local.Day()-ago, clock.Hour(), clock.Minute(), 0, 0, t.zone)
		if _, off := t.calendar.DayOff(at); !off && at.Before(t.now) {
			return at
		}
		ago++
	}
}

// as is the person of that account, in his own name.
func as(account string) door.Actor {
	return door.Actor{Name: account, Assurance: "login", Via: account}
}
