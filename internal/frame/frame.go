// Package frame is what every page stands on: who visits and in which language,
// what he may see, what a form may bring, and how a page or a refusal is answered.
// A part of the program's pages is a list of Routes; the rules that must hold for
// each page (spec/reliability.md 4) are kept here once, and no page can forget one.
package frame

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Gate knows who is signed in.
type Gate interface {
	// Session is that of the token; access.ErrNoSession when there is none.
	Session(ctx context.Context, token string) (access.Session, error)
}

// Objects tells what a page is about, as the permission matrix looks at it; an
// error that wraps kept.ErrNotFound makes it a page that does not exist.
type Objects interface {
	System(ctx context.Context, id string) (rights.Object, error)
	Run(ctx context.Context, id string) (rights.Object, error)
}

// Options are what the frame is made of.
type Options struct {
	Door    *door.Door
	Gate    Gate
	Objects Objects
	Files   fs.FS                             // the templates' web folder: layout.html.tmpl, parts.html.tmpl, PART/PAGE.html.tmpl
	Name    func(context.Context) string      // of the municipality
	Crisis  func(context.Context) *Crisis     // that goes on; nil: none
	Broken  func(error) bool                  // the register cannot be reached, or its disk has failed
	Reached func(*http.Request) (from string) // the address that a visitor comes from, behind a proxy too
	Menu    []Item
	Logo    string // path of the municipality's logo; empty: none
	Origin  string // https://…, where people reach the program; empty: on this machine only
	Demo    bool
	Version string
	Log     *slog.Logger
}

// Item is a line of the menu. Who may not see its page does not see the line.
type Item struct {
	Path string
	Key  string // of its text
	Need Need
}

// Crisis is an incident that goes on: its mark stands on every page.
type Crisis struct {
	Path, Title string
	Since       time.Time
}

// Frame answers visits. Make it with New.
type Frame struct {
	Options
	sheets map[string]*sheets // by language
	table  *matrix.Table
	cross  *http.CrossOriginProtection
}

// New reads every template and text, so that a broken one stops the start and not
// a visit.
func New(o Options) (*Frame, error) {
	f := &Frame{Options: o, sheets: map[string]*sheets{}, table: matrix.New(), cross: http.NewCrossOriginProtection()}
	if o.Origin != "" {
		if err := f.cross.AddTrustedOrigin(o.Origin); err != nil {
			return nil, fmt.Errorf("the address %q at which people reach the program: %w", o.Origin, err)
		}
	}
	for _, lang := range languages() {
		s, err := readSheets(o.Files, lang)
		if err != nil {
			return nil, err
		}
		f.sheets[lang] = s
	}
	return f, nil
}
