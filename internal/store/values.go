package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"beredskab/internal/kept"
)

// micros stores a time; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(stored int64) time.Time {
	if stored == 0 {
		return time.Time{}
	}
	return time.UnixMicro(stored).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// blob is never NULL: the driver would take a nil slice for that.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

func optional(value *int64) sql.NullInt64 {
	if value == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: *value, Valid: true}
}

func pointer(value sql.NullInt64) *int64 {
	if !value.Valid {
		return nil
	}
	return &value.Int64
}

// most turns "no limit" into one that both engines understand.
func most(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	return int64(limit)
}

// each turns rows into what the register calls them.
func each[Row, Value any](rows []Row, err error, turn func(Row) Value) ([]Value, error) {
	if err != nil {
		return nil, err
	}
	values := make([]Value, len(rows))
	for i, row := range rows {
		values[i] = turn(row)
	}
	return values, nil
}

// one does so for a single row, which may be missing.
func one[Row, Value any](row Row, err error, turn func(Row) Value, what string, key ...any) (Value, error) {
	if err != nil {
		var none Value
		return none, missing(err, what, key...)
	}
	return turn(row), nil
}

// missing says which key was not found.
func missing(err error, what string, key ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s %v: %w", what, key, kept.ErrNotFound)
	}
	return fmt.Errorf("reading %s %v: %w", what, key, err)
}

// changed turns "no row was there" into the error that it means.
func changed(rows int64, err, otherwise error, what string, key ...any) error {
	if err == nil && rows == 0 {
		err = otherwise
	}
	return doing(err, what, key...)
}

// added reports whether an insert found its natural key free.
func added(rows int64, err error, what string, key ...any) (bool, error) {
	return err == nil && rows > 0, doing(err, what, key...)
}

// doing wraps an error, if there is one.
func doing(err error, what string, key ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %v: %w", what, key, err)
}
