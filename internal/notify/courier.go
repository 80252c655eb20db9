// Package notify turns an owed notice into a message and delivers it. It says
// delivered, try again (and when) or give up, and why; it stores nothing, so
// that the outbox of the register stays the only truth (DESIGN 2.5).
package notify

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"beredskab/internal/fault"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// Channel is one configured way to reach people.
type Channel struct {
	Name     string
	Kind     string // what lists and "notify channels" show: slack, mail, webhook, folder …
	Sender   Sender
	Address  string        // used when a notice names none
	Language string        // used when a notice names none; empty means Danish
	Fallback string        // name of the channel that takes over when this one fails; empty for none
	Gap      time.Duration // shortest time between two messages to one address; Slack wants 1 second
	Policy   Policy        // how its messages are tried again; the zero value means the courier's
}

// Options says what a Courier works with.
type Options struct {
	Channels []Channel
	Texts    fs.FS          // the municipality's own texts, laid over the built-in ones; may be nil
	Zone     *time.Location // in which times are told; nil means Europe/Copenhagen
	Policy   Policy
	Now      func() time.Time // nil means time.Now
}

// Courier delivers notices. It is safe for concurrent use.
type Courier struct {
	channels map[string]Channel
	pacers   map[string]*pacer
	words    *Wording
	policy   Policy
	now      func() time.Time
	tally    tallies
}

// New makes a courier. All that can be wrong with texts and channels is told
// here: a template that does not parse, a name that is given twice, a fallback
// that does not exist or leads back.
func New(o Options) (*Courier, error) {
	if o.Zone == nil {
		zone, err := time.LoadLocation("Europe/Copenhagen")
		if err != nil {
			return nil, fmt.Errorf("loading the time zone of messages: %w", err)
		}
		o.Zone = zone
	}
	words, err := LoadWording(o.Texts, o.Zone)
	if err != nil {
		return nil, err
	}
	c := &Courier{channels: map[string]Channel{}, pacers: map[string]*pacer{}, words: words, policy: o.Policy, now: o.Now, tally: tallies{each: map[string]outbox.Tally{}}}
	if c.now == nil {
		c.now = time.Now
	}
	for _, channel := range o.Channels {
		if err := c.add(channel); err != nil {
			return nil, err
		}
	}
	return c, c.checkFallbacks()
}

func (c *Courier) add(channel Channel) error {
	if _, there := c.channels[channel.Name]; there || channel.Name == "" {
		return fmt.Errorf("channel %q: a channel needs a name of its own; give each another one", channel.Name)
	}
	if channel.Sender == nil {
		return fmt.Errorf("channel %q has no sender", channel.Name)
	}
	c.channels[channel.Name] = channel
	c.pacers[channel.Name] = newPacer(channel.Gap)
	return nil
}

func (c *Courier) checkFallbacks() error {
	for name := range c.channels {
		seen := []string{name}
		for next := c.channels[name].Fallback; next != ""; next = c.channels[next].Fallback {
			if _, ok := c.channels[next]; !ok {
				return fmt.Errorf("channel %q falls back to %q, which is not configured; use one of %s", seen[len(seen)-1], next, c.names())
			}
			if slices.Contains(seen, next) {
				return fmt.Errorf("channel %q falls back to itself in the end (%s); let the last one have no fallback", name, strings.Join(append(seen, next), " → "))
			}
			seen = append(seen, next)
		}
	}
	return nil
}

// Deliver tries once to deliver a notice and decides what follows. It returns
// also when ctx ends: then the notice is to be tried again.
func (c *Courier) Deliver(ctx context.Context, n outbox.Notice) Decision {
	return c.DeliverDigest(ctx, []outbox.Notice{n})[0]
}

// DeliverDigest tries once to deliver a group from Digest as one message, and
// decides about each of its notices in their order. Those that have expired
// are left out of the message.
func (c *Courier) DeliverDigest(ctx context.Context, group []outbox.Notice) []Decision {
	before := c.now()
	open := slices.DeleteFunc(slices.Clone(group), func(n outbox.Notice) bool { return isExpired(n, before) })
	var r Receipt
	if len(open) > 0 {
		r = c.send(ctx, open)
	}
	now := c.now()
	decisions := make([]Decision, len(group))
	for i, one := range group {
		if isExpired(one, before) {
			decisions[i] = c.policy.expired(one, now)
		} else {
			decisions[i] = c.policyOf(one.Channel).Decide(one, r, now, c.channels[one.Channel].Fallback)
		}
	}
	return decisions
}

func (c *Courier) policyOf(channel string) Policy {
	if own := c.channels[channel].Policy; own != (Policy{}) {
		return own
	}
	return c.policy
}

func isExpired(n outbox.Notice, now time.Time) bool {
	return !n.ExpiresAt.IsZero() && !now.Before(n.ExpiresAt)
}

// send sends one notice as it is and several as a digest.
func (c *Courier) send(ctx context.Context, open []outbox.Notice) Receipt {
	n := open[0]
	channel, ok := c.channels[n.Channel]
	if !ok {
		return Refused(fmt.Sprintf("no channel is called %q; configure it, or use one of %s", n.Channel, c.names()))
	}
	pace := c.pacers[channel.Name]
	if pace.rests() {
		return Later("not sent: the channel gave no answer a moment ago")
	}
	m, err := c.render(open, channel.Sender.Form())
	if err != nil {
		return Refused(tidy.Line(err.Error(), LongestDetail))
	}
	if len(open) > 1 {
		n = summary(open)
	}
	n = channel.complete(n)
	if err := pace.wait(ctx, n.Address); err != nil {
		return Later("stopped while the message waited for its turn")
	}
	// A wish to be left alone counts for all messages to that place, not only
	// for the one that was answered so.
	if pause := pace.left(n.Address); pause > 0 {
		return Receipt{Outcome: outbox.TryAgain, Detail: "not sent: the other side has asked to wait", RetryAfter: pause}
	}
	fault.Point("notify.send.before")
	r := channel.Sender.Send(ctx, n, m)
	fault.Point("notify.send.after")
	c.tally.note(channel.Name, r.Outcome, c.now())
	pace.leave(n.Address, r.RetryAfter)
	if r.Silent {
		pace.rest()
	}
	return r
}

// render puts one notice, or several as a digest, into the channel's language.
func (c *Courier) render(group []outbox.Notice, form Form) (Message, error) {
	complete := make([]outbox.Notice, len(group))
	for i, n := range group {
		complete[i] = c.channels[n.Channel].complete(n)
	}
	if len(complete) == 1 {
		return c.words.Render(complete[0], form)
	}
	return c.words.RenderDigest(complete, form)
}

// complete fills in what a notice leaves to its channel.
func (c Channel) complete(n outbox.Notice) outbox.Notice {
	n.Address = first(n.Address, c.Address)
	n.Language = language(n.Language, c.Language)
	return n
}

// Preview shows how a notice would read, as text, without sending it.
func (c *Courier) Preview(n outbox.Notice) (string, error) {
	m, err := c.render([]outbox.Notice{n}, FormText)
	if err != nil {
		return "", err
	}
	return m.Subject + "\n\n" + m.Text, nil
}

// Channels lists the channels by name.
func (c *Courier) Channels() []Channel {
	var list []Channel
	for _, channel := range c.channels {
		list = append(list, channel)
	}
	slices.SortFunc(list, func(a, b Channel) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (c *Courier) names() string {
	var names []string
	for _, channel := range c.Channels() {
		names = append(names, channel.Name)
	}
	return strings.Join(names, ", ")
}
