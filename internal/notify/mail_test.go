package notify

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/outbox"
	"beredskab/internal/proof"
	"beredskab/internal/tidy"
)

// readBack parses a mail as a mail program does: its headers and its two texts.
func readBack(t *testing.T, raw string) (head mail.Header, text, html string) {
	t.Helper()
	head, bodies := readParts(t, raw)
	return head, bodies["text/plain"], bodies["text/html"]
}

// readParts gives the forms of a mail by their media type, without charset, and checks
// that they come in the order in which mail programs want them: the plainest first.
func readParts(t *testing.T, raw string) (head mail.Header, bodies map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, attributes, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, attributes["boundary"])
	bodies = map[string]string{}
	var order []string
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil || part.Header.Get("Content-Disposition") != "" {
			t.Fatalf("a part that is not plain content: %v, %v", part.Header, err)
		}
		form, attributes, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || attributes["charset"] != "UTF-8" {
			t.Errorf("a part of the type %q, %v", part.Header.Get("Content-Type"), err)
		}
		if method := attributes["method"]; method != "" {
			form += "; method=" + method
		}
		bodies[form] = string(body)
		order = append(order, form)
	}
	if !slices.Equal(order[:2], []string{"text/plain", "text/html"}) || len(order) > 3 {
		t.Errorf("the forms come as %q", order)
	}
	return m.Header, bodies
}

func TestMailArrives(t *testing.T) {
	r := newRelay(t, &relay{})
	s, err := NewMail(mailOptions(r))
	mailer := sender(t, s, err)
	for _, kind := range []outbox.Kind{outbox.Request, outbox.Request, outbox.Finished, outbox.Escalation} {
		if receipt := trySend(t, mailer, sample(kind, "da", false)); receipt.Outcome != outbox.Accepted {
			t.Fatalf("receipt %+v", receipt)
		}
	}
	mails, lines := r.got()
	head, text, html := readBack(t, mails[0])
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	if err != nil || subject != "ØVELSE: Bekræft trin 3 for Økonomisystem – svar senest kl. 10.30" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if !strings.Contains(text, "Beløbet skal være 12.450,00 kr.") || !strings.Contains(html, "Beløbet skal være 12.450,00 kr.") {
		t.Errorf("text or HTML lost its letters:\n%s\n%s", text, html)
	}
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "Reply-To": "<it-vagt@kommune.example>", "List-Unsubscribe": "", "User-Agent": "", "X-Mailer": ""} {
		if got := head.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	from, err := head.AddressList("From")
	if err != nil || from[0].Name != "Beredskab, Kommunen" || !strings.Contains(strings.Join(lines, "\n"), "RCPT TO:<systemejer@kommune.example>") {
		t.Errorf("from %v, %v; commands %q", from, err, lines)
	}
	again, _, _ := readBack(t, mails[1])
	other, _, _ := readBack(t, mails[2])
	if head.Get("Message-ID") == "" || head.Get("Message-ID") != again.Get("Message-ID") || head.Get("Message-ID") == other.Get("Message-ID") {
		t.Errorf("message IDs %q, %q, %q", head.Get("Message-ID"), again.Get("Message-ID"), other.Get("Message-ID"))
	}
	if run := other.Get("References"); run == "" || !strings.HasPrefix(head.Get("References"), run+" ") || head.Get("In-Reply-To") == run {
		t.Errorf("mails of one run and one step do not thread: %q, %q", head.Get("References"), run)
	}
	if deputy, _, _ := readBack(t, mails[3]); deputy.Get("References") != head.Get("References") || deputy.Get("Message-ID") == head.Get("Message-ID") {
		t.Errorf("the deputy's mail about the step is in the thread %q and not in %q", deputy.Get("References"), head.Get("References"))
	}
}

// TestMailSTARTTLS signs in after the way has become safe, and never before.
func TestMailSTARTTLS(t *testing.T) {
	server, client := certificate(t)
	for name, c := range map[string]struct {
		relay *relay
		want  outbox.Outcome
	}{
		"signs in":       {&relay{secure: server}, outbox.Accepted},
		"wrong password": {&relay{secure: server, auth: "535 no"}, outbox.GiveUp},
		"try later":      {&relay{secure: server, auth: "454 later"}, outbox.TryAgain},
		"TLS withheld":   {&relay{}, outbox.TryAgain},
	} {
		r := newRelay(t, c.relay)
		o := mailOptions(r)
		o.TLS, o.TLSConfig, o.User, o.Password = MailSTARTTLS, client, "beredskab", "correct horse"
		s, err := NewMail(o)
		receipt := trySend(t, sender(t, s, err), sample(outbox.Test, "da", false))
		if receipt.Outcome != c.want {
			t.Errorf("%s: %+v, want %s", name, receipt, c.want)
		}
		_, lines := r.got()
		talk := strings.Join(lines, "\n")
		if in, safe := strings.Index(talk, "AUTH"), strings.Index(talk, "STARTTLS"); in >= 0 && in < safe || in >= 0 && safe < 0 {
			t.Errorf("%s: signed in before STARTTLS: %q", name, lines)
		}
		if strings.Contains(receipt.Detail, "correct horse") {
			t.Errorf("%s: the detail tells the password", name)
		}
	}
}

