// Package invited knows who has been asked to keep time free for a drill to come, and
// finds those who must hear that it does not come as they were told. It keeps a small
// register of its own: one record for each occurrence that people were reminded of.
package invited

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/schedule"
	"beredskab/internal/timetable"
)

// kind is that of the records, by the occurrence.
const kind = "invited"

// The states: people count on it, they have been told otherwise, or it is over.
const (
	counted = "counted"
	called  = "called off"
	over    = "over"
)

// Records are where they are kept: the transaction of whatever happens to a drill.
type Records interface {
	Record(ctx context.Context, kind, key string) (record.Row, error)
	Records(ctx context.Context, kind string, f record.Filter) ([]record.Row, error)
	PutRecord(ctx context.Context, r record.Row) error
}

// invitation is what people were told, and whom. Of Facts it keeps what a message needs
// that takes it back.
type invitation struct {
	Facts outbox.Facts   `json:"facts"`
	To    []plan.Contact `json:"to"`
	Off   int            `json:"off,omitempty"` // how often it was called off and came back
}

// Occurrence names one time of one schedule, in calendars too.
func Occurrence(schedule, nominal string) string { return schedule + "@" + nominal }

// Keep notes that those people are reminded of the occurrence that f names, and writes
// into f which change of it they hear. The key of the message becomes another one where
// they were told that the drill does not come: they must be told anew that it does.
func Keep(ctx context.Context, tx Records, key string, f *outbox.Facts, to []plan.Contact, now time.Time) (string, error) {
	row, err := tx.Record(ctx, kind, f.Occurrence)
	next, before := invitation{To: to}, invitation{}
	switch {
	case errors.Is(err, kept.ErrNotFound):
		row = record.Row{Kind: kind, Key: f.Occurrence, System: f.System}
	case err != nil:
		return "", err
	default:
		if before, err = record.Read[invitation](row); err != nil {
			return "", err
		}
		next.Off, f.Sequence = before.Off, before.Facts.Sequence
		if row.State == called || !f.StartsAt.Equal(before.Facts.StartsAt) || !f.EndsAt.Equal(before.Facts.EndsAt) {
			f.Sequence++
		}
		if row.State == called {
			next.Off++
		}
		next.To = union(to, before.To)
	}
	if next.Off > 0 {
		key += fmt.Sprintf("/again%d", next.Off)
	}
	next.Facts = *f
	if row.State == counted && f.Sequence == before.Facts.Sequence && len(next.To) == len(before.To) {
		return key, nil
	}
	row.State, row.Due = counted, f.StartsAt
	return key, put(ctx, tx, row, next, now)
}

// union is to with those of before that it lacks: who was told once hears what follows.
func union(to, before []plan.Contact) []plan.Contact {
	to = slices.Clone(to)
	for _, one := range before {
		if !slices.Contains(to, one) {
			to = append(to, one)
		}
	}
	return to
}

// Withdraw owes a message about each drill that does not come any more as people were
// told, and remembers that they hear it. rows are the schedules as they are from now
// on. A drill of which nobody can tell when it comes stays as it is.
func Withdraw(ctx context.Context, tx Records, rows []kept.Schedule, org *plan.Organisation, now time.Time, owe func(outbox.Notice, []plan.Contact) error) error {
	open, err := tx.Records(ctx, kind, record.Filter{State: counted})
	if err != nil {
		return err
	}
	for _, row := range open {
		one, err := record.Read[invitation](row)
		if err != nil {
			return err
		}
		state, moved := one.stands(rows, org, now)
		if row.State = state; state == counted {
			continue
		}
		if state == called {
			one.Facts.Sequence++
			one.Facts.DaysBefore, one.Facts.MovedTo = 0, moved
			if err := owe(outbox.Notice{
				Key: fmt.Sprintf("%s/%s/%d", one.Facts.Occurrence, outbox.Cancelled, one.Facts.Sequence), Kind: outbox.Cancelled,
				Facts: one.Facts, CreatedAt: now, ExpiresAt: one.Facts.StartsAt,
			}, one.To); err != nil {
				return err
			}
		}
		if err := put(ctx, tx, row, one, now); err != nil {
			return err
		}
	}
	return nil
}

// instead is how far off a drill may come to be called moved and not called off.
const instead = 31 * 24 * time.Hour

// stands tells how it is with an invitation, and when the drill comes instead of when
// people were told; zero when it does not.
func (i invitation) stands(rows []kept.Schedule, org *plan.Organisation, now time.Time) (state string, moved time.Time) {
	if !i.Facts.StartsAt.After(now) {
		return over, moved
	}
	key, nominal, _ := strings.Cut(i.Facts.Occurrence, "@")
	at := slices.IndexFunc(rows, func(s kept.Schedule) bool { return s.Key == key })
	if at < 0 {
		return called, moved
	}
	spec, cal, err := timetable.Compile(&rows[at], org)
	if err != nil {
		return counted, moved
	}
	for d := range spec.Occurrences(cal, now, i.Facts.StartsAt.Add(instead)) {
		skipped := d.Fate == schedule.FateSkipped
		switch {
		case !skipped && d.Due.Equal(i.Facts.StartsAt):
			return counted, moved
		case d.Nominal == nominal && skipped:
			return called, time.Time{}
		case d.Nominal == nominal:
			return called, d.Due
		case skipped || d.Due.Sub(i.Facts.StartsAt).Abs() > instead:
		case moved.IsZero() || d.Due.Sub(i.Facts.StartsAt).Abs() < moved.Sub(i.Facts.StartsAt).Abs():
			moved = d.Due // the schedule has changed: what comes closest stands for it
		default:
			return called, moved
		}
	}
	return called, moved
}

func put(ctx context.Context, tx Records, row record.Row, body invitation, now time.Time) error {
	row, err := row.Set(body)
	if err != nil {
		return err
	}
	row.At = now
	row.Rev++
	return tx.PutRecord(ctx, row)
}
