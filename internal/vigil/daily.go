package vigil

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// Object is what the daily look is kept under, as an occurrence and in the log.
const Object = "@misuse"

// hour is when the day's digest is made, in the organisation's zone: before work, and
// never in the hour that a change of the clock skips or repeats.
const hour = 6

// lives is how long the message is worth sending.
const lives = 72 * time.Hour

// Daily makes the digest of the day up to six in the morning, when nobody has yet:
// any node may ask at any time, and the natural key of the day lets one of them act
// (DESIGN 2.1). After days without a server one digest covers them all. What it saw
// is in the log; the daily IT security officer is told when it saw something, and on
// Mondays also when it did not, so that silence never means that nobody looked.
func (v *Vigil) Daily(ctx context.Context) error {
	now := v.Door.Now().Wall
	v.mu.Lock()
	resting := now.Before(v.rest)
	v.mu.Unlock()
	if resting {
		return nil
	}
	org, err := door.Read(ctx, v.Door, func(tx door.Tx) (*plan.Organisation, error) { return door.Organisation(ctx, tx) })
	if err != nil {
		return err
	}
	zone, err := org.Location()
	if err != nil {
		return err
	}
	due := sixOf(now.Add(-margin).In(zone))
	o := kept.Occurrence{
		Schedule: Object, Nominal: due.Format("2006-01-02T15:04"), Zone: zone.String(), Due: due.UTC(), State: kept.OccurrenceStarted, At: now,
	}
	from, wanted, err := v.since(ctx, o)
	if err != nil {
		return err
	}
	if wanted {
		d, err := v.Look(ctx, from, o.Due)
		if err != nil {
			return err
		}
		quiet := len(d.Suspicions) == 0 && d.Refused == 0 && d.FailedSignIns == 0 && d.Unread == 0
		if err := v.keep(ctx, org, o, d, !quiet || due.Weekday() == time.Monday); err != nil {
			return fmt.Errorf("keeping the digest of %s: %w", o.Nominal, err)
		}
	}
	v.mu.Lock()
	v.rest = due.AddDate(0, 0, 1).Add(margin)
	v.mu.Unlock()
	return nil
}

// sixOf is the newest six o'clock in the morning.
func sixOf(now time.Time) time.Time {
	six := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, now.Location())
	if now.Before(six) {
		six = time.Date(now.Year(), now.Month(), now.Day()-1, hour, 0, 0, 0, now.Location())
	}
	return six
}

// since is where the digest of that day begins. None is wanted when it was made
// already, or when the log began later.
func (v *Vigil) since(ctx context.Context, o kept.Occurrence) (from time.Time, wanted bool, err error) {
	err = v.Door.View(ctx, func(tx door.Tx) error {
		from, wanted = time.Time{}, false
		before, err := tx.Occurrences(ctx, Object, 1)
		if err != nil || len(before) > 0 && !before[0].Due.Before(o.Due) {
			return err
		}
		first, err := tx.Entries(ctx, kept.EntryFilter{Forward: true, Limit: 1})
		if err != nil || len(first) == 0 || !first[0].At.Before(o.Due) {
			return err
		}
		from, wanted = o.Due.AddDate(0, 0, -1), true
		if len(before) > 0 {
			from = before[0].Due
		}
		return nil
	})
	return from, wanted, err
}

// told is what the log keeps of a digest.
type told struct {
	From    time.Time     `json:"from"`
	To      time.Time     `json:"to"`
	Lines   int           `json:"lines"`
	Unread  int64         `json:"unread,omitempty"`
	People  int           `json:"people"`
	Refused int           `json:"refused"`
	SignIns int           `json:"failed_sign_ins"`
	Exports int           `json:"exports"`
	Signs   []outbox.Sign `json:"signs,omitempty"`
	Told    bool          `json:"told"`
}

// keep writes the digest of a day, the messages about it and the line in the log, all
// of it or nothing, and nothing when another node was first.
func (v *Vigil) keep(ctx context.Context, org *plan.Organisation, o kept.Occurrence, d followup.Digest, tell bool) error {
	n := v.notice(org, o, d)
	return v.Door.Do(ctx, door.System(v.Node), "misuse.digest", Object, func(tx door.Tx) (any, error) {
		added, err := tx.AddOccurrence(ctx, o)
		if err == nil && !added {
			err = door.ErrNothing
		}
		if err == nil && tell {
			err = v.owe(ctx, tx, n, officer(org))
		}
		return told{
			From: d.From, To: d.To, Lines: d.Entries, Unread: d.Unread, People: d.People, Refused: d.Refused,
			SignIns: d.FailedSignIns, Exports: d.Exports, Signs: n.Facts.Signs, Told: tell,
		}, err
	})
}

func (v *Vigil) owe(ctx context.Context, tx door.Tx, n outbox.Notice, to plan.Contact) error {
	for _, route := range v.Routes {
		one := n
		if !route.Personal { // others read along, and a sign is no proof (R42)
			one.Facts.Signs = nameless(n.Facts.Signs)
		}
		for _, message := range one.Through(route, []plan.Contact{to}) {
			if _, _, err := tx.AddNotice(ctx, message); err != nil {
				return err
			}
		}
	}
	return nil
}

func nameless(signs []outbox.Sign) (list []outbox.Sign) {
	for _, s := range signs {
		s.Person = ""
		list = append(list, s)
	}
	return list
}

// officer is the daily IT security officer, or IT chefen where none can be reached.
func officer(org *plan.Organisation) plan.Contact {
	to := org.Reach("it-sikkerhedsansvarlig", nil)
	if chief := org.Reach("it-chef", nil); to.Mailbox == "" && chief.Mailbox != "" {
		return chief
	}
	return to
}

// notice is the message of a digest.
func (v *Vigil) notice(org *plan.Organisation, o kept.Occurrence, d followup.Digest) outbox.Notice {
	f := outbox.Facts{
		StartsAt: d.From, EndsAt: d.To, Lines: d.Entries, Unread: int(d.Unread), People: d.People, Refused: d.Refused,
		SignIns: d.FailedSignIns, Exports: d.Exports, Phone: org.DutyPhone,
		Command: fmt.Sprintf("%s audit misuse --from %s --to %s", cmp.Or(v.Command, "beredskab"), d.From.Format(time.RFC3339), d.To.Format(time.RFC3339)),
	}
	for _, s := range d.Suspicions {
		f.Signs = append(f.Signs, outbox.Sign{Code: s.Code, Person: s.Person, Count: s.Count})
	}
	return outbox.Notice{
		Key: "misuse/" + o.Nominal, Kind: outbox.Misuse, Language: cmp.Or(org.Language, "da"), Facts: f,
		CreatedAt: o.At, NextTry: o.At, ExpiresAt: o.At.Add(lives), State: outbox.Owed,
	}
}
