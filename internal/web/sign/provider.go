package sign

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is the municipality's own sign-in, by OpenID Connect.
type Provider struct {
	Issuer   string // https://…, as it calls itself
	ClientID string // that it gave this program
	Secret   string // that goes with it; empty: PKCE alone
	Redirect string // the address of /sign-in/callback, as people reach it
	Client   *http.Client
}

// patience is how long the provider may take for one answer, and tolerance how far its
// clock may be from ours.
const (
	patience  = 10 * time.Second
	tolerance = 5 * time.Minute
)

// provider asks for people, and believes nothing that it did not ask for: code flow
// with PKCE, state and nonce, bound to the browser that began (ASVS 10.1, 10.2, 10.5).
type provider struct {
	Provider
	mu    sync.Mutex
	found *oidc.Provider
	spent map[string]time.Time // states that somebody came back with, until they are too old anyway
}

func newProvider(o Provider) *provider {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: patience}
	}
	client := *o.Client // no answer of the provider leads us elsewhere
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.Client = &client
	return &provider{Provider: o, spent: map[string]time.Time{}}
}

// flow is what one browser remembers while somebody is at the provider.
type flow struct {
	State, Nonce, Verifier string
	To                     string    // where he wanted to go
	Again                  bool      // he must show who he is, and not only be known there
	At                     time.Time // he left
}

// flowLife is how long somebody may stay at the provider.
const flowLife = 10 * time.Minute

func newFlow(to string, again bool, now time.Time) flow {
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to, Again: again, At: now}
}

func (f flow) text() string {
	text, _ := json.Marshal(f) // texts and a time, which are always written
	return string(text)
}

func readFlow(text string, now time.Time) (f flow, ok bool) {
	err := json.Unmarshal([]byte(text), &f)
	ok = err == nil && f.State != "" && f.Nonce != "" && f.Verifier != "" && !f.At.After(now) && now.Sub(f.At) < flowLife
	return f, ok
}

// doubt is why what came back is not believed, in a word.
type doubt string

func (d doubt) Error() string { return "what the provider gave is not believed: " + string(d) }

// discover asks the provider about itself, once it can be reached.
func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	found := p.found
	p.mu.Unlock()
	if found != nil {
		return found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.Client), p.Issuer)
	if err != nil {
		return nil, fmt.Errorf("asking %s about itself: %w", p.Issuer, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found = found
	return found, nil
}

func (p *provider) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.Secret, RedirectURL: p.Redirect, Endpoint: found.Endpoint(), Scopes: []string{oidc.ScopeOpenID}}
}

// address is where a flow begins.
func (p *provider) address(ctx context.Context, f flow) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)}
	if f.Again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return p.config(found).AuthCodeURL(f.State, options...), nil
}

// subject is whom the provider vouches for at the end of a flow. Its error is a doubt
// when what came back is not to be believed.
func (p *provider) subject(ctx context.Context, f flow, state, code string, now time.Time) (string, error) {
	if subtle.ConstantTimeCompare([]byte(state), []byte(f.State)) != 1 || !p.spend(state, now) {
		return "", doubt("state")
	}
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, p.Client)
	token, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return "", doubt("code")
	case err != nil:
		return "", fmt.Errorf("asking %s for a token: %w", p.Issuer, err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", doubt("no token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: signatures(), Now: func() time.Time { return now }}).Verify(ctx, raw)
	if err != nil {
		return "", doubt("token")
	}
	return id.Subject, p.believe(f, id, token.AccessToken, now)
}

// signatures are those that take the provider's private key. None and HS256 are not
// among them: with those, whoever knows the public key could sign.
func signatures() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}
}

// believe looks at what the library leaves to its caller: that the token answers this
// very question, for this program, about somebody, now.
func (p *provider) believe(f flow, id *oidc.IDToken, accessToken string, now time.Time) error {
	var claims struct {
		Party    string `json:"azp"`
		AuthTime int64  `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil {
		return doubt("token")
	}
	shown := time.Unix(claims.AuthTime, 0)
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1:
		return doubt("nonce")
	case id.Subject == "":
		return doubt("subject")
	case cmp.Or(claims.Party, p.ClientID) != p.ClientID, len(id.Audience) > 1 && claims.Party == "":
		return doubt("party")
	case id.IssuedAt.After(now.Add(tolerance)), id.IssuedAt.Before(f.At.Add(-tolerance)):
		return doubt("time")
	case f.Again && (shown.Before(f.At.Add(-tolerance)) || shown.After(now.Add(tolerance))):
		return doubt("not shown again")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(accessToken) != nil:
		return doubt("access token")
	}
	return nil
}

// spend lets a state be used once. Who brings it again has copied an address.
func (p *provider) spend(state string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for old, until := range p.spent {
		if now.After(until) {
			delete(p.spent, old)
		}
	}
	if _, again := p.spent[state]; again {
		return false
	}
	p.spent[state] = now.Add(flowLife)
	return true
}
