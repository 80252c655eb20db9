package sign_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/web/sign"
)

const (
	client = "beredskab"
	keyID  = "k1"
)

// idp is a provider that vouches for whatever it is told to.
type idp struct {
	*httptest.Server
	t         *testing.T
	key       *ecdsa.PrivateKey
	answer    func(asked url.Values) any // what it gives for a code; a text is the ID token
	asked     url.Values                 // what the browser was sent with
	exchanged int
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	p := &idp{t: t, key: newKey(t)}
	known := &oidctest.Server{
		PublicKeys: []oidctest.PublicKey{{PublicKey: p.key.Public(), KeyID: keyID, Algorithm: oidc.ES256}},
		Algorithms: []string{"ES256", "RS256", "HS256", "none"}, // it offers what we must not take
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", p.token)
	mux.Handle("/", known)
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	known.SetIssuer(p.URL)
	return p
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (p *idp) options() *sign.Provider {
	return &sign.Provider{Issuer: p.URL, ClientID: client, Secret: "hemmelig", Redirect: "https://beredskab.kommune.test/sign-in/callback", Client: p.Client()}
}

// token answers a code, when its verifier is that of the challenge (PKCE).
func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.exchanged++
	w.Header().Set("Content-Type", "application/json")
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if r.PostFormValue("code") != "good" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	body := map[string]any{"access_token": "adgang", "token_type": "Bearer", "expires_in": 60}
	if answer := p.answer(p.asked); answer != nil {
		body["id_token"] = answer
	}
	_ = json.NewEncoder(w).Encode(body)
}

// claims are those of a good token for that question.
func (h *house) claims(p *idp, asked url.Values) map[string]any {
	return map[string]any{
		"iss": p.URL, "aud": client, "sub": subject, "nonce": asked.Get("nonce"), "email": "it-chef@kommune.test", "preferred_username": "itchef",
		"exp": h.wall.Add(5 * time.Minute).Unix(), "iat": h.wall.Unix(), "auth_time": h.wall.Unix(),
	}
}

// signed is a token with the claims of a good one, but for what change says; nil takes
// a claim away.
func (h *house) signed(p *idp, asked url.Values, change map[string]any) string {
	claims := h.claims(p, asked)
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(claims)
	h.ok(err)
	return oidctest.SignIDToken(p.key, keyID, oidc.ES256, string(text))
}

// unsigned is a token with another head and no signature.
func unsigned(token, head string) string {
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + parts[1] + "."
}

// leave sends the browser to the provider.
func (b *browser) leave(p *idp, path string) (asked url.Values) {
	b.h.t.Helper()
	w := b.ask(path, nil)
	address, err := url.Parse(w.Header().Get("Location"))
	b.h.ok(err)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(address.String(), p.URL+"/auth?") {
		b.h.t.Fatalf("%s leads to %d %s", path, w.Code, address)
	}
	p.asked = address.Query()
	return p.asked
}

// back comes back from the provider.
func (b *browser) back(state, code string) *httptest.ResponseRecorder {
	b.h.t.Helper()
	return b.ask("/sign-in/callback?"+url.Values{"state": {state}, "code": {code}}.Encode(), nil)
}

// The provider is asked with everything that binds its answer to this browser, and whom
// it vouches for is let in where he wanted to go.
func TestSignInAtTheProvider(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	p.answer = func(asked url.Values) any { return h.signed(p, asked, nil) }
	b := h.browser("192.0.2.1")
	h.has(b.page("/sign-in?to=/mine"), "/sign-in/oidc?to=%2fmine", "Log ind med kommunens konto", "Nødadgang")
	asked := b.leave(p, "/sign-in/oidc?to=/mine")
	for name, want := range map[string]string{
		"client_id": client, "response_type": "code", "scope": "openid", "code_challenge_method": "S256", "redirect_uri": "https://beredskab.kommune.test/sign-in/callback",
	} {
		if asked.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, asked.Get(name), want)
		}
	}
	if len(asked.Get("state")) < 26 || len(asked.Get("nonce")) < 26 || len(asked.Get("code_challenge")) != 43 || asked.Get("state") == asked.Get("nonce") || asked.Has("max_age") {
		t.Errorf("asked with %v", asked)
	}
	w := b.back(asked.Get("state"), "good")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/mine" || b.signedIn() != owner || len(b.cookies) != 1 {
		t.Fatalf("%d to %s, signed in is %q with %v", w.Code, w.Header().Get("Location"), b.signedIn(), b.cookies)
	}
	second := b.leave(p, "/sign-in/oidc?to=https://evil.test")
	if second.Get("state") == asked.Get("state") || second.Get("nonce") == asked.Get("nonce") || second.Get("code_challenge") == asked.Get("code_challenge") {
		t.Error("two flows share their secrets")
	}
	old := b.cookies[frame.Cookie]
	if w = b.back(second.Get("state"), "good"); w.Header().Get("Location") != "/" || b.cookies[frame.Cookie] == old {
		t.Errorf("leads to %s", w.Header().Get("Location"))
	}
	if _, err := h.gate.Session(t.Context(), old); err != access.ErrNoSession {
		t.Errorf("the session before goes on: %v", err)
	}
}

