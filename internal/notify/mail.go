package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"

	gomail "github.com/wneessen/go-mail"
)

// MailTLS says how the way to the mail relay is protected.
type MailTLS string

// The ways: STARTTLS that must succeed, TLS from the first byte, or none.
const (
	MailSTARTTLS MailTLS = "starttls"
	MailFullTLS  MailTLS = "tls"
	MailNoTLS    MailTLS = "none"
)

// MailOptions names one mail relay.
type MailOptions struct {
	Host      string
	Port      int // 0 means 465 for tls, 587 for starttls, 25 for none
	TLS       MailTLS
	TLSConfig *tls.Config // nil trusts the system's certificate authorities
	User      string      // empty means no authentication
	Password  string
	From      string           // mailbox, with or without a name
	ReplyTo   string           // optional
	Timeout   time.Duration    // for each exchange with the relay; 0 means 10 seconds
	Now       func() time.Time // for the header Date; nil means time.Now
}

type mailSender struct {
	options       []gomail.Option
	host          string
	from, replyTo *mail.Address
	domain        string
	signsIn       bool
	now           func() time.Time
}

// NewMail makes a sender of e-mail through a relay.
func NewMail(o MailOptions) (Sender, error) {
	s := mailSender{host: o.Host, signsIn: o.User != "", now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	var err error
	if s.from, err = mailbox(o.From); err != nil {
		return nil, fmt.Errorf("the sender of mails: %w", err)
	}
	s.domain = s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]
	if o.ReplyTo != "" {
		if s.replyTo, err = mailbox(o.ReplyTo); err != nil {
			return nil, fmt.Errorf("the address that answers to mails go to: %w", err)
		}
	}
	if s.options, err = o.relay(); err != nil {
		return nil, err
	}
	if _, err := gomail.NewClient(s.host, s.options...); err != nil {
		return nil, fmt.Errorf("setting up the mail relay: %w", err)
	}
	return s, nil
}

func (o MailOptions) relay() ([]gomail.Option, error) {
	options := []gomail.Option{gomail.WithTimeout(o.Timeout), gomail.WithoutNoop()}
	port := o.Port
	orElse := func(standard int) int {
		if port == 0 {
			return standard
		}
		return port
	}
	switch o.TLS {
	case MailSTARTTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithPort(orElse(587)))
	case MailFullTLS:
		options = append(options, gomail.WithSSL(), gomail.WithPort(orElse(465)))
	case MailNoTLS:
		if o.User != "" {
			return nil, fmt.Errorf("the mail relay has a password but no TLS, so the password could be read on the way; use starttls or tls")
		}
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithPort(orElse(25)))
	default:
		return nil, fmt.Errorf("the mail relay's tls is %q; use %s, %s or %s", o.TLS, MailSTARTTLS, MailFullTLS, MailNoTLS)
	}
	if o.TLSConfig != nil {
		options = append(options, gomail.WithTLSConfig(o.TLSConfig))
	}
	if o.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(o.User), gomail.WithPassword(o.Password))
	}
	return options, nil
}

func (mailSender) Form() Form { return FormMail }

// Send hands the mail to the relay. That the relay has taken it is all that
// can be known; a mailbox that does not exist may come back later as a mail.
func (s mailSender) Send(ctx context.Context, n outbox.Notice, m Message) Receipt {
	letter, err := s.letter(n, m)
	if err != nil {
		return Refused(err.Error())
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return Refused("the mail relay cannot be set up: " + tidy.Line(err.Error(), LongestDetail))
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if letter.IsDelivered() {
		return Accepted("taken by the mail relay as " + letter.GetMessageID())
	}
	return judgeMail(err)
}

// letter writes the mail: plain text first, HTML beside it, and where a drill comes an
// invitation, which mail programs want as a third form of the same; no attachment and
// nothing to fetch. Message-ID is the same at every try of a notice, and mails about
// the same refer to the same thread (spec/ux.md 4.3).
func (s mailSender) letter(n outbox.Notice, m Message) (*gomail.Msg, error) {
	to, err := mailbox(n.Address)
	if err != nil {
		return nil, fmt.Errorf("the receiver of the mail: %w", err)
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(s.from)
	letter.ToMailAddress(to)
	if s.replyTo != nil {
		letter.ReplyToMailAddress(s.replyTo)
	}
	letter.Subject(tidy.Line(m.Subject, longestSubject))
	letter.SetDateWithValue(s.now())
	letter.SetMessageIDWithValue(digestID(n.Key) + "@" + s.domain)
	if threads := s.threads(n); len(threads) > 0 {
		letter.SetGenHeader(gomail.HeaderReferences, strings.Join(threads, " "))
		letter.SetGenHeader(gomail.HeaderInReplyTo, threads[len(threads)-1])
	}
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	if invitation, ok := s.invitation(n, m.Parts, to); ok {
		kind := gomail.ContentType("text/calendar; method=" + string(invitation.Method))
		letter.AddAlternativeString(kind, string(invitation.Text()))
	}
	return letter, nil
}

// threads names the threads of a notice, outermost first: its run and the step in it,
// whoever is asked and however often, or the drill that is to come.
func (s mailSender) threads(n outbox.Notice) (ids []string) {
	add := func(kind, of string) { ids = append(ids, "<"+kind+"-"+digestID(of)+"@"+s.domain+">") }
	switch f := n.Facts; {
	case f.Run != "":
		if add("run", f.Run); f.Step != "" {
			add("step", f.Run+"/"+f.Step)
		}
	case f.Occurrence != "":
		add("drill", f.Occurrence)
	case f.System != "" && !f.StartsAt.IsZero():
		add("drill", f.System+" "+f.StartsAt.UTC().Format(time.RFC3339))
	}
	return ids
}

// mailbox reads one mail address, with or without a name. The name of a
// municipality may have a comma in it without quotes round it.
func mailbox(s string) (*mail.Address, error) {
	if strings.ContainsFunc(s, tidy.Hidden) {
		return nil, fmt.Errorf("%q has a character that has no place in a mail address; write it anew", s)
	}
	if name, rest, named := strings.Cut(s, "<"); named && !strings.Contains(name, `"`) {
		s = `"` + strings.TrimSpace(name) + `" <` + rest
	}
	address, err := mail.ParseAddress(s)
	if err != nil || strings.ContainsFunc(address.Address, tidy.Hidden) {
		return nil, fmt.Errorf("%q is not a mail address; write one like it-vagt@kommune.example", s)
	}
	address.Name = tidy.Line(address.Name, longestName)
	return address, nil
}

// judgeMail tries again unless the relay has said that it never will: a reply
// of 500 to 599 (RFC 5321, 4.2.1).
func judgeMail(err error) Receipt {
	code := 0
	var failed *gomail.SendError
	var reply *textproto.Error
	switch {
	case err == nil:
		return Later("the relay has not said that it took the mail")
	case errors.As(err, &failed) && failed.ErrorCode() != 0:
		code = failed.ErrorCode()
	case errors.As(err, &reply):
		code = reply.Code
	}
	said := tidy.Line(err.Error(), LongestDetail)
	switch {
	case code == 530 || code == 534 || code == 535 || code == 538:
		return Refused(said + "; check user, password and tls of the mail relay in the settings")
	case code == 550 || code == 551 || code == 553:
		return Refused(said + "; check the receiver's mail address in the organisation file")
	case code >= 500 && code < 600:
		return Refused(said + "; ask whoever runs the mail relay")
	case code != 0:
		return Later(said)
	default:
		return JudgeError(err)
	}
}
