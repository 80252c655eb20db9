package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"beredskab/internal/event"
	"beredskab/internal/notify"

	"github.com/slack-go/slack"
)

// The dialogs, by what they are called back as.
const (
	wrong   = "no"
	noting  = "note"
	pausing = "pause"
)

// How much Slack takes in a dialog's title and button, and we take in an answer.
const (
	limitTitle  = 24
	longestText = 2000
)

// about is what a dialog is about, which Slack brings back with what was filled in.
type about struct {
	Run    string `json:"run"`
	Step   string `json:"step,omitempty"`
	Notice int64  `json:"notice,omitempty"`
	Lang   string `json:"lang,omitempty"`
	Place  place  `json:"place"`
}

// ask opens a dialog, for which Slack leaves three seconds after the press.
func (v *visit) ask(ctx context.Context, what string, a asked) error {
	of := about{Run: a.run.ID, Notice: a.notice, Lang: v.texts.Lang, Place: v.place}
	if a.step != nil {
		of.Step = a.step.ID
	}
	meta, err := json.Marshal(of)
	if err != nil {
		return err
	}
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: what, PrivateMetadata: string(meta),
		Title: plainText(v.texts.Say("slack."+what+".title"), limitTitle), Submit: plainText(v.texts.Say("slack.send"), limitTitle),
		Close: plainText(v.texts.Say("slack.cancel"), limitTitle), Blocks: slack.Blocks{BlockSet: v.fields(what, a)},
	}
	if _, err := v.api.OpenViewContext(ctx, v.trigger, view); err != nil {
		v.Log.Warn("a dialog could not be opened in Slack", "error", notify.JudgeError(err).Detail)
		v.say(ctx, v.texts.Say("slack.dialog.failed"), v.open(a)...)
	}
	return nil
}

// fields are what a dialog asks for.
func (v *visit) fields(what string, a asked) []slack.Block {
	text := slack.NewPlainTextInputBlockElement(nil, "text")
	text.Multiline, text.MaxLength = true, longestText
	written := slack.NewInputBlock("text", plainText(v.texts.Say("slack."+what+".text"), longestName), nil, text)
	if what != wrong {
		return []slack.Block{written}
	}
	written.Hint = plainText(v.texts.Say("confirm.no.text.hint"), longestName)
	return []slack.Block{
		section(question(a.step)), written,
		slack.NewInputBlock("bad", plainText(v.texts.Say("slack.no.bad"), longestName), nil, v.choice("bad", "can_live", "cannot_work")),
		slack.NewInputBlock("call", plainText(v.texts.Say("slack.no.call"), longestName), nil, v.choice("call", "yes", "no")),
	}
}

// choice is one of several, each with its round button.
func (v *visit) choice(id string, values ...string) *slack.RadioButtonsBlockElement {
	var list []*slack.OptionBlockObject
	for _, value := range values {
		list = append(list, slack.NewOptionBlockObject(value, plainText(v.texts.Say("slack.no."+id+"."+value), limitButton), nil))
	}
	return slack.NewRadioButtonsBlockElement(id, list...)
}

// sentIn takes a dialog that was filled in. Who may do what it asks for is decided now,
// and not when it was opened.
func (v *visit) sentIn(ctx context.Context, d dialog) error {
	var of about
	if err := json.Unmarshal([]byte(d.Meta), &of); err != nil {
		return fmt.Errorf("reading what a dialog is about: %w", err)
	}
	user := v.place.User
	v.place = of.Place
	v.place.User = user
	v.speak(of.Lang)
	text := strings.TrimSpace(d.State.Values["text"]["text"].Value)
	if len(text) > 4*longestText {
		v.say(ctx, v.texts.Say("confirm.no.long"))
		return nil
	}
	if d.Callback == wrong {
		a, found, err := v.find(ctx, of.Notice, of.Run+"/"+of.Step)
		if err != nil || !found {
			return err
		}
		done, err := v.do(ctx, a, "no", v.remark(d, text))
		if err != nil {
			return v.refused(ctx, a, "no", err)
		}
		return v.answered(ctx, a, "no", done)
	}
	a, err := v.scene(ctx, of.Run, "")
	if err != nil {
		return err
	}
	if d.Callback == pausing {
		return v.led(ctx, a, event.RunPaused, text)
	}
	return v.told(ctx, a, v.Register.Note(ctx, v.actor(), of.Run, "", text), "slack.done.note")
}

// remark is what a no says in words: what he sees, how bad it is, and whether he may be
// called.
func (v *visit) remark(d dialog, text string) string {
	parts := []string{text}
	if bad := d.State.Values["bad"]["bad"].Option.Value; v.texts.Has("slack.no.bad." + bad) {
		parts = append(parts, v.texts.Say("slack.no.bad."+bad))
	}
	if d.State.Values["call"]["call"].Option.Value == "yes" {
		called := v.texts.Say("confirm.no.call")
		if v.person.Phone != "" {
			called = v.texts.Say("confirm.no.called", v.person.Phone)
		}
		parts = append(parts, called)
	}
	return strings.Join(parts, " · ")
}
