package slack

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"beredskab/internal/notify"
	"beredskab/internal/tidy"

	"github.com/slack-go/slack"
)

// say answers whoever acts, and nobody else sees it: beside what he pressed, or on his
// own page. An answer that cannot be given changes nothing about what was done.
func (v *visit) say(ctx context.Context, text string, more ...slack.Block) {
	said := append([]slack.Block{markup(text)}, more...)
	if v.place.Home {
		if err := v.publish(ctx, said); err != nil {
			v.unsaid(err)
		}
		return
	}
	plain := plainOf(text)
	quiet := false
	if v.replyable(v.place.Reply) && slack.PostWebhookCustomHTTPContext(ctx, v.place.Reply, v.http, &slack.WebhookMessage{
		ResponseType: slack.ResponseTypeEphemeral, Text: plain, Blocks: &slack.Blocks{BlockSet: said}, UnfurlLinks: &quiet, UnfurlMedia: &quiet,
	}) == nil {
		return
	}
	options := []slack.MsgOption{slack.MsgOptionText(plain, false), slack.MsgOptionBlocks(said...), slack.MsgOptionDisableLinkUnfurl()}
	if v.place.Channel != "" {
		if _, err := v.api.PostEphemeralContext(ctx, v.place.Channel, v.place.User, options...); err != nil {
			v.unsaid(err)
		}
		return
	}
	if _, _, err := v.api.PostMessageContext(ctx, v.place.User, options...); err != nil {
		v.unsaid(err)
	}
}

func (v *visit) unsaid(err error) {
	v.Log.Warn("somebody in Slack could not be answered", "account", v.account.String(), "error", notify.JudgeError(err).Detail)
}

// replyable tells whether an address for answers is Slack's own: it came with what Slack
// sent, and is asked nothing else.
func (v *visit) replyable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return false
	}
	if own, err := url.Parse(v.APIURL); err == nil && v.APIURL != "" && own.Scheme == u.Scheme && own.Host == u.Host {
		return true
	}
	return u.Scheme == "https" && slices.Contains([]string{"hooks.slack.com", "hooks.slack-gov.com"}, u.Host)
}

// edit puts blocks in the place of the message that was pressed. Its other copies follow
// by themselves.
func (v *visit) edit(ctx context.Context, text string, all ...slack.Block) {
	if v.place.Home || v.place.Message == "" {
		return
	}
	_, _, _, err := v.api.UpdateMessageContext(ctx, v.place.Channel, v.place.Message, slack.MsgOptionText(plainOf(text), false), slack.MsgOptionBlocks(all...))
	if err != nil {
		v.unsaid(err)
	}
}

// plainOf is the line for notifications and screen readers, without marks.
func plainOf(text string) string {
	return tidy.CutEscaped(strings.NewReplacer("*", "", "`", "").Replace(unescape(text)), shareText, escapeSlack)
}

// markup is a text of ours in which facts were escaped already.
func markup(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}

// fact is a fact within such a text: harmless, and not too long.
func fact(text string) string {
	return tidy.CutEscaped(tidy.Line(text, longestName), longestName, escapeSlack)
}

// code is a fact that people copy.
func code(text string) string { return "`" + strings.ReplaceAll(fact(text), "`", "'") + "`" }

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// button is one that acts.
func button(id, text, value string, primary bool) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(id, value, plainText(text, limitButton))
	if primary {
		b.Style = slack.StylePrimary
	}
	return b
}

// link is one that opens a page.
func link(id, text, address string, primary bool) *slack.ButtonBlockElement {
	b := button(id, text, "", primary)
	b.URL = address
	return b
}

// buttons are some of them in a row.
func (v *visit) buttons(block string, list ...slack.BlockElement) slack.Block {
	return slack.NewActionBlock(block, list...)
}
