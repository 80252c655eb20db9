// Package web is where people drive the register: its pages, its sign-in and its
// API. Each part of the pages is a package below this one that lists its routes;
// what must hold for every page is kept by the frame. Here they are put together.
package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/afterrun"
	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/web/crisis"
	"beredskab/internal/web/sign"
	"beredskab/internal/web/trace"
	"beredskab/templates"
)

// Options are what the pages are made of.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	Dossier  *dossier.Dossier
	Bureau   *preparedness.Bureau
	Desk     *afterrun.Desk
	Notary   *notary.Notary
	Gate     *access.Gate
	Judge    func(context.Context) error                                                // applies every rule, and keeps what it finds
	Commands func(*plan.Plan) (list []approval.Command, unresolved []string, err error) // what a plan starts on machines
	Author   func(ctx context.Context, system string) (claim string, err error)         // of a plan's file
	File     func(ctx context.Context, system string) (name string, text []byte, err error)
	Settings func() []Setting
	Channels func() []Channel
	Draft    func(outbox.Notice) (facsimile.Draft, error) // a message, as its channel would send it
	Sent     func() ([]facsimile.Sent, error)             // what a demo would have sent; nil: this is no demo
	Try      func(ctx context.Context, by door.Actor, channel, address, language string) (outbox.Delivery, error)
	Resend   func(ctx context.Context, by door.Actor, id int64) error    // a message that could not be delivered
	Check    func(context.Context) (check.Report, error)                 // applies every rule to the register as it is now
	Copies   func() map[string]time.Time                                 // when each system was last copied into a bundle here
	Bundle   func(context.Context) (name string, file []byte, err error) // the newest offline copy as one file
	Name     func(context.Context) (string, error)                       // of the municipality
	Broken   func(error) bool                                            // the register cannot be reached, or its disk has failed
	Origin   string                                                      // https://…, where people reach the pages; empty: on this machine only
	Slack    http.Handler                                                // of what Slack sends over HTTP; nil: nothing comes
	SignIn   *Provider                                                   // the municipality's own; nil: it is not connected
	Proxies  []string                                                    // whose word counts on where a visitor comes from
	Guest    string                                                      // the person that a visitor of a demo is at first; empty: this is no demo
	Version  string
	Log      *slog.Logger
}

// What the parts are told, under the names by which others fill them in.
type (
	Provider = sign.Provider // a municipality's own sign-in
	Setting  = trace.Setting
	Channel  = trace.Channel
)

// Site is all pages. Make it with New.
type Site struct {
	Options
	routes  []frame.Route
	handler http.Handler
}

// New builds the pages; a broken template or route is an error here and not at a
// visit.
func New(o Options) (*Site, error) {
	s := &Site{Options: o}
	files, err := fs.Sub(templates.FS, "web")
	if err != nil {
		return nil, fmt.Errorf("finding the templates of the pages: %w", err)
	}
	board := crisis.New(crisis.Options{Door: o.Door, Register: o.Register, Office: o.Office})
	f, err := frame.New(frame.Options{
		Door: o.Door, Gate: o.Gate, Objects: objects{o.Door}, Files: files, Name: s.name, Broken: o.Broken,
		Menu: menu(), Crisis: board.Current, Reached: reached(o.Proxies), Origin: o.Origin, Demo: o.Guest != "", Version: o.Version, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	programs, err := s.programs()
	if err != nil {
		return nil, err
	}
	s.routes = slices.Concat(s.own(), s.parts(programs.Feed), board.Routes(), programs.Routes())
	assets, err := newAssets(files)
	if err != nil {
		return nil, err
	}
	beside := map[string]http.Handler{"GET /assets/": assets, "/api/v1/": programs.Handler(), "/feeds/{file}": programs.Handler()}
	if o.Slack != nil {
		beside["POST /slack/{kind}"] = o.Slack
	}
	s.handler, err = f.Handler(s.routes, beside)
	return s, err
}

// Handler answers every page.
func (s *Site) Handler() http.Handler { return s.handler }

// Routes are all pages and acts, for whoever wants to try each of them (S1).
func (s *Site) Routes() []frame.Route { return s.routes }

// name is what stands at the head of each page.
func (s *Site) name(ctx context.Context) string {
	name, err := s.Options.Name(ctx)
	if err != nil || name == "" {
		return "beredskab"
	}
	return name
}

// menu is the first line of every page, in the order of what people come for.
func menu() []frame.Item {
	internal := frame.Need{Permission: matrix.PlanInternal}
	return []frame.Item{
		{Path: "/", Key: "menu.home"},
		{Path: "/systems", Key: "menu.systems", Need: internal},
		{Path: "/drills", Key: "menu.drills", Need: internal},
		{Path: "/calendar", Key: "menu.calendar", Need: internal},
		{Path: "/actions", Key: "menu.actions", Need: frame.Need{Permission: matrix.Action}},
		{Path: "/reports", Key: "menu.reports", Need: frame.Need{Permission: matrix.Report}},
		{Path: "/people", Key: "menu.people", Need: frame.Need{Permission: matrix.People}},
		{Path: "/log", Key: "menu.log", Need: frame.Need{Permission: matrix.Log}},
		{Path: "/crisis", Key: "menu.crisis", Need: internal},
	}
}

// own are the routes that belong to no part.
func (s *Site) own() []frame.Route {
	open := frame.Need{Open: true}
	list := []frame.Route{{Method: http.MethodPost, Path: "/language", Need: open, Handle: language}, showroom()}
	if s.Guest != "" {
		list = append(list,
			frame.Route{Method: http.MethodGet, Path: "/sign-in", Need: open, Handle: s.enter},
			frame.Route{Method: http.MethodPost, Path: "/demo/role", Need: open, Handle: s.play})
	}
	return list
}

// year is how long a browser remembers the language that was chosen.
const year = 365 * 24 * time.Hour

// language changes the language of the pages for this browser.
func language(v *frame.Visit) error {
	v.Keep("lang", v.Field("lang"), year)
	return v.Go(v.Field("to"), "")
}

// enter lets a visitor of a demo in, as its guest.
func (s *Site) enter(v *frame.Visit) error { return s.as(v, s.Guest, v.Query("to")) }

// play lets a visitor of a demo look at it as somebody else.
func (s *Site) play(v *frame.Visit) error { return s.as(v, v.Field("person"), v.Field("to")) }

func (s *Site) as(v *frame.Visit, person, to string) error {
	token, err := s.Gate.Begin(v.Context(), person, access.ByDemo)
	if err != nil {
		return err
	}
	v.SignedIn(token)
	return v.Go(to, "")
}
