package site

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/channels"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// channels asks each channel whether it would work. Nothing is sent to anybody.
func (e Examination) channels(ctx context.Context) (lines []Line) {
	if len(e.Settings.Channels) == 0 {
		return []Line{{"channels", Warn, "nobody can be told anything", "add channels: to beredskab.yaml"}}
	}
	courier, err := e.Settings.Courier()
	if err != nil {
		return []Line{{"channels", Fail, err.Error(), "correct it, then: beredskab config validate"}}
	}
	if e.Offline {
		for _, c := range courier.Channels() {
			lines = append(lines, Line{Name: "channel " + c.Name, Level: OK, Text: c.Kind + ", not asked"})
		}
		return lines
	}
	const patience = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	well := map[string][]string{}
	for _, f := range channels.Examine(ctx, courier) {
		name, text := "channel "+f.Channel, f.What
		if f.Detail != "" {
			text += ": " + f.Detail
		}
		if !f.OK {
			lines = append(lines, Line{name, Warn, f.Kind + " fails at this: " + text, f.Next})
			continue
		}
		well[f.Channel] = append(well[f.Channel], text)
	}
	for _, c := range courier.Channels() {
		if list := well[c.Name]; len(list) > 0 {
			lines = append(lines, Line{Name: "channel " + c.Name, Level: OK, Text: c.Kind + ": " + strings.Join(list, "; ")})
		}
	}
	return lines
}

// told looks whether messages get to people: whether they are tried, whether channels
// took them, and whether each who may be asked has an address.
func (e Examination) told(ctx context.Context, a *app.App, c kept.Census) []Line {
	return slices.Concat(e.overdue(c), e.refused(ctx, a), shut(ctx, a), e.people(ctx, a))
}

// shut are the channels whose other side has said that it takes nothing more.
func shut(ctx context.Context, a *app.App) (lines []Line) {
	stopped := channels.Stopped(ctx, a.Courier)
	for _, name := range slices.Sorted(maps.Keys(stopped)) {
		lines = append(lines, Line{
			"channel " + name, Warn, "the other side takes nothing more since " + stopped[name].Local().Format(time.DateTime),
			"correct its settings, then: beredskab notify test " + name,
		})
	}
	return lines
}

func (e Examination) overdue(c kept.Census) []Line {
	late := 0
	for _, n := range c.Overdue {
		late += n
	}
	if late == 0 {
		return nil
	}
	return []Line{{
		"outbox", Warn, fmt.Sprintf("%d messages have been due for more than five minutes, and nobody tries to deliver them", late),
		"see that a server runs and leads: beredskab node list; then: beredskab notify outbox --overdue",
	}}
}

// lately is how far back messages are looked at that no channel took.
const lately = 7 * 24 * time.Hour

func (e Examination) refused(ctx context.Context, a *app.App) []Line {
	const most = 1000
	list, err := a.Register.Notices(ctx, outbox.Filter{State: outbox.Refused, Limit: most})
	if err != nil {
		return []Line{{"outbox", Fail, err.Error(), "beredskab notify outbox"}}
	}
	list = slices.DeleteFunc(list, func(n outbox.Notice) bool { return e.Now.Sub(n.CreatedAt) > lately })
	if len(list) == 0 {
		return nil
	}
	return []Line{{
		"outbox", Warn, fmt.Sprintf("%d messages of the last seven days could not be delivered, the newest because: %s", len(list), list[0].LastError),
		"beredskab notify outbox --state refused; mend it, then: beredskab notify resend ID",
	}}
}

// mostNamed is how many of them are named.
const mostNamed = 10

// people names whom no message would reach.
func (e Examination) people(ctx context.Context, a *app.App) []Line {
	set, err := a.Register.Set(ctx)
	if err != nil || set.Organisation == nil {
		return nil // nothing has been taken over yet, and what is wrong stands above
	}
	book, err := a.Office.Book(ctx)
	if err != nil {
		return []Line{{"people", Fail, err.Error(), "beredskab people list"}}
	}
	reach := reachOf(e.Settings.Channels)
	if !reach.mail && !reach.phone {
		return []Line{{Name: "people", Level: OK, Text: "no channel reaches people one by one; what is asked goes to the common ones"}}
	}
	missing := append(reach.owners(set, book, e.Now), reach.persons(book, e.Now)...)
	if len(missing) == 0 {
		return []Line{{Name: "people", Level: OK, Text: "everybody who may be asked can be reached"}}
	}
	text, rest := missing, ""
	if len(missing) > mostNamed {
		text, rest = missing[:mostNamed], fmt.Sprintf("; and %d more", len(missing)-mostNamed)
	}
	return []Line{{"people", Warn, strings.Join(text, "; ") + rest, "write mailbox and telephone into the plan files, or: beredskab people list"}}
}

// reach is how the configured channels come to a person.
type reach struct{ mail, phone bool }

func reachOf(list []channels.Channel) (r reach) {
	for _, c := range list {
		r.mail = r.mail || c.Kind == "mail"
		r.phone = r.phone || c.Kind == "sms"
	}
	return r
}

func (r reach) has(mailbox, phone string) bool {
	return r.mail && mailbox != "" || r.phone && phone != ""
}

// owners are the systems whose owner has no address, or whose mailbox is that of somebody
// who was disabled.
func (r reach) owners(set *plan.Set, book *rights.Book, now time.Time) (list []string) {
	for _, p := range set.Plans {
		c := set.Organisation.Reach("systemejer", p)
		if !r.has(c.Mailbox, c.Phone) {
			list = append(list, "the owner of "+p.ID+" has no address")
			continue
		}
		known, gone := false, true
		for _, person := range book.Persons() {
			if c.Mailbox != "" && strings.EqualFold(person.Mail, c.Mailbox) {
				known, gone = true, gone && person.DisabledAt(now)
			}
		}
		if known && gone {
			list = append(list, "the owner of "+p.ID+" is written to at "+c.Mailbox+", the mailbox of somebody who was disabled")
		}
	}
	return list
}

// persons are those who have a role and no address.
func (r reach) persons(book *rights.Book, now time.Time) (list []string) {
	for _, p := range book.Persons() {
		if !p.DisabledAt(now) && len(book.Grants(p.ID)) > 0 && !r.has(p.Mail, p.Phone) {
			list = append(list, p.ID+" has a role and no address")
		}
	}
	return list
}
