package frame

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"beredskab/internal/matrix"
)

// Route is one page, or one act of a page.
type Route struct {
	Method string // GET changes nothing (and answers HEAD); POST acts
	Path   string // as http.ServeMux reads it, e.g. /systems/{system}
	Need   Need
	Form   Form // what a POST may bring
	Stream bool // is answered piece by piece for as long as somebody looks
	Handle func(*Visit) error
}

// Need says who may come. What somebody may do there the register decides at the
// act itself; here it is decided who may see the page at all.
type Need struct {
	Open       bool              // nobody has to be signed in
	Permission matrix.Permission // empty: everybody who is signed in
	Verb       matrix.Verb       // empty: matrix.Read
	System     string            // the path's value that names the system it is about
	Run        string            // the path's value that names the run it is about
	Fresh      bool              // who he is must have been proved within the last ten minutes
}

// Form is what a POST may bring. Everything else is refused with 415.
type Form string

// The forms.
const (
	Fields Form = ""      // an ordinary form, at most 64 KiB
	Files  Form = "files" // a form with files, at most 26 MiB
)

// limit is the greatest body of that form, in bytes.
func (f Form) limit() int64 {
	if f == Files {
		return 26 << 20
	}
	return 64 << 10
}

// takes tells whether that Content-Type is the form's.
func (f Form) takes(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	want := "application/x-www-form-urlencoded"
	if f == Files {
		want = "multipart/form-data"
	}
	return err == nil && kind == want
}

// Handler answers the routes; beside answers what they do not, by its pattern, and
// is asked before them (assets, the API).
func (f *Frame) Handler(routes []Route, beside map[string]http.Handler) (http.Handler, error) {
	mux := http.NewServeMux()
	for pattern, h := range beside {
		mux.Handle(pattern, h)
	}
	for _, r := range routes {
		if r.Handle == nil || (r.Method != http.MethodGet && r.Method != http.MethodPost) {
			return nil, fmt.Errorf("the route %s %s cannot be answered", r.Method, r.Path)
		}
		mux.Handle(r.Method+" "+r.Path, f.answer(r))
	}
	nothing := f.answer(Route{Need: Need{Open: true}, Handle: func(v *Visit) error { return v.refuse(http.StatusNotFound, "problem.not_found", nil) }})
	return f.headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := httptest.NewRecorder() // says 404, 405 with Allow, or where the tidy path is
		h.ServeHTTP(probe, r)
		if probe.Code == http.StatusNotFound {
			nothing.ServeHTTP(w, r)
			return
		}
		for _, name := range []string{"Allow", "Location"} {
			if value := probe.Header().Get(name); value != "" {
				w.Header().Set(name, value)
			}
		}
		http.Error(w, http.StatusText(probe.Code), probe.Code)
	})), nil
}

// answer lets one visit to the route through every rule.
func (f *Frame) answer(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &Visit{Request: r, frame: f, out: w, route: route, Now: f.Door.Now().Wall}
		defer v.rescue()
		if err := f.admit(v); err != nil {
			v.end(err)
			return
		}
		if route.Stream {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		}
		v.end(route.Handle(v))
	})
}

// errAnswered ends a visit that was answered already.
var errAnswered = errors.New("answered")

// local tells whether a path leads to a page of ours, so that nobody is sent on to
// another place.
func local(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\t")
}
