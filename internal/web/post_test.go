package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// post is a mail relay on loopback that takes everything, and tells what came.
type post struct {
	listener net.Listener
	talks    sync.WaitGroup

	mu      sync.Mutex
	letters []letter
	came    chan struct{} // closed when one more has come
}

// letter is a mail as whoever got it reads it.
type letter struct{ to, text string }

func newPost(t *testing.T) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{listener: l, came: make(chan struct{})}
	p.talks.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.talks.Go(func() { defer conn.Close(); p.talk(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); p.talks.Wait() })
	return p
}

func (p *post) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// talk speaks as much SMTP as a client needs that has one mail.
func (p *post) talk(conn net.Conn) {
	in := bufio.NewScanner(conn)
	in.Buffer(nil, 1<<20)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 relay.example ESMTP")
	to := ""
	for in.Scan() {
		switch word, _, _ := strings.Cut(strings.ToUpper(in.Text()), " "); word {
		case "RCPT":
			to = strings.Trim(in.Text()[len("RCPT TO:"):], "<> ")
			say("250 ok")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for in.Scan() && in.Text() != "." {
				text.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
			}
			p.take(letter{to, readable(text.String())})
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *post) take(l letter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	close(p.came)
	p.came = make(chan struct{})
}

// link waits for a mail to that mailbox which holds an address that begins so, and
// gives the address.
func (p *post) link(ctx context.Context, to, begins string) (string, error) {
	want := regexp.MustCompile(regexp.QuoteMeta(begins) + `[A-Za-z0-9_-]+`)
	for {
		p.mu.Lock()
		came, letters := p.came, p.letters
		p.mu.Unlock()
		for _, l := range letters {
			if found := want.FindString(l.text); l.to == to && found != "" {
				return found, nil
			}
		}
		select {
		case <-came:
		case <-ctx.Done():
			return "", fmt.Errorf("no mail to %s holds a link: %w", to, ctx.Err())
		}
	}
}

// readable is the plain text of a mail.
func readable(raw string) string {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return raw
	}
	return plain(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
}

func plain(kind, coding string, body io.Reader) string {
	kind, params, _ := mime.ParseMediaType(kind)
	if strings.HasPrefix(kind, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			part, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if text := plain(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); text != "" {
				return text
			}
		}
	}
	if strings.EqualFold(coding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil || !strings.HasPrefix(kind, "text/plain") {
		return ""
	}
	return string(text)
}