// badTokens are answers to a question that nobody may be let in by.
func (h *house) badTokens(p *idp) map[string]func(asked url.Values) any {
	public, err := x509.MarshalPKIXPublicKey(p.key.Public())
	h.ok(err)
	later, foreign := func(d time.Duration) int64 { return h.wall.Add(d).Unix() }, newKey(h.t)
	change := func(name string, value any) func(url.Values) any {
		return func(asked url.Values) any { return h.signed(p, asked, map[string]any{name: value}) }
	}
	text := func(asked url.Values) string {
		text, err := json.Marshal(h.claims(p, asked))
		h.ok(err)
		return string(text)
	}
	return map[string]func(url.Values) any{
		"issuer of another":             change("iss", "https://evil.test"),
		"issuer with a slash":           change("iss", p.URL+"/"),
		"no issuer":                     change("iss", nil),
		"audience of another":           change("aud", "another"),
		"no audience":                   change("aud", nil),
		"audience of others":            change("aud", []string{"one", "two"}),
		"audience of many, no party":    change("aud", []string{client, "another"}),
		"party is another":              change("azp", "another"),
		"no nonce":                      change("nonce", nil),
		"another nonce":                 change("nonce", rand.Text()),
		"empty nonce":                   change("nonce", ""),
		"expired":                       change("exp", later(-time.Second)),
		"no end":                        change("exp", nil),
		"not valid yet":                 change("nbf", later(time.Hour)),
		"issued in the future":          change("iat", later(time.Hour)),
		"issued long before":            change("iat", later(-time.Hour)),
		"subject empty":                 change("sub", ""),
		"no subject":                    change("sub", nil),
		"hash of another access token":  change("at_hash", base64.RawURLEncoding.EncodeToString(make([]byte, 16))),
		"algorithm none":                func(a url.Values) any { return unsigned(h.signed(p, a, nil), `{"alg":"none","kid":"k1"}`) },
		"algorithm None":                func(a url.Values) any { return unsigned(h.signed(p, a, nil), `{"alg":"None","kid":"k1"}`) },
		"no signature":                  func(a url.Values) any { return unsigned(h.signed(p, a, nil), `{"alg":"ES256","kid":"k1"}`) },
		"HS256 with the public key":     func(a url.Values) any { return oidctest.SignIDToken(public, keyID, "HS256", text(a)) },
		"a foreign key by our name":     func(a url.Values) any { return oidctest.SignIDToken(foreign, keyID, oidc.ES256, text(a)) },
		"a foreign key by its own name": func(a url.Values) any { return oidctest.SignIDToken(foreign, "k2", oidc.ES256, text(a)) },
		"a key that it brings along": func(a url.Values) any {
			return strings.Replace(h.signed(p, a, nil), base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"k1"}`)),
				base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256","kid":"k1","jku":"https://evil.test/keys"}`)), 1)
		},
		"claims that were changed": func(a url.Values) any {
			parts, others := strings.Split(h.signed(p, a, map[string]any{"sub": "other"}), "."), strings.Split(h.signed(p, a, nil), ".")
			return parts[0] + "." + others[1] + "." + parts[2]
		},
		"no token":       func(url.Values) any { return nil },
		"no JWT":         func(url.Values) any { return "hej" },
		"a number":       func(url.Values) any { return 7 },
		"subject a list": change("sub", []string{subject}),
	}
}

