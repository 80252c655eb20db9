package outbox

import (
	"slices"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// AskedAlarm is what Facts.Asks says of a link of the alert chain: whether the alarm
// has come. Its question stands in the texts, because no plan asks it.
const AskedAlarm = "alarm"

// through names the channels by which an exercise of the alarm calls a link: the first,
// then the second. Its deputy is called as everybody always is.
func through(run *drill.Run, step *drill.Step, level int) []string {
	names := run.Drill.Alarm.Channels
	if step == nil || !step.Link || len(names) == 0 || level >= 2 {
		return nil
	}
	return names[min(level, len(names)-1):][:1]
}

// Call narrows a message to the channels by which the run calls that step; silent says
// that none goes out, because the exercise is of a telephone net that is down.
func (n *Notice) Call(run *drill.Run, step *drill.Step, level int) (silent bool) {
	n.Only = through(run, step, level)
	return step != nil && step.Link && run.Drill.Alarm.PhonesDown
}

// Among are those of the routes that the message may take: all of them, unless it is
// narrowed to some that there are.
func (n Notice) Among(routes []Route) []Route {
	if n.Only == nil {
		return routes
	}
	some := slices.DeleteFunc(slices.Clone(routes), func(r Route) bool { return !slices.Contains(n.Only, r.Channel) })
	if len(some) == 0 {
		return routes
	}
	return some
}

// reached is whom a role reaches in the run: where the drill is held without it, its
// deputy, or the one who leads when it has none.
func reached(run *drill.Run, role string, org *plan.Organisation) plan.Contact {
	switch {
	case !run.Without(role):
		return org.Reach(role, run.Plan)
	case len(org.Called(role, run.Plan)) > 1 || role == run.Director:
		return org.Deputy(role, run.Plan)
	default:
		return org.Reach(run.Director, run.Plan)
	}
}

// second is who is asked when a request of that role was not answered.
func second(run *drill.Run, role string, org *plan.Organisation) plan.Contact {
	if run.Without(role) { // the deputy has been asked from the start
		return reached(run, run.Director, org)
	}
	return org.Deputy(role, run.Plan)
}

// without names whom the drill is held without.
func without(run *drill.Run, org *plan.Organisation) (names []string) {
	for _, role := range run.Drill.Participants.Barred {
		names = append(names, org.Reach(role, run.Plan).Role)
	}
	return names
}
