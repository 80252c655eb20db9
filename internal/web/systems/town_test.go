package systems_test

import (
	"context"
	"errors"
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
	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
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
	"beredskab/internal/web/systems"
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
	ids      map[string]string // by the name of a person
	pages    http.Handler
	files    fs.FS // the folder of plans
	resolve  func(*plan.Plan) ([]approval.Command, []string, error)
}

func (w *town) Now() event.Moment { return event.Moment{Wall: w.wall, Boot: "boot"} }

// Session knows one person by each name. Of one who is "late" it is long ago that he
// showed who he is.
func (w *town) Session(_ context.Context, token string) (access.Session, error) {
	name, late := strings.CutSuffix(token, "-late")
	id, ok := w.ids[name]
	if !ok {
		return access.Session{}, access.ErrNoSession
	}
	proved := w.wall
	if late {
		proved = w.wall.Add(-time.Hour)
	}
	return access.Session{Person: id, Assurance: "login", Began: w.wall, Proved: proved}, nil
}

// System tells what a page is about.
func (w *town) System(ctx context.Context, id string) (rights.Object, error) {
	return door.Read(ctx, w.door, func(tx door.Tx) (rights.Object, error) {
		p, err := w.door.Held(ctx, tx, id)
		if err != nil {
			return rights.Object{}, err
		}
		return duty.About(p, ""), nil
	})
}

// Run is asked of no page here.
func (w *town) Run(context.Context, string) (rights.Object, error) {
	return rights.Object{}, kept.ErrNotFound
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
	w := &town{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}, files: os.DirFS("../../../plans")}
	w.resolve = func(p *plan.Plan) (list []approval.Command, _ []string, _ error) {
		for _, s := range p.Recovery.Steps {
			if strings.HasPrefix(s.Action, "demo-") {
				list = append(list, approval.Command{Step: s.ID, Argv: []string{"/opt/" + s.Action, "--yes"}})
			}
		}
		return list, nil, nil
	}
	w.door = door.New(db, w)
	w.register, w.office = register.New(w.door, register.Options{}), governance.New(w.door)
	files, err := fs.Sub(templates.FS, "web")
	w.ok(err)
	f, err := frame.New(frame.Options{
		Door: w.door, Gate: w, Objects: w, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler),
	})
	w.ok(err)
	part := systems.New(systems.Options{
		Door: w.door, Register: w.register, Office: w.office, Dossier: dossier.New(w.door),
		File: func(_ context.Context, system string) (string, []byte, error) {
			if w.files == nil {
				return "", nil, fs.ErrNotExist
			}
			text, err := fs.ReadFile(w.files, system+".yaml")
			return system + ".yaml", text, err
		},
		Commands: func(p *plan.Plan) ([]approval.Command, []string, error) { return w.resolve(p) },
	})
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
	esdh, _ := set.Plan("esdh")
	for _, p := range []struct {
		name string
		role matrix.Role
		own  rights.Scope
	}{
		{"admin", matrix.Administrator, rights.Scope{}},
		{"chef", matrix.ITManager, rights.Scope{}},
		{"koordinator", matrix.Coordinator, rights.Scope{}},
		{"ejer", matrix.SystemOwner, rights.Scope{System: "esdh"}},
		{"leder", matrix.UnitManager, rights.Scope{Unit: esdh.Owner.Unit}},
		{"tekniker", matrix.TechnicalTeam, rights.Scope{Team: "netvaerk"}},
	} {
		by := door.Actor{Name: "admin", Via: "admin", Assurance: "login"}
		id, err := w.office.AddPerson(t.Context(), by, rights.Person{Name: "Rolle " + p.name, Mail: p.name + "@by.example", Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.name}}})
		w.ok(err)
		_, err = w.office.Give(t.Context(), by, rights.Grant{Person: id, Role: p.role, Scope: p.own})
		w.ok(err)
		w.ids[p.name] = id
	}
	_, err := w.register.Adopt(t.Context(), w.as("koordinator"), set)
	w.ok(err)
	return w
}

// held takes a measured drill over that took so many minutes.
func (w *town) held(system, verdict string, ended time.Time, minutes int) {
	w.t.Helper()
	took := time.Duration(minutes) * time.Minute
	w.ok(w.register.Import(w.t.Context(), w.as("koordinator"), []register.Held{{
		System: system, Type: "restore", Title: "Gendannelse", Scope: "isolated", Verdict: verdict, StartedAt: ended.Add(-took), EndedAt: ended, RTA: &took,
	}}))
}

// changed takes the files over with another version of one plan.
func (w *town) changed(system, label string, change func(*plan.Plan)) {
	w.t.Helper()
	set := &plan.Set{Organisation: w.set.Organisation}
	for _, p := range w.set.Plans {
		if p.ID == system {
			again, err := plan.ParseCanonical(p.Canonical())
			w.ok(err)
			copied := plan.Plan{}
			copied = *again
			change(&copied)
			copied.PlanVersion, copied.File = label, p.File
			p = w.rehashed(&copied)
		}
		set.Plans = append(set.Plans, p)
	}
	w.set = set
	_, err := w.register.Adopt(w.t.Context(), w.as("koordinator"), set)
	w.ok(err)
}

// rehashed reads a changed plan anew, so that it knows its hash.
func (w *town) rehashed(p *plan.Plan) *plan.Plan {
	w.t.Helper()
	again, err := plan.ParseCanonical(p.Canonical())
	w.ok(err)
	again.File = p.File
	return again
}

// get looks at a page as that person, in that language; nobody when empty.
func (w *town) get(who, lang, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil), who, lang)
}

func (w *town) send(r *http.Request, who, lang string) *httptest.ResponseRecorder {
	r.Header.Set("Accept-Language", lang)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	}
	answer := httptest.NewRecorder()
	w.pages.ServeHTTP(answer, r)
	return answer
}

// post sends a form as that person.
func (w *town) post(who, path string, fields url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r, who, "da")
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
		name := "systems-" + who + "-" + lang + strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path) + ".html"
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

// somebody is registered, and holds no role.
func (w *town) somebody() string {
	w.t.Helper()
	id, err := w.office.AddPerson(w.t.Context(), door.Actor{Name: "x", Via: "x", Assurance: "login"}, rights.Person{Name: "Rolle x", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "x"}}})
	w.ok(err)
	return id
}
