package outbox

import (
	"cmp"
	"time"

	"beredskab/internal/plan"
)

// Route says through which channel messages go out. A personal channel gets one
// message for each receiver; another gets one at its own default address.
type Route struct {
	Channel  string
	Personal bool
	Phone    bool          // personal, and addressed by telephone number instead of by mailbox
	Wish     bool          // personal, for those alone who want it
	Language string        // empty: that of the notice
	Lives    time.Duration // how long a message is worth sending there, where that is longer than elsewhere
}

// Through gives the messages of a notice on that route, each with its own key.
func (n Notice) Through(route Route, to []plan.Contact) (list []Notice) {
	to = Unique(to)
	if !route.Personal {
		to = []plan.Contact{{Role: Names(to)}}
	}
	for _, t := range to {
		one := n
		one.Channel, one.Language, one.Receiver, one.Address = route.Channel, cmp.Or(route.Language, n.Language), t.Role, route.address(t)
		if until := n.CreatedAt.Add(route.Lives); !n.ExpiresAt.IsZero() && until.After(n.ExpiresAt) {
			one.ExpiresAt = until
		}
		one.Key = n.Key + "/" + route.Channel + "/"
		if route.Personal {
			one.Key += cmp.Or(route.address(t), t.Role)
		}
		list = append(list, one)
	}
	return list
}

// address is where the route reaches somebody; empty: not at all, or at its own address.
func (r Route) address(to plan.Contact) string {
	if r.Phone {
		return to.Phone
	}
	return to.Mailbox
}
