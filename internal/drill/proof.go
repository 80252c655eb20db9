package drill

import "beredskab/internal/plan"

// prove finds the step that gives t8, and the technical steps whose end is t7:
// those that the confirmation waits for. Where it waits for none, they are all
// technical steps but those that themselves wait for the confirmation.
func (r *Run) prove() {
	r.verify = r.verifying()
	if r.verify < 0 {
		return
	}
	before, behind := r.before(r.verify), r.behind(r.verify)
	pick := func(from func(i int) bool) (found bool) {
		for i := range r.Steps {
			if r.Steps[i].technical() && from(i) {
				r.Steps[i].proves, found = true, true
			}
		}
		return found
	}
	if !pick(func(i int) bool { return before[i] }) && !pick(func(i int) bool { return !behind[i] }) {
		r.Steps[r.verify].proves = r.Steps[r.verify].technical()
	}
}

// before marks the steps that step at waits for, also through others.
func (r *Run) before(at int) []bool {
	marked := make([]bool, len(r.Steps))
	marked[at] = true
	for n := len(r.order) - 1; n >= 0; n-- {
		if i := r.order[n]; marked[i] {
			for _, b := range r.Steps[i].after {
				marked[b] = true
			}
		}
	}
	marked[at] = false
	return marked
}

// behind marks step at and the steps that wait for it, also through others.
func (r *Run) behind(at int) []bool {
	marked := make([]bool, len(r.Steps))
	marked[at] = true
	for _, i := range r.order {
		for _, b := range r.Steps[i].after {
			marked[i] = marked[i] || marked[b]
		}
	}
	return marked
}

// verifying is the index of the step that gives t8: the one that the plan
// marks, else the last question to the system owner, else the last step that is
// neither an inject nor cleanup; -1 when there is none.
func (r *Run) verifying() int {
	owner, last := -1, -1
	for i := range r.Steps {
		s := &r.Steps[i]
		switch {
		case s.Cleanup || s.Kind() == plan.StepInject:
			continue
		case s.Verifies:
			return i
		case s.Confirm != nil && s.Confirm.By == "systemejer":
			owner = i
		}
		last = i
	}
	if owner >= 0 {
		return owner
	}
	return last
}
