package drills

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/plans"
	"beredskab/templates"
)

// hall is the sample's register with its people and these pages; time passes when it
// is told to. Whoever has a role is signed in by a token of that name.
type hall struct {
	t        *testing.T
	door     *door.Door
	register *register.Register
	office   *governance.Office
	part     *Part
	pages    http.Handler
	node     register.Node
	ids      map[string]string
	mu       sync.Mutex
	wall     time.Time
	mono     time.Duration
	reads    atomic.Int64 // questions to the register
}

// counted counts what is asked of a store.
type counted struct {
	door.Store
	asked *atomic.Int64
}

func (c counted) View(ctx context.Context, fn func(door.Tx) error) error {
	c.asked.Add(1)
	return c.Store.View(ctx, fn)
}

func (h *hall) Now() event.Moment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return event.Moment{Wall: h.wall, Boot: "boot", Mono: h.mono}
}

// pass lets time pass.
func (h *hall) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall, h.mono = h.wall.Add(d), h.mono+d
}

// Session knows whoever has a token.
func (h *hall) Session(_ context.Context, token string) (access.Session, error) {
	id, known := h.ids[token]
	if !known {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Proved: h.Now().Wall}, nil
}

// System and Run say what a page is about.
func (h *hall) System(ctx context.Context, id string) (rights.Object, error) {
	return door.Read(ctx, h.door, func(tx door.Tx) (rights.Object, error) {
		p, err := h.door.Held(ctx, tx, id)
		if err != nil {
			return rights.Object{}, err
		}
		return duty.About(p, ""), nil
	})
}

func (h *hall) Run(ctx context.Context, id string) (rights.Object, error) {
	row, _, err := h.register.Run(ctx, id)
	if err != nil {
		return rights.Object{}, err
	}
	return h.System(ctx, row.System)
}

func newHall(t *testing.T, routes ...string) *hall {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &hall{t: t, ids: map[string]string{}, wall: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	h.door = door.New(counted{db, &h.reads}, h)
	var through []register.Route
	for _, name := range routes {
		through = append(through, register.Route{Channel: name, Personal: true})
	}
	h.register, h.office = register.New(h.door, register.Options{Routes: through}), governance.New(h.door)
	h.staff()
	set, problems := plan.NewReader().Load(plans.Files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err = h.register.Adopt(t.Context(), h.actor("koordinator"), set)
	h.ok(err)
	h.node, err = h.register.Join(t.Context(), kept.Identity{Name: "n1"})
	h.ok(err)
	h.part = New(Options{Door: h.door, Register: h.register, Office: h.office, Every: time.Millisecond})
	h.pages = h.serve(h.part.Routes())
	return h
}

func (h *hall) serve(routes []frame.Route) http.Handler {
	h.t.Helper()
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	f, err := frame.New(frame.Options{
		Door: h.door, Gate: h, Objects: h, Files: files, Name: func(context.Context) string { return "Eksempel Kommune" },
		Log: slog.New(slog.NewTextHandler(h.t.Output(), nil)),
	})
	h.ok(err)
	pages, err := f.Handler(routes, nil)
	h.ok(err)
	return pages
}

func (h *hall) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) actor(name string) door.Actor {
	return door.Actor{Name: h.ids[name], Assurance: "login", Via: name, Person: h.ids[name]}
}

// staff registers who acts here.
func (h *hall) staff() {
	h.t.Helper()
	admin := door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	for _, p := range []struct {
		token, name string
		give        rights.Grant
	}{
		{"admin", "Administrator", rights.Grant{Role: matrix.Administrator}},
		{"itchef", "It-chef", rights.Grant{Role: matrix.ITManager}},
		{"koordinator", "Beredskabskoordinator", rights.Grant{Role: matrix.Coordinator}},
		{"direktion", "Direktionen", rights.Grant{Role: matrix.Director}},
		{"ejer", "Ejer af ESDH", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "esdh"}}},
		{"fremmed", "Ejer af GIS", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "gis"}}},
		{"vagt", "Vagt i infrastruktur", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "infrastruktur"}}},
		{"revisor", "Intern revision", rights.Grant{Role: matrix.Auditor}},
	} {
		id, err := h.office.AddPerson(h.t.Context(), admin, rights.Person{Name: p.name, Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.token}}})
		h.ok(err)
		h.ids[p.token], p.give.Person = id, id
		_, err = h.office.Give(h.t.Context(), admin, p.give)
		h.ok(err)
	}
}

