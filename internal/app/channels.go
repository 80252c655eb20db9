package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"beredskab/internal/address"
	"beredskab/internal/disk"
	"beredskab/internal/notify"
	"beredskab/internal/register"
	"beredskab/internal/slack"
)

// Courier builds the channels that the settings name.
func (s *Settings) Courier() (*notify.Courier, error) {
	options := notify.Options{}
	if s.Texts != "" {
		options.Texts = os.DirFS(s.Texts)
	}
	for _, c := range s.Channels {
		sender, err := c.sender()
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
func (s *Settings) Routes() (routes []register.Route) {
	for _, c := range s.Channels {
		routes = append(routes, register.Route{Channel: c.Name, Personal: c.Kind == "mail", Language: c.Language})
	}
	return routes
}

func (c Channel) sender() (notify.Sender, error) {
	switch c.Kind {
	case "slack":
		return c.slack()
	case "mail":
		password, err := secret(c.PasswordFile)
		if err != nil {
			return nil, err
		}
		return notify.NewMail(notify.MailOptions{
			Host: c.Host, Port: c.Port, TLS: notify.MailTLS(c.TLS), User: c.User, Password: password, From: c.From, ReplyTo: c.ReplyTo,
		})
	case "webhook":
		options := notify.WebhookOptions{URL: c.URL}
		for _, file := range c.SecretFiles {
			key, err := secret(file)
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

func (c Channel) slack() (notify.Sender, error) {
	token, err := secret(c.TokenFile)
	if err != nil {
		return nil, err
	}
	webhook, err := secret(c.WebhookFile)
	if err != nil {
		return nil, err
	}
	return slack.New(slack.Options{Token: token, WebhookURL: webhook, APIURL: c.URL})
}

// secret reads a secret from its file, which nobody but its owner and group may
// read.
func secret(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: there is no secret file %s; write the secret into it with mode 0600", ErrSettings, file)
	} else if err != nil {
		return "", fmt.Errorf("looking at the secret file: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%w: everybody can read the secret file %s; run chmod 600 on it", ErrSettings, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if found := strings.TrimSpace(string(text)); found != "" {
		return found, nil
	}
	return "", fmt.Errorf("%w: the secret file %s is empty; write the secret into it", ErrSettings, file)
}

// withSecret is a database's address with its password.
func withSecret(text, password string) (string, error) {
	whole, err := address.With(text, password)
	if err != nil {
		return "", fmt.Errorf("%w: the database: %w", ErrSettings, err)
	}
	return whole, nil
}
