package sign

import (
	"cmp"
	"net/url"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/rights"
)

// proving is what the page shows that asks somebody to show again who he is.
type proving struct {
	To       string
	Password bool   // he has one of this program
	Provider string // the way to the municipality's own sign-in and back; empty: none
}

func (p *Part) proof(v *frame.Visit) error {
	to := cmp.Or(v.Field("to"), v.Query("to"), "/")
	own, err := p.gate.HasPassword(v.Context(), v.Person.ID)
	if err != nil {
		return err
	}
	page := proving{To: to, Password: own}
	if p.provider != nil {
		page.Provider = "/sign-in/oidc?" + url.Values{"again": {"yes"}, "to": {to}}.Encode()
	}
	return v.Show("sign/prove", page)
}

// prove takes who has shown it back to where he was. A path that is not ours leads to
// the overview (frame.Visit.Go).
func (p *Part) prove(v *frame.Visit) error {
	err := p.gate.Prove(v.Context(), v.Actor(), v.Token(), typed(v, "password"), v.Field("code"))
	if err != nil {
		return v.Again(p.proof, said(v, err))
	}
	return v.Go(cmp.Or(v.Field("to"), "/"), "")
}

// oneself is what somebody sees about himself.
type oneself struct {
	Wish        preference
	Roles       []rights.Grant
	Delegations []rights.Delegation
	Sessions    []stay
	Accounts    []string
	Chats       []string // accounts that he answers with in a chat
	Password    bool
}

// stay is one session.
type stay struct {
	access.Session
	Here bool // this one
}

func (p *Part) me(v *frame.Visit) error {
	me := oneself{}
	for _, g := range v.Book.Grants(v.Person.ID) {
		if g.InForce(v.Now) {
			me.Roles = append(me.Roles, g)
		}
	}
	for _, d := range v.Book.Delegations(v.Person.ID) {
		if d.InForce(v.Now) {
			me.Delegations = append(me.Delegations, d)
		}
	}
	for _, a := range v.Person.Accounts {
		if a.SignsIn() {
			me.Accounts = append(me.Accounts, a.String())
		} else {
			me.Chats = append(me.Chats, a.String())
		}
	}
	list, err := p.gate.Sessions(v.Context(), v.Person.ID)
	if err != nil {
		return err
	}
	for _, s := range list {
		me.Sessions = append(me.Sessions, stay{s, s.Key == v.Session.Key})
	}
	if me.Password, err = p.gate.HasPassword(v.Context(), v.Person.ID); err != nil {
		return err
	}
	if me.Wish, err = p.preference(v); err != nil {
		return err
	}
	return v.Show("sign/me", me)
}

// outEverywhere ends every session of the visitor's, on this machine and elsewhere.
func (p *Part) outEverywhere(v *frame.Visit) error {
	if err := p.gate.EndAll(v.Context(), v.Actor(), v.Person.ID); err != nil {
		return err
	}
	v.SignedIn("")
	return v.Go("/sign-in", "signed_out_all")
}

// changing is what the page for another password shows.
type changing struct{ Password bool }

func (p *Part) password(v *frame.Visit) error {
	own, err := p.gate.HasPassword(v.Context(), v.Person.ID)
	if err != nil {
		return err
	}
	return v.Show("sign/password", changing{own})
}

// setPassword takes another password. All sessions end with the old one; the visitor
// has shown who he is just now, and goes on in a new one.
func (p *Part) setPassword(v *frame.Visit) error {
	if typed(v, "anew") != typed(v, "again") {
		return v.Again(p.password, frame.Wrong{Key: "sign.differ"})
	}
	err := p.gate.SetPassword(v.Context(), v.Actor(), v.Token(), typed(v, "password"), v.Field("code"), typed(v, "anew"))
	if err != nil {
		return v.Again(p.password, said(v, err))
	}
	return p.enter(v, v.Person.ID, access.ByPassword, "/me", "password")
}
