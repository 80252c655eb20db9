// Package slack is the municipality's Slack: it posts messages there and takes the
// answers that people give there. It is the only package that knows Slack's API.
package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/slack/places"
	"beredskab/internal/tidy"

	"github.com/slack-go/slack"
)

// Options names one Slack workspace: a bot's token, or the address of an
// incoming webhook, which always writes into the channel it was made for.
type Options struct {
	Token      string         // xoxb-…; needs the scope chat:write, and im:write for messages to a person
	WebhookURL string         // https://hooks.slack.com/services/…; a secret
	APIURL     string         // another address of the Web API, ending in "/"; empty means Slack's own
	Timeout    time.Duration  // for one try; 0 means 10 seconds
	Places     *places.Places // where messages stand that change later; nil: none does
}

type poster struct {
	api     *slack.Client
	http    *http.Client
	webhook string
	persons *persons
	places  *places.Places
}

// New makes a poster for Slack. Exactly one of token and webhook must be given.
func New(o Options) (notify.Sender, error) {
	if (o.Token == "") == (o.WebhookURL == "") {
		return nil, fmt.Errorf("a Slack channel needs either a bot token or the address of an incoming webhook, and not both")
	}
	if o.Timeout <= 0 {
		o.Timeout = notify.DefaultTimeout
	}
	s := poster{http: notify.HTTPClient(o.Timeout), webhook: o.WebhookURL, places: o.Places}
	if o.WebhookURL != "" {
		return s, notify.ServerURL("the address of the Slack webhook", o.WebhookURL)
	}
	options := []slack.Option{slack.OptionHTTPClient(s.http)}
	if o.APIURL != "" {
		if err := notify.ServerURL("the address of the Slack API", o.APIURL); err != nil {
			return nil, err
		}
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(o.APIURL, "/")+"/"))
	}
	s.api = slack.New(o.Token, options...)
	s.persons = &persons{api: s.api, known: map[string]spot{}}
	return s, nil
}

func (poster) Form() notify.Form { return notify.FormText }

// Send posts the message. Slack has no key that would make a second try
// harmless, so a message may appear twice after a time-out, never zero times
// (F17); its text carries the numbers of run and step.
func (s poster) Send(ctx context.Context, n outbox.Notice, m notify.Message) notify.Receipt {
	if s.webhook != "" {
		quiet := false
		return judgeSlack(slack.PostWebhookCustomHTTPContext(ctx, s.webhook, s.http, &slack.WebhookMessage{
			Text: slackText(m.Parts), Blocks: &slack.Blocks{BlockSet: blocks(n, m.Parts)}, UnfurlLinks: &quiet, UnfurlMedia: &quiet,
		}), "posted through the incoming webhook")
	}
	if n.Address == "" {
		return notify.Refused("no Slack channel or user is named; give the channel a default address in the settings")
	}
	to, personal := n.Address, strings.Contains(n.Address, "@")
	options := []slack.MsgOption{
		slack.MsgOptionText(slackText(m.Parts), false), slack.MsgOptionBlocks(blocks(n, m.Parts)...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if personal {
		var err error
		if to, err = s.persons.find(ctx, to); err != nil {
			return judgeSlack(err, "")
		}
	} else if thread := s.places.Thread(ctx, n.Facts.Run); thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	channel, timestamp, err := s.api.PostMessageContext(ctx, to, options...)
	r := judgeSlack(err, fmt.Sprintf("posted in %s as %s", tidy.Line(channel, longestName), tidy.Line(timestamp, longestName)))
	if err == nil && personal {
		if err := s.places.Asked(ctx, n, channel, timestamp); err != nil {
			r.Detail += "; it will not be struck out when somebody answers elsewhere"
		}
	}
	return r
}

func judgeSlack(err error, posted string) notify.Receipt {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var answer slack.SlackErrorResponse
	switch {
	case err == nil:
		return notify.Accepted(posted)
	case errors.As(err, &limited):
		return notify.JudgeStatus(http.StatusTooManyRequests, min(limited.RetryAfter, 7*24*time.Hour))
	case errors.As(err, &status):
		if status.Code >= 200 && status.Code < 300 {
			return notify.Later(fmt.Sprintf("answered %d, which is not Slack's way to say that it posted", status.Code))
		}
		return notify.JudgeStatus(status.Code, 0)
	case errors.As(err, &answer):
		return judgeSlackCode(answer.Err)
	default:
		return notify.JudgeError(err)
	}
}

// judgeSlackCode sorts the error codes of chat.postMessage.
func judgeSlackCode(code string) notify.Receipt {
	said := "Slack answered " + tidy.Line(code, notify.LongestDetail)
	switch code {
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org",
		"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited":
		return notify.Later(said)
	case "users_not_found":
		return notify.Refused(said + "; nobody in Slack has that mailbox: the message goes by another channel. Let the person choose another one, or correct the mailbox there")
	case "channel_not_found", "not_in_channel", "is_archived", "user_not_found", "cannot_dm_bot", "messages_tab_disabled":
		return notify.Refused(said + "; invite the app to the channel, or correct the channel's name or user in the settings")
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "ekm_access_denied":
		return notify.Refused(said + "; make a new bot token and put it into the settings")
	case "missing_scope", "not_allowed_token_type", "no_permission", "restricted_action":
		return notify.Refused(said + "; give the app the scopes that `beredskab slack manifest` prints, install it again and try \"beredskab notify test\"")
	case "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format", "no_text":
		return notify.Refused(said + "; the message's template gives something that Slack does not take")
	default:
		return notify.Refused(said + "; look the code up in Slack's page on chat.postMessage")
	}
}

// Places is where messages stand that change later.
type Places = places.Places
