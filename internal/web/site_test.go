package web_test

import (
	"bytes"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/app"
	"beredskab/internal/demo"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/rights"
	"beredskab/internal/web"
)

// town is the sample municipality with its pages.
type town struct {
	*app.App
	t      *testing.T
	site   *web.Site
	book   *rights.Book
	tokens map[string]string // of sessions, by person
}

func newTown(t *testing.T) *town {
	t.Helper()
	sample, err := demo.Prepare(t.Context(), filepath.Join(t.TempDir(), "demo"), "/bin/true", "guest", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	settings, err := sample.Settings()
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), settings, app.Use, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &town{App: a, t: t, tokens: map[string]string{}}
	if w.site, err = a.Site(""); err != nil {
		t.Fatal(err)
	}
	if w.book, err = a.Office.Book(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// named is the person of that name.
func (w *town) named(name string) rights.Person {
	w.t.Helper()
	for _, p := range w.book.Persons() {
		if p.Name == name {
			return p
		}
	}
	w.t.Fatalf("nobody is called %s", name)
	return rights.Person{}
}

// token is that of the person's session, who has just shown who he is.
func (w *town) token(person string) string {
	w.t.Helper()
	if w.tokens[person] == "" {
		token, err := w.Gate().Begin(w.t.Context(), person, access.ByPassword)
		if err != nil {
			w.t.Fatal(err)
		}
		w.tokens[person] = token
	}
	return w.tokens[person]
}

// ask visits as that person, nobody when empty. A form is sent as browsers send it
// from a page of ours.
func (w *town) ask(person, method, path string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.send(person, method, path, frame.Fields, form)
}

// send visits with a form of that kind.
func (w *town) send(person, method, path string, kind frame.Form, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	body, media := bytes.NewBufferString(form.Encode()), "application/x-www-form-urlencoded"
	if kind == frame.Files {
		body.Reset()
		parts := multipart.NewWriter(body)
		for name := range form {
			if err := parts.WriteField(name, form.Get(name)); err != nil {
				w.t.Fatal(err)
			}
		}
		if err := parts.Close(); err != nil {
			w.t.Fatal(err)
		}
		media = parts.FormDataContentType()
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, body)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", media)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if person != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: w.token(person)})
	}
	out := httptest.NewRecorder()
	w.site.Handler().ServeHTTP(out, r)
	return out
}

// done are the acts in the log after that entry, and the number of the newest
// entry; refusals and the sessions of the test itself are no acts.
func (w *town) done(after int64) (acts []string, newest int64) {
	w.t.Helper()
	const most = 50 // of one visit
	entries, err := w.Register.Entries(w.t.Context(), kept.EntryFilter{Limit: most})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Seq > after && e.Outcome != "refused" && !strings.HasPrefix(e.Act, "session.") {
			acts = append(acts, e.Act)
		}
	}
	return acts, entries[0].Seq
}
