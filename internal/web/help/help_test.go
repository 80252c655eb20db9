package help_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/readiness"
	"beredskab/internal/register"
	"beredskab/internal/store"
	"beredskab/internal/web/help"
	"beredskab/templates"
)

type clock struct{}

func (clock) Now() event.Moment {
	return event.Moment{Wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Boot: "boot"}
}

// nobody is signed in: help is for all.
type nobody struct{}

func (nobody) Session(context.Context, string) (access.Session, error) {
	return access.Session{}, access.ErrNoSession
}

// pages is the help before a register; with the sample's plans, when they are wanted.
func pages(t *testing.T, plans bool) http.Handler {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	d := door.New(db, clock{})
	r := register.New(d, register.Options{})
	if plans {
		set, problems := plan.NewReader().Load(os.DirFS("../../../plans"))
		if problems.Failed() {
			t.Fatal(problems)
		}
		if _, err := r.Adopt(t.Context(), door.Actor{Name: "drift", Via: "drift"}, set); err != nil {
			t.Fatal(err)
		}
	}
	files, err := fs.Sub(templates.FS, "web")
	if err != nil {
		t.Fatal(err)
	}
	f, err := frame.New(frame.Options{
		Door: d, Gate: nobody{}, Files: files, Name: func(context.Context) string { return "Prøveby" }, Version: "1.2", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := f.Handler(help.New(help.Options{Register: r}).Routes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func get(t *testing.T, h http.Handler, lang, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", lang)
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// page is a page that must be there, with every text in its language.
func page(t *testing.T, h http.Handler, lang, path string) string {
	t.Helper()
	code, body := get(t, h, lang, path)
	if code != http.StatusOK || strings.Contains(body, "⟦") || strings.Contains(body, "%!") || strings.Count(body, "<h1") != 1 || !strings.Contains(body, `lang="`+lang+`"`) {
		t.Fatalf("%s in %s: %d\n%s", path, lang, code, body)
	}
	if dir := os.Getenv("PAGES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "help-"+lang+strings.ReplaceAll(path, "/", "-")+".html"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return body
}

// Every page that the index names is there in both languages, each with a name of
// its own, and every link from one to another leads somewhere.
func TestEveryPage(t *testing.T) {
	h := pages(t, true)
	links := regexp.MustCompile(`href="(/help/[a-z-]+)"`)
	for _, lang := range []string{"da", "en"} {
		seen, titles := map[string]bool{}, map[string]string{}
		todo := []string{"/help", "/was"}
		for len(todo) > 0 {
			path := todo[0]
			todo = todo[1:]
			if seen[path] {
				continue
			}
			seen[path] = true
			body := page(t, h, lang, path)
			_, title, _ := strings.Cut(body, "<title>")
			title, _, _ = strings.Cut(title, "</title>")
			if titles[title] != "" {
				t.Errorf("%s and %s are both called %q", path, titles[title], title)
			}
			titles[title] = path
			for _, link := range links.FindAllStringSubmatch(body, -1) {
				todo = append(todo, link[1])
			}
		}
		if len(seen) != 14 {
			t.Errorf("%d pages in %s", len(seen), lang)
		}
	}
	for _, path := range []string{"/help/nothing", "/help/index", "/help/first-drill.da", "/help/..%2fhome"} {
		if code, _ := get(t, h, "da", path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

// What is read out of the program's tables has a text for everything that they hold.
func TestTablesAreTold(t *testing.T) {
	h := pages(t, false)
	roles, checks, points := page(t, h, "da", "/help/roles"), page(t, h, "da", "/help/checks"), page(t, h, "da", "/help/readiness")
	table := matrix.New()
	for _, role := range table.Roles() {
		if told := strings.Contains(roles, `<h2 id="`+string(role)+`">`); told != (role != matrix.Service) {
			t.Errorf("the role %s is told: %t", role, told)
		}
	}
	for _, p := range table.Permissions() {
		if strings.Contains(roles, "<li>"+string(p)+"<") || strings.Contains(roles, "<li>"+string(p)+" ") {
			t.Errorf("%s has no word", p)
		}
	}
	for _, whom := range []string{"aldrig den, der har skrevet den", "aldrig den, der har søgt", "aldrig den, der ejer handlingspunktet", "(kun for sit eget)"} {
		if !strings.Contains(roles, whom) {
			t.Errorf("the roles lack %q", whom)
		}
	}
	for _, word := range []string{"(by rule", "(on duty", "(technical", "the author"} {
		if strings.Contains(roles, word) {
			t.Errorf("%q has no Danish word", word)
		}
	}
	for _, code := range append(check.Codes(), drill.Codes()...) {
		if !strings.Contains(checks, `<h3 id="`+code+`">`) || strings.Contains(checks, "· "+code) || strings.Contains(checks, "<p>"+code+"</p>") {
			t.Errorf("%s is not told", code)
		}
	}
	if total := strings.Count(points, `<td class="number">`); total != 11 {
		t.Errorf("%d kinds of points", total)
	}
	sum := 0
	for _, p := range readiness.Of(readiness.System{ID: "a"}, clock{}.Now().Wall).Points {
		sum += p.Of
		if !strings.Contains(points, ">"+strconv.Itoa(p.Of)+"</td>") {
			t.Errorf("no line has the %d points of %s", p.Of, p.What)
		}
	}
	if sum != 100 {
		t.Errorf("%d points", sum)
	}
}

// The statement says whom to write to, where the municipality has said so.
func TestStatement(t *testing.T) {
	with, without := page(t, pages(t, true), "da", "/was"), page(t, pages(t, false), "en", "/was")
	if !strings.Contains(with, `href="mailto:it-chef@eksempelkommune.dk"`) || !strings.Contains(with, "Prøveby ønsker") || !strings.Contains(with, "version 1.2") {
		t.Errorf("the statement:\n%s", with)
	}
	if strings.Contains(without, "mailto:") || !strings.Contains(without, "Contact the municipality&#39;s IT duty") && !strings.Contains(without, "Contact the municipality's IT duty") {
		t.Errorf("without plans:\n%s", without)
	}
}
