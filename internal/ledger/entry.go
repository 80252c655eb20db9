// Package ledger is the form of the trace: the canonical bytes of one entry and
// their hash. What is stored is what was hashed; nothing is serialised again, so
// a later version of the program cannot change what was said.
package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Entry is what one line of the trace says. Its canonical form is JSON with
// these keys in this order.
type Entry struct {
	V       int    `json:"v"` // version of the form, 1
	At      string `json:"at"`
	Actor   any    `json:"actor"`
	Act     string `json:"act"`
	Object  string `json:"object"`
	Outcome string `json:"outcome"` // done or refused
	Detail  any    `json:"detail,omitempty"`
}

// Seal gives the canonical bytes of an entry at that moment, and their leaf
// hash.
func Seal(e Entry, at time.Time) (body, hash []byte, err error) {
	e.V, e.At = 1, at.UTC().Format(time.RFC3339Nano)
	if body, err = json.Marshal(e); err != nil {
		return nil, nil, fmt.Errorf("writing the log entry of %s: %w", e.Act, err)
	}
	return body, Leaf(body), nil
}

// Leaf is the RFC 6962 hash of an entry's bytes.
func Leaf(body []byte) []byte {
	return sha256Of([]byte{0}, body)
}

// sha256Of hashes the parts as if they were one.
func sha256Of(parts ...[]byte) []byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
