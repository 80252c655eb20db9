package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"beredskab/internal/facsimile"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// SMSOptions names one gateway of SMS. In URL, Headers and Body these stand for what
// each message fills in: {to}, the number as +4512345678, {digits}, the same without
// the plus, {text}, {from} and {id}, which is the same at every try of a message.
type SMSOptions struct {
	Preset  string // gatewayapi or cpsms; empty: what stands below, and nothing else
	Token   string // of gatewayapi; the API key of cpsms
	User    string // of cpsms
	From    string // whom telephones show as the sender: 11 letters and digits, or a number
	URL     string
	Method  string   // POST by default
	Headers []string // such as "Authorization: Bearer …"
	Body    string   // JSON when it begins with { or [, otherwise a form
	Answer  string   // what the gateway's answer holds when it has taken a message; empty: its status says so
	Timeout time.Duration
}

// Presets lists the gateways that need no more than a key.
func Presets() []string { return []string{"gatewayapi", "cpsms"} }

type smsSender struct {
	SMSOptions
	balance string // where the gateway tells what is left on the account; empty: nowhere
	http    *http.Client
}

// NewSMS makes a sender through a gateway. What cannot work is told here: a body that
// is no JSON once it is filled in, a sender that telephones do not show.
func NewSMS(o SMSOptions) (notify.Sender, error) {
	s := smsSender{SMSOptions: o}
	if err := s.preset(); err != nil {
		return nil, err
	}
	s.Method, s.Timeout = cmp.Or(s.Method, http.MethodPost), cmp.Or(s.Timeout, notify.DefaultTimeout)
	s.http = notify.HTTPClient(s.Timeout)
	if err := sender(s.From); err != nil {
		return nil, err
	}
	request, err := s.request(context.Background(), message{to: "+4512345678", from: s.From, id: "x", text: `"æ" & \`})
	if err != nil {
		return nil, err
	}
	if err := notify.ServerURL("the address of the SMS gateway", request.URL.String()); err != nil {
		return nil, err
	}
	whole := s.URL + s.Body
	if !strings.Contains(whole, "{text}") || !strings.Contains(whole, "{to}") && !strings.Contains(whole, "{digits}") {
		return nil, errors.New("the SMS gateway is told neither whom nor what: put {to} or {digits}, and {text}, into body or url")
	}
	return s, nil
}

// preset fills in what a known gateway wants.
func (s *smsSender) preset() error {
	basic := func(user, password string) {
		s.Headers = append(s.Headers, "Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	}
	switch s.Preset {
	case "":
		return nil
	case "gatewayapi":
		s.URL = cmp.Or(s.URL, "https://gatewayapi.com/rest/mtsms")
		s.Body = `{"sender": "{from}", "message": "{text}", "userref": "{id}", "recipients": [{"msisdn": "{digits}"}]}`
		s.balance = strings.TrimSuffix(s.URL, "mtsms") + "me"
		basic(s.Token, "")
	case "cpsms":
		s.URL = cmp.Or(s.URL, "https://api.cpsms.dk/v2/send")
		s.Body = `{"from": "{from}", "message": "{text}", "reference": "{id}", "to": "{digits}"}`
		s.Answer = `"success"` // it answers 200 with an error too
		s.balance = strings.TrimSuffix(s.URL, "send") + "creditvalue"
		if s.User == "" {
			return errors.New("cpsms wants a user beside its API key; write `user:`")
		}
		basic(s.User, s.Token)
	default:
		return fmt.Errorf("the SMS gateway %q is not known; use %s, or leave it out and write url and body", s.Preset, strings.Join(Presets(), " or "))
	}
	if s.Token == "" {
		return fmt.Errorf("%s wants a key; write it into a file of its own, and name that in the settings", s.Preset)
	}
	return nil
}

// sender refuses a name that networks cut or replace.
func sender(from string) error {
	const letters, digits = 11, 15
	number := strings.Trim(from, "+0123456789") == ""
	plain := strings.IndexFunc(from, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' '
	}) < 0
	switch n := utf8.RuneCountInString(from); {
	case from == "", number && n <= digits, plain && n <= letters:
		return nil
	}
	return fmt.Errorf("the sender of SMS %q is not shown by telephones: write up to 11 letters from a to z and digits, or a number", from)
}

func (smsSender) Form() notify.Form { return notify.FormSMS }

// Send hands one SMS to the gateway, which takes it over from there: that it has is
// all that can be known.
func (s smsSender) Send(ctx context.Context, n outbox.Notice, m notify.Message) notify.Receipt {
	number, err := Number(n.Address)
	if err != nil {
		return notify.Refused(err.Error())
	}
	request, err := s.request(ctx, s.message(n, m, number))
	if err != nil {
		return notify.Refused("the request cannot be made; check url, headers and body of the SMS gateway")
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return notify.JudgeError(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return notify.JudgeError(err)
	}
	r := notify.JudgeStatus(answer.StatusCode, notify.RetryAfter(answer.Header.Get("Retry-After"), time.Now()))
	switch {
	case answer.StatusCode == http.StatusPaymentRequired:
		r.Detail = "answered 402 Payment Required; the account at the gateway is empty: fill it up"
	case r.Outcome == outbox.Accepted && !strings.Contains(string(said), s.Answer):
		// The answer is not shown: it may hold the message, and with it the link.
		return notify.Refused(fmt.Sprintf("answered %d %s without taking the message; look into the gateway's own log", answer.StatusCode, http.StatusText(answer.StatusCode)))
	}
	return r
}

// Draft is what the gateway would get, and what the telephone would show.
func (s smsSender) Draft(n outbox.Notice, m notify.Message) (facsimile.Wire, error) {
	number, err := Number(n.Address)
	if err != nil {
		number = tidy.Line(n.Address, longestText) // it would be refused; what it says is of interest all the same
	}
	request, err := s.request(context.Background(), s.message(n, m, number))
	if err != nil {
		return facsimile.Wire{}, err
	}
	wire := facsimile.Wire{Kind: "sms", To: number, Type: request.Header.Get("Content-Type"), Text: m.Text}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return wire, err
		}
		wire.Body = string(body)
	}
	return wire, nil
}

// message is what a request is filled in with.
type message struct{ to, from, id, text string }

func (s smsSender) message(n outbox.Notice, m notify.Message, number string) message {
	return message{to: number, from: s.From, id: notify.StableID(n), text: m.Text}
}

// fill puts a message where its parts are named, each escaped for its place. It goes
// through the pattern once, so that a text cannot name a part itself.
func (m message) fill(pattern string, escape func(string) string) string {
	var pairs []string
	for name, text := range map[string]string{"to": m.to, "digits": strings.TrimPrefix(m.to, "+"), "from": m.from, "id": m.id, "text": m.text} {
		pairs = append(pairs, "{"+name+"}", escape(text))
	}
	return strings.NewReplacer(pairs...).Replace(pattern)
}

// request is what the gateway gets.
func (s smsSender) request(ctx context.Context, m message) (*http.Request, error) {
	kind, body := "", ""
	switch pattern := strings.TrimSpace(s.Body); {
	case pattern == "":
	case pattern[0] == '{', pattern[0] == '[':
		if kind, body = "application/json", m.fill(pattern, quoted); !json.Valid([]byte(body)) {
			return nil, errors.New("the body of the SMS gateway is no JSON when it is filled in: put quotation marks around {text} and the others")
		}
	default:
		kind, body = "application/x-www-form-urlencoded", m.fill(pattern, url.QueryEscape)
	}
	var in io.Reader
	if body != "" {
		in = bytes.NewReader([]byte(body))
	}
	request, err := http.NewRequestWithContext(ctx, s.Method, m.fill(s.URL, url.QueryEscape), in)
	if err != nil {
		return nil, errors.New("the address or the method of the SMS gateway cannot be used; write the address in full, beginning with https://")
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for i, line := range s.Headers {
		name, value, ok := strings.Cut(line, ":")
		if value = strings.TrimSpace(m.fill(value, func(text string) string { return tidy.Line(text, longestText) })); !ok || !isHeader(name) || strings.ContainsFunc(line, unicode.IsControl) {
			return nil, fmt.Errorf("header number %d of the SMS gateway is none; write it as `Name: value`, one a line", i+1)
		}
		request.Header.Set(name, value)
	}
	return request, nil
}

func isHeader(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r > unicode.MaxASCII || r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) < 0
}

// quoted is a text as it stands between the quotation marks of JSON.
func quoted(text string) string {
	coded, err := json.Marshal(text)
	if err != nil {
		return "" // of no text
	}
	return string(coded[1 : len(coded)-1])
}