func TestMailOptions(t *testing.T) {
	good := MailOptions{Host: "relay.example", TLS: MailSTARTTLS, From: "a@b.example"}
	for name, change := range map[string]func(*MailOptions){
		"no sender":         func(o *MailOptions) { o.From = "" },
		"sender injects":    func(o *MailOptions) { o.From = "a@b.example\r\nBcc: c@d.example" },
		"bad reply address": func(o *MailOptions) { o.ReplyTo = "nobody" },
		"unknown TLS":       func(o *MailOptions) { o.TLS = "ssl3" },
		"no host":           func(o *MailOptions) { o.Host = "" },
		"open password":     func(o *MailOptions) { o.TLS, o.User = MailNoTLS, "x" },
	} {
		o := good
		change(&o)
		if _, err := NewMail(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewMail(good); err != nil {
		t.Errorf("control: %v", err)
	}
}

// injections are 100 and more ways to smuggle a line into a header (S20).
func injections() []string {
	var list []string
	for _, end := range []string{"\r\n", "\n", "\r", "\r\n ", "\n\t", "\u2028", "\u2029", "\u0085", "\v", "\f", "\x00", "%0d%0a", "\\r\\n", "\u202e", "=0D=0A"} {
		for _, line := range []string{"Bcc: spy@evil.example", "Subject: KRISE", "\r\n\r\n<script>", ".\r\nMAIL FROM:<x@evil.example>", "Content-Type: text/html", "To: <a@b>, c@d", "=?utf-8?q?KRISE?="} {
			list = append(list, "Økonomi"+end+line)
		}
	}
	return list
}

// TestMailHeaderInjection sends each string in every fact that reaches a mail.
func TestMailHeaderInjection(t *testing.T) {
	r := newRelay(t, &relay{})
	s, err := NewMail(mailOptions(r))
	mailer, w := sender(t, s, err), wording(t)
	plain := 0
	for i, evil := range injections() {
		naive := "Subject: ØVELSE: " + evil + "\r\n\r\n"
		if m, err := mail.ReadMessage(strings.NewReader(naive)); err != nil || len(m.Header) > 1 || m.Header.Get("Subject") != "ØVELSE: "+evil {
			plain++
		}
		n := sample(outbox.Finished, "da", false)
		n.Key, n.Receiver, n.Facts.Run = evil, evil, evil
		n.Facts.SystemName, n.Facts.Verdict, n.Facts.Drill, n.Facts.Leader, n.Facts.Text = evil, evil, evil, evil, evil
		m, err := w.Render(n, FormMail)
		if err != nil {
			t.Fatal(err)
		}
		m.Subject += evil // even if a text came through unclean, the header may not break
		if receipt := mailer.Send(t.Context(), n, m); receipt.Outcome != outbox.Accepted {
			t.Fatalf("%q: %+v", evil, receipt)
		}
		n.Address = "a@b.example " + evil
		if receipt := mailer.Send(t.Context(), n, m); receipt.Outcome != outbox.GiveUp {
			t.Errorf("the address %q: %+v", n.Address, receipt)
		}
		mails, _ := r.got()
		if len(mails) != i+1 {
			t.Fatalf("%q: %d mails after %d were sent", evil, len(mails), i+1)
		}
		checkHeaders(t, evil, mails[i])
	}
	failed := 0
	if t.Failed() {
		failed = len(injections())
	}
	proof.Report(t, proof.Figure{
		ID: "S20", What: "texts that forge headers of mails", Count: len(injections()), Unit: "mails", Failed: failed,
		Found: "every header once, none new, the receiver the same", Control: fmt.Sprintf("written as they are, %d would have broken the head", plain),
	})
}

// TestRelayForgesNothing: what a relay says comes into the delivery log as one line.
func TestRelayForgesNothing(t *testing.T) {
	n := sample(outbox.Test, "da", false)
	m, err := wording(t).Render(n, FormMail)
	if err != nil {
		t.Fatal(err)
	}
	for _, evil := range injections() {
		r := newRelay(t, &relay{rcpt: "550 no " + strings.NewReplacer("\n", "\n550 ", "\r", "").Replace(evil)})
		s, err := NewMail(mailOptions(r))
		receipt := sender(t, s, err).Send(t.Context(), n, m)
		if receipt.Outcome == outbox.Accepted || strings.ContainsFunc(receipt.Detail, tidy.Hidden) || tidy.Width(receipt.Detail) > 2*LongestDetail {
			t.Errorf("%q: %+v", evil, receipt)
		}
	}
}

func checkHeaders(t *testing.T, evil, raw string) {
	t.Helper()
	head, _, html := readBack(t, raw)
	allowed := "Auto-Submitted Content-Type Date From In-Reply-To Message-Id Mime-Version References Reply-To Subject To X-Auto-Response-Suppress"
	for name, values := range head {
		if !strings.Contains(allowed, name) || len(values) != 1 {
			t.Errorf("%q made a header %s: %q", evil, name, values)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(head.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "ØVELSE ") || fmt.Sprint(head["To"]) != "[<systemejer@kommune.example>]" {
		t.Errorf("%q: subject %q (%v), to %q", evil, subject, err, head["To"])
	}
	if strings.Contains(html, "<script>") {
		t.Errorf("%q came through as HTML", evil)
	}
}
