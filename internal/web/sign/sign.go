// Package sign is how people come into the pages and leave them: by the
// municipality's own sign-in, or in an emergency by a password of this program with a
// code; and how they show again who they are before an act that asks for it.
package sign

import (
	"cmp"
	"errors"
	"net/http"

	"beredskab/internal/access"
	"beredskab/internal/frame"
)

// Options are what these pages are made of.
type Options struct {
	Gate   *access.Gate
	OIDC   *Provider // nil: the municipality's own sign-in is not connected
	Wishes Wishes
	Demo   bool // a demo lets people in by itself, and has its own way to /sign-in
}

// Part is the pages about signing in. Make it with New.
type Part struct {
	gate     *access.Gate
	provider *provider // nil: none
	demo     bool
	wishes   Wishes
}

// New gives the part. It looks for no provider before somebody wants to sign in.
func New(o Options) *Part {
	p := &Part{gate: o.Gate, demo: o.Demo, wishes: o.Wishes}
	if o.OIDC != nil && o.OIDC.Issuer != "" {
		p.provider = newProvider(*o.OIDC)
	}
	return p
}

// Routes are the pages and their acts.
func (p *Part) Routes() []frame.Route {
	open, any := frame.Need{Open: true}, frame.Need{}
	list := []frame.Route{
		{Method: http.MethodPost, Path: "/sign-in/local", Need: open, Handle: p.local},
		{Method: http.MethodPost, Path: "/sign-out", Need: open, Handle: p.out},
		{Method: http.MethodGet, Path: "/invitation/{code}", Need: open, Handle: p.invitation},
		{Method: http.MethodPost, Path: "/invitation/{code}", Need: open, Handle: p.accept},
		{Method: http.MethodGet, Path: "/prove", Need: any, Handle: p.proof},
		{Method: http.MethodPost, Path: "/prove", Need: any, Handle: p.prove},
		{Method: http.MethodGet, Path: "/me", Need: any, Handle: p.me},
		{Method: http.MethodPost, Path: "/me/wish", Need: any, Handle: p.wish},
		{Method: http.MethodPost, Path: "/me/sign-out", Need: any, Handle: p.outEverywhere},
		{Method: http.MethodGet, Path: "/me/password", Need: any, Handle: p.password},
		{Method: http.MethodPost, Path: "/me/password", Need: any, Handle: p.setPassword},
		{Method: http.MethodGet, Path: "/me/slack/{token}", Need: frame.Need{Fresh: true}, Handle: p.offered},
		{Method: http.MethodPost, Path: "/me/slack/{token}", Need: frame.Need{Fresh: true}, Handle: p.tie},
		{Method: http.MethodPost, Path: "/me/slack", Need: any, Handle: p.untie},
		{Method: http.MethodGet, Path: "/me/tokens", Need: any, Handle: p.tokens},
		{Method: http.MethodPost, Path: "/me/tokens", Need: frame.Need{Fresh: true}, Handle: p.makeToken},
		{Method: http.MethodPost, Path: "/me/tokens/revoke", Need: any, Handle: p.revokeToken},
	}
	if !p.demo {
		list = append(list, frame.Route{Method: http.MethodGet, Path: "/sign-in", Need: open, Handle: p.in})
	}
	if p.provider != nil {
		list = append(list,
			frame.Route{Method: http.MethodGet, Path: "/sign-in/oidc", Need: open, Handle: p.leave},
			frame.Route{Method: http.MethodGet, Path: "/sign-in/callback", Need: open, Handle: p.back})
	}
	return list
}

// entrance is what the page for signing in shows.
type entrance struct {
	Provider bool
	Account  string // that was typed
	To       string // where somebody wanted to go
	Local    bool   // the emergency's form is open
	Nobody   bool   // is registered yet
}

func (p *Part) in(v *frame.Visit) error {
	to := cmp.Or(v.Field("to"), v.Query("to"), "/")
	return v.Show("sign/in", entrance{Provider: p.provider != nil, Account: v.Field("account"), To: to, Local: p.provider == nil || v.Field("account") != "", Nobody: len(v.Book.Persons()) == 0})
}

// local lets somebody in by a password of this program and a code.
func (p *Part) local(v *frame.Visit) error {
	person, err := p.gate.SignIn(v.Context(), v.Field("account"), typed(v, "password"), v.Field("code"), v.From())
	if err != nil {
		return v.Again(p.in, said(v, err))
	}
	return p.enter(v, person, access.ByPassword, v.Field("to"), "")
}

// typed is a password as it was typed, with the spaces around it.
func typed(v *frame.Visit, name string) string { return v.Request.PostFormValue(name) }

// said is what went wrong with a password or a code, for whoever typed it.
func said(v *frame.Visit, err error) error {
	var wait *access.Wait
	var weak *access.Weak
	switch {
	case errors.As(err, &wait):
		return frame.Wrong{Key: "sign.wait", Values: []any{v.Texts.Clock(wait.Until)}}
	case errors.As(err, &weak):
		return frame.Wrong{Key: "sign.weak." + weak.Code}
	case errors.Is(err, access.ErrWrong):
		return frame.Wrong{Key: "sign.wrong"}
	case errors.Is(err, access.ErrCode):
		return frame.Wrong{Key: "sign.code_wrong"}
	case errors.Is(err, access.ErrNoInvitation):
		return frame.Wrong{Key: "sign.no_invitation"}
	}
	return err
}

// enter begins a session of its own for whoever has shown who he is, and ends the one
// that the browser had.
func (p *Part) enter(v *frame.Visit, person, way, to, done string) error {
	token, err := p.gate.Begin(v.Context(), person, way)
	if err != nil {
		return err
	}
	if err := p.forget(v); err != nil {
		return err
	}
	v.SignedIn(token)
	return v.Go(cmp.Or(to, "/"), done)
}

// forget ends the browser's own session, if it has one.
func (p *Part) forget(v *frame.Visit) error {
	if v.Person.ID == "" {
		return nil
	}
	return p.gate.End(v.Context(), v.Actor(), v.Token())
}

// out ends the session. Whoever is signed out already sees the same.
func (p *Part) out(v *frame.Visit) error {
	if err := p.forget(v); err != nil {
		return err
	}
	v.SignedIn("")
	return v.Go("/sign-in", "signed_out")
}
