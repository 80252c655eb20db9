package followup

import (
	"fmt"
	"time"

	"beredskab/internal/kept"
)

// CloseFinding is a person's closing of a finding. It takes a reason; one that
// checks raised comes back by itself while the rule is still broken.
func CloseFinding(f kept.Finding, by By, reason string) (kept.Finding, error) {
	m := matter{"close", "finding " + f.Key}
	if err := either(m.named(by), m.texts("the reason", reason)); err != nil {
		return f, err
	}
	if !f.ClosedAt.IsZero() {
		return f, m.refuse("it was closed on %s: %s", day(f.ClosedAt), f.Reason)
	}
	f.ClosedAt, f.Reason = by.At, fmt.Sprintf("closed by %s: %s", by.Person, reason)
	return f, nil
}

// SeenAgain reopens a closed finding that a check shows at that moment, and
// keeps the words it was closed with. What a run showed happened once and stays
// closed: ok is then false.
func SeenAgain(f kept.Finding, at time.Time) (reopened kept.Finding, ok bool) {
	if f.Run != "" || f.ClosedAt.IsZero() || at.Before(f.ClosedAt) {
		return f, false
	}
	f.Reason = fmt.Sprintf("seen again after it was closed on %s (%s)", day(f.ClosedAt), f.Reason)
	f.RaisedAt, f.SeenAt, f.ClosedAt = at, at, time.Time{}
	return f, true
}
