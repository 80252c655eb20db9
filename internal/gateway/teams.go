package gateway

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"beredskab/internal/facsimile"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// TeamsOptions names one flow of Power Automate that posts cards into a Teams channel:
// "When a Teams webhook request is received". Its address is a secret.
type TeamsOptions struct {
	URL     string
	Timeout time.Duration // for one try; 0 means 10 seconds
}

type teamsSender struct {
	url  string
	http *http.Client
}

// NewTeams makes a sender that hands Adaptive Cards to a flow. It always posts to that
// flow, whatever a notice says.
func NewTeams(o TeamsOptions) (notify.Sender, error) {
	if err := notify.ServerURL("the address of the Teams flow", o.URL); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = notify.DefaultTimeout
	}
	return teamsSender{url: o.URL, http: notify.HTTPClient(o.Timeout)}, nil
}

func (teamsSender) Form() notify.Form { return notify.FormText }

// Send hands the card to the flow. That the flow has taken it (202) is all that can be
// known; what it does then stands in its own history.
func (s teamsSender) Send(ctx context.Context, n outbox.Notice, m notify.Message) notify.Receipt {
	body, err := cardOf(n, m)
	if err != nil {
		return notify.Refused("the card cannot be written: " + tidy.Line(err.Error(), notify.LongestDetail))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return notify.Refused("the request cannot be made; check the flow's address")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := s.http.Do(request)
	if err != nil {
		return notify.JudgeError(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // so that the connection can be used again
	return judgeFlow(answer.StatusCode, notify.RetryAfter(answer.Header.Get("Retry-After"), time.Now()))
}

// Draft is the card as the flow would get it.
func (s teamsSender) Draft(n outbox.Notice, m notify.Message) (facsimile.Wire, error) {
	body, err := cardOf(n, m)
	return facsimile.Wire{Kind: "teams", Type: "application/json; charset=utf-8", Body: string(body)}, err
}

// judgeFlow is JudgeStatus with the next steps that a flow has.
func judgeFlow(status int, wait time.Duration) notify.Receipt {
	r := notify.JudgeStatus(status, wait)
	said := fmt.Sprintf("answered %d %s", status, http.StatusText(status))
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		r.Detail = said + "; let anyone trigger the flow in Power Automate, and copy its address anew"
	case http.StatusNotFound, http.StatusGone:
		r.Detail = said + "; the flow is gone or switched off: make it anew, with a second owner, and put its address into the file"
	case http.StatusBadRequest:
		r.Detail = said + "; the flow takes no cards: it must begin with \"When a Teams webhook request is received\""
	}
	return r
}

// Check looks whether the flow's host answers. Only a message shows whether the flow
// itself works: calling it posts.
func (s teamsSender) Check(ctx context.Context) []notify.Check {
	return []notify.Check{
		reached(ctx, s.http, "the flow's host answers", s.url),
		{
			What: "the flow has a second owner", OK: true,
			Detail: "cannot be seen from here: a flow ends with its only owner's account; look at its owners in Power Automate",
		},
		{What: "the flow takes a card", OK: true, Detail: "cannot be seen without posting; `beredskab notify test` says 202 when it does"},
	}
}

// largestCard is what Teams takes of one message, in bytes, with room for what the
// flow puts around it (28 KB).
const largestCard = 26_000

// To fit, each text of a card is cut from longestText towards shortestText characters.
const (
	longestText  = 1500
	shortestText = 30
)

// envelope is how a flow wants a card.
type envelope struct {
	Type        string       `json:"type"`
	Summary     string       `json:"summary"` // of the notification
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string  `json:"contentType"`
	ContentURL  *string `json:"contentUrl"`
	Content     card    `json:"content"`
}

// card is an Adaptive Card of version 1.2, which telephones show too.
type card struct {
	Schema   string            `json:"$schema"`
	Type     string            `json:"type"`
	Version  string            `json:"version"`
	Lang     string            `json:"lang"`
	Fallback string            `json:"fallbackText"`
	Teams    map[string]string `json:"msteams"`
	Body     []element         `json:"body"`
	Actions  []action          `json:"actions,omitempty"`
}

// element is a coloured box, or a line of text. A TextBlock would read a plan's words
// as Markdown, and a link could hide in them; a RichTextBlock shows them as they are.
type element struct {
	Type    string    `json:"type"`
	Style   string    `json:"style,omitempty"`
	Bleed   bool      `json:"bleed,omitempty"`
	Items   []element `json:"items,omitempty"`
	Spacing string    `json:"spacing,omitempty"`
	Inlines []run     `json:"inlines,omitempty"`
}

type run struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
	Size   string `json:"size,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// cardOf lays a message out for a channel, which many read: nothing in it answers in
// anybody's name. Texts are cut until Teams takes the whole.
func cardOf(n outbox.Notice, m notify.Message) ([]byte, error) {
	p := m.Parts
	if n.Address != "" {
		p.ShortCode = "" // the code of a message to somebody is his alone
	}
	for longest := longestText; ; longest = longest * 3 / 4 {
		cut := func(s string) string { return tidy.Cut(s, longest) }
		var b bytes.Buffer
		out := json.NewEncoder(&b)
		out.SetEscapeHTML(false) // it is no page, and three letters become eighteen
		if err := out.Encode(envelope{Type: "message", Summary: m.Subject, Attachments: []attachment{{
			ContentType: "application/vnd.microsoft.card.adaptive", Content: card{
				Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.2", Lang: p.Lang,
				Fallback: m.Subject, Teams: map[string]string{"width": "Full"}, Body: elements(p, cut), Actions: actions(p, n.Facts.Run),
			},
		}}}); err != nil {
			return nil, err
		}
		if b.Len() <= largestCard {
			return b.Bytes(), nil
		}
		if longest < shortestText {
			return nil, fmt.Errorf("it has %d bytes, and Teams takes %d", b.Len(), largestCard)
		}
	}
}

func elements(p notify.Parts, cut func(string) string) []element {
	style := map[string]string{"incident": "attention", "drill": "accent"}[p.Tone]
	list := []element{{Type: "Container", Style: cmp.Or(style, "emphasis"), Bleed: true, Items: []element{
		line(run{Text: cut(p.Title), Weight: "Bolder", Size: "Large"}, ""),
	}}}
	say := func(r run, spacing string) {
		if r.Text = cut(r.Text); r.Text != "" {
			list = append(list, line(r, spacing))
		}
	}
	say(run{Text: p.Context, Weight: "Bolder"}, "")
	for _, text := range p.Body {
		say(run{Text: text}, "")
	}
	if len(p.Todo) > 0 {
		say(run{Text: p.TodoHead}, "")
	}
	for i, text := range p.Todo {
		mark := "– "
		if p.Numbered {
			mark = fmt.Sprintf("%d. ", i+1)
		}
		say(run{Text: mark + text}, "Small")
	}
	say(run{Text: p.More}, "Small")
	say(run{Text: p.ShortCode, Weight: "Bolder"}, "")
	say(run{Text: p.Command}, "")
	for i, text := range p.Footer {
		say(run{Text: text, Size: "Small", Subtle: true}, map[bool]string{true: "Medium", false: "None"}[i == 0])
	}
	return list
}

func line(r run, spacing string) element {
	r.Type = "TextRun"
	return element{Type: "RichTextBlock", Spacing: spacing, Inlines: []run{r}}
}

// actions are the buttons. The link of a message is as good as a name, so in a channel
// its button leads to where the short code is typed, and another to the run, where one
// signs in (spec/ux.md 4.4).
func actions(p notify.Parts, id string) (list []action) {
	if p.Link == "" {
		return nil
	}
	to, origin := p.Link, p.Origin
	if u, err := url.Parse(p.Link); err == nil && strings.HasPrefix(u.Path, "/c/") {
		if to = ""; p.ShortCode != "" {
			to = origin + "/k"
		}
	}
	if to != "" {
		list = append(list, action{"Action.OpenUrl", p.Action, to})
	}
	if whole := origin + "/drills/" + url.PathEscape(id); id != "" && p.Whole != "" && whole != to {
		list = append(list, action{"Action.OpenUrl", p.Whole, whole})
	}
	return list
}
