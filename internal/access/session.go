// Package access is how people come in from outside: they sign in, stay for a
// session, follow a link to the one step that they are asked about, and let a
// program of theirs act by a token. Of every secret that it gives out it keeps the
// SHA-256 only.
package access

import (
	"errors"
	"time"
)

// Session is one person's stay between signing in and out.
type Session struct {
	Key       string    `json:"key"`       // SHA-256 of its token, in hexadecimal
	Person    string    `json:"person"`    // ID
	Assurance string    `json:"assurance"` // login, or demo
	Began     time.Time `json:"began"`
	Seen      time.Time `json:"seen"`
	Proved    time.Time `json:"proved"` // when the person last showed who he is
	Until     time.Time `json:"until"`  // when it ends whatever he does
	Ended     time.Time `json:"ended,omitzero"`
}

// ErrNoSession says that a token belongs to no session that goes on.
var ErrNoSession = errors.New("nobody is signed in by that token")
