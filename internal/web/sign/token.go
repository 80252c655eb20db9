package sign

import (
	"slices"
	"strings"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/frame"
)

// keys is what somebody sees about the tokens of his programs.
type keys struct {
	New                 string // just made, and shown this once
	Tokens              []key
	Scopes              []string // to choose from
	Name, Signal, Until string   // typed, or proposed
	Chosen              map[string]bool
}

// key is one token.
type key struct {
	access.Token
	State string // of a badge
	Valid bool
}

// scopes are what a token can be good for; what signals it may send has a name besides.
func scopes() []string { return []string{"read", "drill", "follow"} }

// lasts is how long a new token lives unless something else is typed.
const lasts = 90

func (p *Part) tokens(v *frame.Visit) error { return p.showTokens(v, "") }

// showTokens shows the visitor's tokens, with the one that was made just now.
func (p *Part) showTokens(v *frame.Visit, made string) error {
	list, err := p.gate.Tokens(v.Context(), v.Person.ID)
	if err != nil {
		return err
	}
	out := keys{New: made, Scopes: scopes(), Until: v.Now.In(v.Texts.Zone).AddDate(0, 0, lasts).Format(time.DateOnly), Chosen: map[string]bool{}}
	if made == "" && v.Field("name") != "" {
		out.Name, out.Signal, out.Until = v.Field("name"), v.Field("signal"), v.Field("until")
		for _, scope := range v.Fields("scope") {
			out.Chosen[scope] = true
		}
	}
	for _, t := range list {
		one := key{Token: t, State: "in_force", Valid: true}
		switch {
		case !t.Revoked.IsZero():
			one.State, one.Valid = "closed", false
		case !v.Now.Before(t.Until):
			one.State, one.Valid = "overdue", false
		}
		out.Tokens = append(out.Tokens, one)
	}
	return v.Show("sign/tokens", out)
}

// makeToken makes a token and shows it. It is kept nowhere, so that nobody can be shown
// it again.
func (p *Part) makeToken(v *frame.Visit) error {
	name, wanted, until, err := wished(v)
	if err != nil {
		return v.Again(p.tokens, err)
	}
	made, err := p.gate.MakeToken(v.Context(), v.Actor(), name, wanted, until)
	if err != nil {
		return v.Again(p.tokens, err)
	}
	return p.showTokens(v, made)
}

// wished is the token that a form asks for. It is good to the end of its last day.
func wished(v *frame.Visit) (name string, wanted []string, until time.Time, err error) {
	if err = v.Filled("sign", "name", "until"); err != nil {
		return "", nil, until, err
	}
	if until, err = v.Day("sign", "until"); err != nil {
		return "", nil, until, err
	}
	until = until.AddDate(0, 0, 1).Add(-time.Second)
	for _, scope := range v.Fields("scope") {
		if slices.Contains(scopes(), scope) {
			wanted = append(wanted, scope)
		}
	}
	if signal := v.Field("signal"); signal != "" {
		wanted = append(wanted, "signal:"+strings.ToLower(signal))
	}
	const year = 366 * 24 * time.Hour
	switch {
	case len(wanted) == 0:
		err = frame.Wrong{Key: "sign.wrong.scope"}
	case !until.After(v.Now) || until.After(v.Now.Add(year)):
		err = frame.Wrong{Key: "sign.wrong.end"}
	}
	return v.Field("name"), wanted, until, err
}

// revokeToken ends one of the visitor's tokens at once.
func (p *Part) revokeToken(v *frame.Visit) error {
	if err := p.gate.RevokeToken(v.Context(), v.Actor(), v.Field("key")); err != nil {
		return v.Again(p.tokens, err)
	}
	return v.Go("/me/tokens", "token.revoked")
}
