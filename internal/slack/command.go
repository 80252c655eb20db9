package slack

import (
	"context"
	"errors"
	"slices"
	"strings"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/plan"

	"github.com/slack-go/slack"
)

// command answers `/beredskab …`, to whoever typed it alone.
func (v *visit) command(ctx context.Context, text string) error {
	set, err := v.Register.Set(ctx)
	if errors.Is(err, kept.ErrNotFound) {
		v.say(ctx, v.texts.Say("slack.command.empty"))
		return nil
	} else if err != nil {
		return err
	}
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	switch word {
	case "status":
		return v.status(ctx, set)
	case "mine", "mit":
		return v.waits(ctx, set)
	case "drills", "øvelser":
		list, err := v.drills(ctx, set, v.sees)
		if err != nil {
			return err
		}
		v.say(ctx, bold(v.texts.Say("slack.drills")), lines(list)...)
		return nil
	}
	v.say(ctx, v.texts.Say("slack.command.help"))
	return nil
}

func bold(text string) string { return "*" + text + "*" }

// status says what goes on now, of what whoever acts may see.
func (v *visit) status(ctx context.Context, set *plan.Set) error {
	open, err := v.openRuns(ctx)
	if err != nil {
		return err
	}
	var list []string
	for _, run := range open {
		if v.sees(run.Plan) {
			list = append(list, v.running(duty.Run{Run: run, People: set.Organisation}))
		}
	}
	if len(list) == 0 {
		list = append(list, v.texts.Say("slack.status.nothing"))
	}
	v.say(ctx, bold(v.texts.Say("slack.status")), lines(list)...)
	return nil
}

// running is a line about a run that goes on: how far it is, and for whom it waits.
func (v *visit) running(run duty.Run) string {
	word := "slack.drill"
	if run.Incident {
		word = "slack.incident"
	}
	over := 0
	var whom []string
	for i := range run.Steps {
		s := &run.Steps[i]
		if s.Over() {
			over++
		}
		role := fact(run.People.Reach(run.Asks(s), run.Plan).Role)
		if (s.State == drill.Asked || s.State == drill.Taken) && !slices.Contains(whom, role) {
			whom = append(whom, role)
		}
	}
	line := v.texts.Say("slack.running", bold(v.texts.Say(word)), fact(run.Plan.Name), fact(run.ID), over, len(run.Steps))
	if len(whom) > 0 {
		line += " · " + v.texts.Say("home.running.waits", v.texts.Join(whom))
	}
	if run.State == drill.Paused {
		line += " · " + v.texts.Word("slack.run", string(run.State))
	}
	if address := v.page("/drills/" + run.ID); address != "" {
		line += " · <" + address + "|" + v.texts.Say("slack.open") + ">"
	}
	return line
}

// waits shows whoever acts what waits for him, with the buttons that answer it.
func (v *visit) waits(ctx context.Context, set *plan.Set) error {
	waiting, err := v.waiting(ctx, set.Organisation)
	if err != nil {
		return err
	}
	var all []slack.Block
	for i, a := range waiting[:min(len(waiting), mostWaiting)] {
		all = append(all, v.asks(a, i+1)...)
	}
	if v.Origin != "" {
		all = append(all, v.buttons("", link("open", v.texts.Say("slack.mine.open"), v.page("/mine"), false)))
	}
	v.say(ctx, bold(v.texts.Count("slack.waiting", len(waiting))), all...)
	return nil
}
