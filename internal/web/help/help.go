// Package help is the manual within the program, in both languages: how to begin,
// how something is done, what is what, and why it is so. What can be read out of
// the program's own tables, such as who may do what, is, so that it never says
// anything else than what holds. The accessibility statement stands here too.
package help

import (
	"fmt"
	"net/http"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// Options are what the pages work with.
type Options struct {
	Register *register.Register
}

// Part is these pages.
type Part struct{ Options }

// New gives the pages.
func New(o Options) *Part { return &Part{o} }

// Routes are the pages. Nobody has to sign in to be helped, and a statement on
// accessibility must be open to all.
func (p *Part) Routes() []frame.Route {
	open := frame.Need{Open: true}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/help", Need: open, Handle: index},
		{Method: http.MethodGet, Path: "/help/{page}", Need: open, Handle: read},
		{Method: http.MethodGet, Path: "/was", Need: open, Handle: p.statement},
	}
}

// group is a kind of help: learning, doing, looking up, or understanding.
type group struct {
	Kind  string
	Pages []string
}

// groups are all pages, in the order in which people need them.
func groups() []group {
	return []group{
		{"tutorial", []string{"first-drill"}},
		{"howto", []string{"confirm", "approve", "deputy"}},
		{"reference", []string{"words", "states", "roles", "checks"}},
		{"explanation", []string{"rto", "readiness", "assurance", "files"}},
	}
}

func index(v *frame.Visit) error { return v.Show("help/index", groups()) }

// read shows one page: the one written in the visitor's language, or the one that
// is made of tables.
func read(v *frame.Visit) error {
	name := v.Path("page")
	switch name {
	case "roles":
		return v.Show("help/roles", roles())
	case "states":
		return v.Show("help/states", states())
	case "checks":
		return v.Show("help/checks", checks())
	}
	for _, g := range groups() {
		for _, page := range g.Pages {
			if page == name {
				return v.Show("help/"+page+"."+v.Texts.Lang, nil)
			}
		}
	}
	return fmt.Errorf("the page of help %q: %w", name, kept.ErrNotFound)
}

// statement is the accessibility statement.
func (p *Part) statement(v *frame.Visit) error {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return err
	}
	contact := set.Organisation.Reach("it-chef", nil)
	return v.Show("help/statement."+v.Texts.Lang, struct{ Mailbox, Phone string }{contact.Mailbox, set.Organisation.DutyPhone})
}
