package register

import (
	"context"
	"encoding/json"
	"fmt"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
)

// Events lists what happened to a run after that sequence number.
func (r *Register) Events(ctx context.Context, id string, after int) ([]kept.Event, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Event, error) {
		rows, err := tx.Events(ctx, id, after)
		if err != nil {
			return nil, err
		}
		return door.Worded(ctx, tx, id, rows)
	})
}

// body is the event as it is kept: words of a person as a commitment to them.
func (s *session) body(e event.Event) (body []byte, err error) {
	if e.Actor != "" && e.Actor != "system" {
		e.Text, err = door.Say(s.ctx, s.tx, s.row.ID, e.Actor, e.Text)
	}
	if err == nil {
		body, err = json.Marshal(e)
	}
	if err != nil {
		return nil, fmt.Errorf("writing event %s: %w", e.Kind, err)
	}
	return body, nil
}
