package app_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// letter is a mail as the relay took it.
type letter struct{ to, subject string }

// relay is a mail relay on loopback that takes everything.
type relay struct {
	listener net.Listener
	sessions sync.WaitGroup

	mu      sync.Mutex
	letters []letter
}

func newRelay(t *testing.T) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l}
	r.sessions.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			r.sessions.Go(func() { defer conn.Close(); r.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); r.sessions.Wait() })
	return r
}

func (r *relay) port() int { return r.listener.Addr().(*net.TCPAddr).Port }

func (r *relay) serve(conn net.Conn) {
	in := bufio.NewScanner(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 relay.example ESMTP")
	to := ""
	for in.Scan() {
		line := in.Text()
		switch word := strings.ToUpper(strings.Fields(line + " ?")[0]); word {
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(line, "RCPT TO:"), "<>")
			say("250 ok")
		case "DATA":
			say("354 go on")
			r.keep(to, in)
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (r *relay) keep(to string, in *bufio.Scanner) {
	var b strings.Builder
	for in.Scan() && in.Text() != "." {
		b.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
	}
	m, err := mail.ReadMessage(strings.NewReader(b.String()))
	subject := fmt.Sprint(err)
	if err == nil {
		subject, _ = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letters = append(r.letters, letter{to, subject})
}

func (r *relay) got() []letter {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]letter{}, r.letters...)
}

// post is one request that a receiver on loopback got.
type post struct {
	path, channel, text string
	event               delivered
	signed              bool
}

// delivered is the part of a webhook's body that these tests look at.
type delivered struct {
	Type string `json:"type"`
	Data struct {
		Key      string `json:"key"`
		Run      string `json:"run"`
		Receiver string `json:"receiver"`
		Verdict  string `json:"verdict"`
		Measured *bool  `json:"measured"`
	} `json:"data"`
}

// receiver stands in for Slack's Web API and for a webhook's receiver.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	posts []post
}

// webhookKey is a webhook's secret: base64 of 32 known bytes.
const webhookKey = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		p := post{path: q.URL.Path, signed: signed(q.Header, body)}
		if strings.HasSuffix(q.URL.Path, "chat.postMessage") {
			form, _ := http.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
			form.Header.Set("Content-Type", q.Header.Get("Content-Type"))
			p.channel, p.text = form.FormValue("channel"), form.FormValue("text")
			p.signed = q.Header.Get("Authorization") == "Bearer xoxb-test" || form.FormValue("token") == "xoxb-test"
			fmt.Fprintf(w, `{"ok": true, "channel": "C1", "ts": "1.%06d"}`, len(body))
		} else if err := json.Unmarshal(body, &p.event); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.posts = append(r.posts, p)
	}))
	t.Cleanup(r.Close)
	return r
}

// signed checks a webhook's signature as its receiver would (Standard Webhooks).
func signed(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(webhookKey, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), body)
	return h.Get("Webhook-Signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (r *receiver) got() []post {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]post{}, r.posts...)
}

// hole takes connections and never answers, until it is filled: then it answers
// every request at once.
type hole struct {
	*httptest.Server
	waiting chan struct{} // gets one for each request that hangs
	open    chan struct{}
	fill    func()
}

func newHole(t *testing.T) *hole {
	t.Helper()
	h := &hole{waiting: make(chan struct{}, 1000), open: make(chan struct{})}
	h.fill = sync.OnceFunc(func() { close(h.open) })
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body)
		h.waiting <- struct{}{}
		select {
		case <-h.open:
		case <-q.Context().Done():
		}
	}))
	t.Cleanup(func() { h.fill(); h.CloseClientConnections(); h.Close() })
	return h
}
