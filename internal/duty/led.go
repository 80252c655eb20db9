package duty

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// Leaders are those who led a run: its director, and whoever started it or did what
// its director does. The director is a role where the plan names one; then the acts
// tell which person it was. Where nobody is registered they are the words by which
// the run names them. There is always one.
func Leaders(b *rights.Book, row kept.Run, events []kept.Event, at time.Time) (list []string, err error) {
	words := []string{row.Director}
	leading := []event.Kind{
		event.RunStarted, event.RunPaused, event.RunResumed, event.RunAborted, event.RunBroken, event.StepSkipped, event.StepReopened, event.StepSettled,
	}
	for _, r := range events {
		if !slices.Contains(leading, event.Kind(r.Kind)) {
			continue
		}
		var e event.Event
		if err := json.Unmarshal(r.Body, &e); err != nil {
			return nil, fmt.Errorf("event %d of run %s: %w", r.Seq, row.ID, err)
		}
		words = append(words, e.Actor)
	}
	var unknown []string
	for _, word := range words {
		ids := b.Named(word)
		if len(ids) == 0 && word != "" && word != "system" {
			unknown = append(unknown, word)
		}
		list = append(list, ids...)
	}
	if len(list) == 0 || !b.Governed(at) {
		list = append(list, unknown...)
	}
	if len(list) == 0 {
		list = []string{"system"}
	}
	return unique(list), nil
}

// unique leaves the first of each.
func unique(list []string) (out []string) {
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// Owner is who owns the system: the first person who does, or the plan's word for
// the role.
func Owner(b *rights.Book, p *plan.Plan, at time.Time) string {
	if ids := b.Holding(matrix.SystemOwner, rights.Scope{System: p.ID, Unit: p.Owner.Unit}, at); len(ids) > 0 {
		return ids[0]
	}
	return cmp.Or(p.Owner.Role, "systemejer")
}
