package frame_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
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
	"beredskab/templates"
)

// hall is a frame around pages that only say that they were reached. Time passes when
// it is told to; a token is the account of a person.
type hall struct {
	t      *testing.T
	wall   time.Time
	proved time.Time // when whoever is signed in has shown who he is
	door   *door.Door
	ids    map[string]string
	frame  *frame.Frame
	pages  http.Handler
}

const home = "https://beredskab.kommune.test"

func (h *hall) Now() event.Moment { return event.Moment{Wall: h.wall, Boot: "boot"} }

// Session knows whoever has a token.
func (h *hall) Session(_ context.Context, token string) (access.Session, error) {
	id, known := h.ids[token]
	if !known {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Proved: h.proved}, nil
}

// System knows one system.
func (h *hall) System(_ context.Context, id string) (rights.Object, error) {
	if id != "esdh" {
		return rights.Object{}, kept.ErrNotFound
	}
	return rights.Object{Scope: rights.Scope{System: id}}, nil
}

// Run knows none.
func (h *hall) Run(context.Context, string) (rights.Object, error) {
	return rights.Object{}, kept.ErrNotFound
}

func newHall(t *testing.T, more ...frame.Route) *hall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &hall{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}}
	h.proved = h.wall
	h.door = door.New(db, h)
	office, admin := governance.New(h.door), door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	for _, p := range []struct {
		account string
		give    rights.Grant
	}{
		{"admin", rights.Grant{Role: matrix.Administrator}},
		{"chef", rights.Grant{Role: matrix.ITManager}},
		{"ejer", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "esdh"}}},
		{"fremmed", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "gis"}}},
	} {
		id, err := office.AddPerson(t.Context(), admin, rights.Person{Name: "Rolle " + p.account, Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.account}}})
		h.ok(err)
		h.ids[p.account], p.give.Person = id, id
		_, err = office.Give(t.Context(), admin, p.give)
		h.ok(err)
	}
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	h.frame, err = frame.New(frame.Options{
		Door: h.door, Gate: h, Objects: h, Files: files, Name: func(context.Context) string { return "Prøveby" }, Origin: home,
		Broken: func(err error) bool { return errors.Is(err, errAway) }, Log: slog.New(slog.DiscardHandler),
	})
	h.ok(err)
	beside := map[string]http.Handler{"GET /assets/": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "beside") })}
	h.pages, err = h.frame.Handler(append(routes(), more...), beside)
	h.ok(err)
	return h
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

var errAway = errors.New("the database is away")

// reached is what every page here says that was let through.
const reached = "reached"

func here(v *frame.Visit) error { return v.Write("text/plain; charset=utf-8", []byte(reached)) }

// routes are one page for each kind of need and of form.
func routes() []frame.Route {
	fails := func(err error) func(*frame.Visit) error { return func(*frame.Visit) error { return err } }
	return []frame.Route{
		{Method: http.MethodGet, Path: "/open", Need: frame.Need{Open: true}, Handle: here},
		{Method: http.MethodPost, Path: "/open", Need: frame.Need{Open: true}, Handle: here},
		{Method: http.MethodGet, Path: "/any", Handle: here},
		{Method: http.MethodPost, Path: "/any", Handle: here},
		{Method: http.MethodPost, Path: "/files", Form: frame.Files, Handle: here},
		{Method: http.MethodGet, Path: "/stream", Stream: true, Handle: here},
		{Method: http.MethodGet, Path: "/log", Need: frame.Need{Permission: matrix.Log}, Handle: here},
		{Method: http.MethodGet, Path: "/systems/{system}", Need: frame.Need{Permission: matrix.PlanConfidential, System: "system"}, Handle: here},
		{Method: http.MethodGet, Path: "/drills/{run}", Need: frame.Need{Permission: matrix.PlanInternal, Run: "run"}, Handle: here},
		{Method: http.MethodPost, Path: "/people", Need: frame.Need{Permission: matrix.People, Verb: matrix.Execute, Fresh: true}, Handle: here},
		{Method: http.MethodGet, Path: "/panic", Need: frame.Need{Open: true}, Handle: func(*frame.Visit) error { panic("a page of ours") }},
		{Method: http.MethodGet, Path: "/fault", Need: frame.Need{Open: true}, Handle: fails(errors.New("secret detail"))},
		{Method: http.MethodGet, Path: "/away", Need: frame.Need{Open: true}, Handle: fails(errAway)},
		{Method: http.MethodGet, Path: "/busy", Need: frame.Need{Open: true}, Handle: fails(door.ErrBusy)},
	}
}

// visit is a request as a browser makes it: who is the account that is signed in, heads
// are names and values by turns.
func (h *hall) visit(method, who, path, body string, heads ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, home+path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(heads); i += 2 {
		if r.Header.Set(heads[i], heads[i+1]); heads[i+1] == "" {
			r.Header.Del(heads[i])
		}
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	}
	w := httptest.NewRecorder()
	h.pages.ServeHTTP(w, r)
	return w
}

// refused are the refusals in the log, newest first.
func (h *hall) refused() (list []string) {
	h.t.Helper()
	entries, err := door.Read(h.t.Context(), h.door, func(tx door.Tx) ([]kept.Entry, error) {
		return tx.Entries(h.t.Context(), kept.EntryFilter{Limit: 100})
	})
	h.ok(err)
	for _, e := range entries {
		if e.Outcome == "refused" {
			list = append(list, e.Actor+" "+e.Act+" "+e.Object)
		}
	}
	return list
}
