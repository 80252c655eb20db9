package web_test

import (
	"cmp"
	"flag"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beredskab/internal/frame"
	"beredskab/internal/proof"
)

// page is what a walk in the browser is told of one page.
type page struct {
	Name    string   `json:"name"`
	Path    string   `json:"path"`
	Cookies string   `json:"cookies,omitempty"`
	Langs   []string `json:"langs,omitempty"`
	Widths  []int    `json:"widths,omitempty"`
}

// seen is one look at it.
type seen struct {
	Name, Path, Lang, Title string
	Width, Bytes            int
	Found                   []string
}

// The pages of the sample municipality, tried as everybody and looked at in a browser.
func TestTheSample(t *testing.T) {
	w := newTown(t)
	w.everyRoute()
	w.inABrowser()
}

// Every page in a browser: no rule of accessibility broken, nothing refused or
// missing, nothing wider than the window, everything reached with the keyboard.
func (w *town) inABrowser() {
	t := w.t
	server := httptest.NewServer(w.site.Handler())
	defer server.Close()
	looks := w.walk("walk-axe.mjs", server.URL, some(w.pages([]string{"da", "en"})))
	wrong := 0
	for _, s := range looks {
		if len(s.Found) > 0 {
			wrong++
			t.Errorf("%s (%s, %d px):\n\t%s", s.Path, s.Lang, s.Width, strings.Join(s.Found, "\n\t"))
		}
		if limit := map[string]int{"/": 120 << 10}[s.Path]; limit > 0 && s.Bytes > limit {
			t.Errorf("%s takes %d bytes, more than %d", s.Path, s.Bytes, limit)
		}
	}
	proof.Report(t, proof.Figure{ID: "W1", What: "pages in a browser", Count: len(looks), Unit: "looks", Failed: wrong})
}

// some leaves one look at each page, in turn in another language and width; all of them
// take minutes, and are taken at the size of make torture.
func some(pages []page) []page {
	if proof.Size(0, 0, 1) == 1 {
		return pages
	}
	for i := range pages {
		pages[i].Langs, pages[i].Widths = []string{"da", "en"}[i%2:i%2+1], []int{1280, 390, 320}[i%3:i%3+1]
	}
	return pages
}

// shots is where pictures of every page go: make shots.
var shots = flag.String("shots", "", "take a picture of every page into this folder")

// Every page, as it looks on a screen and on a phone, for people to look at.
func TestShots(t *testing.T) {
	if *shots == "" {
		return // there is nothing to be shown
	}
	w := newTown(t)
	server := httptest.NewServer(w.site.Handler())
	defer server.Close()
	w.walk("walk-shots.mjs", server.URL, w.pages([]string{"da"}))
}

// pages are all that the guest of the demo can open, and two that anybody can.
func (w *town) pages(langs []string) (list []page) {
	guest := w.named("Gæst i eksempelkommunen").ID
	thing := w.things()[0]
	for _, route := range w.site.Routes() {
		path := fill(route.Path, thing)
		if route.Method != http.MethodGet || route.Stream {
			continue
		}
		out := w.ask(guest, http.MethodGet, path, nil)
		if out.Code == http.StatusOK && strings.HasPrefix(out.Header().Get("Content-Type"), "text/html") && out.Header().Get("Content-Disposition") == "" {
			name := strings.Trim(strings.NewReplacer("/", "-", "{", "", "}", "", "$", "").Replace(route.Path), "-")
			list = append(list, page{Name: name, Path: path, Cookies: frame.Cookie + "=" + w.token(guest), Langs: langs})
		}
	}
	return list
}

// walk lets a browser look at the pages.
func (w *town) walk(script, origin string, pages []page) []seen {
	w.t.Helper()
	looks, problems := proof.Walk[seen](w.t, script, origin, cmp.Or(*shots, w.t.TempDir()), pages)
	if len(looks) == 0 {
		w.t.Fatal(problems)
	}
	return looks
}
