package notify

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/outbox"
)

// patience is how long senders under test wait for an answer that never comes.
const patience = 100 * time.Millisecond

// relay is a mail server of one kind of answer. It keeps the mails it took.
type relay struct {
	t        *testing.T
	listener net.Listener
	secure   *tls.Config // offers STARTTLS when set
	wrapped  bool        // secure is spoken from the first byte
	sender   string      // reply to MAIL FROM, "" means 250
	rcpt     string      // reply to RCPT TO, "" means 250
	auth     string      // reply to AUTH, "" means 235
	silent   string      // command after which it never answers again: EHLO or the end of DATA
	stop     context.Context

	mu    sync.Mutex
	mails []string
	lines []string // commands it got, outside of the mails
}

func newRelay(t *testing.T, r *relay) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.t, r.listener, r.stop = t, listener, ctx
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			sessions.Go(func() {
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				defer conn.Close()
				r.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		listener.Close()
		sessions.Wait()
	})
	return r
}

func (r *relay) port() int { return r.listener.Addr().(*net.TCPAddr).Port }

func (r *relay) serve(conn net.Conn) {
	if r.wrapped {
		conn = tls.Server(conn, r.secure)
	}
	in := bufio.NewScanner(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 relay.example ESMTP")
	for in.Scan() {
		line := in.Text()
		r.keep(&r.lines, line)
		word := strings.ToUpper(strings.Fields(line + " ?")[0])
		if word == r.silent {
			<-r.stop.Done()
			return
		}
		switch word {
		case "EHLO", "HELO":
			say("250-relay.example")
			if _, encrypted := conn.(*tls.Conn); r.secure != nil && !encrypted {
				say("250-STARTTLS")
			}
			say("250-8BITMIME")
			say("250 AUTH PLAIN LOGIN")
		case "STARTTLS":
			say("220 go ahead")
			conn = tls.Server(conn, r.secure)
			in = bufio.NewScanner(conn)
		case "AUTH":
			say(orElse(r.auth, "235 welcome"))
		case "MAIL":
			say(orElse(r.sender, "250 ok"))
		case "RCPT":
			say(orElse(r.rcpt, "250 ok"))
		case "DATA":
			say("354 go on")
			r.keep(&r.mails, readMail(in))
			if r.silent == "." {
				<-r.stop.Done()
				return
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func orElse(reply, standard string) string {
	if reply == "" {
		return standard
	}
	return reply
}

func readMail(in *bufio.Scanner) string {
	var b strings.Builder
	for in.Scan() && in.Text() != "." {
		b.WriteString(strings.TrimPrefix(in.Text(), ".") + "\r\n")
	}
	return b.String()
}

func (r *relay) keep(list *[]string, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*list = append(*list, line)
}

func (r *relay) got() (mails, lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.mails...), append([]string{}, r.lines...)
}

// certificate borrows the test server's own certificate for 127.0.0.1.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

func mailOptions(r *relay) MailOptions {
	return MailOptions{
		Host: "127.0.0.1", Port: r.port(), TLS: MailNoTLS, Timeout: 5 * time.Second,
		From: "Beredskab, Kommunen <beredskab@kommune.example>", ReplyTo: "it-vagt@kommune.example",
	}
}

// must returns what a constructor made.
func must[T any](t *testing.T) func(T, error) T {
	return func(made T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
}

func sender(t *testing.T, s Sender, err error) Sender {
	t.Helper()
	return must[Sender](t)(s, err)
}

// trySend renders a sample for the sender and sends it.
func trySend(t *testing.T, s Sender, n outbox.Notice) Receipt {
	t.Helper()
	m, err := wording(t).Render(n, s.Form())
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(t.Context(), n, m)
}
