package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// An act that was sent with an Idempotency-Key is done once, whatever becomes of
// the connection. What was answered is kept in the register for a day, so that it
// holds over restarts and on every node.
const (
	onceKind = "idempotency"
	onceKept = 24 * time.Hour
)

// drawer holds the answers whose keys begin alike. There are 4096 of them and each
// is cleared out as it is written, so that the register does not grow with every
// request.
type drawer struct {
	Answers []given `json:"answers"`
}

// given is the answer to one request. Its status is 0 from when the act begins
// until it is known how it ended.
type given struct {
	Key     string    `json:"key"`     // SHA-256 of who asked and the key
	Request string    `json:"request"` // SHA-256 of what was asked
	At      time.Time `json:"at"`
	Status  int       `json:"status"`
	ETag    string    `json:"etag,omitempty"`
	Body    []byte    `json:"body,omitempty"`
}

// once gives the answer that was given already, or does the act and keeps it. What
// was refused changed nothing and is not kept, so that it can be sent again mended.
func (a *API) once(w *answer, r *http.Request, c *caller, key string, body []byte, next http.HandlerFunc) error {
	if len(key) > 255 {
		return refuse(http.StatusUnprocessableEntity, "wrong", "The Idempotency-Key has more than 255 characters.", "Send a shorter one, such as a random UUID.")
	}
	mine := given{Key: digest(c.Person, key), Request: digest(r.Method, r.URL.Path, r.Header.Get("If-Match"), string(body)), At: c.at}
	ctx := context.WithoutCancel(r.Context()) // who asked may be gone; what was done is kept
	before, err := a.claim(ctx, mine)
	switch {
	case err != nil:
		return err
	case before == nil:
	case before.Request != mine.Request:
		return refuse(http.StatusUnprocessableEntity, "key_used", "That Idempotency-Key was used for another request.", "Send this one with a key of its own.")
	case before.Status == 0:
		return refuse(http.StatusConflict, "begun", "That request was begun already, and it is not known how it ended.", "Read what it was about. When it was not done, send it with another key.")
	default:
		w.Header().Set("Idempotency-Replayed", "true")
		w.Header().Set("Content-Type", "application/json")
		if before.ETag != "" {
			w.Header().Set("ETag", before.ETag)
		}
		w.WriteHeader(before.Status)
		_, err := w.Write(before.Body)
		return err
	}
	next(w, r)
	mine.Status, mine.ETag, mine.Body = w.status, w.Header().Get("ETag"), slices.Clone(w.body.Bytes())
	return a.settle(ctx, mine)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// claim notes that the act begins, before it does; or gives what stands there.
func (a *API) claim(ctx context.Context, mine given) (before *given, err error) {
	err = a.drawer(ctx, mine, func(d *drawer) bool {
		before = nil
		for _, one := range d.Answers {
			if one.Key == mine.Key {
				before = &one
				return false
			}
		}
		d.Answers = append(d.Answers, mine)
		return true
	})
	return before, err
}

// settle notes how it ended. After an error of ours that is not known.
func (a *API) settle(ctx context.Context, mine given) error {
	if mine.Status >= http.StatusInternalServerError {
		return nil
	}
	return a.drawer(ctx, mine, func(d *drawer) bool {
		d.Answers = slices.DeleteFunc(d.Answers, func(one given) bool { return one.Key == mine.Key })
		if mine.Status < http.StatusMultipleChoices {
			d.Answers = append(d.Answers, mine)
		}
		return true
	})
}

// drawer changes the drawer of that answer, and clears it of what is a day old.
func (a *API) drawer(ctx context.Context, mine given, change func(*drawer) bool) error {
	return a.Door.Update(ctx, func(tx door.Tx) error {
		row, err := tx.Record(ctx, onceKind, mine.Key[:3])
		var d drawer
		switch {
		case errors.Is(err, kept.ErrNotFound):
			row = record.Row{Kind: onceKind, Key: mine.Key[:3]}
		case err != nil:
			return err
		default:
			if d, err = record.Read[drawer](row); err != nil {
				return err
			}
		}
		d.Answers = slices.DeleteFunc(d.Answers, func(one given) bool { return mine.At.Sub(one.At) >= onceKept })
		if !change(&d) {
			return nil
		}
		row.At, row.Rev = mine.At, row.Rev+1
		if row, err = row.Set(d); err != nil {
			return err
		}
		return tx.PutRecord(ctx, row)
	})
}
