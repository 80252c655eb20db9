package trace

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"beredskab/internal/drill"
	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
)

// outboxPage is what a demo would have sent, each message as its receiver sees it. To
// answer there is to follow the message's own link, as whoever got it would.
type outboxPage struct {
	Channel, Receiver string
	Letters           []letter
	Tabs              []tab
	Receivers         []string
	Page, Pages       int
	Previous, Next    string
}

// atOnce is how many messages of the demo stand on a page.
const atOnce = 12

func (p *Part) outbox(v *frame.Visit) error {
	all, err := p.Sent()
	if err != nil {
		return fmt.Errorf("reading what the demo would have sent: %w", err)
	}
	pg := outboxPage{Channel: v.Query("channel"), Receiver: v.Query("to"), Page: 1}
	pg.choose(v, all)
	list := slices.DeleteFunc(slices.Clone(all), func(s facsimile.Sent) bool {
		return pg.Channel != "" && s.Channel != pg.Channel || pg.Receiver != "" && s.Receiver != pg.Receiver
	})
	pg.Pages = max(1, (len(list)+atOnce-1)/atOnce)
	if n, err := strconv.Atoi(v.Query("page")); err == nil && n > 1 {
		pg.Page = min(n, pg.Pages)
	}
	if pg.Page > 1 {
		pg.Previous = pg.path(pg.Channel, pg.Page-1)
	}
	if pg.Page < pg.Pages {
		pg.Next = pg.path(pg.Channel, pg.Page+1)
	}
	runs := map[string]*drill.Run{}
	for _, s := range list[(pg.Page-1)*atOnce : min(pg.Page*atOnce, len(list))] {
		l, err := p.received(v, s, runs)
		if err != nil {
			return fmt.Errorf("reading the run %s: %w", s.Run, err)
		}
		pg.Letters = append(pg.Letters, l)
	}
	v.Frames()
	return v.Show("trace/outbox", pg)
}

// choose fills in what the list can be narrowed by.
func (pg *outboxPage) choose(v *frame.Visit, all []facsimile.Sent) {
	channels := map[string]string{}
	for _, s := range all {
		channels[s.Channel] = s.Wire.Kind
		if s.Receiver != "" && !strings.Contains(s.Receiver, ", ") && !slices.Contains(pg.Receivers, s.Receiver) {
			pg.Receivers = append(pg.Receivers, s.Receiver)
		}
	}
	slices.Sort(pg.Receivers)
	names := []string{""}
	for name := range channels {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(channels[a]), rank(channels[b])), cmp.Compare(a, b))
	})
	for _, name := range names {
		text := v.Texts.Say("trace.outbox.all")
		if name != "" {
			text = name
		}
		pg.Tabs = append(pg.Tabs, tab{Path: pg.path(name, 1), Text: text, Here: name == pg.Channel})
	}
}

// rank is the order of the channels' kinds.
func rank(kind string) int {
	return slices.Index([]string{"", "slack", "mail", "teams", "sms", "webhook"}, kind)
}

// path is the address of a page of the list.
func (pg outboxPage) path(channel string, page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"channel": channel, "to": pg.Receiver} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	return strings.TrimSuffix("/outbox?"+q.Encode(), "?")
}

// outboxMail is a mail of the demo as a mail program shows it.
func (p *Part) outboxMail(v *frame.Visit) error {
	all, err := p.Sent()
	if err != nil {
		return fmt.Errorf("reading what the demo would have sent: %w", err)
	}
	at := slices.IndexFunc(all, func(s facsimile.Sent) bool { return fmt.Sprint(s.ID) == v.Path("id") })
	if at < 0 {
		return fmt.Errorf("message %q: %w", v.Path("id"), kept.ErrNotFound)
	}
	return shown(v, look(all[at].Wire))
}

// shown answers with the page of a mail.
func shown(v *frame.Visit, l letter) error {
	if l.HTML == "" {
		return fmt.Errorf("the message is no mail: %w", kept.ErrNotFound)
	}
	return v.Within(inside(l.HTML))
}
