package preparedness

import "beredskab/internal/approval"

// Pending is a version on its way to approval, and what it waits for.
type Pending struct {
	System, Version string
	Needs           []approval.Need
}

// Pending lists the versions on their way to approval, by system.
func (f *Facts) Pending() (list []Pending) {
	for _, s := range f.systems {
		if hash := s.standing.Pending(); hash != "" {
			list = append(list, Pending{System: s.plan.ID, Version: hash, Needs: s.standing.Next(hash)})
		}
	}
	return list
}
