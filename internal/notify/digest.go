package notify

import (
	"cmp"
	"slices"

	"beredskab/internal/outbox"
)

// Digest sorts owed notices into those to send one by one and groups to send
// as one message each (F16: after an outage "one summary, not 200 old
// reminders"). Notices form a group when more than most of them have failed
// before and go to the same receiver through the same channel about the same
// thing: drills, incidents or plans. A notice that asks for an act is never
// put into a group, nor is a test.
//
// The order of the notices is kept, within and between groups.
func Digest(owed []outbox.Notice, most int) (single []outbox.Notice, groups [][]outbox.Notice) {
	type place struct{ channel, receiver, address, language, tone string }
	placeOf := func(n outbox.Notice) place {
		return place{n.Channel, n.Receiver, n.Address, n.Language, toneOf(n)}
	}
	waiting := map[place][]outbox.Notice{}
	for _, n := range owed {
		if n.Tries > 0 && forInformation(n.Kind) {
			waiting[placeOf(n)] = append(waiting[placeOf(n)], n)
		}
	}
	for _, group := range waiting {
		if len(group) > most {
			groups = append(groups, group)
		}
	}
	for _, n := range owed {
		if n.Tries == 0 || !forInformation(n.Kind) || len(waiting[placeOf(n)]) <= most {
			single = append(single, n)
		}
	}
	position := func(g []outbox.Notice) int {
		return slices.IndexFunc(owed, func(n outbox.Notice) bool { return n.ID == g[0].ID })
	}
	slices.SortFunc(groups, func(a, b []outbox.Notice) int { return cmp.Compare(position(a), position(b)) })
	return single, groups
}

// forInformation tells the kinds that ask nothing of their reader.
func forInformation(kind outbox.Kind) bool {
	switch kind {
	case outbox.Reminder, outbox.Started, outbox.Finished, outbox.Missed, outbox.Finding:
		return true
	default:
		return false
	}
}
