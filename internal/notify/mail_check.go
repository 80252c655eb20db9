package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"beredskab/internal/tidy"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// certificateSoon is how long before its end the relay's certificate is told of.
const certificateSoon = 14 * 24 * time.Hour

// Check goes the way of a mail up to the point where one would be handed over, and
// turns round there: nobody gets anything.
func (s mailSender) Check(ctx context.Context) []Check {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return []Check{{What: "the mail relay is set up", Detail: tidy.Line(err.Error(), LongestDetail), Next: "correct the settings of this channel"}}
	}
	relay, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return []Check{s.unreachable(client.ServerAddr(), err)}
	}
	defer func() { _ = relay.Close() }()
	list := []Check{
		{What: "the mail relay answers", OK: true, Detail: client.ServerAddr()},
		s.wayThere(relay),
	}
	if s.signsIn {
		list = append(list, Check{What: "the relay accepts the sign-in", OK: true, Detail: "signed in"})
	}
	list = append(list, s.mailboxes(relay)...)
	_ = relay.Quit() // what was looked at has been seen
	return list
}

// unreachable says which step of the way there failed.
func (s mailSender) unreachable(address string, err error) Check {
	c := Check{What: "the mail relay answers", Detail: address + ": " + tidy.Line(err.Error(), LongestDetail), Next: "check host and port in the settings, and whether a firewall lets this machine through"}
	var certificate *tls.CertificateVerificationError
	var name net.Error
	switch r := judgeMail(err); {
	case errors.As(err, &certificate):
		c.What, c.Next = "the relay's certificate is trusted", "let the relay show a certificate for that host name, of an authority that this machine trusts"
	case strings.Contains(r.Detail, "check user, password"):
		c.What, c.Next = "the relay accepts the sign-in", "check user and password_file of this channel in the settings"
	case strings.Contains(err.Error(), "STARTTLS"):
		c.What, c.Next = "the way to the relay is protected", "let the relay offer STARTTLS, or set tls to what it offers"
	case errors.As(err, &name) && name.Timeout():
		c.Detail = address + ": no answer within the time limit"
	}
	return c
}

// wayThere tells how the connection is protected, and for how long still.
func (s mailSender) wayThere(relay *smtp.Client) Check {
	c := Check{What: "the way to the relay is protected"}
	state, encrypted := relay.TLSConnectionState()
	if !encrypted {
		c.OK = s.onThisMachine()
		c.Detail, c.Next = "no TLS", "set tls to starttls or tls, so that nobody reads messages on the way"
		return c
	}
	left := state.PeerCertificates[0].NotAfter.Sub(s.now())
	c.OK = left > certificateSoon
	c.Detail = fmt.Sprintf("%s, the certificate is good for %d days", tls.VersionName(state.Version), int(left/(24*time.Hour)))
	c.Next = "have the relay's certificate renewed: no mail leaves once it has ended"
	return c
}

// onThisMachine tells whether nobody can listen on the way to the relay.
func (s mailSender) onThisMachine() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

// mailboxes asks whether the relay takes mails from us, and to where answers go.
func (s mailSender) mailboxes(relay *smtp.Client) []Check {
	from := Check{What: "the relay takes mails from " + s.from.Address, OK: true, Detail: "it does"}
	if err := relay.Mail("<" + s.from.Address + ">"); err != nil {
		from.OK, from.Detail = false, tidy.Line(err.Error(), LongestDetail)
		from.Next = "let the relay allow that sender, or write another one into from"
		return []Check{from}
	}
	answers := s.from
	if s.replyTo != nil {
		answers = s.replyTo
	}
	to := Check{What: "answers reach " + answers.Address, OK: true, Detail: "the relay takes mails for it"}
	if err := relay.Rcpt("<" + answers.Address + ">"); err != nil {
		to.OK, to.Detail = false, tidy.Line(err.Error(), LongestDetail)
		to.Next = "make that mailbox, or write one that somebody reads into reply_to"
	}
	_ = relay.Reset() // the transaction ends without a mail
	return []Check{from, to}
}
