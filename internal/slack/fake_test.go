package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// fakeSlack is a Slack on loopback: its Web API, where people are known by their
// mailboxes, a place for answers to what somebody pressed, and Socket Mode.
type fakeSlack struct {
	*httptest.Server
	t     testing.TB
	users map[string]map[string]any // by ID, as users.info gives them

	mu     sync.Mutex
	calls  []call
	news   chan struct{} // closed when there is a new call
	socket *websocket.Conn
	opened int                     // sockets
	acked  []string                // envelopes
	refuse func(method string) any // the answer to a call; nil: it is good
}

// call is one that the program made.
type call struct {
	Method string
	Fields map[string]string // of a form, or the first level of JSON
	Body   string
}

// guard is how long a test waits for what must come; it asserts nothing.
const guard = 30 * time.Second

func newFakeSlack(t testing.TB) *fakeSlack {
	t.Helper()
	f := &fakeSlack{t: t, users: map[string]map[string]any{}, news: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/socket", f.upgrade)
	mux.HandleFunc("/reply/{where}", f.call)
	mux.HandleFunc("/{method}", f.call)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		f.mu.Lock()
		if f.socket != nil {
			_ = f.socket.Close()
		}
		f.mu.Unlock()
		f.CloseClientConnections()
		f.Close()
	})
	return f
}

// user is somebody in the workspace.
func (f *fakeSlack) user(id, name, mail, locale string) {
	f.users[id] = map[string]any{"id": id, "name": name, "locale": locale, "profile": map[string]any{"email": mail, "real_name": name}}
}

func (f *fakeSlack) call(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c := call{Method: r.PathValue("method"), Fields: map[string]string{}, Body: string(body)}
	if where := r.PathValue("where"); where != "" {
		c.Method, c.Fields["where"] = "reply", where
	}
	var flat map[string]json.RawMessage
	if json.Unmarshal(body, &flat) == nil {
		for k, v := range flat {
			text := ""
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			c.Fields[k] = text
		}
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		for k := range form {
			c.Fields[k] = form.Get(k)
		}
	}
	answer := f.good(c)
	if f.refuse != nil {
		if refused := f.refuse(c.Method); refused != nil {
			answer = refused
		}
	}
	f.mu.Lock()
	f.calls = append(f.calls, c)
	close(f.news)
	f.news = make(chan struct{})
	f.mu.Unlock()
	if c.Method == "reply" {
		_, _ = io.WriteString(w, "ok")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// good is what Slack answers to a call when all is well.
func (f *fakeSlack) good(c call) any {
	switch c.Method {
	case "apps.connections.open":
		return map[string]any{"ok": true, "url": "ws" + strings.TrimPrefix(f.URL, "http") + "/socket"}
	case "auth.test":
		return map[string]any{"ok": true, "team_id": team, "team": "Eksempel Kommune", "user_id": "UBOT", "bot_id": "B1"}
	case "users.info":
		if u, known := f.users[c.Fields["user"]]; known {
			return map[string]any{"ok": true, "user": u}
		}
		return map[string]any{"ok": false, "error": "user_not_found"}
	case "users.lookupByEmail":
		for _, u := range f.users {
			if strings.EqualFold(u["profile"].(map[string]any)["email"].(string), c.Fields["email"]) {
				return map[string]any{"ok": true, "user": u}
			}
		}
		return map[string]any{"ok": false, "error": "users_not_found"}
	case "conversations.open":
		return map[string]any{"ok": true, "channel": map[string]any{"id": "D" + c.Fields["users"]}}
	case "views.open", "views.publish":
		return map[string]any{"ok": true, "view": map[string]any{"id": "V1"}}
	}
	return map[string]any{"ok": true, "channel": c.Fields["channel"], "ts": "1764140000.0001", "message_ts": "1764140000.0002"}
}

// upgrade opens a socket. Slack's library sends Slack's own origin, which is not ours.
func (f *fakeSlack) upgrade(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}}`))
	f.mu.Lock()
	f.socket = conn
	f.opened++
	close(f.news)
	f.news = make(chan struct{})
	f.mu.Unlock()
	for {
		var ack struct {
			Envelope string `json:"envelope_id"`
		}
		if conn.ReadJSON(&ack) != nil {
			return
		}
		f.mu.Lock()
		f.acked = append(f.acked, ack.Envelope)
		close(f.news)
		f.news = make(chan struct{})
		f.mu.Unlock()
	}
}

// push sends an envelope over the socket that is open.
func (f *fakeSlack) push(id, kind string, payload []byte) {
	f.t.Helper()
	f.await("a socket", func() bool { return f.socket != nil })
	f.mu.Lock()
	defer f.mu.Unlock()
	envelope := map[string]any{"envelope_id": id, "type": kind, "accepts_response_payload": true, "payload": json.RawMessage(payload)}
	if err := f.socket.WriteJSON(envelope); err != nil {
		f.t.Fatal(err)
	}
}

// await waits until that is so, which is looked at after each call.
func (f *fakeSlack) await(what string, is func() bool) {
	f.t.Helper()
	end := time.After(guard)
	for {
		f.mu.Lock()
		good, news := is(), f.news
		f.mu.Unlock()
		if good {
			return
		}
		select {
		case <-news:
		case <-end:
			f.mu.Lock()
			defer f.mu.Unlock()
			f.t.Fatalf("%s did not come; the calls were %v", what, f.calls)
		}
	}
}

// got waits for the n-th call of that method, from 1, and gives it.
func (f *fakeSlack) got(method string, n int) (c call) {
	f.t.Helper()
	f.await(method, func() bool {
		seen := 0
		for _, one := range f.calls {
			if one.Method == method {
				if seen++; seen == n {
					c = one
					return true
				}
			}
		}
		return false
	})
	return c
}

// count is how often that was called until now.
func (f *fakeSlack) count(method string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if c.Method == method {
			n++
		}
	}
	return n
}
