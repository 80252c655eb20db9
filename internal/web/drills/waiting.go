package drills

import (
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/outbox"
)

// waiting is somebody whom the run waits for: who, for what, since when, and what
// happens when nobody answers.
type waiting struct {
	Step, Path  string // the step by name, and where it stands on the page
	State       string
	Who, Named  string
	Phone, Tel  string
	Since       time.Time
	Ago         time.Duration
	What        string // what the person is asked
	Next        string // what happens then, in words
	NextAt      time.Time
	In          time.Duration
	Message     string // what became of the message
	MessageLost bool
	Mine        bool // the visitor may answer
}

// waiting lists whom the run waits for, the longest wait first.
func (t *teller) waiting() (list []waiting) {
	run := &t.run
	if run.State == drill.Ended || run.State == drill.Planned {
		return nil
	}
	for i := range run.Steps {
		s := &run.Steps[i]
		if s.State == drill.Asked || s.State == drill.Taken || s.State == drill.Unknown || run.Held(s) {
			list = append(list, t.waitsFor(s))
		}
	}
	slices.SortStableFunc(list, func(a, b waiting) int { return a.Since.Compare(b.Since) })
	return list
}

func (t *teller) waitsFor(s *drill.Step) waiting {
	role := t.run.Asks(s)
	w := waiting{Step: numbered(s), Path: "#step-" + s.ID, State: state(s), Since: s.StartedAt, What: t.question(s)}
	decides := s.State == drill.Unknown || s.State == drill.Failed
	if decides {
		role, w.Since, w.What = t.run.Director, s.EndedAt, t.say("drills.wait."+string(s.State))
	} else if asked, found := t.newest(event.StepAsked, s.ID); found {
		w.Since = asked.At.Wall
	}
	w.Who, w.Named, w.Phone = t.role(role), t.named(role), t.phone(role)
	if t.who(role) != role && decides {
		w.Who = t.who(role)
	}
	if s.State == drill.Taken {
		w.Named, w.What = "", t.say("drills.wait.taken")
		w.Who = t.who(s.By)
		if taken, found := t.newest(event.StepTaken, s.ID); found {
			w.Since = taken.At.Wall
		}
	}
	w.Tel = dialled(w.Phone)
	w.Ago = max(t.now.Sub(w.Since), time.Second)
	w.Mine = !decides && t.may(t.duty.Answer(s)) || decides && t.may(t.duty.Lead())
	if !decides {
		t.climb(&w, s)
		t.told(&w, s)
	}
	return w
}

// dialled is a number as a telephone takes it.
func dialled(number string) string {
	return string(slices.DeleteFunc([]rune(number), func(r rune) bool { return r != '+' && (r < '0' || r > '9') }))
}

// question is what the step asks a person.
func (t *teller) question(s *drill.Step) string {
	switch {
	case s.Link:
		return t.say("drills.alarm")
	case s.Confirm != nil:
		return s.Confirm.Question
	case s.Decision != nil:
		return s.Decision.Text
	case s.Inject != nil:
		return s.Inject.Text
	default:
		return s.Instruction
	}
}

// without names whom the drill is held without.
func (t *teller) without() (names []string) {
	for _, role := range t.run.Drill.Participants.Barred {
		names = append(names, t.role(role))
	}
	return names
}

// climb says what happens next when nobody answers: the ladder of the organisation,
// or the plan's own time for an answer. A run that stands still chases nobody.
func (t *teller) climb(w *waiting, s *drill.Step) {
	if s.Level >= 3 || t.run.State == drill.Paused {
		if s.Level >= 3 {
			w.Next = t.say("drills.next.all")
		}
		return
	}
	ladder := outbox.Ladder(t.org, &t.run)
	within := t.run.AnswerBy(s, time.Time{}, ladder).Sub(time.Time{})
	rungs := []time.Duration{ladder.Remind, ladder.Deputy, ladder.Leader}
	if within != ladder.Deputy {
		rungs = []time.Duration{within / 2, within, within + within/2}
	}
	w.NextAt = w.Since.Add(rungs[s.Level] + t.stood(w.Since, t.now, false))
	if s.State == drill.Taken {
		w.NextAt = w.NextAt.Add(estimated(s.Step))
	}
	w.In = max(w.NextAt.Sub(t.now), 0)
	switch s.Level {
	case 0:
		w.Next = t.say("drills.next.remind")
	case 1:
		w.Next = t.say("drills.next.deputy", t.deputy(t.run.Asks(s)))
	case 2:
		w.Next = t.say("drills.next.leader", t.leader())
	}
}

// told says what became of the newest message about the step.
func (t *teller) told(w *waiting, s *drill.Step) {
	for _, n := range t.notices { // newest first
		if n.Facts.Step != s.ID || n.Kind != outbox.Request && n.Kind != outbox.Escalation {
			continue
		}
		w.Message = t.say("drills.message."+string(n.State), n.Channel, n.Receiver)
		w.MessageLost = n.State == outbox.Refused || n.State == outbox.Owed && n.Tries > 1
		if w.MessageLost && n.State == outbox.Owed {
			w.Message = t.say("drills.message.trying", n.Channel, n.Receiver)
		}
		return
	}
}

// queue are the automatic steps that nobody carries out yet.
func (t *teller) queue() (list []string) {
	for _, w := range t.waits {
		text := ".served"
		switch {
		case w.Served:
		case w.Heard.IsZero():
			text = ".never"
		default:
			text = ".silent"
		}
		list = append(list, t.say("drills.queue"+text, t.called(w.Step), t.at(w.Heard), w.Site))
	}
	return list
}

func (t *teller) ladder() drill.Ladder { return outbox.Ladder(t.org, &t.run) }
