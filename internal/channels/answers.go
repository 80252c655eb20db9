package channels

import (
	"fmt"

	"beredskab/internal/slack"
)

// Answers builds what takes answers from Slack: over the first channel of that kind that
// has an app-level token or a signing secret beside its bot's token. It is nil where
// there is none, or where messages are written into a folder instead of sent. What is
// not a matter of the channel is given.
func Answers(list []Channel, o Options, l slack.ListenerOptions) (*slack.Listener, error) {
	for _, c := range list {
		if c.Kind != "slack" || c.Dir != "" || c.AppTokenFile == "" && c.SigningFile == "" {
			continue
		}
		l.APIURL, l.Language, l.Channel = c.URL, c.Language, c.Address
		for file, into := range map[string]*string{c.TokenFile: &l.Token, c.AppTokenFile: &l.AppToken, c.SigningFile: &l.Secret} {
			word, err := o.Secret(file)
			if err != nil {
				return nil, fmt.Errorf("channel %s: %w", c.Name, err)
			}
			if file != "" {
				*into = word
			}
		}
		found, err := slack.NewListener(l)
		if err != nil {
			return nil, fmt.Errorf("channel %s: %w", c.Name, err)
		}
		return found, nil
	}
	return nil, nil
}
