package slack

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/tidy"

	"github.com/slack-go/slack"
)

// longestSteps is how many lines of what to do are shown; the page has all.
const longestSteps = 8

// question is what a step asks.
func question(s *drill.Step) string {
	switch {
	case s.Confirm != nil:
		return s.Confirm.Question
	case s.Decision != nil:
		return s.Decision.Text
	case s.Inject != nil && s.Inject.Expected != "":
		return s.Inject.Expected
	}
	return s.Title
}

// todo is what to do before one answers.
func todo(s *drill.Step) []string {
	switch {
	case s.Confirm != nil:
		return s.Confirm.Instructions
	case s.Inject != nil:
		return []string{s.Inject.Text}
	case s.Instruction != "":
		return strings.Split(strings.TrimSpace(s.Instruction), "\n")
	}
	return nil
}

// clock is the time of day as the pages say it.
func (v *visit) clock(t time.Time) string { return t.In(v.texts.Zone).Format("15.04") }

// head is the first line about a step: whether it is a drill, and what is asked.
func (v *visit) head(a asked) string {
	word, tone := "slack.drill", "drill"
	if a.run.Incident {
		word, tone = "slack.incident", "incident"
	}
	return mark(tone) + v.texts.Say(word) + " · " + tidy.Line(question(a.step), longestName)
}

// asks is a step with the buttons that answer it. Slack wants each row of buttons in a
// message to have a name of its own, so that rows that stand in no message are numbered.
func (v *visit) asks(a asked, row int) []slack.Block {
	s, value := a.step, a.run.ID+"/"+a.step.ID
	where := fact(a.run.Plan.Name) + " · " + v.texts.Say("confirm.step", s.Number, len(a.run.Steps))
	if due := a.run.AnswerBy(s, s.StartedAt, outbox.Ladder(a.run.People, a.run.Run)); !s.StartedAt.IsZero() && !due.IsZero() {
		key := "confirm.due"
		if v.now.After(due) {
			key = "confirm.late"
		}
		where += " · " + v.texts.Say(key, v.clock(due))
	}
	out := []slack.Block{section(v.head(a)), slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, where, false, true))}
	var lines []string
	for i, line := range todo(s) {
		if i < longestSteps {
			lines = append(lines, fmt.Sprintf("%d. %s", i+1, tidy.Line(line, longestName)))
		}
	}
	if len(lines) > 0 {
		out = append(out, section(strings.Join(lines, "\n")))
	}
	return append(out, v.buttons(fmt.Sprintf("ask/%d.%d", a.notice, row), v.choices(a, value)...))
}

// choices are the answers to a step, and the way to its page.
func (v *visit) choices(a asked, value string) (list []slack.BlockElement) {
	s := a.step
	switch {
	case !v.sure(a): // the page knows better who it is
	case s.Decision != nil:
		for i, option := range s.Decision.Options[:min(len(s.Decision.Options), 10)] {
			list = append(list, button(fmt.Sprintf("option%d", i), tidy.Line(option, longestName), value, true))
		}
	default:
		list = append(list, button("yes", v.texts.Say("confirm.yes."+string(s.Kind())), value, true), button("no", v.texts.Say("confirm.no."+string(s.Kind())), value, false))
	}
	if s.State != drill.Taken {
		list = append(list, button("take", v.texts.Say("confirm.take"), value, false))
	}
	if s.Level < 3 {
		list = append(list, button("pass", v.texts.Say("slack.pass"), value, false))
	}
	if address := v.page("/drills/" + a.run.ID); address != "" {
		list = append(list, link("open", v.texts.Say("slack.open"), address, false))
	}
	return list
}

// outcome says what whoever acts has answered.
func (v *visit) outcome(a asked) string {
	s, at := a.step, v.clock(a.step.EndedAt)
	said, more := v.texts.Say("confirm.no."+string(s.Kind())), " "+v.texts.Say("confirm.said.no")
	switch {
	case s.Kind() == plan.StepDecision && slices.Contains(s.Decision.Options, s.Outcome):
		said, more = fact(s.Outcome), ""
	case s.Outcome == "yes":
		said, more = v.texts.Say("confirm.yes."+string(s.Kind())), ""
	}
	return v.texts.Say("confirm.said", said, at) + more
}

// over is the message of a step that whoever acts has answered. He may take it back for
// a while.
func (v *visit) over(a asked) []slack.Block {
	out := []slack.Block{section(v.head(a)), markup("✅ " + v.texts.Say("confirm.thanks") + ". " + v.outcome(a) + " " + v.texts.Say("slack.finished"))}
	var row []slack.BlockElement
	if until, err := a.run.TakeBack(a.step, v.person.ID, v.now); err == nil {
		row = append(row, button("undo", v.texts.Say("confirm.undo", v.clock(until)), a.run.ID+"/"+a.step.ID, false))
	}
	if address := v.page("/drills/" + a.run.ID); address != "" {
		row = append(row, link("open", v.texts.Say("slack.open"), address, false))
	}
	if len(row) > 0 {
		out = append(out, v.buttons(fmt.Sprintf("ask/%d", a.notice), row...))
	}
	return out
}