// ask visits a page as somebody; an empty who is nobody.
func (h *hall) ask(method, who, path string, form url.Values, head ...string) *http.Response {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	h.pages.ServeHTTP(w, r)
	return w.Result()
}

// see is the text of a page that is there, in that language.
func (h *hall) see(who, path, lang string) string {
	h.t.Helper()
	got := h.ask(http.MethodGet, who, path, nil, "Accept-Language", lang)
	text, err := io.ReadAll(got.Body)
	h.ok(err)
	if got.StatusCode != http.StatusOK {
		h.t.Fatalf("GET %s by %s: %s\n%s", path, who, got.Status, text)
	}
	if strings.Contains(string(text), "⟦") || strings.Contains(string(text), "%!") || strings.Contains(string(text), "&lt;nil&gt;") || strings.Contains(string(text), "no value") {
		at := max(strings.Index(string(text), "⟦"), strings.Index(string(text), "%!"), strings.Index(string(text), "&lt;nil"), strings.Index(string(text), "no value"))
		h.t.Errorf("GET %s by %s in %s has a hole: %.120s", path, who, lang, string(text)[at:])
	}
	if keep := os.Getenv("PAGES_OUT"); keep != "" {
		name := strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(path)
		h.ok(os.WriteFile(filepath.Join(keep, "drills"+name+"-"+who+"-"+lang+".html"), text, 0o600))
	}
	return string(text)
}

// post sends a form and wants that answer.
func (h *hall) post(status int, who, path string, pairs ...string) *http.Response {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	got := h.ask(http.MethodPost, who, path, form)
	if got.StatusCode != status {
		text, _ := io.ReadAll(got.Body)
		h.t.Fatalf("POST %s by %s: %s, wanted %d\n%s", path, who, got.Status, status, problem(string(text)))
	}
	return got
}

// problem cuts what went wrong out of a page.
func problem(page string) string {
	if _, after, found := strings.Cut(page, `id="problem"`); found {
		before, _, _ := strings.Cut(after, "</div>")
		return before
	}
	return page[:min(len(page), 400)]
}

// open starts a drill of the document system.
func (h *hall) open() string {
	h.t.Helper()
	id, err := h.register.Open(h.t.Context(), h.actor("koordinator"), register.Opening{System: "esdh", Drill: "gendan-fra-backup"})
	h.ok(err)
	return id
}

// drive carries the machine's steps out as long as there are any, each in a minute.
func (h *hall) drive(id string) register.Turn {
	h.t.Helper()
	turn, err := h.register.Advance(h.t.Context(), h.node, id)
	h.ok(err)
	for len(turn.Jobs) > 0 {
		j := turn.Jobs[0]
		h.pass(time.Minute)
		turn, err = h.register.Advance(h.t.Context(), h.node, id, register.Result{Step: j.Step, Attempt: j.Attempt, Outcome: "ok", Worked: time.Minute, Output: event.Output{Head: "det gik godt", Length: 12}})
		h.ok(err)
	}
	return turn
}

func (h *hall) run(id string) drill.Run {
	h.t.Helper()
	_, run, err := h.register.Run(h.t.Context(), id)
	h.ok(err)
	return run
}

// logged is who did what last, as the log has it.
func (h *hall) logged() kept.Entry {
	h.t.Helper()
	list, err := h.register.Entries(h.t.Context(), kept.EntryFilter{Limit: 1})
	h.ok(err)
	return list[0]
}