// S10: no token lets anybody in that is not signed by the provider, for this program,
// about one person, for this question, now. Each has one entry.
func TestBadTokens(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	bad := h.badTokens(p)
	for i, what := range slices.Sorted(maps.Keys(bad)) {
		p.answer = bad[what]
		b := h.browser("192.0.2." + string(rune('0'+i%10)) + string(rune('0'+i/10)))
		asked := b.leave(p, "/sign-in/oidc")
		before := h.refusals()
		w := b.back(asked.Get("state"), "good")
		if h.has(b.read(what, w), "kunne ikke godkendes", "Nødadgang"); w.Code != http.StatusUnprocessableEntity || len(b.cookies) != 0 || h.refusals() != before+1 {
			t.Errorf("%s: %d, %v, %d entries", what, w.Code, b.cookies, h.refusals()-before)
		}
	}
	p.answer = func(asked url.Values) any {
		return h.signed(p, asked, map[string]any{"aud": []string{client, "another"}, "azp": client})
	}
	b := h.browser("192.0.2.1")
	if b.back(b.leave(p, "/sign-in/oidc").Get("state"), "good"); b.signedIn() != owner {
		t.Error("the control is not let in")
	}
	t.Logf("%d bad tokens", len(bad))
}

// A flow is one browser's, once, for ten minutes; what comes back must be its answer.
func TestBadFlows(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	p.answer = func(asked url.Values) any { return h.signed(p, asked, nil) }
	flows := map[string]func(b *browser, asked url.Values) *httptest.ResponseRecorder{
		"another state": func(b *browser, _ url.Values) *httptest.ResponseRecorder { return b.back(rand.Text(), "good") },
		"no state":      func(b *browser, _ url.Values) *httptest.ResponseRecorder { return b.back("", "good") },
		"another code":  func(b *browser, a url.Values) *httptest.ResponseRecorder { return b.back(a.Get("state"), "stolen") },
		"no code":       func(b *browser, a url.Values) *httptest.ResponseRecorder { return b.back(a.Get("state"), "") },
		"another browser": func(b *browser, a url.Values) *httptest.ResponseRecorder {
			return h.browser("192.0.2.9").back(a.Get("state"), "good")
		},
		"a code of another flow": func(b *browser, a url.Values) *httptest.ResponseRecorder {
			victim := h.browser("192.0.2.8")
			mine := victim.leave(p, "/sign-in/oidc") // p now knows the challenge of this flow
			p.asked = a
			return victim.back(mine.Get("state"), "good")
		},
		"too late": func(b *browser, a url.Values) *httptest.ResponseRecorder {
			h.wall = h.wall.Add(10 * time.Minute)
			return b.back(a.Get("state"), "good")
		},
		"a remembered flow that is none": func(b *browser, a url.Values) *httptest.ResponseRecorder {
			b.cookies["__Host-sign-in"] = url.QueryEscape(`{"State":"","Nonce":"","Verifier":""}`)
			return b.back("", "good")
		},
		"a refusal": func(b *browser, a url.Values) *httptest.ResponseRecorder {
			return b.ask("/sign-in/callback?error=access_denied&state="+a.Get("state"), nil)
		},
	}
	for what, do := range flows {
		b := h.browser("192.0.2.1")
		w := do(b, b.leave(p, "/sign-in/oidc"))
		if b.read(what, w); w.Code != http.StatusUnprocessableEntity || b.signedIn() != "" || len(w.Result().Cookies()) > 1 {
			t.Errorf("%s: %d", what, w.Code)
		}
	}
	// Once more with the same answer and everything that the browser knew.
	b := h.browser("192.0.2.1")
	asked := b.leave(p, "/sign-in/oidc")
	remembered := maps.Clone(b.cookies)
	if b.back(asked.Get("state"), "good"); b.signedIn() != owner {
		t.Fatal("the control is not let in")
	}
	exchanged := p.exchanged
	replay := h.browser("192.0.2.1")
	replay.cookies = remembered
	if w := replay.back(asked.Get("state"), "good"); w.Code != http.StatusUnprocessableEntity || replay.signedIn() != "" || p.exchanged != exchanged {
		t.Errorf("a state that was used: %d, %q", w.Code, replay.signedIn())
	}
}

