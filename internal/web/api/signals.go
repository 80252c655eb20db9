package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"beredskab/internal/followup"
)

// signal is what a program of somebody else's says, such as that last night's
// backup went well. It is kept as evidence with the moment at which it came, so
// that the same words said again are something new.
type signal struct {
	Schema string    `json:"schema"`
	Signal string    `json:"signal"`
	System string    `json:"system"`
	At     time.Time `json:"received_at"`
	Type   string    `json:"content_type"`
	Body   string    `json:"body"`
}

// taken is what the sender is told.
type taken struct {
	Schema string `json:"schema"`
	SHA256 string `json:"sha256"`
}

// signal takes one in. Its address is a token with the scope signal:NAME; until it
// is known whose that is, nothing is written anywhere.
func (a *API) signal(w *answer, r *http.Request) error {
	token := r.PathValue("token")
	actor, scopes, err := a.holder(r, token)
	var unknown *problem
	if errors.As(err, &unknown) && unknown.Status == http.StatusUnauthorized {
		return refuse(http.StatusNotFound, "not_found", "There is nothing at this address.", "Its token may be over; whoever gave you the address makes a new one.")
	}
	if err != nil {
		return err
	}
	if err := a.signals.take(digest(token)); err != nil {
		return err
	}
	said, err := read(r, "text/plain", "application/json")
	if err != nil {
		return err
	}
	s := signal{Schema: "beredskab.signal.v1", At: a.Door.Now().Wall, Type: r.Header.Get("Content-Type"), Body: string(said)}
	if err := s.about(r, scopes); err != nil {
		return err
	}
	if _, err := a.Objects.System(r.Context(), s.System); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	name := s.Signal + "-" + s.At.Format("20060102T150405.000000Z") + ".json"
	draft := followup.Evidence{Name: name, Media: "application/json", Class: "internal", System: s.System, Note: "signal " + s.Signal}
	held, err := a.Desk.Keep(r.Context(), actor, draft, bytes.NewReader(text))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	return json.NewEncoder(w).Encode(taken{"beredskab.kept.v1", held.SHA256})
}

// about reads what the signal is and which system it is about.
func (s *signal) about(r *http.Request, scopes []string) error {
	for _, scope := range scopes {
		if name, ok := strings.CutPrefix(scope, "signal:"); ok {
			s.Signal = name
		}
	}
	query := r.URL.Query()
	systems := query["system"]
	switch wrong := func(detail, next string) error {
		return refuse(http.StatusUnprocessableEntity, "wrong", detail, next)
	}; {
	case s.Signal == "":
		return outside("signal:NAME")
	case len(query) > 1 || len(systems) != 1 || systems[0] == "" || len(systems[0]) > 64:
		return wrong("The address names no system, or more than that.", "Write ?system= and the ID of one system after it.")
	case !utf8.ValidString(s.Body) || slices.Contains([]byte(s.Body), 0):
		return wrong("The body is no text.", "Send UTF-8.")
	case strings.HasPrefix(s.Type, "application/json") && !json.Valid([]byte(s.Body)):
		return wrong("The body is no JSON.", "Send JSON, or text as text/plain.")
	}
	s.System = systems[0]
	return nil
}
