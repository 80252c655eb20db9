package notify

import (
	"time"

	"beredskab/internal/outbox"
)

// Digest says what to send now of all notices that are owed, also those whose
// next try is still to come: one by one, or as one message for a whole group
// (F16: after an outage "one summary, not 200 old reminders").
//
// Notices form a group when more than most of them have failed before and go
// to the same receiver through the same channel about the same thing: drills,
// incidents or plans. A group is due as soon as one of it is due; it takes the
// others along, because their pauses differ by design. A notice that asks for
// an act is never put into a group, nor is a test. Order is kept; a group
// stands where its first notice stood.
func Digest(owed []outbox.Notice, most int, now time.Time) (single []outbox.Notice, groups [][]outbox.Notice) {
	type place struct{ channel, receiver, address, language, tone string }
	placeOf := func(n outbox.Notice) place {
		return place{n.Channel, n.Receiver, n.Address, n.Language, toneOf(n)}
	}
	waiting, ready := map[place][]outbox.Notice{}, map[place]bool{}
	for _, n := range owed {
		if n.Tries > 0 && forInformation(n.Kind) {
			at := placeOf(n)
			waiting[at] = append(waiting[at], n)
			ready[at] = ready[at] || isDue(n, now)
		}
	}
	for _, n := range owed {
		at := placeOf(n)
		grouped := n.Tries > 0 && forInformation(n.Kind) && len(waiting[at]) > most
		switch {
		case grouped && ready[at]:
			groups = append(groups, waiting[at])
			ready[at] = false
		case !grouped && isDue(n, now):
			single = append(single, n)
		}
	}
	return single, groups
}

func isDue(n outbox.Notice, now time.Time) bool { return !n.NextTry.After(now) }

// forInformation tells the kinds that ask nothing of their reader.
func forInformation(kind outbox.Kind) bool {
	switch kind {
	case outbox.Reminder, outbox.Started, outbox.Finished, outbox.Missed, outbox.Finding, outbox.Misuse:
		return true
	default:
		return false
	}
}
