package report

import (
	"fmt"
	"io"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/report/figures"
	"beredskab/internal/report/page"
)

// YearInput is what the yearly report, its annex and the quarterly report are
// made from.
type YearInput struct {
	Frozen    []byte     // see Freeze
	Last      []byte     // the frozen figures of the period before; nil when there are none
	Approvals []Approval // in the order in which they are asked for
	Treatment *Treatment // nil until the committee has treated the report
	PrintedAt time.Time
}

// Approval is the word of one role on a document. A zero time is a line to sign.
type Approval struct {
	Role string
	Name string
	At   time.Time
}

// Treatment is what the committee did with the report (R39).
type Treatment struct {
	At        time.Time
	Committee string
	Item      string
	Decision  string
	Case      string // reference in the ESDH
}

// Year writes the yearly report to Økonomiudvalget: eleven sections on at most
// six pages of A4, the first two of which are a summary (R30, spec/domain.md
// 5.4). What strangers must not read stands in the Annex.
func Year(w io.Writer, in YearInput, form Form, lang string) error {
	return in.write(w, form, lang, "yearly report", (*figured).year)
}

// Screen is the yearly report before it has a form, for whoever shows it in a page of
// his own.
func (in YearInput) Screen(lang string) (doc *page.Document, err error) {
	err = in.write(io.Discard, JSON, lang, "yearly report", func(d *figured) *page.Document {
		doc = d.year()
		return doc
	})
	return doc, err
}

// Annex writes the closed annex of the yearly report: every system, exercise,
// improvement, dispensation and supplier.
func Annex(w io.Writer, in YearInput, form Form, lang string) error {
	return in.write(w, form, lang, "closed annex", (*figured).annex)
}

// Quarter writes the management report of a quarter to Direktionen (R19).
func Quarter(w io.Writer, in YearInput, form Form, lang string) error {
	return in.write(w, form, lang, "quarterly report", (*figured).quarter)
}

func (in YearInput) write(w io.Writer, form Form, lang, what string, document func(*figured) *page.Document) error {
	f, hash, err := thawed(in.Frozen)
	if err != nil {
		return fmt.Errorf("reading the figures of the %s: %w", what, err)
	}
	d := figured{YearInput: in, f: f, hash: hash, now: f.Tally()}
	if in.Last != nil {
		if d.last, _, err = thawed(in.Last); err != nil {
			return fmt.Errorf("reading last period's figures of the %s: %w", what, err)
		}
		d.before = d.last.Tally()
	}
	err = write(w, form, lang, in.Frozen, func(say *phrase.Phrases) *page.Document {
		d.Phrases = say
		return document(&d)
	})
	if err != nil {
		return fmt.Errorf("making the %s: %w", what, err)
	}
	return nil
}

// figured is a document that is made of frozen figures.
type figured struct {
	*phrase.Phrases
	YearInput
	f, last     *Figures // last is nil when there is nothing to compare with
	hash        string   // SHA-256 of the frozen figures
	now, before figures.Tally
}

// base is a document without its sections. class says who may read it.
func (d *figured) base(class, title, lead string) *page.Document {
	tone := "open"
	if class == "closed" {
		tone = "closed"
	}
	return &page.Document{
		Lang: d.Lang, Tone: tone, Word: d.f.Organisation, Class: d.Say("class." + class), Title: title, Lead: lead,
		Page: d.Say("page"), Of: d.Say("page.of"), TableWord: d.Say("as.table"),
		Footer: d.Say("figures.footer", d.Day(d.f.CutOff), d.f.Program, d.hash, d.f.Log.Root, d.Whole(d.f.Log.Size)),
		List:   d.systemList(),
	}
}

// add puts sections that have something to show on a document, numbered.
func (d *figured) add(doc *page.Document, sections ...page.Section) *page.Document {
	for _, s := range sections {
		if s.Empty() {
			continue
		}
		s.Title = d.Say("step.numbered", len(doc.Sections)+1, s.Title)
		doc.Sections = append(doc.Sections, s)
	}
	return doc
}

// year is the open report.
func (d *figured) year() *page.Document {
	doc := d.base("open", d.Say("year.title", d.f.From.In(d.Zone).Year()), d.Say("year.lead", d.Date(d.f.CutOff)))
	if d.approved().IsZero() {
		doc.Draft = d.Say("year.draft")
	}
	return d.add(
		doc, d.conclusion(), d.state(), d.outside(5), d.held(), d.improvements(), d.dispensations(5), d.suppliers(),
		d.controls(), d.changes(), d.next(12), d.request(), d.data(),
	)
}

// approved is when the last of those asked has approved; zero when one is left.
func (d *figured) approved() (at time.Time) {
	for _, a := range d.Approvals {
		if a.At.IsZero() {
			return time.Time{}
		}
		at = a.At
	}
	return at
}

