package sign_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/proof"
	"beredskab/templates"
)

// wanted is a form for a token that is filled in rightly.
func wanted() url.Values {
	return url.Values{"name": {"natlig kopi"}, "scope": {"read", "drill"}, "signal": {"Backup"}, "until": {"2027-02-21"}}
}

// Somebody makes a token for a program, is shown it this once, and takes it back.
func TestTokens(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	key := b.invite(owner)
	h.has(b.page("/me"), `href="/me/tokens"`)
	for _, lang := range []string{"en", "da"} {
		b.lang = lang
		b.page("/me/tokens")
	}
	h.has(b.page("/me/tokens"), "Du har ingen nøgler", `value="2027-02-21"`)
	w := b.ask("/me/tokens", wanted())
	page := b.read("/me/tokens", w)
	token := regexp.MustCompile(`brd_[A-Za-z0-9_-]+`).FindString(page)
	if w.Code != http.StatusOK || token == "" {
		t.Fatalf("%d: no token is shown", w.Code)
	}
	h.has(page, "natlig kopi", "signal:backup", "21.02.2027")
	if person, scopes, err := h.gate.Token(t.Context(), token); err != nil || person != owner || strings.Join(scopes, " ") != "read drill signal:backup" {
		t.Errorf("the token is %s's, for %q: %v", person, scopes, err)
	}
	if again := b.page("/me/tokens"); strings.Contains(again, token) {
		t.Error("the token is shown again")
	}
	list, err := h.gate.Tokens(t.Context(), owner)
	h.ok(err)
	if w = b.ask("/me/tokens/revoke", url.Values{"key": {list[0].Key}}); w.Code != http.StatusSeeOther {
		t.Errorf("revoking: %d", w.Code)
	}
	h.has(b.page("/me/tokens?done=token.revoked"), "virker ikke mere", "trukket tilbage")
	if _, _, err := h.gate.Token(t.Context(), token); err == nil {
		t.Error("a token that was revoked lets somebody in")
	}
	if w = b.ask("/me/tokens/revoke", url.Values{"key": {"no such"}}); w.Code != http.StatusNotFound {
		t.Errorf("revoking what there is not: %d", w.Code)
	}
	h.wall = h.wall.Add(11 * time.Minute)
	if w = b.ask("/me/tokens", wanted()); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/prove?") {
		t.Errorf("without a fresh proof: %d to %s", w.Code, w.Header().Get("Location"))
	}
	w = b.ask("/prove", url.Values{"password": {goodPassword}, "code": {key.code(h.wall)}, "to": {"/me/tokens"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me/tokens" {
		t.Errorf("proving leads to %s", w.Header().Get("Location"))
	}
}

// What is wrong with a token that is wished for is said with what was typed, and nobody sees
// another person's.
func TestWrongTokens(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	b.invite(owner)
	for _, c := range []struct{ field, value, want string }{
		{"name", "", "Skriv, hvad nøglen skal bruges til"},
		{"until", "", "Skriv, hvornår nøglen skal udløbe"},
		{"until", "i morgen", "er ingen dag"},
		{"until", "2026-11-22", "inden for det næste år"},
		{"until", "2028-01-01", "inden for det næste år"},
		{"scope", "", "Vælg mindst én ting"},
		{"signal", "to ord", "signal:NAME"},
	} {
		form := wanted()
		if form.Set(c.field, c.value); c.field == "scope" {
			form.Del("signal")
		}
		w := b.ask("/me/tokens", form)
		if page := b.read("/me/tokens", w); w.Code != http.StatusUnprocessableEntity || !strings.Contains(page, c.want) || c.field != "name" && !strings.Contains(page, `value="natlig kopi"`) {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
	b.ask("/me/tokens", wanted())
	list, err := h.gate.Tokens(t.Context(), owner)
	h.ok(err)
	if len(list) != 1 {
		t.Fatalf("there are %d tokens", len(list))
	}
	token, err := h.gate.Begin(t.Context(), admin, access.ByPassword)
	h.ok(err)
	other := h.browser("192.0.2.2")
	other.cookies[frame.Cookie] = token
	if strings.Contains(other.page("/me/tokens"), "natlig kopi") {
		t.Error("somebody else sees the token")
	}
}

// What was typed is still there for whoever had to show again who he is first.
func TestAFormOutlivesItsProof(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	key := b.invite(owner)
	h.wall = h.wall.Add(11 * time.Minute)
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	mux := http.NewServeMux()
	mux.Handle("/", h.pages)
	mux.Handle("GET /assets/", http.FileServerFS(files))
	server := httptest.NewServer(mux)
	defer server.Close()
	type look struct{ Found []string }
	looks, problems := proof.Walk[look](t, "walk-prove.mjs", server.URL, t.TempDir(), map[string]any{
		"path": "/me/tokens", "cookies": frame.Cookie + "=" + b.cookies[frame.Cookie], "form": "/me/tokens", "password": goodPassword, "code": key.code(h.wall),
		"fields": map[string]any{"#name": "natlig kopi", "#scope-read": true, "#until": "2027-01-31"},
	})
	if problems != "" || len(looks) != 1 || len(looks[0].Found) > 0 {
		t.Errorf("%+v\n%s", looks, problems)
	}
}
