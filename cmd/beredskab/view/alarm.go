package view

import "beredskab/internal/drill"

// alarmView is what an exercise of the alarm measured; null means not measured.
type alarmView struct {
	Called  int            `json:"called"`
	Reached int            `json:"reached"`
	First   *float64       `json:"first_minutes"`
	Decider *float64       `json:"decider_minutes"`
	All     *float64       `json:"all_minutes"`
	Ways    map[string]int `json:"ways"` // how the links were reached: first, second, deputy, late, never, untried
}

// alarmOf is that of a run; nil when it calls no chain.
func alarmOf(run *drill.Run) *alarmView {
	if !run.Calls() {
		return nil
	}
	c := run.Calling()
	return &alarmView{c.Called, c.Reached, measured(c.First), measured(c.Decider), measured(c.Last), c.Ways}
}
