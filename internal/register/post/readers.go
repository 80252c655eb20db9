package post

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
	"beredskab/internal/schedule"
)

// Spread owes a notice to those people, in the transaction that caused it: each through
// the channels by which he is reached, and none before it may come.
func (p *Post) Spread(ctx context.Context, tx door.Tx, org *plan.Organisation, n outbox.Notice, to []plan.Contact) error {
	n.NextTry, n.State, n.Language = n.CreatedAt, outbox.Owed, cmp.Or(org.Language, "da")
	if until, err := rests(org, n); err != nil {
		return err
	} else if !until.IsZero() {
		n.NextTry, n.ExpiresAt = until, n.ExpiresAt.Add(until.Sub(n.CreatedAt))
	}
	readers, err := p.readers(ctx, tx, org, outbox.Unique(to))
	if err != nil {
		return err
	}
	for _, one := range n.Spread(p.routes, readers) {
		if _, _, err := tx.AddNotice(ctx, one); err != nil {
			return fmt.Errorf("owing the message %s: %w", one.Key, err)
		}
	}
	return nil
}

// rests says until when a message waits, because nobody is written to about drills and
// plans outside working hours; zero: it does not. A crisis goes through, and so does
// what is asked in a drill that began outside the hours: somebody meant it to.
func rests(org *plan.Organisation, n outbox.Notice) (until time.Time, err error) {
	if n.Facts.Incident || n.AnyHour {
		return until, nil
	}
	calendar, err := schedule.CalendarOf(org)
	if err != nil {
		return until, fmt.Errorf("reading the organisation's calendar: %w", err)
	}
	if _, meant := calendar.QuietUntil(n.Began); meant && !n.Began.IsZero() {
		return until, nil
	}
	until, _ = calendar.QuietUntil(n.CreatedAt)
	return until, nil
}

// readers are those whom the contacts reach, with their numbers and their wishes. A
// mailbox that only persons have who are disabled is written to no more.
func (p *Post) readers(ctx context.Context, tx door.Tx, org *plan.Organisation, to []plan.Contact) (list []outbox.Reader, err error) {
	book, err := door.Book(ctx, tx)
	if err != nil {
		return nil, err
	}
	wishes, err := door.Wishes(ctx, tx)
	if err != nil {
		return nil, err
	}
	numbers, now := org.Contacts(), p.door.Now().Wall
	for _, c := range to {
		r, had := outbox.Reader{Contact: c}, false
		var able []rights.Person
		for _, person := range book.Persons() {
			if c.Mailbox != "" && strings.EqualFold(person.Mail, c.Mailbox) {
				if had = true; !person.DisabledAt(now) {
					able = append(able, person)
				}
			}
		}
		if had && len(able) == 0 {
			continue
		}
		if len(able) == 1 {
			wish := wishes[able[0].ID]
			r.Channel, r.Language, r.Phone = wish.Channel, wish.Language, cmp.Or(able[0].Phone, r.Phone)
		}
		if i := slices.IndexFunc(numbers, func(known plan.Contact) bool { return c.Mailbox != "" && known.Mailbox == c.Mailbox }); i >= 0 {
			r.Phone = cmp.Or(r.Phone, numbers[i].Phone)
		}
		list = append(list, r)
	}
	return list, nil
}

// addressed finds the receivers of a message that names roles only: a personal channel
// needs their mailboxes or numbers, and each gets one.
func (p *Post) addressed(ctx context.Context, tx door.Tx, n outbox.Notice) (list []outbox.Notice, err error) {
	at := slices.IndexFunc(p.routes, func(r outbox.Route) bool { return r.Channel == n.Channel && r.Personal })
	if n.Address != "" || at < 0 {
		return []outbox.Notice{n}, nil
	}
	org, err := door.Organisation(ctx, tx)
	if err != nil {
		return nil, err
	}
	of, err := p.door.InForce(ctx, tx, n.Facts.System)
	if err == nil && of == nil {
		of, err = p.door.Held(ctx, tx, n.Facts.System)
	}
	if err != nil && !errors.Is(err, kept.ErrNotFound) && !errors.Is(err, door.ErrBroken) {
		return nil, err
	}
	readers, err := p.readers(ctx, tx, org, org.Mailboxes(strings.Split(n.Receiver, ", "), of))
	if err != nil {
		return nil, err
	}
	for _, r := range readers {
		one := n
		one.Receiver, one.Address = r.Role, r.Mailbox
		if p.routes[at].Phone {
			one.Address = r.Phone
		}
		if one.Language = cmp.Or(r.Language, n.Language); len(list) > 0 {
			one.Key += "/" + one.Address
		}
		if one.Address != "" {
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		list = []outbox.Notice{n}
	}
	return list, nil
}
