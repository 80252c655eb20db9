package calendar_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/phrase"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/api/feed"
	"beredskab/internal/web/calendar"
	"beredskab/templates"
)

// town is a register with its people, and the pages before it.
type town struct {
	t        *testing.T
	wall     time.Time
	register *register.Register
	ids      map[string]string // by the name of a person
	feeds    *feed.Feeds
	pages    http.Handler
}

func (w *town) feed(ctx context.Context, by door.Actor, kind, id, lang string) (string, error) {
	token, err := w.feeds.Make(ctx, by, feed.Of{Kind: kind, ID: id}, lang)
	return "/feeds/" + token + ".ics", err
}

func (w *town) Now() event.Moment { return event.Moment{Wall: w.wall, Boot: "boot"} }

func (w *town) Session(_ context.Context, token string) (access.Session, error) {
	id, ok := w.ids[token]
	if !ok {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Proved: w.wall}, nil
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

// newTown is a register of 23 November 2026 with an IT manager, an owner and an
// administrator; with the sample's plans, when they are wanted.
func newTown(t *testing.T, plans bool) *town {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &town{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}}
	d := door.New(db, w)
	w.register = register.New(d, register.Options{})
	office := governance.New(d)
	for _, p := range []struct {
		name string
		role matrix.Role
		own  rights.Scope
	}{{"admin", matrix.Administrator, rights.Scope{}}, {"chef", matrix.ITManager, rights.Scope{}}, {"ejer", matrix.SystemOwner, rights.Scope{System: "omsorg"}}} {
		account := []rights.Account{{Issuer: rights.Local, Subject: p.name}}
		id, err := office.AddPerson(t.Context(), door.Actor{Name: "admin", Via: "admin"}, rights.Person{Name: p.name, Accounts: account})
		w.ok(err)
		_, err = office.Give(t.Context(), door.Actor{Name: "admin", Via: "admin"}, rights.Grant{Person: id, Role: p.role, Scope: p.own})
		w.ok(err)
		w.ids[p.name] = id
	}
	if plans {
		set, problems := plan.NewReader().Load(os.DirFS("../../../plans"))
		if problems.Failed() {
			t.Fatal(problems)
		}
		_, err = w.register.Adopt(t.Context(), w.as("chef"), set)
		w.ok(err)
	}
	files, err := fs.Sub(templates.FS, "web")
	w.ok(err)
	f, err := frame.New(frame.Options{Door: d, Gate: w, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler)})
	w.ok(err)
	w.feeds = &feed.Feeds{Door: d, Register: w.register, Texts: func(lang string) *phrase.Phrases {
		texts, err := phrase.New("web", lang)
		w.ok(err)
		return texts
	}}
	w.pages, err = f.Handler(calendar.New(calendar.Options{Register: w.register, Feed: w.feed, Origin: "https://by.example"}).Routes(), nil)
	w.ok(err)
	return w
}

// held takes a drill over.
func (w *town) held(system, verdict string, ended time.Time) {
	w.t.Helper()
	took := time.Hour
	h := register.Held{
		System: system, Type: "restore", Title: "Prøve " + verdict, Scope: "isolated", Verdict: verdict, StartedAt: ended.Add(-took), EndedAt: ended, RTA: &took,
	}
	w.ok(w.register.Import(w.t.Context(), w.as("chef"), []register.Held{h}))
}

func (w *town) get(who, lang, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.visit(who, lang, httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, path, nil))
}

// choose asks for a calendar to subscribe to.
func (w *town) choose(who, of string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/feeds", strings.NewReader(url.Values{"of": {of}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.visit(who, "da", r)
}

func (w *town) visit(who, lang string, r *http.Request) *httptest.ResponseRecorder {
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
		name := "calendar-" + who + "-" + lang + strings.NewReplacer("/", "-", "?", "-", "=", "-", "&", "-").Replace(path) + ".html"
		w.ok(os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600))
	}
	return body
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

// Every view can be read in both languages, with nonsense in its address and
// before there are plans too; only by who may read plans.
func TestEveryPage(t *testing.T) {
	w, empty := newTown(t, true), newTown(t, false)
	for _, lang := range []string{"da", "en"} {
		for _, path := range []string{
			"/calendar", "/calendar?view=month", "/calendar?view=month&month=2027-02", "/calendar?view=list", "/calendar?filter=mine", "/calendar?filter=critical",
			"/calendar?filter=unplanned", "/calendar?year=2025&page=99", "/calendar?year=999999&month=x&page=-1&view=x&filter=x", "/calendar?view=month&month=0001-01", "/feeds",
		} {
			w.page("chef", lang, path)
			w.page("ejer", lang, path)
			empty.page("chef", lang, path)
		}
	}
	if answer := w.get("admin", "da", "/calendar"); answer.Code != http.StatusForbidden {
		t.Errorf("an administrator reads plans: %d", answer.Code)
	}
	if answer := w.get("", "da", "/calendar"); answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/sign-in?to=") {
		t.Errorf("nobody: %d", answer.Code)
	}
}

