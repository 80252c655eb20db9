package sign

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"rsc.io/qr"

	"beredskab/internal/access"
	"beredskab/internal/frame"
)

// invited is what whoever opens an invitation sees.
type invited struct {
	access.Invited
	Over   bool // it cannot be accepted any more
	Groups string
	QR     template.HTML
}

// invitation shows for whom it is, and what an app for codes must know. It shows the
// same each time, and changes nothing.
func (p *Part) invitation(v *frame.Visit) error {
	in, err := p.gate.Invitation(v.Context(), v.Path("code"))
	if errors.Is(err, access.ErrNoInvitation) {
		return v.Again(func(v *frame.Visit) error { return v.Show("sign/invitation", invited{Over: true}) }, said(v, err))
	} else if err != nil {
		return err
	}
	return v.Show("sign/invitation", invited{Invited: in, Groups: groups(in.Secret), QR: drawn(otpauth(in), v.Texts.Say("sign.invitation.qr"))})
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

// drawn is a text as a QR code, a run of dark modules at a time. The page says the
// same in letters, so that one which does not fit is only left out.
func drawn(text, label string) template.HTML {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	const quiet, module = 4, 5 // modules around it, and pixels a module
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	side := code.Size + 2*quiet
	return template.HTML(fmt.Sprintf( //#nosec G203 -- digits of ours, and a label that is escaped
		`<svg role="img" aria-label="%s" width="%d" height="%d" viewBox="-%d -%d %d %d" shape-rendering="crispEdges"><rect x="-%d" y="-%d" width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
		template.HTMLEscapeString(label), side*module, side*module, quiet, quiet, side, side, quiet, quiet, side, side, path.String()))
}
