package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

type actionFilter struct {
	System string `query:"system" maxLength:"64"`
	State  string `query:"state" enum:"open,done,verified,closed"`
	Person string `query:"person" maxLength:"64" doc:"Only those that wait for this person, by ID"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// ActionInput names an action.
type ActionInput struct {
	Action string `path:"action" maxLength:"32" doc:"Number of the action, such as A-2026-1"`
}

type newActionInput struct {
	Body struct {
		Text     string    `json:"text" minLength:"1" maxLength:"4000" doc:"What shall be done"`
		Owner    string    `json:"owner" minLength:"1" maxLength:"200" doc:"Who does it: a person's ID, mail or account"`
		Due      time.Time `json:"due" doc:"The last moment in time"`
		System   string    `json:"system,omitempty" maxLength:"64" doc:"Without it, that of its findings"`
		Findings []string  `json:"findings,omitempty" maxItems:"100" doc:"Keys of the findings that it answers"`
	}
}

type wordsInput struct {
	ActionInput
	Body struct {
		Text string `json:"text" maxLength:"4000" doc:"What was done or seen, or why"`
	}
}

type actionList struct {
	Schema  string       `json:"schema"`
	Actions []actionView `json:"actions" doc:"By number"`
}

type actionView struct {
	ID       string    `json:"id"`
	System   string    `json:"system,omitempty"`
	Findings []string  `json:"findings"`
	Text     string    `json:"text"`
	Owner    string    `json:"owner"`
	Due      time.Time `json:"due"`
	State    string    `json:"state"`
	Overdue  bool      `json:"overdue"`
	Reopened int       `json:"reopened,omitempty"`
	Done     *handView `json:"done,omitempty"`
	Verified *handView `json:"verified,omitempty"`
	Reason   string    `json:"reason,omitempty" doc:"Why it was closed without effect"`
}

type handView struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// followed is where an action stands after an act.
type followed struct {
	Schema string `json:"schema"`
	ID     string `json:"id"`
	State  string `json:"state"`
}

func actions(a *API, h huma.API) {
	add(a, h, operation{id: "list-actions", method: http.MethodGet, path: "/api/v1/actions", summary: "Corrective actions", scope: "read", sees: matrix.Action, tag: "follow-up"}, a.listActions)
	add(a, h, operation{id: "get-action", method: http.MethodGet, path: "/api/v1/actions/{action}", summary: "One corrective action", scope: "read", sees: matrix.Action, tag: "follow-up"}, a.getAction)
	add(a, h, operation{id: "open-action", method: http.MethodPost, path: "/api/v1/actions", summary: "Open a corrective action", scope: "follow", status: http.StatusCreated, tag: "follow-up"}, a.openAction)
	for _, act := range []struct {
		word, summary string
		do            func(ctx context.Context, c *caller, id, text string) error
	}{
		{"finish", "Say that one's own action is carried out", func(ctx context.Context, c *caller, id, text string) error {
			return a.Office.FinishAction(ctx, c.Actor, id, text)
		}},
		{"verify", "Say that the effect of somebody's action was seen, and how", func(ctx context.Context, c *caller, id, text string) error {
			return a.Office.VerifyAction(ctx, c.Actor, id, text)
		}},
		{"close", "End an action without effect, and say why", func(ctx context.Context, c *caller, id, text string) error {
			return a.Office.CloseAction(ctx, c.Actor, id, text)
		}},
	} {
		o := operation{id: act.word + "-action", method: http.MethodPost, path: "/api/v1/actions/{action}/" + act.word, summary: act.summary, scope: "follow", tag: "follow-up"}
		add(a, h, o, func(ctx context.Context, c *caller, in *wordsInput) (*body[followed], error) {
			if err := act.do(ctx, c, in.Action, in.Body.Text); err != nil {
				return nil, err
			}
			return a.followed(ctx, in.Action)
		})
	}
}

func (a *API) listActions(ctx context.Context, c *caller, in *actionFilter) (*body[actionList], error) {
	all, err := a.Office.Actions(ctx, record.Filter{System: in.System, Person: in.Person, State: in.State})
	if err != nil {
		return nil, err
	}
	list := actionList{Schema: "beredskab.actions.v1", Actions: []actionView{}}
	for _, one := range all {
		if c.sees(one.System) && len(list.Actions) < in.Limit {
			list.Actions = append(list.Actions, actionOf(one, c.at))
		}
	}
	return answered(list), nil
}

func actionOf(x followup.Action, at time.Time) actionView {
	hand := func(by *followup.By) *handView {
		if by == nil {
			return nil
		}
		return &handView{by.Person, by.At}
	}
	return actionView{
		ID: x.ID, System: x.System, Findings: append([]string{}, x.Findings...), Text: x.Text, Owner: x.Owner, Due: x.Due, State: string(x.State),
		Overdue: x.Overdue(at), Reopened: x.Reopened, Done: hand(x.Done), Verified: hand(x.Verified), Reason: x.Reason,
	}
}

func (a *API) getAction(ctx context.Context, c *caller, in *ActionInput) (*body[actionView], error) {
	one, err := a.action(ctx, in.Action)
	if err != nil {
		return nil, err
	}
	if !c.sees(one.System) {
		return nil, a.Door.Admit(ctx, c.Actor, "api.visit", one.ID, wish(matrix.Action, rights.Object{Scope: rights.Scope{System: one.System}}))
	}
	return answered(actionOf(one, c.at)), nil
}

func (a *API) action(ctx context.Context, id string) (followup.Action, error) {
	all, err := a.Office.Actions(ctx, record.Filter{})
	for _, one := range all {
		if one.ID == id {
			return one, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("there is no action %q: %w", id, kept.ErrNotFound)
	}
	return followup.Action{}, err
}

func (a *API) openAction(ctx context.Context, c *caller, in *newActionInput) (*body[followed], error) {
	b := in.Body
	opened, err := a.Office.OpenAction(ctx, c.Actor, followup.Action{Text: b.Text, Owner: b.Owner, Due: b.Due, System: b.System, Findings: b.Findings})
	if err != nil {
		return nil, err
	}
	return answered(followed{"beredskab.followed.v1", opened.ID, string(opened.State)}), nil
}

func (a *API) followed(ctx context.Context, id string) (*body[followed], error) {
	one, err := a.action(ctx, id)
	if err != nil {
		return nil, err
	}
	return answered(followed{"beredskab.followed.v1", one.ID, string(one.State)}), nil
}
