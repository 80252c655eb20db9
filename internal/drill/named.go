package drill

import "slices"

// Named gives the run with its people by name, to be read: its events know them by
// ID. What name does not know stays as it is.
func (r Run) Named(name func(id string) string) Run {
	r.Steps, r.Notes = slices.Clone(r.Steps), slices.Clone(r.Notes)
	for i := range r.Steps {
		r.Steps[i].By, r.Steps[i].SettledBy = name(r.Steps[i].By), name(r.Steps[i].SettledBy)
	}
	for i := range r.Notes {
		r.Notes[i].By = name(r.Notes[i].By)
	}
	r.Director = name(r.Director)
	return r
}
