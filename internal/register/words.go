package register

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
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
		return worded(ctx, tx, id, rows)
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

// worded puts the words of people back into the events of a run that hold a
// commitment to them.
func worded(ctx context.Context, tx door.Tx, run string, rows []kept.Event) ([]kept.Event, error) {
	const key, length = `"text":"`, len("commit:") + 64
	var words map[string]string
	for i, row := range rows {
		before, after, found := bytes.Cut(row.Body, []byte(key))
		if !found || len(after) < length || !ledger.IsCommitment(string(after[:length])) {
			continue
		}
		if words == nil {
			var err error
			if words, err = door.Words(ctx, tx, run); err != nil {
				return nil, err
			}
		}
		said, there := words[string(after[:length])]
		if !there {
			said = erased
		}
		text, err := json.Marshal(said)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", row.Seq, err)
		}
		rows[i].Body = slices.Concat(before, []byte(`"text":`), text, after[length+1:])
	}
	return rows, nil
}
