package confirm

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// step is the step of a link, for one visitor.
type step struct {
	v    *frame.Visit
	link access.Link
	row  kept.Run
	run  duty.Run
	step *drill.Step
	due  time.Time // when the answer is wanted
}

// find reads what the link leads to. The error is access.ErrNoLink when it leads
// nowhere.
func (p *Part) find(v *frame.Visit) (*step, error) {
	link, err := p.Gate.Follow(v.Context(), v.Path("token"))
	if err != nil {
		return nil, err
	}
	row, run, err := p.Register.Run(v.Context(), link.Run)
	if err != nil {
		return nil, err
	}
	at, known := run.Find(link.Step)
	if !known {
		return nil, fmt.Errorf("step %q of run %s: %w", link.Step, link.Run, kept.ErrNotFound)
	}
	org, err := door.Read(v.Context(), p.Door, func(tx door.Tx) (*plan.Organisation, error) {
		return door.Organisation(v.Context(), tx)
	})
	if err != nil {
		return nil, err
	}
	s := &step{v: v, link: link, row: row, run: duty.Run{Run: &run, People: org}, step: at}
	if s.due, err = p.due(s); err != nil {
		return nil, err
	}
	return s, nil
}

// due is the deadline that the message gives, or that of the step.
func (p *Part) due(s *step) (time.Time, error) {
	n, err := p.Register.Notice(s.v.Context(), s.link.Notice)
	switch {
	case err == nil && !n.Facts.AnswerBy.IsZero():
		return n.Facts.AnswerBy, nil
	case err != nil && !errors.Is(err, kept.ErrNotFound):
		return time.Time{}, err
	}
	return s.run.AnswerBy(s.step, s.step.StartedAt, outbox.Ladder(s.run.People, s.run.Run)), nil
}

// actor is who answers: whoever is signed in, in his own name, whoever the link was
// sent to; else the person whom it was sent to. Where nobody is registered yet it is
// the role that was asked.
func (s *step) actor() door.Actor {
	if s.v.Person.ID != "" {
		return s.v.Actor()
	}
	a := door.Actor{Name: cmp.Or(s.link.Person, s.link.Receiver), Via: s.link.Person, Person: s.link.Person, Assurance: "link"}
	if s.link.Coded {
		a.Assurance = "code"
	}
	return a
}

// ended tells whether the link alone is worth nothing any more.
func (s *step) ended() bool {
	return s.v.Person.ID == "" && !s.link.Until.IsZero() && !s.v.Now.Before(s.link.Until)
}

// nobody tells whether the link does not say who has it, so that he must sign in.
func (s *step) nobody() bool {
	return s.v.Person.ID == "" && s.link.Person == "" && s.v.Book.Governed(s.v.Now)
}

// stand says what the page is to show: ask, where there is something to answer, or
// why there is not.
func (s *step) stand() string {
	switch stand := s.run.Stand(s.v.Book, s.actor().Name, s.step, s.v.Now); {
	case stand != "ask" && stand != "foreign":
		return stand
	case s.ended():
		return "expired"
	case s.nobody():
		return "login"
	case stand == "foreign":
		return stand
	case s.step.Confirm != nil && s.step.Confirm.Assurance == "login" && s.v.Person.ID == "":
		return "login"
	}
	return "ask"
}