// Who is known there and not here is told which account is to be linked; a mail address
// or a name of somebody here opens nothing, and neither does an account of the machine.
func TestUnknownSubjects(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	for _, who := range []string{"nogen", "left", "itchef", owner, "it-chef@kommune.test"} {
		p.answer = func(asked url.Values) any { return h.signed(p, asked, map[string]any{"sub": who}) }
		b := h.browser("192.0.2.1")
		before := h.refusals()
		w := b.back(b.leave(p, "/sign-in/oidc").Get("state"), "good")
		if h.has(b.read(who, w), "Kontoen "+p.URL+"|"+who+" er ikke knyttet"); b.signedIn() != "" || h.refusals() != before+1 {
			t.Errorf("%s is %q", who, b.signedIn())
		}
	}
}

// Who must show again who he is does so at the provider, which says when he did.
func TestProveAtTheProvider(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	p.answer = func(asked url.Values) any { return h.signed(p, asked, nil) }
	b := h.browser("192.0.2.1")
	b.back(b.leave(p, "/sign-in/oidc").Get("state"), "good")
	h.wall = h.wall.Add(time.Hour)
	const again = "/sign-in/oidc?again=yes&to=%2fpeople"
	h.has(b.page("/prove?to=/people"), "/sign-in/oidc?again=yes&amp;to=%2Fpeople")
	for what, at := range map[string]any{"no time": nil, "an hour ago": h.wall.Add(-time.Hour).Unix(), "tomorrow": h.wall.AddDate(0, 0, 1).Unix()} {
		p.answer = func(asked url.Values) any { return h.signed(p, asked, map[string]any{"auth_time": at}) }
		before := b.cookies[frame.Cookie]
		w := b.back(b.leave(p, again).Get("state"), "good")
		if h.has(b.read(what, w), "kunne ikke godkendes"); b.cookies[frame.Cookie] != before {
			t.Errorf("%s: he has proved it", what)
		}
	}
	p.answer = func(asked url.Values) any { return h.signed(p, asked, nil) }
	asked := b.leave(p, again)
	if asked.Get("prompt") != "login" || asked.Get("max_age") != "0" {
		t.Errorf("asked with %v", asked)
	}
	w := b.back(asked.Get("state"), "good")
	s, err := h.gate.Session(t.Context(), b.cookies[frame.Cookie])
	if h.ok(err); w.Header().Get("Location") != "/people" || !s.Proved.Equal(h.wall) {
		t.Errorf("leads to %s, proved %s", w.Header().Get("Location"), s.Proved)
	}
}

// When the provider cannot be reached the page says so, and opens the emergency's way.
func TestProviderIsDown(t *testing.T) {
	p := newIDP(t)
	h := newHouse(t, p.options())
	p.Close()
	b := h.browser("192.0.2.1")
	w := b.ask("/sign-in/oidc?to=/mine", nil)
	h.has(b.read("/sign-in/oidc", w), "Kommunens login kan ikke nås", `<details class="details" open>`, `action="/sign-in/local"`)
}
