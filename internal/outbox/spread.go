package outbox

import (
	"cmp"
	"slices"

	"beredskab/internal/plan"
)

// Reader is whom a message is for, and how he wants to be written to.
type Reader struct {
	plan.Contact
	Channel  string // name of the channel that he wants; empty: by mail
	Language string // empty: that of the organisation
}

// Spread gives the messages of a notice over all routes (spec/ux.md 4.1). Each common
// channel gets one. Each reader gets it through the channel that he wants; what asks him
// for something comes by mail too, and in a crisis to his telephone. Whom none of that
// reaches gets it by whatever does, so that nobody is left out without a trace.
func (n Notice) Spread(routes []Route, to []Reader) (list []Notice) {
	routes = n.Among(routes)
	contacts := make([]plan.Contact, len(to))
	for i, r := range to {
		contacts[i] = r.Contact
	}
	for _, route := range routes {
		if !route.Personal {
			list = append(list, n.Through(route, contacts)...)
		}
	}
	for _, r := range to {
		for _, route := range n.reaching(routes, r) {
			one := n
			one.Language = cmp.Or(r.Language, route.Language, n.Language)
			route.Language = ""
			list = append(list, one.Through(route, []plan.Contact{r.Contact})...)
		}
	}
	return list
}

// reaching are the personal routes by which that reader gets the message.
func (n Notice) reaching(routes []Route, r Reader) (list []Route) {
	var able, personal []Route
	for _, route := range routes {
		if route.Personal {
			personal = append(personal, route)
			if route.address(r.Contact) != "" {
				able = append(able, route)
			}
		}
	}
	wanted := slices.ContainsFunc(able, func(route Route) bool { return route.Channel == r.Channel })
	for _, route := range able {
		mail := !route.Phone && !route.Wish
		switch {
		case route.Channel == r.Channel, n.Only != nil,
			mail && (n.asks() || !wanted), route.Phone && n.asks() && n.Facts.Incident:
			list = append(list, route)
		}
	}
	if len(list) == 0 && len(able) > 0 {
		return able[:1]
	}
	if len(list) == 0 && len(personal) > 0 {
		return personal[:1] // which refuses it, says what to do, and hands it on
	}
	return list
}

// asks tells whether the message asks its reader for something.
func (n Notice) asks() bool {
	return slices.Contains([]Kind{Request, Escalation, Unknown, Stalled}, n.Kind)
}
