package slack

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
)

// The kinds of what Slack sends, which are the last part of their address too:
// /slack/interactivity, /slack/commands and /slack/events.
const (
	interactivity = "interactivity"
	commands      = "commands"
	events        = "events"
)

// longestBody is the most that Slack may send at once.
const longestBody = 1 << 20

// ServeHTTP takes what Slack sends as signed requests, where the program can be reached
// from outside. Whatever is not signed with the app's secret within the last five
// minutes is looked at no further. A request that is played again changes nothing,
// because what it asks for was done once.
func (l *Listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if l.Secret == "" || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if err != nil {
		status := http.StatusBadRequest
		if large := (&http.MaxBytesError{}); errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	if !l.signed(r.Header, body) {
		http.Error(w, "the request is not signed by Slack, or too old", http.StatusUnauthorized)
		return
	}
	kind := r.PathValue("kind")
	payload, challenge, err := unwrapped(kind, r.Header.Get("Content-Type"), body)
	if err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	if challenge != "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge) // Slack asks whether the address is ours
		return
	}
	v, err := l.read(kind, payload)
	switch {
	case err != nil:
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
	case v != nil && !l.submit(v.account.String(), v.handle):
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too much at once", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// signed tells whether Slack signed that body within the last five minutes.
func (l *Listener) signed(head http.Header, body []byte) bool {
	v, err := slack.NewSecretsVerifier(head, l.Secret)
	if err != nil {
		return false
	}
	if _, err := v.Write(body); err != nil {
		return false
	}
	return v.Ensure() == nil
}

var errKind = errors.New("there is no such kind of request")

// unwrapped gives what the body holds as JSON, as a socket would bring it; the address's
// own query is never looked at. A challenge is answered by itself.
func unwrapped(kind, contentType string, body []byte) (payload []byte, challenge string, err error) {
	const form, text = "application/x-www-form-urlencoded", "application/json"
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, "", err
	}
	if kind == events && media == text {
		asked := struct{ Type, Challenge string }{}
		if err := json.Unmarshal(body, &asked); err != nil {
			return nil, "", err
		}
		if asked.Type == "url_verification" {
			return nil, asked.Challenge, nil
		}
		return body, "", nil
	}
	if media != form || kind != interactivity && kind != commands {
		return nil, "", errKind
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, "", err
	}
	if kind == interactivity {
		return []byte(fields.Get("payload")), "", nil
	}
	flat := map[string]string{}
	for name := range fields {
		flat[name] = fields.Get(name)
	}
	payload, err = json.Marshal(flat)
	return payload, "", err
}
