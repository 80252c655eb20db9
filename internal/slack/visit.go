package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/phrase"
	"beredskab/internal/rights"
	"beredskab/internal/slack/seen"
)

// visit is one thing that somebody did in Slack, and what is known of him.
type visit struct {
	*Listener
	account rights.Account // that Slack vouches for
	once    string         // what it is known by when it is delivered again
	act     func(*visit, context.Context) error
	trigger string // opens a dialog, for three seconds
	place   place

	person rights.Person
	book   *rights.Book
	texts  *phrase.Phrases
	now    time.Time
}

// place is where somebody did it, and where he is answered.
type place struct {
	Reply   string `json:"reply,omitempty"` // address that takes answers for half an hour
	Channel string `json:"channel,omitempty"`
	Message string `json:"message,omitempty"` // timestamp of the message that was pressed
	User    string `json:"user,omitempty"`
	Home    bool   `json:"home,omitempty"` // it was his own page
}

// interaction is what Slack sends of a press or a dialog, as far as it is looked at.
type interaction struct {
	Type    string `json:"type"`
	Trigger string `json:"trigger_id"`
	Reply   string `json:"response_url"`
	Team    named  `json:"team"`
	User    struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel   named `json:"channel"`
	Container struct {
		Type    string `json:"type"`
		Message string `json:"message_ts"`
		Channel string `json:"channel_id"`
	} `json:"container"`
	Actions []action `json:"actions"`
	View    dialog   `json:"view"`
}

type named struct {
	ID string `json:"id"`
}

// action is one press. A line of a menu has its value in the option.
type action struct {
	ID     string `json:"action_id"`
	Block  string `json:"block_id"`
	Value  string `json:"value"`
	At     string `json:"action_ts"`
	Option option `json:"selected_option"`
}

type option struct {
	Value string `json:"value"`
}

// dialog is a dialog that was sent in, with what was filled in.
type dialog struct {
	ID       string `json:"id"`
	Hash     string `json:"hash"`
	Callback string `json:"callback_id"`
	Meta     string `json:"private_metadata"`
	State    struct {
		Values map[string]map[string]struct {
			Value  string `json:"value"`
			Option option `json:"selected_option"`
		} `json:"values"`
	} `json:"state"`
}

// command is what somebody typed.
type command struct {
	Team    string `json:"team_id"`
	User    string `json:"user_id"`
	Channel string `json:"channel_id"`
	Text    string `json:"text"`
	Reply   string `json:"response_url"`
	Trigger string `json:"trigger_id"`
	Check   string `json:"ssl_check"`
}

// happening is an event that the app subscribes to.
type happening struct {
	ID    string `json:"event_id"`
	Team  string `json:"team_id"`
	Event struct {
		Type string `json:"type"`
		User string `json:"user"`
		Tab  string `json:"tab"`
	} `json:"event"`
}

// read makes a visit of what Slack sent; nil where there is nothing to be done.
func (l *Listener) read(kind string, payload []byte) (*visit, error) {
	v := &visit{Listener: l}
	var err error
	switch kind {
	case interactivity:
		err = v.readInteraction(payload)
	case commands:
		err = v.readCommand(payload)
	default:
		err = v.readEvent(payload)
	}
	if err != nil || v.act == nil {
		return nil, err
	}
	if v.account.Issuer == rights.Slack || v.account.Subject == "" {
		return nil, fmt.Errorf("it does not say whose account it is")
	}
	return v, nil
}

func (v *visit) from(team, user string) {
	v.account = rights.Account{Issuer: rights.Slack + team, Subject: user}
	v.place.User = user
}

func (v *visit) readInteraction(payload []byte) error {
	var in interaction
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	v.from(cmp.Or(in.User.Team, in.Team.ID), in.User.ID)
	v.trigger = in.Trigger
	v.place.Reply, v.place.Channel = in.Reply, cmp.Or(in.Container.Channel, in.Channel.ID)
	v.place.Message, v.place.Home = in.Container.Message, in.Container.Type == "view"
	switch {
	case in.Type == "block_actions" && len(in.Actions) > 0 && in.Actions[0].ID != "open":
		a := in.Actions[0]
		v.once = seen.Key(in.Type, v.account.String(), in.Trigger, a.At, a.Block, a.ID, cmp.Or(a.Value, a.Option.Value))
		v.act = func(v *visit, ctx context.Context) error { return v.press(ctx, a) }
	case in.Type == "view_submission":
		v.once = seen.Key(in.Type, v.account.String(), in.View.ID)
		v.act = func(v *visit, ctx context.Context) error { return v.sentIn(ctx, in.View) }
	}
	return nil
}

func (v *visit) readCommand(payload []byte) error {
	var c command
	if err := json.Unmarshal(payload, &c); err != nil {
		return err
	}
	if c.Check != "" {
		return nil // Slack looks whether the certificate is good
	}
	v.from(c.Team, c.User)
	v.trigger, v.place.Reply, v.place.Channel = c.Trigger, c.Reply, c.Channel
	v.once = seen.Key("command", v.account.String(), c.Trigger, c.Text)
	v.act = func(v *visit, ctx context.Context) error { return v.command(ctx, c.Text) }
	return nil
}

func (v *visit) readEvent(payload []byte) error {
	var h happening
	if err := json.Unmarshal(payload, &h); err != nil {
		return err
	}
	v.from(h.Team, h.Event.User)
	if h.Event.Type == "app_home_opened" && (h.Event.Tab == "home" || h.Event.Tab == "") {
		v.place.Home = true
		v.once = seen.Key("event", v.account.String(), h.ID)
		v.act = func(v *visit, ctx context.Context) error { return v.showHome(ctx) }
	}
	return nil
}

// handle does what was asked for, once, in the name of whose account it is. Whoever is
// not known is told how to become it, and nothing else happens.
func (v *visit) handle(ctx context.Context) error {
	v.now = v.Door.Now().Wall
	v.texts = v.Listener.texts[cmp.Or(v.Language, phrase.Languages()[0])]
	first, err := seen.First(ctx, v.Door, v.once)
	if err != nil || !first {
		return v.failed(ctx, err)
	}
	known, err := v.recognise(ctx)
	if err != nil || !known {
		return v.failed(ctx, err)
	}
	return v.failed(ctx, v.act(v, ctx))
}

// failed tells whoever acts that it was not done, where it was not; he would wait for an
// answer else.
func (v *visit) failed(ctx context.Context, err error) error {
	if err != nil {
		v.say(ctx, v.texts.Say("slack.failed"))
	}
	return err
}

// actor is who acts, as the register knows it.
func (v *visit) actor() door.Actor {
	return door.Actor{Name: v.person.ID, Via: v.person.ID, Person: v.person.ID, Assurance: "slack"}
}

// page is the address of a page of ours; empty where people reach none.
func (v *visit) page(path string) string {
	if v.Origin == "" {
		return ""
	}
	return strings.TrimSuffix(v.Origin, "/") + path
}
