package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"beredskab/internal/outbox"

	"github.com/slack-go/slack"
)

// SlackOptions names one Slack workspace: a bot's token, or the address of an
// incoming webhook, which always writes into the channel it was made for.
type SlackOptions struct {
	Token      string        // xoxb-…; needs the scope chat:write, and im:write for messages to a person
	WebhookURL string        // https://hooks.slack.com/services/…; a secret
	APIURL     string        // another address of the Web API, ending in "/"; empty means Slack's own
	Timeout    time.Duration // for one try; 0 means 10 seconds
}

type slackSender struct {
	api     *slack.Client
	http    *http.Client
	webhook string
}

// NewSlack makes a sender for Slack. Exactly one of token and webhook must be given.
func NewSlack(o SlackOptions) (Sender, error) {
	if (o.Token == "") == (o.WebhookURL == "") {
		return nil, fmt.Errorf("a Slack channel needs either a bot token or the address of an incoming webhook, and not both")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	s := slackSender{http: newHTTPClient(o.Timeout), webhook: o.WebhookURL}
	if o.WebhookURL != "" {
		return s, serverURL("the address of the Slack webhook", o.WebhookURL)
	}
	options := []slack.Option{slack.OptionHTTPClient(s.http)}
	if o.APIURL != "" {
		if err := serverURL("the address of the Slack API", o.APIURL); err != nil {
			return nil, err
		}
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(o.APIURL, "/")+"/"))
	}
	s.api = slack.New(o.Token, options...)
	return s, nil
}

func (slackSender) Form() Form { return FormSlack }

// Send posts the message. Slack has no key that would make a second try
// harmless, so a message may appear twice after a time-out, never zero times
// (F17); its text carries the numbers of run and step.
func (s slackSender) Send(ctx context.Context, n outbox.Notice, m Message) Receipt {
	if s.webhook != "" {
		quiet := false
		return judgeSlack(slack.PostWebhookCustomHTTPContext(ctx, s.webhook, s.http, &slack.WebhookMessage{
			Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, UnfurlLinks: &quiet, UnfurlMedia: &quiet,
		}), "posted through the incoming webhook")
	}
	if n.Address == "" {
		return refused("no Slack channel or user is named; give the channel a default address in the settings")
	}
	channel, timestamp, err := s.api.PostMessageContext(ctx, n.Address,
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	return judgeSlack(err, fmt.Sprintf("posted in %s as %s", clean(channel, longestName), clean(timestamp, longestName)))
}

func judgeSlack(err error, posted string) Receipt {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	switch {
	case err == nil:
		return delivered(posted)
	case errors.As(err, &limited):
		return judgeStatus(http.StatusTooManyRequests, min(limited.RetryAfter, 7*24*time.Hour))
	case errors.As(err, &status):
		if status.Code >= 200 && status.Code < 300 {
			return again(fmt.Sprintf("answered %d, which is not Slack's way to say that it posted", status.Code))
		}
		return judgeStatus(status.Code, 0)
	case errors.As(err, &answer):
		return judgeSlackCode(answer.Err)
	default:
		return judgeError(err)
	}
}

// judgeSlackCode sorts the error codes of chat.postMessage.
func judgeSlackCode(code string) Receipt {
	said := "Slack answered " + clean(code, longestDetail)
	switch code {
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
		"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited":
		return again(said)
	case "channel_not_found", "not_in_channel", "is_archived", "user_not_found", "cannot_dm_bot", "messages_tab_disabled":
		return refused(said + "; invite the app to the channel, or correct the channel's name or user in the settings")
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "ekm_access_denied":
		return refused(said + "; make a new bot token and put it into the settings")
	case "missing_scope", "not_allowed_token_type", "no_permission", "restricted_action":
		return refused(said + "; give the app the scope chat:write, install it again and try \"beredskab notify test\"")
	case "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "no_text":
		return refused(said + "; the message's template gives something that Slack does not take")
	default:
		return refused(said + "; look the code up in Slack's page on chat.postMessage")
	}
}
