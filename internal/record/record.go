// Package record is the form in which the register keeps its small registers,
// such as persons, approvals, actions and dispensations: a body in JSON, and
// beside it what such a list is searched by. The package that owns a kind knows
// its body; this one and the store never look into it.
package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Row is one record as it stands. (Kind, Key) is its natural key.
type Row struct {
	Kind   string
	Key    string
	System string // that it is about; empty: none
	Person string // that it is about, or that must act next; empty: none
	State  string // a word of its kind
	Due    time.Time
	At     time.Time // of its last change
	Rev    int       // how often it was written, from 1
	Body   json.RawMessage
}

// Filter narrows a list of one kind; zero fields do not.
type Filter struct {
	System string
	Person string
	State  string
	Limit  int // the newest by At; 0: all, by key
}

// Set gives the row with that body.
func (r Row) Set(body any) (Row, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return r, fmt.Errorf("writing the record %s/%s: %w", r.Kind, r.Key, err)
	}
	r.Body = text
	return r, nil
}

// Read reads the row's body as T. A field that T does not have is an error: an
// older program must not drop what a newer one wrote.
func Read[T any](r Row) (T, error) {
	var body T
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return body, fmt.Errorf("reading the record %s/%s, which another version of the program may have written: %w", r.Kind, r.Key, err)
	}
	return body, nil
}

// ReadAll reads each row's body as T.
func ReadAll[T any](rows []Row) ([]T, error) {
	list := make([]T, len(rows))
	for i, r := range rows {
		body, err := Read[T](r)
		if err != nil {
			return nil, err
		}
		list[i] = body
	}
	return list, nil
}
