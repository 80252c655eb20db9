package confirm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// act carries out what was sent: an answer, that somebody is at it, that he passes it
// on, or that he takes his answer back.
func (p *Part) act(v *frame.Visit) error {
	discreet(v)
	s, err := p.find(v)
	if errors.Is(err, access.ErrNoLink) {
		return v.Again(unknown, kept.ErrNotFound)
	} else if err != nil {
		return err
	}
	if v.Field("answer") == "no" && v.Field("wrong") == "" && s.stand() == "ask" {
		return s.askWhy(v)
	}
	done, err := p.do(v, s)
	if err != nil {
		return v.Again(p.again, err)
	}
	return v.Go("/c/"+v.Path("token"), done)
}

// again shows the page with what was wrong; a no that wants more words is asked anew.
func (p *Part) again(v *frame.Visit) error {
	s, err := p.find(v)
	if err != nil {
		return err
	}
	if v.Field("answer") == "no" && s.stand() == "ask" {
		return s.askWhy(v)
	}
	return v.Show("confirm/step", s.page())
}

// askWhy asks what is wrong before anything is sent.
func (s *step) askWhy(v *frame.Visit) error {
	pg := s.page()
	pg.Stand = "no"
	return v.Show("confirm/step", pg)
}

// do carries it out, and gives what the page says afterwards.
func (p *Part) do(v *frame.Visit, s *step) (done string, err error) {
	answer, note := v.Field("answer"), v.Field("note")
	if option := v.Field("option"); option != "" {
		answer = option
	}
	if s.ended() {
		return "", p.refuse(v, s)
	}
	a, err := p.proven(v, s)
	if err != nil {
		return "", err
	}
	ctx, run, id := v.Context(), s.link.Run, s.link.Step
	switch answer {
	case "":
		return "", frame.Wrong{Key: "confirm.choose"}
	case "take":
		return "confirm.taken", p.Register.Take(ctx, a, run, id)
	case "pass":
		return "confirm.passed", p.Register.Pass(ctx, a, run, id)
	case "undo":
		return "confirm.undone", p.Register.TakeBack(ctx, a, run, id)
	case "no":
		if note, err = s.why(v); err != nil {
			return "", err
		}
	}
	return "", p.Register.Answer(ctx, a, register.Answer{Run: run, Step: id, Answer: answer, Note: note})
}

// proven is the actor, known as surely as the short code makes him that he typed.
func (p *Part) proven(v *frame.Visit, s *step) (door.Actor, error) {
	a := s.actor()
	if v.Field("code") == "" || a.Assurance != "link" {
		return a, nil
	}
	l, err := p.Gate.FollowCode(v.Context(), v.Field("code"), v.From())
	if err == nil && (l.Run != s.link.Run || l.Step != s.link.Step || l.Person != s.link.Person) {
		err = access.ErrNoLink // of another message
	}
	if err != nil {
		return a, mistyped(v, err)
	}
	a.Assurance = "code"
	return a, nil
}

// refuse records that somebody tried a link after its end.
func (p *Part) refuse(v *frame.Visit, s *step) error {
	return p.Door.Admit(v.Context(), s.actor(), "link.answer", s.link.Run+"/"+s.link.Step, door.Wish{
		Decide: func(*rights.Book, string, time.Time) (rights.Basis, error) {
			return rights.Basis{}, fmt.Errorf("the link ended at %s: %w", s.link.Until.Format(time.RFC3339), door.ErrNotAllowed)
		},
	})
}

// longest is how many characters of a remark are taken.
const longest = 2000

// why is the remark of a no: what is wrong, in words, and whether IT may call.
func (s *step) why(v *frame.Visit) (note string, err error) {
	wrong, text := v.Field("wrong"), v.Field("note")
	switch {
	case !slices.Contains(page{}.No(), wrong) || wrong == "other" && text == "":
		return "", frame.Wrong{Key: "confirm.no.want"}
	case len(text) > longest:
		return "", frame.Wrong{Key: "confirm.no.long"}
	}
	parts := []string{v.Texts.Say("confirm.no." + wrong)}
	if wrong == "other" {
		parts = nil
	}
	if text != "" {
		parts = append(parts, text)
	}
	if number := v.Field("phone"); v.Field("call") != "" && number != "" {
		parts = append(parts, v.Texts.Say("confirm.no.called", number))
	}
	return strings.Join(parts, " · "), nil
}
