package calendar

import (
	"cmp"
	"slices"
	"strings"

	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
)

// feeds is the page on which somebody gets an address to subscribe to.
type feeds struct {
	Options []option // person, systems and teams that there is a calendar of
	Chosen  string
	Address string // that was just made; shown this once
}

type option struct{ Value, Text string }

// feeds offers calendars: one's own, and those of the systems and teams that the
// visitor may see.
func (p *Part) feeds(v *frame.Visit) error { return p.offer(v, "") }

func (p *Part) offer(v *frame.Visit, address string) error {
	out := feeds{Chosen: cmp.Or(v.Field("of"), "person/"+v.Person.ID), Address: address}
	list, err := p.offered(v)
	if err != nil {
		return err
	}
	out.Options = list
	return v.Show("calendar/feeds", out)
}

func (p *Part) offered(v *frame.Visit) ([]option, error) {
	set, err := p.Register.Set(v.Context())
	if err != nil {
		return nil, err
	}
	list := []option{{"person/" + v.Person.ID, v.Texts.Say("calendar.feed.mine")}}
	for _, s := range set.Plans {
		if v.May(matrix.PlanInternal, matrix.Read, duty.About(s, "")) {
			list = append(list, option{"system/" + s.ID, s.Name})
		}
	}
	for _, t := range set.Organisation.Teams {
		list = append(list, option{"team/" + t.ID, v.Texts.Say("calendar.feed.team", cmp.Or(t.Name, t.ID))})
	}
	return list, nil
}

// makeFeed makes an address and shows it this once, so that it stands in no address
// line and in no history.
func (p *Part) makeFeed(v *frame.Visit) error {
	list, err := p.offered(v)
	if err != nil {
		return err
	}
	of := v.Field("of")
	if !slices.ContainsFunc(list, func(o option) bool { return o.Value == of }) {
		return v.Again(p.feeds, frame.Wrong{Key: "calendar.feed.wrong"})
	}
	kind, id, _ := strings.Cut(of, "/")
	path, err := p.Feed(v.Context(), v.Actor(), kind, id, v.Texts.Lang)
	if err != nil {
		return v.Again(p.feeds, err)
	}
	return p.offer(v, p.Origin+path)
}
