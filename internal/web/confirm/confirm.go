// Package confirm is the page behind the link in a message: one step, one question,
// answered on a phone in a minute. A visit changes nothing, however often and by
// whatever program it is made (F29); an answer is a form that somebody sends. Who may
// answer, and how surely he must be known, the register decides at the act.
package confirm

import (
	"errors"
	"net/http"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// Options are what the pages work with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Gate     *access.Gate
}

// Part is these pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages and their acts. Nobody has to be signed in: whoever has the
// link was sent it.
func (p *Part) Routes() []frame.Route {
	open := frame.Need{Open: true}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/c/{token}", Need: open, Handle: p.show},
		{Method: http.MethodPost, Path: "/c/{token}", Need: open, Handle: p.act},
		{Method: http.MethodGet, Path: "/k", Need: open, Handle: p.ask},
		{Method: http.MethodPost, Path: "/k", Need: open, Handle: p.enter},
	}
}

// show shows how the step stands for whoever has the link.
func (p *Part) show(v *frame.Visit) error {
	discreet(v)
	s, err := p.find(v)
	if errors.Is(err, access.ErrNoLink) {
		return v.Again(unknown, kept.ErrNotFound)
	} else if err != nil {
		return err
	}
	return v.Show("confirm/step", s.page())
}

// unknown is the page of a link that never was, whatever is wrong with it.
func unknown(v *frame.Visit) error { return v.Show("confirm/unknown", nil) }

// discreet keeps the link from whatever the visitor looks at next: the browser says from
// which host he comes, and never from which page. It must say the host, because browsers
// that send no Sec-Fetch-Site send the origin "null" from a page without a referrer, and
// an answer from nowhere is refused.
func discreet(v *frame.Visit) { v.Header().Set("Referrer-Policy", "strict-origin") }

// ask asks for a short code.
func (p *Part) ask(v *frame.Visit) error {
	discreet(v)
	return v.Show("confirm/code", nil)
}

// enter leads whoever typed a short code to its step, by a link of his own: the one
// that stands in the message is kept nowhere.
func (p *Part) enter(v *frame.Visit) error {
	l, err := p.Gate.FollowCode(v.Context(), v.Field("code"), v.From())
	if err != nil {
		return v.Again(p.ask, mistyped(v, err))
	}
	l.Coded = true
	token, _, err := p.Gate.MakeLink(v.Context(), door.System("link"), l)
	if err != nil {
		return err
	}
	return v.Go("/c/"+token, "")
}

// mistyped says what to do about a code that is not one.
func mistyped(v *frame.Visit, err error) error {
	var wait *access.Wait
	switch {
	case errors.As(err, &wait):
		return frame.Wrong{Key: "confirm.code.wait", Values: []any{v.Texts.Clock(wait.Until)}}
	case errors.Is(err, access.ErrNoLink):
		return frame.Wrong{Key: "confirm.code.wrong"}
	}
	return err
}
