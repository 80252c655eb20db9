package home_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/home"
	"beredskab/templates"
)

// town is the sample's register with its people, and the pages before it. Time
// passes when it is told to.
type town struct {
	t        *testing.T
	wall     time.Time
	door     *door.Door
	register *register.Register
	office   *governance.Office
	set      *plan.Set
	node     register.Node
	ids      map[string]string // by the name of a person
	pages    http.Handler
}

func (w *town) Now() event.Moment { return event.Moment{Wall: w.wall, Boot: "boot"} }

// Session knows one person by each name.
func (w *town) Session(_ context.Context, token string) (access.Session, error) {
	id, ok := w.ids[token]
	if !ok {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Began: w.wall, Proved: w.wall}, nil
}

func (w *town) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) as(name string) door.Actor {
	return door.Actor{Name: w.ids[name], Via: name, Person: w.ids[name], Assurance: "login"}
}

// open makes a register without plans and people.
func open(t *testing.T) *town {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &town{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}}
	w.door = door.New(db, w)
	w.register, w.office = register.New(w.door, register.Options{}), governance.New(w.door)
	files, err := fs.Sub(templates.FS, "web")
	w.ok(err)
	f, err := frame.New(frame.Options{
		Door: w.door, Gate: w, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler),
	})
	w.ok(err)
	part := home.New(home.Options{Door: w.door, Register: w.register, Office: w.office, Dossier: dossier.New(w.door)})
	w.pages, err = f.Handler(part.Routes(), nil)
	w.ok(err)
	return w
}

// newTown has the sample's plans, and people in the roles that the pages are for.
func newTown(t *testing.T) *town {
	t.Helper()
	w := open(t)
	set, problems := plan.NewReader().Load(os.DirFS("../../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	w.set = set
	for _, p := range []struct {
		name string
		role matrix.Role
		own  rights.Scope
	}{
		{"admin", matrix.Administrator, rights.Scope{}},
		{"chef", matrix.ITManager, rights.Scope{}},
		{"koordinator", matrix.Coordinator, rights.Scope{}},
		{"sikkerhed", matrix.SecurityOfficer, rights.Scope{}},
		{"ejer", matrix.SystemOwner, rights.Scope{System: "omsorg"}},
		{"tekniker", matrix.TechnicalTeam, rights.Scope{Team: "fagsystemer"}},
	} {
		id, err := w.office.AddPerson(t.Context(), w.by("admin"), rights.Person{Name: "Rolle " + p.name, Mail: p.name + "@by.example", Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.name}}})
		w.ok(err)
		_, err = w.office.Give(t.Context(), w.by("admin"), rights.Grant{Person: id, Role: p.role, Scope: p.own})
		w.ok(err)
		w.ids[p.name] = id
	}
	_, err := w.register.Adopt(t.Context(), w.as("koordinator"), set)
	w.ok(err)
	w.node, err = w.register.Join(t.Context(), kept.Identity{Name: "n", Boot: "boot"})
	w.ok(err)
	return w
}

// by is the account of that name, as long as its person is not known.
func (w *town) by(name string) door.Actor {
	return door.Actor{Name: name, Via: name, Assurance: "login"}
}

// start starts a drill and lets the register ask its people.
func (w *town) start(system, drill string) (run string) {
	w.t.Helper()
	run, err := w.register.Open(w.t.Context(), w.as("koordinator"), register.Opening{System: system, Drill: drill})
	w.ok(err)
	_, err = w.register.Advance(w.t.Context(), w.node, run)
	w.ok(err)
	return run
}

// held takes an exercise over that took so many minutes.
func (w *town) held(system, verdict string, ended time.Time, minutes int) {
	w.t.Helper()
	took := time.Duration(minutes) * time.Minute
	h := register.Held{
		System: system, Type: "restore", Title: "Gendannelse", Scope: "isolated", Verdict: verdict, StartedAt: ended.Add(-took), EndedAt: ended, RTA: &took,
	}
	w.ok(w.register.Import(w.t.Context(), w.as("koordinator"), []register.Held{h}))
}

// say says something of the version of a system that the files hold.
func (w *town) say(who, system string, act approval.Act) {
	w.t.Helper()
	w.ok(w.office.Say(w.t.Context(), w.as(who), system, act))
}

// later lets so much time pass that everybody sees what others did.
func (w *town) later() { w.wall = w.wall.Add(10 * time.Second) }

// get looks at a page as that person, in that language; nobody when empty.
func (w *town) get(who, lang, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", lang)
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
	answer := w.get(who, lang, path)
	body := answer.Body.String()
	if answer.Code != http.StatusOK || strings.Contains(body, "⟦") || strings.Contains(body, "%!") || strings.Count(body, "<h1") != 1 {
		w.t.Fatalf("%s for %s in %s: %d\n%s", path, who, lang, answer.Code, body)
	}
	if dir := os.Getenv("PAGES"); dir != "" {
		name := "home-" + who + "-" + lang + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path) + ".html"
		w.ok(os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600))
	}
	return body
}

// wants tells what of it a page lacks, and what it has that it must not.
func (w *town) wants(body string, has []string, not ...string) {
	w.t.Helper()
	for _, text := range has {
		if !strings.Contains(body, text) {
			w.t.Error(errors.New("the page lacks " + text))
		}
	}
	for _, text := range not {
		if strings.Contains(body, text) {
			w.t.Error(errors.New("the page has " + text))
		}
	}
}
