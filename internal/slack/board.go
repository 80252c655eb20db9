package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/phrase"
	"beredskab/internal/plan"
	"beredskab/internal/slack/places"
	"beredskab/internal/tidy"

	"github.com/slack-go/slack"
)

const (
	lookEvery  = 2 * time.Second  // at the register
	drawEvery  = time.Minute      // a run in which nothing happens: its clock goes on
	giveUpFor  = time.Minute      // after Slack has refused a summary
	atMost     = time.Second      // between two summaries in a channel
	mostSteps  = 20               // that a summary lists; the page has all
	barLength  = 14               // characters
	stepLength = 120              // of one step's title
	boardLate  = 10 * time.Minute // a run that ended longer ago gets no summary any more
)

// boards keeps one summary of each run in the channel, and strikes out questions that
// were answered elsewhere, until ctx ends. It only reads the register, so that no drill
// waits for it, and only the leading node does.
func (l *Listener) boards(ctx context.Context) {
	drawn, refused := map[string]time.Time{}, map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(lookEvery):
		}
		if l.Leads != nil && !l.Leads() {
			continue
		}
		err := l.strike(ctx)
		if l.Channel != "" {
			err = errors.Join(err, l.draw(ctx, drawn, refused))
		}
		if err != nil && ctx.Err() == nil {
			l.Log.Warn("the summaries in Slack are not up to date", "error", err, "next", "look at `beredskab doctor`; the pages show every run")
		}
	}
}

// draw puts the summaries up to date that say something else than the register.
func (l *Listener) draw(ctx context.Context, drawn, refused map[string]time.Time) error {
	known, err := l.places.Live(ctx, places.Board)
	if err != nil {
		return err
	}
	rows, err := l.Register.Runs(ctx, kept.RunFilter{Open: true})
	if err != nil {
		return err
	}
	held := map[string]places.Held{}
	for _, p := range known {
		held[p.Run] = p
	}
	for _, row := range rows {
		if _, there := held[row.ID]; !there {
			held[row.ID] = places.Held{Stand: places.Stand{Run: row.ID}, Key: row.ID}
		}
	}
	written := 0
	for id, p := range held {
		if l.now().Sub(refused[id]) < giveUpFor {
			continue
		}
		_, run, err := l.Register.Run(ctx, id)
		if err != nil {
			return err
		}
		if run.Seq == p.Seq && l.now().Sub(drawn[id]) < drawEvery && p.Message != "" {
			continue
		}
		if written++; written > 1 {
			select { // one message a second to a channel
			case <-ctx.Done():
				return nil
			case <-time.After(atMost):
			}
		}
		drawn[id] = l.now()
		if err := l.redraw(ctx, p, &run); err != nil {
			refused[id] = l.now()
			return err
		}
		if run.State == drill.Ended {
			delete(drawn, id)
		}
	}
	return nil
}

func (l *Listener) now() time.Time { return l.Door.Now().Wall }

// redraw posts a summary, or edits it.
func (l *Listener) redraw(ctx context.Context, p places.Held, run *drill.Run) (err error) {
	texts := l.texts[cmp.Or(l.Language, "da")]
	org, err := door.Read(ctx, l.Door, func(tx door.Tx) (*plan.Organisation, error) { return door.Organisation(ctx, tx) })
	if err != nil {
		return err
	}
	all := l.board(texts, run, org)
	options := []slack.MsgOption{slack.MsgOptionText(boardTitle(texts, run), false), slack.MsgOptionBlocks(all...), slack.MsgOptionDisableLinkUnfurl()}
	if p.Message == "" {
		if run.State == drill.Ended && l.now().Sub(run.Times.End) > boardLate {
			return nil
		}
		p.Channel, p.Message, err = l.api.PostMessageContext(ctx, l.Channel, options...)
	} else {
		_, _, _, err = l.api.UpdateMessageContext(ctx, p.Channel, p.Message, options...)
	}
	if err != nil {
		return fmt.Errorf("the summary of run %s: %s", run.ID, judgeSlack(err, "").Detail)
	}
	state := places.Live
	if run.State == drill.Ended {
		state = places.Settled
	}
	p.Seq = run.Seq
	return l.places.Put(ctx, places.Board, p.Key, p.Stand, p.Rev, state)
}

// boardTitle is the first line of a summary, which a phone shows.
func boardTitle(t *phrase.Phrases, run *drill.Run) string {
	word, tone := "slack.drill", "drill"
	if run.Incident {
		word, tone = "slack.incident", "incident"
	}
	return mark(tone) + t.Say(word) + " · " + fact(run.Plan.Name) + " · " + fact(cmp.Or(run.Drill.Title, run.ID))
}

