package slack

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"

	"github.com/slack-go/slack"
)

// asked is a step that somebody answers, as it stands now. What the button says is only
// which step it is: whether he may answer it, the register decides at the act.
type asked struct {
	notice int64 // the message that the button stands in; 0: it stands in none
	run    duty.Run
	step   *drill.Step
}

// press does what a button is for.
func (v *visit) press(ctx context.Context, a action) error {
	kind, object, _ := strings.Cut(a.Block, "/")
	act, value := a.ID, a.Value
	if a.Option.Value != "" { // a line of a menu
		act, value, _ = strings.Cut(a.Option.Value, " ")
	}
	switch kind {
	case "ask":
		if act == "open" {
			return nil
		}
		notice, _, _ := strings.Cut(object, ".")
		id, err := strconv.ParseInt(notice, 10, 64)
		if err != nil {
			break
		}
		return v.answer(ctx, id, act, value)
	case "board":
		return v.lead(ctx, object, act)
	case "home":
		return v.showHome(ctx)
	}
	v.say(ctx, v.texts.Say("slack.old"))
	return nil
}

// find reads the step that a button is about; false, and told, where there is none.
func (v *visit) find(ctx context.Context, notice int64, value string) (a asked, found bool, err error) {
	runID, stepID, _ := strings.Cut(value, "/")
	if notice != 0 {
		n, err := v.Register.Notice(ctx, notice)
		switch {
		case err == nil:
			runID, stepID = cmp.Or(runID, n.Facts.Run), cmp.Or(stepID, n.Facts.Step)
			v.speak(n.Language)
		case !errors.Is(err, kept.ErrNotFound):
			return a, false, err
		}
	}
	a, err = v.scene(ctx, runID, stepID)
	if errors.Is(err, kept.ErrNotFound) {
		v.say(ctx, v.texts.Say("slack.old"))
		return a, false, nil
	}
	a.notice = notice
	return a, err == nil, err
}

// speak takes the language of the message that is answered.
func (v *visit) speak(lang string) {
	if texts, have := v.Listener.texts[lang]; have {
		v.texts = texts
	}
}

// scene reads a run, and its step of that ID where there is one named.
func (v *visit) scene(ctx context.Context, runID, stepID string) (a asked, err error) {
	_, run, err := v.Register.Run(ctx, runID)
	if err != nil {
		return a, err
	}
	org, err := door.Read(ctx, v.Door, func(tx door.Tx) (*plan.Organisation, error) { return door.Organisation(ctx, tx) })
	if err != nil {
		return a, err
	}
	a.run = duty.Run{Run: &run, People: org}
	if stepID == "" {
		return a, nil
	}
	step, there := run.Find(stepID)
	if !there {
		return a, kept.ErrNotFound
	}
	a.step = step
	return a, nil
}

// answer is a press on one of the answers of a step.
func (v *visit) answer(ctx context.Context, notice int64, act, value string) error {
	a, found, err := v.find(ctx, notice, value)
	if err != nil || !found {
		return err
	}
	if act == "no" && a.step.Kind() != plan.StepDecision && v.stand(a) == "ask" && v.sure(a) {
		return v.ask(ctx, wrong, a)
	}
	done, err := v.do(ctx, a, act, "")
	if err != nil {
		return v.refused(ctx, a, act, err)
	}
	return v.answered(ctx, a, act, done)
}

// do is the act on the register, and gives the key of what is said of it.
func (v *visit) do(ctx context.Context, a asked, act, note string) (done string, err error) {
	who, run, step := v.actor(), a.run.ID, a.step.ID
	switch act {
	case "take":
		return "done.confirm.taken", v.Register.Take(ctx, who, run, step)
	case "pass":
		return "done.confirm.passed", v.Register.Pass(ctx, who, run, step)
	case "undo":
		return "done.confirm.undone", v.Register.TakeBack(ctx, who, run, step)
	case "yes", "no":
		return "", v.Register.Answer(ctx, who, register.Answer{Run: run, Step: step, Answer: act, Note: note})
	}
	number, is := strings.CutPrefix(act, "option")
	at, err := strconv.Atoi(number)
	if !is || err != nil || a.step.Decision == nil || at < 0 || at >= len(a.step.Decision.Options) {
		return "", errOld
	}
	return "", v.Register.Answer(ctx, who, register.Answer{Run: run, Step: step, Answer: a.step.Decision.Options[at], Note: note})
}

// errOld says that a button belongs to nothing that there is.
var errOld = errors.New("the button belongs to nothing that there is")

// stand says what the step is to whoever acts.
func (v *visit) stand(a asked) string { return a.run.Stand(v.book, v.person.ID, a.step, v.now) }

// sure tells whether an account in Slack is enough for the step.
func (v *visit) sure(a asked) bool { return a.step.Sure(v.actor().Assurance) == nil }

