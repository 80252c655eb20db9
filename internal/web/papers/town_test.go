package papers_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/afterrun"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/event"
	"beredskab/internal/evidence"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/papers"
	"beredskab/templates"
)

// town is a register with its people, and the pages before it.
type town struct {
	t        *testing.T
	wall     time.Time
	register *register.Register
	office   *governance.Office
	ids      map[string]string // by the name of a person
	set      *plan.Set
	pages    http.Handler
}

func (w *town) Now() event.Moment { return event.Moment{Wall: w.wall, Boot: "boot"} }

func (w *town) Session(_ context.Context, token string) (access.Session, error) {
	id, ok := w.ids[token]
	if !ok {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Proved: w.wall}, nil
}

func (w *town) System(_ context.Context, id string) (rights.Object, error) {
	p, ok := w.set.Plan(id)
	if !ok {
		return rights.Object{}, kept.ErrNotFound
	}
	return rights.Object{Scope: rights.Scope{System: id, Unit: p.Owner.Unit, Team: p.TechnicalTeam}}, nil
}

func (w *town) Run(ctx context.Context, id string) (rights.Object, error) {
	row, _, err := w.register.Run(ctx, id)
	if err != nil {
		return rights.Object{}, err
	}
	return w.System(ctx, row.System)
}

func (w *town) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) as(name string) door.Actor {
	return door.Actor{Name: name, Via: name, Person: w.ids[name], Assurance: "login"}
}

// newTown is the sample's register on 23 November 2026, with
// one person of each kind.
func newTown(t *testing.T) *town {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &town{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}}
	d := door.New(db, w)
	w.register, w.office = register.New(d, register.Options{}), governance.New(d)
	for _, p := range []struct {
		name string
		role matrix.Role
		own  rights.Scope
	}{
		{"admin", matrix.Administrator, rights.Scope{}},
		{"chef", matrix.ITManager, rights.Scope{}},
		{"koordinator", matrix.Coordinator, rights.Scope{}},
		{"ejer", matrix.SystemOwner, rights.Scope{System: "gis"}},
		{"sikkerhed", matrix.SecurityOfficer, rights.Scope{}},
		{"leder", matrix.UnitManager, rights.Scope{System: "esdh"}},
	} {
		account := []rights.Account{{Issuer: rights.Local, Subject: p.name}}
		by := door.Actor{Name: "admin", Via: "admin"}
		id, err := w.office.AddPerson(t.Context(), by, rights.Person{Name: "Person " + p.name, Accounts: account})
		w.ok(err)
		_, err = w.office.Give(t.Context(), by, rights.Grant{Person: id, Role: p.role, Scope: p.own})
		w.ok(err)
		w.ids[p.name] = id
	}
	set, problems := plan.NewReader().Load(os.DirFS("../../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err = w.register.Adopt(t.Context(), w.as("chef"), set)
	w.ok(err)
	w.set = set
	signs := notary.New(notary.Options{
		Door: d, Office: w.office, Node: "server", Folder: t.TempDir(), Name: func(context.Context) (string, error) { return "Prøveby", nil },
		Log: slog.New(slog.DiscardHandler),
	})
	copies := func() map[string]time.Time { return map[string]time.Time{"omsorg": w.wall.AddDate(0, 0, -3)} }
	desk := afterrun.New(afterrun.Options{Office: w.office, Register: w.register, Shelf: evidence.In(t.TempDir()), Node: "server"})
	bureau := &preparedness.Bureau{Door: d, Register: w.register, Office: w.office, Notary: signs, Copies: copies, Program: "test"}
	bundle := func(context.Context) (string, []byte, error) { return "kopi.zip", []byte("PK"), nil }
	part := papers.New(papers.Options{Register: w.register, Office: w.office, Bureau: bureau, Dossier: dossier.New(d), Desk: desk, Copies: copies, Bundle: bundle})
	files, err := fs.Sub(templates.FS, "web")
	w.ok(err)
	f, err := frame.New(frame.Options{Door: d, Gate: w, Objects: w, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler)})
	w.ok(err)
	w.pages, err = f.Handler(part.Routes(), nil)
	w.ok(err)
	return w
}

// ask visits as that person; nobody when empty.
func (w *town) ask(who, lang, method, path string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", lang)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	}
	answer := httptest.NewRecorder()
	w.pages.ServeHTTP(answer, r)
	return answer
}

// page is the text of a page that must be there, with every text in its language.
func (w *town) page(who, lang, path string) string {
	w.t.Helper()
	return w.read(http.StatusOK, path, w.ask(who, lang, http.MethodGet, path, nil))
}

func (w *town) read(status int, path string, answer *httptest.ResponseRecorder) string {
	w.t.Helper()
	body := answer.Body.String()
	if answer.Code != status || strings.Contains(body, "⟦") || strings.Contains(body, "%!") || strings.Count(body, "<h1") != 1 {
		w.t.Fatalf("%s: %d, want %d\n%s", path, answer.Code, status, body)
	}
	if dir := os.Getenv("PAGES"); dir != "" {
		w.ok(os.WriteFile(filepath.Join(dir, "papers"+strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-", "%", "-").Replace(path)+".html"), []byte(body), 0o600))
	}
	return body
}

// does sends a form that is taken, and gives where the visitor goes; the newest entry
// of the log is the act, by that person.
func (w *town) does(who, path, act string, form url.Values) string {
	w.t.Helper()
	w.wall = w.wall.Add(time.Minute)
	answer := w.ask(who, "da", http.MethodPost, path, form)
	if answer.Code != http.StatusSeeOther {
		w.t.Fatalf("%s by %s: %d\n%s", path, who, answer.Code, answer.Body)
	}
	entries, err := w.register.Entries(w.t.Context(), kept.EntryFilter{Actor: w.ids[who], Limit: 1})
	w.ok(err)
	if len(entries) == 0 || entries[0].Act != act || entries[0].Outcome != "done" {
		w.t.Fatalf("%s by %s: the log says %+v", path, who, entries)
	}
	to := answer.Header().Get("Location")
	w.page(who, "da", to)
	w.page(who, "en", to)
	return to
}

// fails sends a form that is refused with that status, and gives the page.
func (w *town) fails(who, path string, status int, form url.Values) string {
	w.t.Helper()
	w.read(status, path, w.ask(who, "en", http.MethodPost, path, form))
	return w.read(status, path, w.ask(who, "da", http.MethodPost, path, form))
}

func (w *town) wants(body string, has []string, not ...string) {
	w.t.Helper()
	for _, text := range has {
		if !strings.Contains(body, text) {
			w.t.Errorf("the page lacks %q", text)
		}
	}
	for _, text := range not {
		if strings.Contains(body, text) {
			w.t.Errorf("the page has %q", text)
		}
	}
}