// board is the summary of a run (spec/ux.md 4.2): how long it has gone, how far it is,
// whom it waits for.
func (l *Listener) board(t *phrase.Phrases, run *drill.Run, org *plan.Organisation) []slack.Block {
	director := fact(org.Reach(run.Director, run.Plan).Role)
	out := []slack.Block{slack.NewHeaderBlock(plainText(unescape(boardTitle(t, run)), limitHeader))}
	out = append(out, markup(boardState(t, run, l.now())+"\n"+progress(t, run)))
	var lines []string
	for i := range run.Steps {
		if i == mostSteps {
			lines = append(lines, t.Say("slack.board.more", len(run.Steps)-mostSteps))
			break
		}
		lines = append(lines, boardStep(t, run, &run.Steps[i], org))
	}
	out = append(out, markup(strings.Join(lines, "\n")))
	var row []slack.BlockElement
	if l.Origin != "" {
		row = append(row, link("open", t.Say("slack.board.open"), strings.TrimSuffix(l.Origin, "/")+"/drills/"+run.ID, true))
	}
	row = append(row, button("note", t.Say("slack.note.title"), run.ID, false))
	switch run.State {
	case drill.Running:
		row = append(row, button("pause", t.Say("slack.pause.title"), run.ID, false))
	case drill.Paused:
		row = append(row, button("resume", t.Say("slack.board.resume"), run.ID, false))
	}
	out = append(out, slack.NewActionBlock("board/"+run.ID, row...))
	foot := t.Say("slack.board.drill", director)
	if run.Incident {
		foot = t.Say("slack.board.incident", director)
	}
	return append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, foot, false, true)))
}

// boardState says how the run stands, or how it ended.
func boardState(t *phrase.Phrases, run *drill.Run, now time.Time) string {
	rto := run.Plan.Objectives.RTO.Std()
	if run.State == drill.Ended {
		if rta, _ := run.RTA(); rta.Known {
			return t.Say("slack.board.measured", t.Span(rta.Length), t.Span(rto))
		}
		return t.Say("slack.board.unmeasured")
	}
	gone := max(now.Sub(run.Times.Start), 0).Truncate(time.Minute)
	said := t.Say("slack.board.running", run.Times.Start.In(t.Zone).Format("15.04"), t.Span(gone), t.Span(rto))
	if run.State == drill.Paused {
		said = t.Say("slack.board.paused") + " · " + said
	}
	return said
}

// progress is how many steps are over, as a bar and in words.
func progress(t *phrase.Phrases, run *drill.Run) string {
	over := 0
	for i := range run.Steps {
		if run.Steps[i].Over() {
			over++
		}
	}
	full := over * barLength / max(len(run.Steps), 1)
	return strings.Repeat("▓", full) + strings.Repeat("░", barLength-full) + "  " + t.Say("slack.board.steps", over, len(run.Steps))
}

// boardStep is one line about a step.
func boardStep(t *phrase.Phrases, run *drill.Run, s *drill.Step, org *plan.Organisation) string {
	name := fmt.Sprintf("%d %s", s.Number, fact(tidy.Cut(s.Title, stepLength)))
	clock := func(at time.Time) string { return at.In(t.Zone).Format("15.04") }
	switch s.State {
	case drill.Waiting:
		return "▫️ " + name
	case drill.Started:
		return "⏳ " + name + "  " + t.Say("slack.board.works", clock(s.StartedAt))
	case drill.Asked, drill.Taken, drill.Unknown:
		return "⏳ " + name + "  " + t.Say("slack.board.waits", fact(org.Reach(run.Asks(s), run.Plan).Role), clock(s.StartedAt))
	case drill.Skipped, drill.Blocked:
		return "↷ " + name
	case drill.Failed:
		return "❌ " + name + "  " + clock(s.EndedAt)
	}
	line := "✅ " + name + "  " + clock(s.EndedAt)
	if over := (s.Worked - s.Estimate.Std()).Truncate(time.Minute); over > 0 && s.Estimate.Std() > 0 {
		line += "  (+" + t.Span(over) + ")"
	}
	return line
}

// strike edits the questions that ask nothing more, because they were answered
// elsewhere or the run has ended.
func (l *Listener) strike(ctx context.Context) error {
	list, err := l.places.Live(ctx, places.Question)
	if err != nil {
		return err
	}
	for _, p := range list {
		_, run, err := l.Register.Run(ctx, p.Run)
		if err != nil {
			return err
		}
		step, there := run.Find(p.Step)
		if !there || !step.Over() && run.State != drill.Ended || run.Held(step) {
			continue
		}
		t := l.texts[cmp.Or(p.Language, l.Language, "da")]
		said := t.Say("slack.copy.ended")
		if step.Over() && step.By != "" && step.Kind() != plan.StepAction {
			said = t.Say("slack.copy.answered", fact(l.called(ctx, step.By)), step.EndedAt.In(t.Zone).Format("15.04"))
		}
		_, _, _, err = l.api.UpdateMessageContext(ctx, p.Channel, p.Message, slack.MsgOptionText(plainOf(said), false),
			slack.MsgOptionBlocks(markup("*"+boardTitle(t, &run)+"*\n"+fact(question(step))), markup(said)))
		if err != nil && judgeSlack(err, "").Outcome == outbox.TryAgain {
			return fmt.Errorf("striking out a question of run %s: %s", p.Run, judgeSlack(err, "").Detail)
		}
		if err := l.places.Put(ctx, places.Question, p.Key, p.Stand, p.Rev, places.Settled); err != nil {
			return err
		}
	}
	return nil
}

// called is the name of whoever answered.
func (l *Listener) called(ctx context.Context, who string) string {
	name := who
	_ = l.Door.View(ctx, func(tx door.Tx) error { // without a name it says what the register says
		book, err := door.Book(ctx, tx)
		if err == nil {
			name = cmp.Or(book.Name(who), who)
		}
		return err
	})
	return name
}
