package drill

import "slices"

// Without tells whether the drill is held without that role or team: whoever holds it
// in his own right takes no part, and the deputy is asked from the start. It shows
// what is known to one person alone.
func (r *Run) Without(role string) bool { return slices.Contains(r.Drill.Participants.Barred, role) }
