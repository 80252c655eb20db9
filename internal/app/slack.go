package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"beredskab/internal/channels"
	"beredskab/internal/kept"
	"beredskab/internal/ops"
	"beredskab/internal/preparedness"
	"beredskab/internal/slack"
)

// hear takes what people answer in Slack, where the settings say how.
func (a *App) hear(ctx context.Context, beside *sync.WaitGroup) (err error) {
	if a.Settings.Role(false) == kept.Runner {
		return nil
	}
	a.answers, err = channels.Answers(a.Settings.Channels, a.Settings.building(), slack.ListenerOptions{
		Door: a.door, Register: a.Register, Gate: a.gate, Ready: a.standings, Leads: a.leads, Origin: a.Settings.URL, Log: a.Log,
	})
	if err == nil && a.answers != nil {
		beside.Go(func() { a.answers.Run(ctx) })
	}
	return err
}

// heard answers what Slack sends over HTTP; nil when nothing does.
func (a *App) heard() http.Handler {
	if a.answers == nil || !a.answers.State().HTTP {
		return nil
	}
	return a.answers
}

func (a *App) leads() bool {
	r := a.runner.Load()
	return r != nil && r.Leads()
}

// standings are how ready the systems are.
func (a *App) standings(ctx context.Context) (map[string]slack.Standing, error) {
	list, _, err := a.Bureau.Readiness(ctx)
	if err != nil && !errors.Is(err, preparedness.ErrNoPlans) {
		return nil, err
	}
	out := map[string]slack.Standing{}
	for _, r := range list {
		out[r.System] = slack.Standing{Points: r.Total, Ready: r.Counts()}
	}
	return out, nil
}

// deaf tells of a socket to Slack that is not open: answers come by links meanwhile.
func (a *App) deaf() []ops.Trouble {
	if a.answers == nil {
		return nil
	}
	const grace = time.Minute // Slack renews the socket every few hours
	s := a.answers.State()
	if !s.Socket || !s.Leads || s.Connected || time.Since(s.Since) < grace {
		return nil
	}
	return []ops.Trouble{{
		Name: "slack", Text: "no answer comes from Slack since " + s.Since.Format(time.RFC3339) + ": " + s.Why, Minor: true,
		Next: "see that this host reaches slack.com on port 443, and that app_token_file holds a token with the scope connections:write; people answer by the links meanwhile",
	}}
}
