package channels

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/facsimile"
	"beredskab/internal/gateway"
	"beredskab/internal/halted"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// teams builds what posts into a channel of Microsoft Teams. The address of its flow is
// a secret, so it stands in a file.
func (c Channel) teams(o Options) (notify.Sender, error) {
	address, err := o.Secret(c.WebhookFile)
	if err != nil {
		return nil, err
	}
	if c.Dir != "" {
		address = cmp.Or(address, "https://localhost/") // nothing is sent
	}
	return gateway.NewTeams(gateway.TeamsOptions{URL: address})
}

// sms builds what hands SMS to a gateway: a known one, or any other by what stands in
// the settings.
func (c Channel) sms(o Options) (notify.Sender, error) {
	token, err := o.Secret(cmp.Or(c.TokenFile, c.PasswordFile))
	if err != nil {
		return nil, err
	}
	headers, err := o.Secret(c.HeadersFile)
	if err != nil {
		return nil, err
	}
	options := gateway.SMSOptions{
		Preset: c.Gateway, Token: token, User: c.User, From: c.From, URL: c.URL, Method: strings.ToUpper(c.Method), Body: c.Body, Answer: c.Answer,
	}
	for line := range strings.Lines(headers) {
		if line = strings.TrimSpace(line); line != "" {
			options.Headers = append(options.Headers, line)
		}
	}
	if c.Dir != "" && c.URL == "" { // nothing is sent
		options.Preset, options.Token, options.User = cmp.Or(c.Gateway, gateway.Presets()[0]), "none", "none"
	}
	return gateway.NewSMS(options)
}

// webhook builds what posts signed requests, and keeps whether the receiver still wants
// them.
func (c Channel) webhook(o Options) (notify.Sender, error) {
	options := gateway.WebhookOptions{URL: c.URL}
	if c.Dir != "" && len(c.SecretFiles) == 0 {
		options.Secrets = []string{noSecret}
	}
	for _, file := range c.SecretFiles {
		key, err := o.Secret(file)
		if err != nil {
			return nil, err
		}
		options.Secrets = append(options.Secrets, key)
	}
	s, err := gateway.NewWebhook(options)
	if err != nil || o.Halted == nil {
		return s, err
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{c.URL}, options.Secrets...), "\n")))
	return stoppable{sender: s, book: o.Halted, channel: c.Name, settings: hex.EncodeToString(sum[:8])}, nil
}

// stoppable is a channel whose other side may say that it takes nothing more. From then
// on nothing is sent but tests, the first of which that gets through ends it.
type stoppable struct {
	sender            notify.Sender
	book              *halted.Book
	channel, settings string
}

func (s stoppable) Form() notify.Form { return s.sender.Form() }

// Send sends unless the channel is shut. When the register cannot say, it sends: twice
// is better than never.
func (s stoppable) Send(ctx context.Context, n outbox.Notice, m notify.Message) notify.Receipt {
	stop, stopped, err := s.book.Stopped(ctx, s.channel, s.settings)
	if err == nil && stopped && n.Kind != outbox.Test {
		return notify.Refused("not sent: " + s.said(stop) + "; " + s.next())
	}
	r := s.sender.Send(ctx, n, m)
	switch {
	case r.Closed && !stopped:
		if err := s.book.Shut(ctx, s.book.Program(), s.channel, s.settings, r.Detail); err == nil {
			r.Detail += "; nothing more is sent there: " + s.next()
		}
	case stopped && r.Outcome == outbox.Accepted:
		if err := s.book.Open(ctx, s.book.Program(), s.channel, s.settings); err == nil {
			r.Detail += "; the channel is open again"
		}
	}
	return r
}

func (s stoppable) said(stop halted.Stop) string {
	return fmt.Sprintf("the receiver said on %s that it takes nothing more", stop.At.UTC().Format(time.RFC3339))
}

func (s stoppable) next() string {
	return fmt.Sprintf("put its new address into the settings or, when it is there again, type: beredskab notify test %s", s.channel)
}

// Check adds whether the channel is shut to what its sender looks at.
func (s stoppable) Check(ctx context.Context) (list []notify.Check) {
	if of, able := s.sender.(notify.Checker); able {
		list = of.Check(ctx)
	}
	c := notify.Check{What: "the receiver takes messages", OK: true}
	switch stop, stopped, err := s.book.Stopped(ctx, s.channel, s.settings); {
	case err != nil:
		c.OK, c.Detail, c.Next = false, err.Error(), "see what the lines about the register say"
	case stopped:
		c.OK, c.Detail, c.Next = false, s.said(stop), s.next()
	}
	return append(list, c)
}

// Draft is what the sender would hand over.
func (s stoppable) Draft(n outbox.Notice, m notify.Message) (facsimile.Wire, error) {
	if of, able := s.sender.(notify.Drafter); able {
		return of.Draft(n, m)
	}
	return facsimile.Wire{}, fmt.Errorf("the channel %s cannot show its messages", s.channel)
}

// Stopped gives the channels that are shut with the settings that they have, and since when.
func Stopped(ctx context.Context, c *notify.Courier) map[string]time.Time {
	shut := map[string]time.Time{}
	for _, one := range c.Channels() {
		s, able := one.Sender.(stoppable)
		if !able {
			continue
		}
		if stop, stopped, err := s.book.Stopped(ctx, s.channel, s.settings); err == nil && stopped {
			shut[one.Name] = stop.At
		}
	}
	return shut
}

// wrong says what the settings of a channel lack that its kind needs.
func (c Channel) wrong() string {
	switch {
	case c.Dir != "":
		return ""
	case c.Kind == "teams" && c.WebhookFile == "":
		return fmt.Sprintf("channel %q needs the address of its flow; write it into a file of its own, and `webhook_file:` with that file's name", c.Name)
	case c.Kind == "sms" && c.Gateway != "" && !slices.Contains(gateway.Presets(), c.Gateway):
		return fmt.Sprintf("channel %q has gateway %q; write %s, or leave it out and write url and body", c.Name, c.Gateway, strings.Join(gateway.Presets(), " or "))
	case c.Kind == "sms" && c.Gateway == "" && c.URL == "":
		return fmt.Sprintf("channel %q needs a gateway; write `gateway: %s`, or url and body of another", c.Name, gateway.Presets()[0])
	}
	return ""
}
