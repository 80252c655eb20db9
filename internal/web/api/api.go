// Package api is the same acts for programs: reading the register and acting in it
// over HTTP, signals from other programs, and calendars to subscribe to. It holds
// no rule of its own; every request goes through one guard (guard.go), and every
// answer that is no answer is a problem as RFC 9457 has it. docs/api.md says how it
// is used, and /api/v1/openapi.json what each operation takes and gives.
package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/access"
	"beredskab/internal/afterrun"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/phrase"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
)

// Options are what the API works with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	Bureau   *preparedness.Bureau
	Desk     *afterrun.Desk
	Objects  frame.Objects
	Gate     *access.Gate // sessions and tokens
	// Check applies every rule to the register as it is now.
	Check   func(context.Context) (check.Report, error)
	Broken  func(error) bool                  // the register cannot be reached; nil: never
	Reached func(*http.Request) (from string) // the address that a program comes from; nil: as the connection says
	Origin  string                            // https://…, where people reach the program; empty: on this machine only
	Version string
	Log     *slog.Logger
}

// API answers programs. Make it with New.
type API struct {
	Options
	mux         *http.ServeMux
	description []byte // OpenAPI 3.1
	operations  []operation
	texts       map[string]*phrase.Phrases // by language
	cross       *http.CrossOriginProtection

	requests, signals, unknown *pace
}

// New builds every operation, so that a broken one stops the start and not a
// request.
func New(o Options) (*API, error) {
	a := &API{Options: o, mux: http.NewServeMux(), texts: map[string]*phrase.Phrases{}, cross: http.NewCrossOriginProtection()}
	now := func() time.Time { return o.Door.Now().Wall }
	a.requests = newPace(now, 120, 500*time.Millisecond)
	a.signals = newPace(now, 10, 6*time.Second)
	a.unknown = newPace(now, 20, 3*time.Second)
	if o.Origin != "" {
		if err := a.cross.AddTrustedOrigin(o.Origin); err != nil {
			return nil, fmt.Errorf("the address %q at which people reach the program: %w", o.Origin, err)
		}
	}
	for _, lang := range phrase.Languages() {
		texts, err := phrase.New("web", lang)
		if err != nil {
			return nil, err
		}
		a.texts[lang] = texts
	}
	return a, a.build()
}

// build registers every operation and writes the description of them all.
func (a *API) build() (err error) {
	h := huma.NewAPI(settings(a.Version), adapter{a})
	for _, register := range []func(*API, huma.API){systems, runs, acts, coming, follow, actions, papers, feeds} {
		register(a, h)
	}
	tidy(h.OpenAPI())
	if a.description, err = json.Marshal(h.OpenAPI()); err != nil {
		return fmt.Errorf("writing the description of the API: %w", err)
	}
	a.mux.Handle("GET /api/v1/openapi.json", a.plain(func(w *answer, _ *http.Request) error {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, err := w.Write(a.description)
		return err
	}))
	a.mux.Handle("POST /api/v1/signals/{token}", a.plain(a.signal))
	a.mux.Handle("GET /feeds/{file}", a.plain(a.feed))
	return nil
}

// Handler answers everything below /api/ and /feeds/.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := a.mux.Handler(r)
		if pattern != "" {
			a.mux.ServeHTTP(w, r)
			return
		}
		a.plain(a.nothing).ServeHTTP(w, r)
	})
}

// nothing answers what no operation does: the address is wrong, or the method.
func (a *API) nothing(w *answer, r *http.Request) error {
	allow := ""
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		if other.Method = method; method != r.Method {
			if _, pattern := a.mux.Handler(other); pattern != "" {
				allow = method
			}
		}
	}
	if allow == "" {
		return refuse(http.StatusNotFound, "not_found", "There is nothing at this address.", "GET /api/v1/openapi.json lists every operation.")
	}
	if allow == http.MethodGet {
		allow = "GET, HEAD"
	}
	w.Header().Set("Allow", allow)
	return refuse(http.StatusMethodNotAllowed, "method", "This address does not take "+r.Method+".", "Use "+allow+".")
}
