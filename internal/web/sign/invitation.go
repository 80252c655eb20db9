package sign

import (
	"errors"
	"html/template"
	"net/url"
	"strings"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/picture"
)

// invited is what whoever opens an invitation sees.
type invited struct {
	access.Invited
	Over   bool // it cannot be accepted any more
	Groups string
	QR     template.HTML
}

// module is how many pixels of the picture for an app a module of its code is wide.
const module = 5

// invitation shows for whom it is, and what an app for codes must know. It shows the
// same each time, and changes nothing.
func (p *Part) invitation(v *frame.Visit) error {
	in, err := p.gate.Invitation(v.Context(), v.Path("code"))
	if errors.Is(err, access.ErrNoInvitation) {
		return v.Again(func(v *frame.Visit) error { return v.Show("sign/invitation", invited{Over: true}) }, said(v, err))
	} else if err != nil {
		return err
	}
	return v.Show("sign/invitation", invited{Invited: in, Groups: groups(in.Secret), QR: picture.Code(otpauth(in), v.Texts.Say("sign.invitation.qr"), module)})
}

// accept chooses the password, and lets whoever chose it in.
func (p *Part) accept(v *frame.Visit) error {
	if typed(v, "password") != typed(v, "again") {
		return v.Again(p.invitation, frame.Wrong{Key: "sign.differ"})
	}
	person, err := p.gate.Accept(v.Context(), v.Path("code"), typed(v, "password"), v.Field("code"))
	if err != nil {
		return v.Again(p.invitation, said(v, err))
	}
	return p.enter(v, person, access.ByPassword, "/me", "invited")
}

// otpauth is what an app for codes reads from a picture.
func otpauth(in access.Invited) string {
	const name = "Beredskab"
	return "otpauth://totp/" + url.PathEscape(name+":"+in.Account) + "?" + url.Values{"secret": {in.Secret}, "issuer": {name}}.Encode()
}

// groups writes a key in fours, as people read it out.
func groups(key string) string {
	var out strings.Builder
	for i, r := range key {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
