package register

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
)

// erased stands where somebody's words stood that were erased.
const erased = "(erased)"

// Events lists what happened to a run after that sequence number.
func (r *Register) Events(ctx context.Context, id string, after int) ([]kept.Event, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Event, error) {
		rows, err := tx.Events(ctx, id, after)
		if err != nil {
			return nil, err
		}
		return worded(ctx, tx, rows)
	})
}

// body is the event as it is kept: words of a person as a commitment to them.
func (s *session) body(e event.Event) (body []byte, err error) {
	if e.Actor != "" && e.Actor != "system" {
		e.Text, err = door.Say(s.ctx, s.tx, e.Actor, e.Text)
	}
	if err == nil {
		body, err = json.Marshal(e)
	}
	if err != nil {
		return nil, fmt.Errorf("writing event %s: %w", e.Kind, err)
	}
	return body, nil
}

// worded puts the words of people back into events that hold a commitment to them.
func worded(ctx context.Context, tx door.Tx, rows []kept.Event) ([]kept.Event, error) {
	for i, row := range rows {
		if !bytes.Contains(row.Body, []byte(`"text":"commit:`)) {
			continue
		}
		var e event.Event
		err := json.Unmarshal(row.Body, &e)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w: %w", row.Seq, door.ErrBroken, err)
		}
		words, there, err := door.Said(ctx, tx, e.Text)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", row.Seq, err)
		}
		if e.Text = words.Text; !there {
			e.Text = erased
		}
		if rows[i].Body, err = json.Marshal(e); err != nil {
			return nil, fmt.Errorf("event %d: %w", row.Seq, err)
		}
	}
	return rows, nil
}
