package sign

import (
	"errors"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/rights"
)

// tying is what the page shows that ties an account of a chat to whoever is signed in.
type tying struct {
	access.Offer
	Path string
	Over bool // there is nothing to be tied
}

// offered asks whoever is signed in whether the account is his. It shows the same each
// time, and changes nothing.
func (p *Part) offered(v *frame.Visit) error {
	o, err := p.gate.Offer(v.Context(), v.Person.ID, v.Path("token"))
	if errors.Is(err, access.ErrNoOffer) {
		return v.Again(nothingOffered, kept.ErrNotFound)
	} else if err != nil {
		return err
	}
	return v.Show("sign/chat", tying{Offer: o, Path: v.Request.URL.Path})
}

func nothingOffered(v *frame.Visit) error { return v.Show("sign/chat", tying{Over: true}) }

// tie makes the account that of whoever is signed in.
func (p *Part) tie(v *frame.Visit) error {
	err := p.gate.TieAccount(v.Context(), v.Actor(), v.Path("token"))
	if errors.Is(err, access.ErrNoOffer) {
		return v.Again(nothingOffered, kept.ErrNotFound)
	} else if err != nil {
		return err
	}
	return v.Go("/me", "chat.tied")
}

// untie takes an account of a chat from whoever is signed in.
func (p *Part) untie(v *frame.Visit) error {
	account, err := rights.ParseAccount(v.Field("account"))
	if err != nil {
		return v.Again(p.me, frame.Wrong{Key: "sign.chat.which"})
	}
	if err := p.gate.UntieAccount(v.Context(), v.Actor(), v.Person.ID, account); err != nil {
		return err
	}
	return v.Go("/me", "chat.untied")
}