// The year has a sign for what was held, what failed, what is missing and what is
// planned, with words for each; the holiday has none.
func TestYear(t *testing.T) {
	w := newTown(t, true)
	w.held("omsorg", "passed", time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	w.held("esdh", "not_passed", time.Date(2026, 5, 6, 9, 0, 0, 0, time.UTC))
	w.held("gis", "aborted", time.Date(2026, 6, 7, 9, 0, 0, 0, time.UTC))
	w.held("gis", "passed", time.Date(2026, 6, 17, 9, 0, 0, 0, time.UTC)) // made good in the same month
	page := w.page("chef", "da", "/calendar?year=2026")
	if strings.Contains(page, `<span aria-hidden="true">!</span>`) || !strings.Contains(page, `<span aria-hidden="true">✖</span>`) {
		t.Error("what was made good is still missing, or what failed is not there")
	}
	w.wants(page, []string{
		"04.03.2026: Prøve passed, holdt", "06.05.2026: Prøve not_passed, holdt, ikke bestået", "07.06.2026: Prøve aborted, mangler",
		"ferie eller frysperiode", `id="days-table"`, "Øvelser i 2026, dag for dag", "/drills/2026-0",
	})
	w.wants(w.page("chef", "da", "/calendar?year=2027"), []string{"○", "planlagt"}, "Prøve passed")
	w.wants(w.page("ejer", "da", "/calendar?filter=mine"), []string{"/systems/omsorg"}, `/systems/esdh"`)
	w.wants(w.page("chef", "da", "/calendar?filter=critical"), []string{"/systems/omsorg"}, `/systems/print"`)
}

// A month names its holidays and the times without drills, and marks today.
func TestMonth(t *testing.T) {
	w := newTown(t, true)
	w.wants(w.page("chef", "da", "/calendar?view=month&month=2026-12"), []string{"december 2026", "Juleaftensdag", "Ændringsstop ved årsskiftet", "month=2026-11", "month=2027-01"}, `class="today"`)
	w.wants(w.page("chef", "en", "/calendar?view=month"), []string{"November 2026", `class="today"`, "Monday"})
	w.wants(w.page("chef", "da", "/calendar?view=month&month=2027-06"), []string{"Funktionstest: login og stikprøve efter leverandørens genstart", "8<span class=\"sr-only\"> tirsdag"})
}

// What is to come is listed soonest first; a system that nothing is planned for is
// proposed a day on which nobody is away.
func TestListAndProposals(t *testing.T) {
	w := newTown(t, true)
	page := w.page("chef", "da", "/calendar?view=list")
	w.wants(page, []string{"Planlagte øvelser", "kl. ", "/systems/omsorg/drills"})
	small, files := newTown(t, false), fstest.MapFS{}
	for _, name := range []string{"organisation", "gis", "omsorg"} {
		text, err := os.ReadFile("../../../plans/" + name + ".yaml")
		small.ok(err)
		if name != "organisation" {
			text = regexp.MustCompile(`(?m)^      when: .*\n`).ReplaceAll(text, nil)
			text = regexp.MustCompile(`(?ms)^depends_on:\n.*?^(\w)`).ReplaceAll(text, []byte("depends_on: []\n$1"))
		}
		files[name+".yaml"] = &fstest.MapFile{Data: text}
	}
	set, problems := plan.NewReader().Load(files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err := small.register.Adopt(t.Context(), small.as("chef"), set)
	small.ok(err)
	page = small.page("chef", "da", "/calendar?filter=unplanned")
	// Fifteen days on is Tuesday 8 December; the freeze begins on the 15th.
	small.wants(page, []string{"Omsorg", "tirsdag den 8. december 2026 kl. 09.00", "onsdag den 9. december 2026 kl. 09.00", "/systems/omsorg/change", "/drills/new?system=gis"}, `/systems/esdh"`)
}

// Somebody gets an address for his own calendar or a system's, which works, and is
// made for nothing that is not on the list.
func TestSubscribe(t *testing.T) {
	w := newTown(t, true)
	w.wants(w.page("ejer", "da", "/feeds"), []string{"Mine øvelser", `value="system/omsorg"`, `value="team/fagsystemer"`}, ".ics")
	address := regexp.MustCompile(`https://by.example/feeds/([0-9a-f]+)\.ics`)
	for _, of := range []string{"person/" + w.ids["ejer"], "system/omsorg"} {
		answer := w.choose("ejer", of)
		found := address.FindStringSubmatch(answer.Body.String())
		if answer.Code != http.StatusOK || found == nil {
			t.Fatalf("%s: %d\n%s", of, answer.Code, answer.Body)
		}
		if text, err := w.feeds.Read(t.Context(), found[1]); err != nil || !strings.Contains(string(text), "BEGIN:VCALENDAR") {
			t.Errorf("%s: %v\n%s", of, err, text)
		}
	}
	for _, of := range []string{"", "person/" + w.ids["chef"], "system/nothing", "x"} {
		answer := w.choose("ejer", of)
		if answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), "Vælg noget fra listen") || address.MatchString(answer.Body.String()) {
			t.Errorf("%q: %d", of, answer.Code)
		}
	}
	if answer := w.choose("admin", "person/"+w.ids["admin"]); answer.Code != http.StatusForbidden {
		t.Errorf("who reads no plans: %d", answer.Code)
	}
}
