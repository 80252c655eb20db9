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
	"beredskab/internal/gateway"
	"beredskab/internal/halted"
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
	TokenFile    string   `mapstructure:"token_file"`    // slack: a bot's token; sms: a key of gatewayapi
	WebhookFile  string   `mapstructure:"webhook_file"`  // slack: address of an incoming webhook; teams: of the flow
	URL          string   `mapstructure:"url"`           // webhook, sms; slack: another Web API
	SecretFiles  []string `mapstructure:"secret_files"`  // webhook
	Host         string   `mapstructure:"host"`          // mail
	Port         int      `mapstructure:"port"`          // mail
	TLS          string   `mapstructure:"tls"`           // mail: starttls, tls or none
	User         string   `mapstructure:"user"`          // mail; sms: of cpsms
	PasswordFile string   `mapstructure:"password_file"` // mail; sms: a key of cpsms
	From         string   `mapstructure:"from"`          // mail; sms: whom telephones show
	ReplyTo      string   `mapstructure:"reply_to"`      // mail
	Gateway      string   `mapstructure:"gateway"`       // sms: gatewayapi, cpsms, or empty for what follows
	Method       string   `mapstructure:"method"`        // sms: how url is asked; POST by default
	Body         string   `mapstructure:"body"`          // sms: with {to}, {digits}, {text}, {from} and {id}
	HeadersFile  string   `mapstructure:"headers_file"`  // sms: a header a line, keys among them
	Answer       string   `mapstructure:"answer"`        // sms: what the answer holds when the message was taken
	Dir          string   `mapstructure:"dir"`           // messages are written into this folder instead of sent; needed for a folder, possible for every kind

	AppTokenFile string `mapstructure:"app_token_file"`      // slack: an app-level token, for answers over a socket
	SigningFile  string `mapstructure:"signing_secret_file"` // slack: what requests with answers are signed with
}

// Kinds lists the kinds of channel.
func Kinds() []string { return []string{"slack", "mail", "teams", "sms", "webhook", "folder"} }

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
		if wrong := c.wrong(); wrong != "" {
			return errors.New(wrong)
		}
		seen[c.Name] = true
	}
	return nil
}

// Paths are the places in c that name a file or a folder, so that relative ones can be
// made absolute.
func (c *Channel) Paths() []*string {
	paths := []*string{&c.Dir, &c.TokenFile, &c.AppTokenFile, &c.SigningFile, &c.WebhookFile, &c.PasswordFile, &c.HeadersFile}
	for i := range c.SecretFiles {
		paths = append(paths, &c.SecretFiles[i])
	}
	return paths
}

// Secrets are the files of c that hold secrets.
func (c Channel) Secrets() []string {
	return append([]string{c.TokenFile, c.AppTokenFile, c.SigningFile, c.WebhookFile, c.PasswordFile, c.HeadersFile}, c.SecretFiles...)
}

// String is the channel as lists of settings show it, without secrets.
func (c Channel) String() string {
	return c.Kind + " " + c.Address + c.Dir + address.Shown(c.URL)
}

// Options are what channels are built with.
type Options struct {
	Texts  fs.FS                             // the municipality's own texts; may be nil
	Secret func(file string) (string, error) // reads a secret; "" for no file
	Places *slack.Places                     // where messages stand in Slack that change later; nil: none does
	Halted *halted.Book                      // where it is kept that a receiver takes nothing more; nil: nowhere
}

// Courier builds the channels.
func Courier(list []Channel, o Options) (*notify.Courier, error) {
	options := notify.Options{Texts: o.Texts}
	for _, c := range list {
		sender, err := c.build(o)
		if err != nil {
			return nil, fmt.Errorf("channel %s: %w", c.Name, err)
		}
		channel := notify.Channel{
			Name: c.Name, Kind: c.Kind, Sender: sender, Address: c.Address, Language: c.Language, Fallback: c.Fallback,
		}
		switch c.Kind {
		case "slack":
			channel.Gap = time.Second
		case "teams":
			channel.Address = "" // the flow knows where; an address would make a message somebody's
		case "webhook":
			channel.Policy = gateway.WebhookPolicy()
		}
		options.Channels = append(options.Channels, channel)
	}
	return notify.New(options)
}

// Routes says which channels messages go to: mail and SMS to each receiver, the others
// to their own address.
func Routes(list []Channel) (routes []outbox.Route) {
	for _, c := range list {
		route := outbox.Route{Channel: c.Name, Personal: c.Kind == "mail" || c.Kind == "sms", Phone: c.Kind == "sms", Language: c.Language}
		if c.Kind == "webhook" {
			route.Lives = gateway.WebhookLives
		}
		routes = append(routes, route)
		if c.Kind == "slack" && c.TokenFile != "" { // a bot writes to persons too
			routes = append(routes, outbox.Route{Channel: c.Name, Personal: true, Wish: true, Language: c.Language})
		}
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
	case "teams":
		return c.teams(o)
	case "sms":
		return c.sms(o)
	case "webhook":
		return c.webhook(o)
	default:
		return nil, fmt.Errorf("nothing sends messages of the kind %q", c.Kind)
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
	if c.Dir != "" && token+webhook == "" {
		token = "none" // nothing is sent
	}
	return slack.New(slack.Options{Token: token, WebhookURL: webhook, APIURL: c.URL, Places: o.Places})
}
