package trace

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/rights"
)

// noticesPage is the list of messages.
type noticesPage struct {
	State    outbox.State
	Run      string
	List     []message
	Tabs     []tab // of the states
	Beside   []tab
	Page     int
	Previous string
	Next     string
}

// message is one message with how it stands.
type message struct {
	outbox.Notice
	Mark string // the look of its state
}

// onePage is how many messages stand on a page, and mostPages how many there are.
const (
	onePage   = 50
	mostPages = 100
)

func (p *Part) notices(v *frame.Visit) error {
	pg := noticesPage{State: outbox.State(v.Query("state")), Run: v.Query("run"), Page: 1, Beside: beside(v)}
	if n, err := strconv.Atoi(v.Query("page")); err == nil && n > 1 && n <= mostPages {
		pg.Page = n
	}
	list, err := p.Register.Notices(v.Context(), outbox.Filter{State: pg.State, Run: pg.Run, Limit: pg.Page*onePage + 1})
	if err != nil {
		return fmt.Errorf("reading the messages: %w", err)
	}
	if len(list) > pg.Page*onePage && pg.Page < mostPages {
		pg.Next, list = pg.path(pg.State, pg.Page+1), list[:pg.Page*onePage]
	}
	if pg.Page > 1 {
		pg.Previous = pg.path(pg.State, pg.Page-1)
	}
	for _, n := range list[min((pg.Page-1)*onePage, len(list)):] {
		pg.List = append(pg.List, message{n, mark(n.State)})
	}
	for _, state := range []outbox.State{"", outbox.Owed, outbox.Delivered, outbox.Refused, outbox.Expired} {
		pg.Tabs = append(pg.Tabs, tab{Path: pg.path(state, 1), Text: v.Texts.Say("trace.state." + cmp.Or(string(state), "all")), Here: state == pg.State})
	}
	return v.Show("trace/notices", pg)
}

// path is the address of a page of the list.
func (pg noticesPage) path(state outbox.State, page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(state), "run": pg.Run} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return strings.TrimSuffix("/notices?"+q.Encode(), "?")
}

// mark is the state as the pages' badges know it.
func mark(s outbox.State) string {
	switch s {
	case outbox.Delivered:
		return "done"
	case outbox.Owed:
		return "waiting"
	case outbox.Refused:
		return "failed"
	}
	return "skipped"
}

// noticePage is one message.
type noticePage struct {
	message
	Tries   []outbox.Delivery
	Letter  letter
	Subject string
	Text    string
	Hidden  bool // it had a link, which is kept nowhere
	Again   bool // the visitor may have it sent again
	Problem string
}

func (p *Part) notice(v *frame.Visit) error {
	n, err := p.found(v)
	if err != nil {
		return err
	}
	pg := noticePage{message: message{n, mark(n.State)}}
	if pg.Tries, err = p.Register.Deliveries(v.Context(), n.ID); err != nil {
		return fmt.Errorf("reading the tries of message %d: %w", n.ID, err)
	}
	final := n.State == outbox.Refused || n.State == outbox.Expired
	pg.Again = final && v.May(matrix.Installation, matrix.Execute, rights.Object{})
	var d facsimile.Draft
	if d, pg.Hidden, err = p.draft(n); err != nil {
		pg.Problem = err.Error()
	} else {
		pg.Subject, pg.Text, pg.Letter = d.Subject, d.Text, look(d.Wire)
		pg.Letter.ID, pg.Letter.Lang, pg.Letter.At, pg.Letter.Receiver = n.ID, n.Language, n.CreatedAt, n.Receiver
		pg.Letter.Page = fmt.Sprintf("/notices/%d/mail", n.ID)
	}
	v.Frames()
	return v.Show("trace/notice", pg)
}

// found is the message that the path names.
func (p *Part) found(v *frame.Visit) (outbox.Notice, error) {
	id, err := strconv.ParseInt(v.Path("id"), 10, 64)
	if err != nil {
		return outbox.Notice{}, fmt.Errorf("message %q: %w", v.Path("id"), kept.ErrNotFound)
	}
	return p.Register.Notice(v.Context(), id)
}

// draft is a message as it goes out. Its link is known to the receiver alone.
func (p *Part) draft(n outbox.Notice) (d facsimile.Draft, hidden bool, err error) {
	linked := []outbox.Kind{outbox.Request, outbox.Escalation, outbox.Unknown, outbox.Stalled}
	if hidden = p.Origin != "" && slices.Contains(linked, n.Kind); hidden {
		n.Facts.Link, n.Facts.ShortCode = p.Origin+"/c/***", "•••-•••"
	}
	d, err = p.Draft(n)
	return d, hidden, err
}

// mail is a message as a mail program shows it.
func (p *Part) mail(v *frame.Visit) error {
	n, err := p.found(v)
	if err != nil {
		return err
	}
	d, _, err := p.draft(n)
	if err != nil {
		return err
	}
	return shown(v, look(d.Wire))
}

// resend has it sent once more.
func (p *Part) resend(v *frame.Visit) error {
	n, err := p.found(v)
	if err != nil {
		return err
	}
	if err := p.Resend(v.Context(), v.Actor(), n.ID); err != nil {
		return v.Again(p.notice, err)
	}
	return v.Go(fmt.Sprintf("/notices/%d", n.ID), "trace.resent")
}
