package channels

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"beredskab/internal/disk"
	"beredskab/internal/facsimile"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// noSecret stands where a webhook on trial has no secret yet: nothing is signed with it.
const noSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// build builds what sends. Where a folder is named nothing is sent: what would have been
// is written there instead, made by the very sender that would have sent it.
func (c Channel) build(o Options) (notify.Sender, error) {
	if c.Dir == "" && c.Kind != "folder" {
		return c.sender(o)
	}
	if err := disk.MakeFolder(c.Dir); err != nil {
		return nil, fmt.Errorf("making the folder for messages: %w", err)
	}
	if c.Kind == "folder" {
		return notify.NewFolder(c.Dir)
	}
	of, err := c.onTrial().sender(o)
	if err != nil {
		return nil, err
	}
	return notify.Instead(c.Dir, of)
}

// onTrial fills in what a channel may lack that sends nothing: whoever tries the program
// out has no relay yet.
func (c Channel) onTrial() Channel {
	c.Host, c.TLS = cmp.Or(c.Host, "localhost"), cmp.Or(c.TLS, "starttls")
	c.From = cmp.Or(c.From, map[string]string{"mail": "beredskab@localhost", "sms": "Beredskab"}[c.Kind])
	if c.Kind == "webhook" {
		c.URL = cmp.Or(c.URL, "https://receiver.example/")
	}
	return c
}

// Draft gives a notice as a channel of that kind would send it, also where none is
// configured.
func Draft(kind string, n outbox.Notice, o Options) (facsimile.Draft, error) {
	n.Channel = cmp.Or(n.Channel, kind)
	c := Channel{Name: n.Channel, Kind: kind, Dir: "none"}.onTrial()
	sender, err := c.sender(o)
	if err != nil {
		return facsimile.Draft{}, err
	}
	courier, err := notify.New(notify.Options{Texts: o.Texts, Channels: []notify.Channel{{Name: c.Name, Kind: kind, Sender: sender}}})
	if err != nil {
		return facsimile.Draft{}, err
	}
	return courier.Draft(n)
}

// Finding is one thing that was looked at in a channel, and how it is.
type Finding struct {
	Channel, Kind string
	notify.Check
}

// Examine looks whether each channel would work. Nothing is sent to anybody.
func Examine(ctx context.Context, courier *notify.Courier) (list []Finding) {
	for _, c := range courier.Channels() {
		checker, able := c.Sender.(notify.Checker)
		if !able {
			list = append(list, Finding{c.Name, c.Kind, notify.Check{What: "set up", OK: true, Detail: "whether it works is seen when something is sent: beredskab notify test " + c.Name}})
			continue
		}
		for _, check := range checker.Check(ctx) {
			list = append(list, Finding{c.Name, c.Kind, check})
		}
	}
	return list
}

// Outbox gives what a demo would have sent. Elsewhere there is none: it holds the links
// that answer in the receivers' names, and nobody reads it.
func Outbox(list []Channel, demo bool) func() ([]facsimile.Sent, error) {
	if !demo {
		return nil
	}
	return func() ([]facsimile.Sent, error) { return Sent(list) }
}

// Sent gives what lies in the folders of channels that send nothing, newest first.
func Sent(list []Channel) (all []facsimile.Sent, err error) {
	seen := map[string]bool{}
	for _, c := range list {
		if c.Dir == "" || seen[c.Dir] {
			continue
		}
		seen[c.Dir] = true
		sent, err := facsimile.Folder(os.DirFS(c.Dir))
		if err != nil {
			return nil, err
		}
		all = append(all, sent...)
	}
	facsimile.Newest(all)
	return all, nil
}
