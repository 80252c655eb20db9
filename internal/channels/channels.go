// Package channels turns what the settings say of each channel into what sends through
// it: read, checked, and built. It is the one place that knows which kinds there are.
package channels

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"beredskab/internal/address"
	"beredskab/internal/disk"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/slack"
)

// Channel is one way to reach people, as the settings have it. Secrets stand in files
// of their own.
type Channel struct {
	Name         string   `mapstructure:"name"`
	Kind         string   `mapstructure:"kind"` // see Kinds
	Address      string   `mapstructure:"address"`
	Language     string   `mapstructure:"language"`
	Fallback     string   `mapstructure:"fallback"`
	TokenFile    string   `mapstructure:"token_file"`    // slack: a bot's token
	WebhookFile  string   `mapstructure:"webhook_file"`  // slack: address of an incoming webhook
	URL          string   `mapstructure:"url"`           // webhook; slack: another Web API
	SecretFiles  []string `mapstructure:"secret_files"`  // webhook
	Host         string   `mapstructure:"host"`          // mail
	Port         int      `mapstructure:"port"`          // mail
	TLS          string   `mapstructure:"tls"`           // mail: starttls, tls or none
	User         string   `mapstructure:"user"`          // mail
	PasswordFile string   `mapstructure:"password_file"` // mail
	From         string   `mapstructure:"from"`          // mail
	ReplyTo      string   `mapstructure:"reply_to"`      // mail
	Dir          string   `mapstructure:"dir"`           // folder
}

// Kinds lists the kinds of channel.
func Kinds() []string { return []string{"slack", "mail", "webhook", "folder"} }

// Check says what is wrong with a list of channels, and what to write instead.
func Check(list []Channel) error {
	seen := map[string]bool{}
	for _, c := range list {
		switch {
		case c.Name == "":
			return errors.New("a channel has no name; write `name: slack`")
		case seen[c.Name]:
			return fmt.Errorf("two channels are called %q", c.Name)
		case !slices.Contains(Kinds(), c.Kind):
			last := len(Kinds()) - 1
			return fmt.Errorf("channel %q has kind %q; write %s or %s", c.Name, c.Kind, strings.Join(Kinds()[:last], ", "), Kinds()[last])
		}
		seen[c.Name] = true
	}
	return nil
}

// Paths are the places in c that name a file or a folder, so that relative ones can be
// made absolute.
func (c *Channel) Paths() []*string {
	paths := []*string{&c.Dir}
	for _, p := range []*string{&c.TokenFile, &c.WebhookFile, &c.PasswordFile} {
		paths = append(paths, p)
	}
	for i := range c.SecretFiles {
		paths = append(paths, &c.SecretFiles[i])
	}
	return paths
}

// Secrets are the files of c that hold secrets.
func (c Channel) Secrets() []string {
	return append([]string{c.TokenFile, c.WebhookFile, c.PasswordFile}, c.SecretFiles...)
}

// String is the channel as lists of settings show it, without secrets.
func (c Channel) String() string {
	return c.Kind + " " + c.Address + c.Dir + address.Shown(c.URL)
}

// Options are what channels are built with.
type Options struct {
	Texts  fs.FS                             // the municipality's own texts; may be nil
	Secret func(file string) (string, error) // reads a secret; "" for no file
}

// Courier builds the channels.
func Courier(list []Channel, o Options) (*notify.Courier, error) {
	options := notify.Options{Texts: o.Texts}
	for _, c := range list {
		sender, err := c.sender(o)
		if err != nil {
			return nil, fmt.Errorf("channel %s: %w", c.Name, err)
		}
		channel := notify.Channel{
			Name: c.Name, Kind: c.Kind, Sender: sender, Address: c.Address, Language: c.Language, Fallback: c.Fallback,
		}
		if c.Kind == "slack" {
			channel.Gap = time.Second
		}
		options.Channels = append(options.Channels, channel)
	}
	return notify.New(options)
}

// Routes says which channels messages go to: mail to each receiver, the others
// to their own address.
func Routes(list []Channel) (routes []outbox.Route) {
	for _, c := range list {
		routes = append(routes, outbox.Route{Channel: c.Name, Personal: c.Kind == "mail", Language: c.Language})
	}
	return routes
}

func (c Channel) sender(o Options) (notify.Sender, error) {
	switch c.Kind {
	case "slack":
		return c.slack(o)
	case "mail":
		password, err := o.Secret(c.PasswordFile)
		if err != nil {
			return nil, err
		}
		return notify.NewMail(notify.MailOptions{
			Host: c.Host, Port: c.Port, TLS: notify.MailTLS(c.TLS), User: c.User, Password: password, From: c.From, ReplyTo: c.ReplyTo,
		})
	case "webhook":
		options := notify.WebhookOptions{URL: c.URL}
		for _, file := range c.SecretFiles {
			key, err := o.Secret(file)
			if err != nil {
				return nil, err
			}
			options.Secrets = append(options.Secrets, key)
		}
		return notify.NewWebhook(options)
	default:
		if err := disk.MakeFolder(c.Dir); err != nil {
			return nil, fmt.Errorf("making the folder for messages: %w", err)
		}
		return notify.NewFolder(c.Dir)
	}
}

func (c Channel) slack(o Options) (notify.Sender, error) {
	token, err := o.Secret(c.TokenFile)
	if err != nil {
		return nil, err
	}
	webhook, err := o.Secret(c.WebhookFile)
	if err != nil {
		return nil, err
	}
	return slack.New(slack.Options{Token: token, WebhookURL: webhook, APIURL: c.URL})
}
