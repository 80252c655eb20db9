package demo

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whoever wants to begin anew waits until the municipality stands again, and so does
// everybody else; no other site can ask for it.
func TestFront(t *testing.T) {
	f := newFront()
	says := func(word string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, word) })
	}
	ask := func(method, path, site string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		return w
	}
	f.open(says("first"))
	if got := ask(http.MethodGet, "/", "none").Body.String(); got != "first" {
		t.Error(got)
	}
	if got := ask(http.MethodPost, "/demo/reset", "cross-site").Code; got != http.StatusForbidden {
		t.Errorf("another site began anew: %d", got)
	}
	reset, visit := make(chan int, 1), make(chan string, 1)
	go func() { reset <- ask(http.MethodPost, "/demo/reset", "same-origin").Code }()
	again := <-f.again
	f.shut()
	go func() { visit <- ask(http.MethodGet, "/", "none").Body.String() }()
	select {
	case got := <-reset:
		t.Errorf("%d before the municipality stands", got)
	case got := <-visit:
		t.Errorf("%q before the municipality stands", got)
	default:
	}
	f.open(says("second"))
	close(again)
	if got := <-reset; got != http.StatusSeeOther {
		t.Errorf("%d", got)
	}
	if got := <-visit; got != "second" {
		t.Error(got)
	}
}