// conclusion is the first page: large numbers, five lines, the trend, and what
// was good, what was not, and what is asked for.
func (d *figured) conclusion() page.Section {
	s := page.Section{ID: "conclusion", Class: "summary", Title: d.Say("year.conclusion"), Tiles: d.tiles(), Text: d.f.Words.Conclusion}
	if len(s.Text) == 0 {
		s.Text = d.concluded()
	}
	if p, ok := d.trend(); ok {
		s.Pictures = []page.Figure{p}
	}
	for _, box := range []page.Box{
		{Title: d.Say("year.good"), Items: either(d.f.Words.Good, d.good())},
		{Title: d.Say("year.bad"), Items: either(d.f.Words.Bad, d.bad())},
		{Title: d.Say("year.requests"), Items: d.requests()},
	} {
		if len(box.Items) == 0 {
			box.Items = []string{d.Say("none")}
		}
		s.Boxes = append(s.Boxes, box)
	}
	return s
}

func either(first, second []string) []string {
	if len(first) > 0 {
		return first
	}
	return second[:min(3, len(second))]
}

// tiles are the four numbers that a reader remembers.
func (d *figured) tiles() []page.Tile {
	before := func(key string, values ...any) string {
		if d.last == nil {
			return d.Say("tile.no.before")
		}
		return d.Say("tile.before", d.period(d.last), d.Say(key, values...))
	}
	n, b := d.now, d.before
	return []page.Tile{
		{Number: d.Say("percent", share(n.Ready, n.Systems)), Text: d.Say("tile.ready", n.Ready, n.Systems), Before: before("percent", share(b.Ready, b.Systems))},
		{Number: d.Say("count", n.Drills), Text: d.Say("tile.drills"), Before: before("count", b.Drills)},
		{Number: d.Say("part", n.Within, n.Measured), Text: d.Say("tile.within"), Before: before("part", b.Within, b.Measured)},
		{Number: d.Say("count", n.Running), Text: d.Say("tile.dispensations"), Before: before("count", b.Running)},
	}
}

// period names a period: a year, or a quarter of one.
func (d *figured) period(f *Figures) string {
	from := f.From.In(d.Zone)
	if f.Until.Sub(f.From) > 200*24*time.Hour {
		return d.Say("count", from.Year())
	}
	return d.Say("quarter", (int(from.Month())+2)/3, from.Year())
}

// concluded is the conclusion in five lines, from the figures.
func (d *figured) concluded() []string {
	n := d.now
	first := d.Say("concluded.ready", n.Ready, n.Systems)
	if d.last != nil {
		first += " " + d.Say("concluded.before", share(n.Ready, n.Systems), share(d.before.Ready, d.before.Systems))
	}
	drills := d.Count("concluded.drills", n.Drills) + " " + d.Count("concluded.incidents", n.Incidents)
	if n.Measured > 0 {
		drills += " " + d.Say("concluded.within", n.Within, n.Measured)
	}
	return []string{
		first, d.Count("concluded.outside", n.Outside), d.Count("concluded.unknown", n.Unknown), drills,
		d.Count("concluded.due", n.Due) + " " + d.Count("concluded.running", n.Running),
	}
}

// good is what the figures praise, the weightiest first.
func (d *figured) good() (list []string) {
	n := d.now
	if d.last != nil && n.Ready > d.before.Ready {
		list = append(list, d.Say("good.ready", n.Ready-d.before.Ready))
	}
	if n.Measured > 0 && n.Within == n.Measured {
		list = append(list, d.Count("good.within", n.Measured))
	}
	if without := d.vital(func(s System) bool { return s.Workaround.Plan == "missing" }); without == 0 && d.vital(func(System) bool { return true }) > 0 {
		list = append(list, d.Say("good.workaround"))
	}
	if n.Verified > 0 {
		list = append(list, d.Count("good.verified", n.Verified))
	}
	if d.f.Log.Broken == "" && !d.f.Log.Verified.IsZero() {
		list = append(list, d.Say("good.log"))
	}
	return list
}

// bad is what the figures complain of, the weightiest first.
func (d *figured) bad() (list []string) {
	n := d.now
	if d.f.Log.Broken != "" {
		list = append(list, d.Say("bad.log"))
	}
	if late := d.vital(func(s System) bool { return s.State == "breached" }); late > 0 {
		list = append(list, d.Count("bad.vital", late))
	} else if n.Outside > 0 {
		list = append(list, d.Count("bad.outside", n.Outside))
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"bad.unknown", n.Unknown}, {"bad.missed", n.Missed}, {"bad.due", n.Due}, {"bad.alone", n.Alone}} {
		if x.n > 0 {
			list = append(list, d.Count(x.key, x.n))
		}
	}
	return list
}

// vital counts the systems critical to society for which a thing holds.
func (d *figured) vital(is func(System) bool) int { return d.f.Counted("samfundskritisk", is) }

// requests is what the reader is asked to decide.
func (d *figured) requests() []string {
	if len(d.f.Words.Requests) > 0 {
		return d.f.Words.Requests
	}
	list := []string{d.Say("request.note")}
	if d.now.Outside > 0 {
		list = append(list, d.Count("request.outside", d.now.Outside))
	}
	return list
}
