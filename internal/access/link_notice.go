package access

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// linkNode is in whose name the program makes links.
const linkNode = "link"

// NoticeLink makes the link, below origin, and the short code that a message about a
// step gets on its way out. They stand in the message alone, and a further try to
// deliver it gets new ones. A message of another kind leads to the page that it is
// about, which lets nobody in, and one of a program without an address leads nowhere.
func (g *Gate) NoticeLink(ctx context.Context, origin string, n outbox.Notice) (link, code string, err error) {
	kinds := []outbox.Kind{outbox.Request, outbox.Escalation, outbox.Unknown, outbox.Stalled}
	if origin = strings.TrimSuffix(origin, "/"); origin == "" {
		return "", "", nil
	}
	if !slices.Contains(kinds, n.Kind) || n.Facts.Run == "" || n.Facts.Step == "" {
		return page(origin, n.Facts), "", nil
	}
	person, err := door.Read(ctx, g.door, func(tx door.Tx) (string, error) { return g.reader(ctx, tx, n) })
	if err != nil {
		return "", "", err
	}
	token, code, err := g.MakeLink(ctx, door.System(linkNode), Link{
		Run: n.Facts.Run, Step: n.Facts.Step, Person: person, Receiver: n.Receiver, Address: n.Address, Notice: n.ID, Until: n.ExpiresAt,
	})
	if err != nil {
		return "", "", err
	}
	return origin + "/c/" + token, code, nil
}

// page is where whoever may see it finds what a message is about.
func page(origin string, about outbox.Facts) string {
	switch {
	case about.Run != "":
		return origin + "/drills/" + url.PathEscape(about.Run)
	case about.System != "":
		return origin + "/systems/" + url.PathEscape(about.System)
	}
	return ""
}

// reader is the person who reads the message; empty when it goes where several may,
// such as a channel or a team's mailbox: its link asks who they are.
func (g *Gate) reader(ctx context.Context, tx door.Tx, n outbox.Notice) (string, error) {
	if n.Address == "" {
		return "", nil
	}
	now := g.door.Now().Wall
	book, err := door.Book(ctx, tx)
	if err != nil {
		return "", err
	}
	own := enabledOf(book, now, func(p rights.Person) bool { return strings.EqualFold(p.Mail, n.Address) })
	if len(own) > 0 || !book.Governed(now) {
		return only(own), nil
	}
	row, err := tx.Run(ctx, n.Facts.Run)
	if err != nil {
		return "", err
	}
	run, err := g.door.Opened(ctx, tx, row)
	if err != nil {
		return "", err
	}
	org, err := door.Organisation(ctx, tx)
	if err != nil {
		return "", err
	}
	step, known := run.Find(n.Facts.Step)
	if !known {
		return "", nil
	}
	return only(holding(book, duty.Run{Run: &run, People: org}, step, n.Address, now)), nil
}

// holding are the persons whose role that mailbox is in this run: the role that the
// step asks, held in one's own right or as its deputy, or the director's.
func holding(book *rights.Book, run duty.Run, step *drill.Step, mailbox string, at time.Time) (ids []string) {
	for _, of := range []struct {
		role, mailbox string
		deputy        bool
	}{
		{run.Asks(step), run.People.Reach(run.Asks(step), run.Plan).Mailbox, false},
		{run.Asks(step), run.People.Deputy(run.Asks(step), run.Plan).Mailbox, true},
		{run.Director, run.People.Reach(run.Director, run.Plan).Mailbox, false},
	} {
		if !strings.EqualFold(of.mailbox, mailbox) || of.role == step.Team && step.Kind() == plan.StepManual {
			continue
		}
		ids = append(ids, enabledOf(book, at, func(p rights.Person) bool {
			basis, err := book.Fill(p.ID, []string{of.role}, duty.About(run.Plan, step.Team), "", at)
			return err == nil && of.deputy == (basis.OnBehalfOf != "")
		})...)
	}
	return ids
}

func enabledOf(book *rights.Book, at time.Time, is func(rights.Person) bool) (ids []string) {
	for _, p := range book.Persons() {
		if !p.DisabledAt(at) && is(p) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// only is the one of a list that names nobody else; empty when there are several.
func only(ids []string) string {
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 1 {
		return ids[0]
	}
	return ""
}
