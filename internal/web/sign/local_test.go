package sign_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"beredskab/internal/frame"
)

const goodPassword = "fire gule heste løber"

// code is what the app shows at that moment (RFC 6238).
func (a app) code(at time.Time) string {
	mac := hmac.New(sha1.New, a)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// invite takes a person through an invitation as a browser does it.
func (b *browser) invite(person string) app {
	b.h.t.Helper()
	code, _, err := b.h.gate.Invite(b.h.t.Context(), as(admin), person)
	b.h.ok(err)
	path := "/invitation/" + code
	page := b.page(path)
	if again := b.page(path); again != page {
		b.h.t.Error("the invitation shows something else the second time")
	}
	key := b.app(page)
	w := b.ask(path, url.Values{"password": {goodPassword}, "again": {goodPassword}, "code": {key.code(b.h.wall)}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me?done=invited" || b.signedIn() != person {
		b.h.t.Fatalf("accepting gives %d to %s, signed in is %q", w.Code, w.Header().Get("Location"), b.signedIn())
	}
	b.h.wall = b.h.wall.Add(time.Minute)
	return key
}

func credentials(account, password, code, to string) url.Values {
	return url.Values{"account": {account}, "password": {password}, "code": {code}, "to": {to}}
}

// From an invitation to signing out everywhere, in both languages.
func TestFromInvitationToSigningOut(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	code, _, err := h.gate.Invite(t.Context(), as(admin), owner)
	h.ok(err)
	path := "/invitation/" + code
	h.has(b.page(path), "Systemejer Omsorg", "ejer", `<svg role="img" aria-label="QR-kode`, `autocomplete="new-password"`, `autocomplete="one-time-code"`)
	key := b.app(b.page(path))
	for _, c := range []struct{ password, again, code, want string }{
		{goodPassword, "noget andet her", key.code(h.wall), "De to nye adgangskoder er ikke ens"},
		{"kort", "kort", key.code(h.wall), "Adgangskoden er for kort"},
		{"systemejer omsorg", "systemejer omsorg", key.code(h.wall), "Adgangskoden er navnet på"},
		{"Password1234", "Password1234", key.code(h.wall), "en af dem, der gættes først"},
		{goodPassword, goodPassword, "000000", "Koden er ikke den"},
	} {
		w := b.ask(path, url.Values{"password": {c.password}, "again": {c.again}, "code": {c.code}})
		if h.has(b.read(path, w), c.want); w.Code != http.StatusUnprocessableEntity || b.signedIn() != "" {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
	key = b.invite(owner)
	for _, lang := range []string{"en", "da"} {
		b.lang = lang
		b.page("/me/password")
		b.page("/prove?to=/me")
		b.page("/me?done=password")
		h.browser("192.0.2.1").page("/sign-in?done=signed_out_all")
	}
	h.has(b.page("/me"), "Systemejer for omsorg", "ejer", "(her)", "Log ud alle steder")
	w := b.ask(path, nil)
	h.has(b.read(path, w), "Invitationen gælder ikke længere")

	other := h.browser("192.0.2.2")
	w = other.ask("/sign-in/local", credentials("ejer", goodPassword, key.code(h.wall), "/mine?a=b"))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/mine?a=b" || other.signedIn() != owner {
		t.Fatalf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	if w = other.ask("/sign-out", url.Values{}); other.signedIn() != "" || len(other.cookies) != 0 || b.signedIn() != owner {
		t.Errorf("after signing out of one: %v, %d", other.cookies, w.Code)
	}
	other.ask("/sign-out", url.Values{})
	b.ask("/me/sign-out", url.Values{})
	if b.signedIn() != "" {
		t.Error("signed in after signing out everywhere")
	}
	if w = b.ask("/me", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in?to=%2Fme" {
		t.Errorf("/me for nobody: %d to %s", w.Code, w.Header().Get("Location"))
	}
}

// S8: a token that was known before somebody signs in is worth nothing afterwards; the
// session that the browser had is over; another password ends every session.
func TestFixationAndPasswordChange(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	key := b.invite(owner)
	old := b.cookies[frame.Cookie]
	planted := h.browser("192.0.2.2")
	planted.cookies[frame.Cookie] = "a-token-that-somebody-knows"
	h.wall = h.wall.Add(time.Minute)
	planted.ask("/sign-in/local", credentials("ejer", goodPassword, key.code(h.wall), ""))
	if got := planted.cookies[frame.Cookie]; planted.signedIn() != owner || got == old || got == "a-token-that-somebody-knows" {
		t.Errorf("the token is %q", got)
	}
	h.wall = h.wall.Add(time.Minute)
	b.ask("/sign-in/local", credentials("ejer", goodPassword, key.code(h.wall), "")) // again, in the same browser
	before := h.browser("192.0.2.1")
	before.cookies[frame.Cookie] = old
	if before.signedIn() != "" || b.signedIn() != owner {
		t.Error("the browser's earlier session goes on")
	}
	h.wall = h.wall.Add(time.Minute)
	w := b.ask("/me/password", url.Values{"password": {goodPassword}, "code": {key.code(h.wall)}, "anew": {"et helt andet ord"}, "again": {"et helt tredje ord"}})
	h.has(b.read("/me/password", w), "ikke ens")
	w = b.ask("/me/password", url.Values{"password": {"x"}, "code": {key.code(h.wall)}, "anew": {"et helt andet ord"}, "again": {"et helt andet ord"}})
	h.has(b.read("/me/password", w), "er forkert")
	w = b.ask("/me/password", url.Values{"password": {goodPassword}, "code": {key.code(h.wall)}, "anew": {"et helt andet ord"}, "again": {"et helt andet ord"}})
	if w.Header().Get("Location") != "/me?done=password" || planted.signedIn() != "" || b.signedIn() != owner {
		t.Errorf("%d to %s; the other browser is %q", w.Code, w.Header().Get("Location"), planted.signedIn())
	}
}

// S9: too many tries have to wait, from a name and from an address, and the page says
// until when; it says the same of accounts that there are and that there are not.
func TestBruteForce(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	key := b.invite(owner)
	b.ask("/sign-out", url.Values{})
	pages := map[string]string{}
	for i, account := range []string{"ejer", "nogen"} {
		guess := h.browser(fmt.Sprintf("198.51.100.%d", i))
		for range 5 {
			w := guess.ask("/sign-in/local", credentials(account, "gæt", "123456", ""))
			pages[account] = guess.read("/sign-in/local", w)
			h.has(pages[account], "Kontoen, adgangskoden eller koden er forkert")
		}
		w := guess.ask("/sign-in/local", credentials(account, goodPassword, key.code(h.wall), ""))
		if h.has(guess.read("/sign-in/local", w), "Der er prøvet for mange gange. Vent til kl. 10.01.30"); guess.signedIn() != "" {
			t.Error("signed in while there is a wait")
		}
		guess.from = "203.0.113.9" // from elsewhere it is the same
		w = guess.ask("/sign-in/local", credentials(account, goodPassword, key.code(h.wall), ""))
		h.has(guess.read("/sign-in/local", w), "Der er prøvet for mange gange")
	}
	if n := h.refusals(); n != 10 {
		t.Errorf("%d tries in vain have an entry", n)
	}
	h.wall = h.wall.Add(30 * time.Second)
	b.ask("/sign-in/local", credentials("ejer", goodPassword, key.code(h.wall), ""))
	if b.signedIn() != owner {
		t.Error("the one whose it is cannot sign in after the wait")
	}
}

// Who shows again who he is comes back to where he was, and never to another site.
func TestProveLeadsHome(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	key := b.invite(owner)
	for to, want := range map[string]string{
		"/people?x=y": "/people?x=y", "": "/", "https://evil.test/": "/", "//evil.test": "/", `/\evil.test`: "/", `\\evil.test`: "/",
		"javascript:alert(1)": "/", "/a\r\nSet-Cookie: x=y": "/", "evil.test": "/", "/%2fevil.test": "/%2fevil.test",
	} {
		b.page("/prove?" + url.Values{"to": {to}}.Encode())
		w := b.ask("/prove", url.Values{"to": {to}, "password": {goodPassword}, "code": {key.code(h.wall)}})
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != want {
			t.Errorf("%q leads to %d %q, want %q", to, w.Code, got, want)
		}
		h.wall = h.wall.Add(time.Minute)
	}
	s, err := h.gate.Session(t.Context(), b.cookies[frame.Cookie])
	h.ok(err)
	if !s.Proved.Equal(h.wall.Add(-time.Minute)) {
		t.Errorf("proved %s", s.Proved)
	}
	w := b.ask("/prove", url.Values{"password": {"x"}, "code": {"1"}, "to": {"/people"}})
	h.has(b.read("/prove", w), "er forkert", `name="to" value="/people"`)
	stranger := h.browser("192.0.2.3")
	token, err := h.gate.Begin(t.Context(), admin, "login") // who has no password
	h.ok(err)
	stranger.cookies[frame.Cookie] = token
	h.has(stranger.page("/prove"), "hverken kommunens login eller en adgangskode")
	h.has(stranger.page("/me/password"), "ingen adgangskode")
}
