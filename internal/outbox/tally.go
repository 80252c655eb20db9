package outbox

import "time"

// Tally is what the tries to deliver through one channel have come to since the server
// began.
type Tally struct {
	Tries            map[Outcome]int
	Tried, Delivered time.Time // the newest try, and the newest that succeeded; zero: none
}
