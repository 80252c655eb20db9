package sign

import (
	"cmp"
	"errors"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/rights"
)

// flowCookie is under which name a browser remembers its flow.
const flowCookie = "sign-in"

// leave sends somebody to the provider. Nothing changes here but what his browser
// remembers, so it may be a GET.
func (p *Part) leave(v *frame.Visit) error {
	f := newFlow(v.Query("to"), v.Query("again") != "", v.Now)
	address, err := p.provider.address(v.Context(), f)
	if err != nil {
		return v.Again(p.in, p.away(v, err))
	}
	v.Keep(flowCookie, f.text(), flowLife)
	return v.Leave(address)
}

// back is where the provider sends somebody to whom it knows.
func (p *Part) back(v *frame.Visit) error {
	f, ok := readFlow(v.Kept(flowCookie), v.Now)
	v.Keep(flowCookie, "", 0)
	if !ok {
		return v.Again(p.in, frame.Wrong{Key: "sign.lost"})
	}
	if v.Query("error") != "" {
		return v.Again(p.in, frame.Wrong{Key: "sign.cancelled"})
	}
	subject, err := p.provider.subject(v.Context(), f, v.Query("state"), v.Query("code"), v.Now)
	var d doubt
	switch {
	case errors.As(err, &d):
		if err := p.gate.Doubt(v.Context(), v.From(), string(d)); err != nil {
			return err
		}
		return v.Again(p.in, frame.Wrong{Key: "sign.doubt"})
	case err != nil:
		return v.Again(p.in, p.away(v, err))
	}
	person, err := p.gate.ByAccount(v.Context(), p.provider.Issuer, subject)
	if errors.Is(err, door.ErrNotAllowed) {
		account := rights.Account{Issuer: p.provider.Issuer, Subject: subject}
		return v.Again(p.in, frame.Wrong{Key: "sign.unknown", Values: []any{account.String()}})
	} else if err != nil {
		return err
	}
	return p.enter(v, person, access.ByProvider, cmp.Or(f.To, "/"), "")
}

// away says that the provider cannot be reached, which is what the emergency's account
// is for. An error of ours stays one.
func (p *Part) away(v *frame.Visit, err error) error {
	if v.Context().Err() != nil {
		return err
	}
	return frame.Wrong{Key: "sign.away"}
}
