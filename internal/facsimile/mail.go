package facsimile

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

// mail reads a whole mail (RFC 5322) as a mail program does: the HTML where there is
// one, the text for who has none.
func (l *Look) mail(body string) error {
	message, err := mail.ReadMessage(strings.NewReader(body))
	if err != nil {
		return err
	}
	words := mime.WordDecoder{}
	head := func(name string) string {
		value := message.Header.Get(name)
		if seen, err := words.DecodeHeader(value); err == nil {
			return seen
		}
		return value
	}
	l.From, l.To, l.Subject = head("From"), head("To"), head("Subject")
	return l.part(textproto.MIMEHeader(message.Header), message.Body, deepest)
}

// deepest is how many parts within parts a mail may have.
const deepest = 4

// part reads one part of a mail, and those within it.
func (l *Look) part(head textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, more, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") {
		if depth == 0 {
			return fmt.Errorf("there are parts within parts, more than %d deep", deepest)
		}
		return l.parts(multipart.NewReader(body, more["boundary"]), depth)
	}
	text, err := io.ReadAll(decoded(head.Get("Content-Transfer-Encoding"), body))
	if err != nil {
		return err
	}
	place, named, _ := mime.ParseMediaType(head.Get("Content-Disposition"))
	switch {
	case place == "attachment" || kind != "text/plain" && kind != "text/html":
		name := named["filename"]
		if name == "" {
			name = more["name"]
		}
		l.Files = append(l.Files, strings.TrimSpace(name+" ("+kind+")"))
	case kind == "text/html" && l.HTML == "":
		l.HTML = string(text)
	case kind == "text/plain" && l.Text == "":
		l.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	return nil
}

func (l *Look) parts(in *multipart.Reader, depth int) error {
	for {
		part, err := in.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := l.part(part.Header, part, depth-1); err != nil {
			return err
		}
	}
}

func decoded(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
