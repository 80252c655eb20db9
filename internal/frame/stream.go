package frame

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Piece is one message of a live page: new insides of elements by their id, and at
// most one sentence for who listens to the page.
type Piece struct {
	Parts map[string]string `json:"parts,omitempty"`
	Say   string            `json:"say,omitempty"`
}

// Stream is an answer that goes on for as long as somebody looks (server-sent
// events).
type Stream struct {
	v     *Visit
	flush *http.ResponseController
	After int // number of the last piece that the page has; 0: none
}

// heartbeat is how often a stream says that it lives.
const heartbeat = 15 * time.Second

// Open begins the answer of a route that streams. Where it goes on from is what the
// browser says that it saw last, or the page itself.
func (v *Visit) Open() (*Stream, error) {
	s := &Stream{v: v, flush: http.NewResponseController(v.out)}
	last := v.Request.Header.Get("Last-Event-ID")
	if last == "" {
		last = v.Query("after")
	}
	s.After, _ = strconv.Atoi(last)
	h := v.out.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	_, err := fmt.Fprint(v.out, "retry: 2000\n\n")
	if err == nil {
		err = s.flush.Flush()
	}
	return s, err
}

// Send sends one piece under its number.
func (s *Stream) Send(number int, p Piece) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("writing a piece of the live page: %w", err)
	}
	if _, err := fmt.Fprintf(s.v.out, "id: %d\ndata: %s\n\n", number, body); err != nil {
		return err
	}
	s.After = number
	return s.flush.Flush()
}

// Wait waits for news, at most until the next heartbeat, which it sends; false ends
// the stream, because nobody looks any more.
func (s *Stream) Wait(news <-chan struct{}) bool {
	beat := time.NewTimer(heartbeat)
	defer beat.Stop()
	select {
	case <-s.v.Context().Done():
		return false
	case <-news:
		return true
	case <-beat.C:
		if now := (&Visit{Request: s.v.Request, frame: s.v.frame, Now: s.v.frame.Door.Now().Wall}); s.v.Person.ID != "" &&
			(s.v.frame.recognise(now) != nil || now.Person.ID != s.v.Person.ID) {
			return false // signed out meanwhile
		}
		_, err := fmt.Fprint(s.v.out, ": beat\n\n")
		return err == nil && s.flush.Flush() == nil
	}
}
