package sign_test

import (
	"context"
	"encoding/base32"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/sign"
	"beredskab/templates"
)

// house is the pages for signing in before a real register, where time passes when it
// is told to.
type house struct {
	t     *testing.T
	wall  time.Time
	door  *door.Door
	gate  *access.Gate
	pages http.Handler
}

func (h *house) Now() event.Moment { return event.Moment{Wall: h.wall, Boot: "boot"} }

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// The people of the house.
const (
	admin   = "p-1" // account itchef
	owner   = "p-2" // account ejer, and af3c at the provider
	gone    = "p-3" // was disabled; account left at the provider
	subject = "af3c"
)

func newHouse(t *testing.T, provider *sign.Provider) *house {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	h.door = door.New(db, h)
	h.gate = access.New(h.door, access.Options{})
	issuer := "https://idp.kommune.test"
	if provider != nil {
		issuer = provider.Issuer
	}
	h.ok(db.Update(t.Context(), func(tx door.Tx) error {
		return errors.Join(
			h.person(tx, rights.Person{ID: admin, Name: "It-chefen", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "itchef"}}}, matrix.Administrator, ""),
			h.person(tx, rights.Person{ID: owner, Name: "Systemejer Omsorg", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "ejer"}, {Issuer: issuer, Subject: subject}}}, matrix.SystemOwner, "omsorg"),
			h.person(tx, rights.Person{ID: gone, Name: "Tidligere", Accounts: []rights.Account{{Issuer: issuer, Subject: "left"}}, Disabled: h.wall, Why: "left"}, matrix.Administrator, ""),
		)
	}))
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	f, err := frame.New(frame.Options{
		Door: h.door, Gate: h.gate, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler),
	})
	h.ok(err)
	office := governance.New(h.door)
	h.pages, err = f.Handler(sign.New(sign.Options{
		Gate: h.gate, OIDC: provider, Wishes: sign.Wishes{Read: office.Preferred, Write: office.Prefer, Channels: []string{"mail", "slack"}},
	}).Routes(), nil)
	h.ok(err)
	return h
}

func (h *house) person(tx door.Tx, p rights.Person, role matrix.Role, system string) error {
	row, errP := p.Row(h.wall)
	held, errG := rights.Grant{Person: p.ID, Role: role, Scope: rights.Scope{System: system}, From: h.wall.Add(-time.Hour), GivenBy: admin}.Row(h.wall)
	row.Rev, held.Rev = 1, 1
	return errors.Join(errP, errG, tx.PutRecord(h.t.Context(), row), tx.PutRecord(h.t.Context(), held))
}

func as(person string) door.Actor {
	return door.Actor{Name: person, Via: person, Person: person, Assurance: "login"}
}

// refusals counts the sign-ins that the log has as refused.
func (h *house) refusals() (n int) {
	h.t.Helper()
	list, err := door.Read(h.t.Context(), h.door, func(tx door.Tx) ([]kept.Entry, error) { return tx.Entries(h.t.Context(), kept.EntryFilter{}) })
	h.ok(err)
	for _, e := range list {
		if e.Act == "session.refused" {
			n++
		}
	}
	return n
}

// browser is one that keeps cookies.
type browser struct {
	h       *house
	from    string
	lang    string
	cookies map[string]string
}

func (h *house) browser(from string) *browser {
	return &browser{h: h, from: from, lang: "da", cookies: map[string]string{}}
}

// ask visits a page, or sends a form when there is one.
func (b *browser) ask(path string, form url.Values) *httptest.ResponseRecorder {
	b.h.t.Helper()
	method := map[bool]string{true: http.MethodGet, false: http.MethodPost}[form == nil]
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.RemoteAddr, r.Host = b.from+":4711", "beredskab.kommune.test"
	r.Header.Set("Accept-Language", b.lang)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.pages.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "__Host-") {
			b.h.t.Errorf("%s sets the cookie %s", path, c)
		}
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

// page reads a page, in which no text may be missing.
func (b *browser) page(path string) string {
	b.h.t.Helper()
	w := b.ask(path, nil)
	if w.Code != http.StatusOK {
		b.h.t.Fatalf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
	}
	return b.read(path, w)
}

func (b *browser) read(path string, w *httptest.ResponseRecorder) string {
	b.h.t.Helper()
	text := w.Body.String()
	if found := regexp.MustCompile(`[>"](sign|done|page|part|problem)\.[a-z_.]+`).FindString(text); found != "" || strings.Contains(text, "%!") || strings.Count(text, "<h1>") != 1 {
		b.h.t.Errorf("%s in %s: %q, %d headings", path, b.lang, found, strings.Count(text, "<h1>"))
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		b.h.t.Errorf("%s may be kept: %q", path, got)
	}
	return text
}

// signedIn is the person of the browser's session; empty when it has none.
func (b *browser) signedIn() string {
	b.h.t.Helper()
	s, err := b.h.gate.Session(b.h.t.Context(), b.cookies[frame.Cookie])
	if errors.Is(err, access.ErrNoSession) {
		return ""
	}
	b.h.ok(err)
	return s.Person
}

// app is an app for codes, made from the key that the page shows.
type app []byte

func (b *browser) app(page string) app {
	b.h.t.Helper()
	found := regexp.MustCompile(`<code translate="no">([A-Z2-7 ]+)</code>`).FindStringSubmatch(page)
	if found == nil {
		b.h.t.Fatal("the page shows no key")
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(found[1], " ", ""))
	b.h.ok(err)
	return key
}

// has expects those texts in a page.
func (h *house) has(page string, want ...string) {
	h.t.Helper()
	for _, w := range want {
		if !strings.Contains(page, w) {
			h.t.Errorf("the page does not say %q", w)
		}
	}
}
