// Package calendar shows what is planned and what became of it: the year by system
// and month, one month by its days, and the list of what is to come. It proposes
// days for what nobody has planned, and plans nothing itself: a drill's time stands
// in the plan of its system.
package calendar

import (
	"context"
	"net/http"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/schedule"
)

// Options are what the pages work with.
type Options struct {
	Register *register.Register
	// Feed makes a secret address for a calendar to subscribe to, and gives its path;
	// nil: there is none to be had.
	Feed   func(ctx context.Context, by door.Actor, kind, id, lang string) (path string, err error)
	Origin string // https://…, where people reach the pages
}

// Part is these pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages.
func (p *Part) Routes() []frame.Route {
	need := frame.Need{Permission: matrix.PlanInternal}
	list := []frame.Route{{Method: http.MethodGet, Path: "/calendar", Need: need, Handle: p.show}}
	if p.Feed != nil {
		list = append(list, frame.Route{Method: http.MethodGet, Path: "/feeds", Need: need, Handle: p.feeds},
			frame.Route{Method: http.MethodPost, Path: "/feeds", Need: need, Handle: p.makeFeed})
	}
	return list
}

// desk is what one visit to the calendar works with.
type desk struct {
	*Part
	v        *frame.Visit
	asked    asked
	set      *plan.Set
	calendar *schedule.Calendar // nil: the organisation's cannot be read
	zone     *time.Location
	systems  []*plan.Plan    // that the visitor sees and has asked for
	lines    []line          // what was and what will be, of those systems
	taken    map[string]bool // days on which somebody drills
}

func (p *Part) show(v *frame.Visit) error {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	d := &desk{Part: p, v: v, set: set}
	if d.zone, err = set.Organisation.Location(); err != nil {
		return err
	}
	// A rule that comes each day, for the calendar that stands beside it. One that
	// cannot be read is told of where plans are checked, and has no days off here.
	_, d.calendar, _ = schedule.FromPlan(set.Organisation, plan.Schedule{When: "@daily"})
	d.asked = ask(v, d.zone)
	if err := d.gather(); err != nil {
		return err
	}
	out := page{asked: d.asked, Feeds: p.Feed != nil, Empty: len(set.Plans) == 0, Tabs: d.tabs(), Filters: d.filters()}
	switch d.asked.View {
	case "month":
		out.Month = d.month()
	case "list":
		out.List = d.list()
	default:
		if out.Year, err = d.year(); err != nil {
			return err
		}
	}
	if d.asked.View != "month" {
		out.Proposals = d.proposals()
	}
	return v.Show("calendar/calendar", out)
}

// page is what the template is given; one of the three views is there.
type page struct {
	asked
	Empty, Feeds  bool
	Tabs, Filters []tab
	Year          *year
	Month         *month
	List          *list
	Proposals     []proposal
}

type tab struct {
	Path, Text string
	Here       bool
}

// owns tells whether the visitor answers for the system.
func owns(v *frame.Visit, p *plan.Plan) bool {
	scope := duty.About(p, "").Scope
	return slices.ContainsFunc([]matrix.Role{matrix.SystemOwner, matrix.UnitManager, matrix.TechnicalTeam}, func(role matrix.Role) bool {
		return slices.Contains(v.Book.Holding(role, scope, v.Now), v.Person.ID)
	})
}
