package api_test

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/templates"
)

// The examples of docs/api.md work as they stand there, one after the other.
func TestTheExamplesWork(t *testing.T) {
	w := newTown(t)
	text, err := os.ReadFile("../../../docs/api.md")
	w.ok(err)
	secrets := strings.NewReplacer("$READ", w.token(matrix.ITManager, "read"), "$DRILL", w.token(matrix.ITManager, "drill"), "$SIGNAL", w.token(matrix.TechnicalTeam, "signal:backup"))
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			a := curl(t, secrets.Replace(strings.TrimSpace(line)))
			if out := w.do(a); out.Code >= 300 {
				t.Errorf("%s\n%d %s", line, out.Code, out.Body)
			}
			ran++
		}
	}
	if ran < 8 {
		t.Errorf("only %d examples", ran)
	}
}

// curl reads what curl would be given; none of its own words are needed beside these.
func curl(t *testing.T, line string) (a ask) {
	t.Helper()
	a.method = http.MethodGet
	words := regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`).FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], `"'`)
	}
	if words[0] != "curl" {
		t.Fatalf("%s is no example of curl", line)
	}
	for i := 1; i < len(words); i++ {
		switch words[i] {
		case "-X":
			i++
			a.method = words[i]
		case "-d":
			i++
			a.body = words[i]
		case "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			a.headers = append(a.headers, name, value)
		default:
			path, ours := strings.CutPrefix(words[i], "https://beredskab.kommune.test")
			if a.path = path; !ours {
				t.Fatalf("%s: what is %s?", line, words[i])
			}
		}
	}
	return a
}

// Session is that of whoever has a role, whose token is the role's name.
func (w *town) Session(_ context.Context, token string) (access.Session, error) {
	id, ok := w.ids[matrix.Role(token)]
	if !ok {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: id, Assurance: "login", Proved: w.wall}, nil
}

// The page lists every operation and explains every word of a problem, in both
// languages; and every word that an answer may hold is explained there.
func TestThePageOfTheAPI(t *testing.T) {
	w := newTown(t)
	files, err := fs.Sub(templates.FS, "web")
	w.ok(err)
	f, err := frame.New(frame.Options{Door: w.door, Gate: w, Files: files, Name: func(context.Context) string { return "Prøveby" }, Log: slog.New(slog.DiscardHandler)})
	w.ok(err)
	pages, err := f.Handler(w.api.Routes(), map[string]http.Handler{"/api/": w.serve, "/feeds/": w.serve})
	w.ok(err)
	get := func(path, who, lang string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", lang)
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
		out := httptest.NewRecorder()
		pages.ServeHTTP(out, r)
		return out
	}
	said := map[string]string{}
	for _, lang := range []string{"da", "en"} {
		out := get("/api", string(matrix.Auditor), lang)
		said[lang] = out.Body.String()
		if out.Code != 200 || strings.ContainsAny(said[lang], "⟦⟧") || !strings.Contains(said[lang], `lang="`+lang) {
			t.Errorf("%s: %d %s", lang, out.Code, said[lang])
		}
		for path := range w.described().Paths {
			if !strings.Contains(said[lang], path) {
				t.Errorf("%s: %s is not there", lang, path)
			}
		}
	}
	if out := get("/api", "nobody", "da"); out.Code != http.StatusSeeOther {
		t.Errorf("nobody: %d", out.Code)
	}
	if out := get("/api/v1/openapi.json", "nobody", "da"); out.Code != 200 || !strings.Contains(out.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the description: %d %v", out.Code, out.Header())
	}
	if out := get("/api/v1/nej", "nobody", "da"); out.Code != 404 || out.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("nothing: %d %v", out.Code, out.Header())
	}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	w.ok(err)
	var words []string
	for _, name := range sources {
		if src, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "_test.go") {
			for _, m := range regexp.MustCompile(`refuse\((?:http\.Status\w+|theirs\.Status), "(\w+)"`).FindAllStringSubmatch(string(src), -1) {
				words = append(words, m[1])
			}
		}
	}
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		if !strings.Contains(said["da"], `id="`+word+`"`) {
			t.Errorf("nobody explains %q", word)
		}
	}
	if len(words) < 20 {
		t.Errorf("only %d refusals found", len(words))
	}
}