// answered tells what was done, and puts it in the place of the message where that asks
// nothing more.
func (v *visit) answered(ctx context.Context, a asked, act, done string) error {
	a, err := v.scene(ctx, a.run.ID, a.step.ID)
	if err != nil {
		return err
	}
	switch {
	case v.place.Home && done == "":
		v.say(ctx, v.outcome(a))
	case done == "" || v.stand(a) == "mine":
		v.edit(ctx, v.outcome(a), v.over(a)...)
		return v.places.Settle(ctx, a.notice)
	case act == "undo" && v.place.Message != "" && !v.place.Home:
		v.edit(ctx, fact(question(a.step)), v.asks(a, 0)...)
		v.say(ctx, v.texts.Say(done))
	default:
		v.say(ctx, v.texts.Say(done))
	}
	return nil
}

// refused says why it was not done, and what to do now. An error of ours is one.
func (v *visit) refused(ctx context.Context, a asked, act string, err error) error {
	now, errRead := v.scene(ctx, a.run.ID, a.step.ID)
	if errRead != nil {
		return errors.Join(err, errRead)
	}
	var not *drill.Refusal
	ours := !errors.As(err, &not) && !errors.Is(err, rights.ErrNotAllowed) && !errors.Is(err, errOld)
	stand := v.stand(now)
	switch {
	case ours:
		return err
	case errors.Is(err, errOld):
		v.say(ctx, v.texts.Say("slack.old"))
		return nil
	case stand == "mine" && act != "undo":
		v.edit(ctx, v.outcome(now), v.over(now)...) // pressed twice: it landed once
		if v.place.Home {
			v.say(ctx, v.outcome(now))
		}
		return nil
	case act == "undo":
		v.say(ctx, v.texts.Say("slack.undo.late"), v.open(now)...)
		return nil
	case stand == "ask" && !v.sure(now):
		v.say(ctx, v.texts.Say("slack.login"), v.open(now)...)
		return nil
	case stand == "ask" && not != nil && now.run.State == drill.Paused:
		v.say(ctx, v.texts.Say("slack.paused"), v.open(now)...)
		return nil
	}
	v.say(ctx, v.why(now, stand, act), v.open(now)...)
	return nil
}

// why says in words why there is nothing to be answered.
func (v *visit) why(a asked, stand, act string) string {
	by, at := fact(v.book.Name(a.step.By)), v.clock(a.step.EndedAt)
	switch stand {
	case "other", "skipped":
		return v.texts.Say("confirm."+stand, by, at)
	case "aborted", "interrupted":
		return v.texts.Say("confirm."+stand, v.texts.Moment(a.step.EndedAt))
	case "blocked", "carried", "lead":
		return v.texts.Say("confirm." + stand)
	case "waiting":
		return v.texts.Say("confirm.waiting.text")
	case "foreign":
		return v.texts.Say("slack.foreign", fact(a.run.People.Reach(a.run.Asks(a.step), a.run.Plan).Role))
	}
	if act == "pass" || act == "take" {
		return v.texts.Say("slack.already")
	}
	return v.texts.Say("slack.old")
}

// open is the way to the page, which always takes an answer too.
func (v *visit) open(a asked) []slack.Block {
	address := v.page("/drills/" + a.run.ID)
	if address == "" {
		return nil
	}
	return []slack.Block{v.buttons("", link("open", v.texts.Say("slack.open"), address, false))}
}

// lead is a press on a button of the summary of a run.
func (v *visit) lead(ctx context.Context, runID, act string) error {
	a, err := v.scene(ctx, runID, "")
	if errors.Is(err, kept.ErrNotFound) {
		v.say(ctx, v.texts.Say("slack.old"))
		return nil
	} else if err != nil {
		return err
	}
	switch act {
	case "open":
		return nil
	case "note":
		return v.ask(ctx, noting, a)
	case "pause":
		if _, err := a.run.Lead()(v.book, v.person.ID, v.now); err == nil && a.run.State == drill.Running && !a.run.Incident {
			return v.ask(ctx, pausing, a)
		}
		return v.led(ctx, a, event.RunPaused, v.texts.Say("slack.pause.unsaid"))
	case "resume":
		return v.led(ctx, a, event.RunResumed, "")
	}
	v.say(ctx, v.texts.Say("slack.old"))
	return nil
}

// led pauses a run or lets it go on.
func (v *visit) led(ctx context.Context, a asked, kind event.Kind, reason string) error {
	err := v.Register.Lead(ctx, v.actor(), register.Lead{Run: a.run.ID, Kind: kind, Reason: reason})
	return v.told(ctx, a, err, "slack.done."+string(kind))
}

// told says that an act on a run was done, or why it was not.
func (v *visit) told(ctx context.Context, a asked, err error, done string) error {
	var not *drill.Refusal
	switch {
	case err == nil:
		v.say(ctx, v.texts.Say(done))
	case errors.Is(err, rights.ErrNotAllowed):
		v.say(ctx, v.texts.Say("slack.lead.foreign", fact(a.run.People.Reach(a.run.Director, a.run.Plan).Role)))
	case errors.As(err, &not):
		v.say(ctx, v.texts.Say("slack.lead.not", fact(v.texts.Word("slack.run", string(a.run.State)))), v.open(a)...)
	default:
		return err
	}
	return nil
}
