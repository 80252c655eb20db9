package bundle

import (
	"cmp"
	"slices"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// row is a system's place in the recovery order, with its times in minutes from
// the loss of everything.
type row struct {
	Number        int
	System, Name  string
	Class         int
	Team          string
	Start, Finish int // by plan
	Crew          int // when it is back with the people there are (C12)
	Projected     int // with the times that were measured
	RTO           int
	Late          bool // the promise does not hold
	Known         bool // the times could be computed
}

// reckon computes the recovery order. Plans that wait for each other in a circle
// are put in order by class, without times, and the pages say why.
func (e *edition) reckon() {
	graph, err := recovery.New(e.in.Set)
	if err != nil {
		e.Reason = err.Error()
		for _, p := range e.in.Set.Plans {
			e.Order = append(e.Order, row{System: p.ID, Class: p.RecoveryClass, RTO: p.Objectives.RTO.Minutes()})
		}
		slices.SortStableFunc(e.Order, func(a, b row) int { return cmp.Compare(a.Class, b.Class) })
	} else {
		crew := graph.Simulate()
		for _, r := range recovery.Order(graph.Forecast(e.in.Measured).Results) {
			finish, _ := crew.Finish(r.System)
			e.Order = append(e.Order, row{
				System: r.System, Class: r.Class, Start: r.PlannedStart, Finish: r.PlannedFinish, Crew: finish,
				Projected: r.ProjectedFinish, RTO: r.RTO, Late: r.State == recovery.Breached || finish > r.RTO, Known: true,
			})
			e.Latest = max(e.Latest, r.PlannedFinish, finish)
		}
	}
	for i := range e.Order {
		p, _ := e.in.Set.Plan(e.Order[i].System)
		e.Order[i].Number, e.Order[i].Name, e.Order[i].Team = i+1, p.Name, e.Team(p.TechnicalTeam)
	}
}

// Team names a team as the organisation does.
func (e *edition) Team(id string) string {
	at := slices.IndexFunc(e.Org.Teams, func(t plan.Team) bool { return t.ID == id })
	if at < 0 {
		return e.Word("role", id)
	}
	return cmp.Or(e.Org.Teams[at].Name, id)
}

// caller is a role as it is called in a crisis.
type caller struct{ Role, Phone, Mailbox, Deputy string }

// Call finds how a role is reached; in the open edition only what it is called.
func (e *edition) Call(id string) caller {
	for _, r := range slices.Concat(e.Org.Roles, e.Org.CrisisRoles) {
		if r.ID == id {
			return caller{cmp.Or(r.Name, r.ID), r.Phone, r.Mailbox, e.deputy(r.Deputy)}
		}
	}
	if at := slices.IndexFunc(e.Org.Teams, func(t plan.Team) bool { return t.ID == id }); at >= 0 {
		return caller{Role: e.Team(id), Mailbox: e.Org.Teams[at].Mailbox}
	}
	return caller{Role: e.Word("role", id)}
}

// deputy names a deputy, who is given as a role or as a mailbox.
func (e *edition) deputy(id string) string {
	if id == "" {
		return ""
	}
	for _, r := range slices.Concat(e.Org.Roles, e.Org.CrisisRoles) {
		if r.ID == id {
			return cmp.Or(r.Name, r.ID)
		}
	}
	return id
}

// Role is what a role is called.
func (e *edition) Role(id string) string { return e.Call(id).Role }

// Roles names roles one after the other.
func (e *edition) Roles(ids []string) (names []string) {
	for _, id := range ids {
		names = append(names, e.Role(id))
	}
	return names
}

// The scale of the poster, in the units of its drawings.
const scaleWidth = 600

// X is where a time stands on the scale.
func (e *edition) X(minutes int) int {
	return min(scaleWidth, minutes*scaleWidth/max(1, e.Latest))
}

// Width is how wide a time is on the scale, and never nothing.
func (e *edition) Width(from, to int) int { return max(2, e.X(to)-e.X(from)) }

// Ticks are the times that the scale is marked with: at most eight.
func (e *edition) Ticks() (ticks []int) {
	step := 30
	for _, wider := range []int{60, 120, 240, 480, 720, 1440} {
		if e.Latest/step > 8 {
			step = wider
		}
	}
	step *= max(1, e.Latest/step/8)
	for at := 0; at <= e.Latest; at += step {
		ticks = append(ticks, at)
	}
	return ticks
}
