// Package trace shows what the program has kept: the log and the proof that nobody
// changed it, the messages with every try to deliver them, and the settings as they
// are in force. Nothing here changes what was kept.
package trace

import (
	"cmp"
	"context"
	"net/http"
	"sync"

	"beredskab/internal/door"
	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// Setting is one setting with where it comes from; a secret's is the name of its file.
type Setting struct{ Key, Value, Origin string }

// Channel is one configured way to reach people.
type Channel struct{ Name, Kind, Address, Fallback string }

// Options are what the pages work with.
type Options struct {
	Door     *door.Door
	Register *register.Register
	Office   *governance.Office
	Notary   *notary.Notary
	Origin   string // https://…, where people reach the program; empty: messages have no links
	Farthest int64  // lines of the log that one visit looks through; 0: 20,000
	Settings func() []Setting
	Channels func() []Channel
	// Draft gives a message as its channel would send it.
	Draft func(outbox.Notice) (facsimile.Draft, error)
	// Sent gives what a demo would have sent, newest first; nil: this is no demo, and what
	// was sent is with whom it was sent to.
	Sent func() ([]facsimile.Sent, error)
	// Test sends a message through a channel, to that address or to its own, as the
	// command notify test does.
	Test func(ctx context.Context, by door.Actor, channel, address, language string) (outbox.Delivery, error)
	// Resend has a message sent once more that could not be delivered.
	Resend func(ctx context.Context, by door.Actor, id int64) error
}

// Part is these pages.
type Part struct {
	Options
	reading sync.Mutex // one reads the whole log at a time
}

// New gives the pages.
func New(o Options) *Part {
	o.Farthest = cmp.Or(o.Farthest, 20_000)
	return &Part{Options: o}
}

// Routes are the pages and their acts. Messages name mailboxes, as the confidential
// parts of plans do.
func (p *Part) Routes() []frame.Route {
	log := frame.Need{Permission: matrix.Log}
	messages := frame.Need{Permission: matrix.PlanConfidential}
	operator := frame.Need{Permission: matrix.Installation, Verb: matrix.Execute}
	list := []frame.Route{
		{Method: http.MethodGet, Path: "/log", Need: log, Handle: p.log},
		{Method: http.MethodGet, Path: "/log/verify", Need: log, Handle: p.verify},
		{Method: http.MethodPost, Path: "/log/export", Need: log, Handle: p.export},
		{Method: http.MethodGet, Path: "/notices", Need: messages, Handle: p.notices},
		{Method: http.MethodGet, Path: "/notices/{id}", Need: messages, Handle: p.notice},
		{Method: http.MethodGet, Path: "/notices/{id}/mail", Need: messages, Handle: p.mail},
		{Method: http.MethodPost, Path: "/notices/test", Need: operator, Handle: p.test},
		{Method: http.MethodPost, Path: "/notices/{id}/resend", Need: operator, Handle: p.resend},
		{Method: http.MethodGet, Path: "/settings", Need: operator, Handle: p.settings},
	}
	if p.Sent != nil {
		list = append(list,
			frame.Route{Method: http.MethodGet, Path: "/outbox", Handle: p.outbox},
			frame.Route{Method: http.MethodGet, Path: "/outbox/{id}/mail", Handle: p.outboxMail})
	}
	return list
}

// beside are the other pages here that the visitor may see.
func beside(v *frame.Visit) (list []tab) {
	for _, page := range []struct {
		path string
		need matrix.Permission
		verb matrix.Verb
	}{
		{"/log", matrix.Log, matrix.Read}, {"/notices", matrix.PlanConfidential, matrix.Read}, {"/settings", matrix.Installation, matrix.Execute},
	} {
		if v.May(page.need, page.verb, rights.Object{}) && page.path != v.Request.URL.Path {
			list = append(list, tab{Path: page.path, Text: v.Texts.Say("trace." + page.path[1:])})
		}
	}
	return list
}

// tab leads to a page, or to another view of one.
type tab struct {
	Path, Text string
	Here       bool
}

// choice is one of a list that somebody chooses from.
type choice struct{ Value, Text string }
