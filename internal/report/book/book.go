// Package book is what the compiled ikt-beredskabsplan says, chapter by chapter
// (spec/domain.md 1.2), and the action card of each system. It reads plans and
// knows nothing of pages; what exercises and follow-up say is added by who makes
// the document.
package book

import (
	"fmt"
	"strings"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// Speaker says words and lengths in the language of the book.
type Speaker interface {
	Say(key string, values ...any) string
	Word(group, code string) string
	Span(time.Duration) string
	Day(time.Time) string
}

// Chapter is one part of the book. Texts are as the plans have them.
type Chapter struct {
	Key, Title string
	Sub        bool // a part of the chapter before it
	Break      bool // begins a new page
	Text, List []string
	Tables     []Table
	After      []string
}

// Table is rows under headings. A heading that begins with ">" holds numbers;
// Key is the column that names the row.
type Table struct {
	Key, Caption string
	Titles       []string
	Named        int
	Rows         [][]string
}

// Input is what the book is made from.
type Input struct {
	Set *plan.Set
	// Order is the order of recovery; empty when systems wait for each other in
	// a Circle.
	Order    []recovery.Result
	Circle   []string
	Versions map[string]Version // by system; one without is not approved
}

// Version is what has been said of the plan version in force.
type Version struct {
	Confirmed, Approved     time.Time
	ConfirmedBy, ApprovedBy string
}

// writer writes chapters of one book.
type writer struct {
	Speaker
	Input
	org   *plan.Organisation
	plans []*plan.Plan // in the order of recovery
}

func newWriter(s Speaker, in Input) *writer {
	w := &writer{Speaker: s, Input: in, org: in.Set.Organisation, plans: in.Set.Plans}
	if w.org == nil {
		w.org = &plan.Organisation{}
	}
	if len(in.Order) > 0 {
		w.plans = nil
		for _, r := range in.Order {
			if p, ok := in.Set.Plan(r.System); ok {
				w.plans = append(w.plans, p)
			}
		}
	}
	return w
}

// Chapters are the fourteen chapters; 12 and 13 hold what the plans say of
// exercises and nothing of what was measured.
func Chapters(s Speaker, in Input) []Chapter {
	w := newWriter(s, in)
	chapters := []Chapter{
		w.purpose(), w.governing(), w.definitions(), w.alerting(), w.staff(), w.logging(), w.order(), w.systemsHead(),
	}
	for i, p := range w.plans {
		c := w.system(p)
		c.Break = i > 0 // so that one system's pages can be changed in a binder
		chapters = append(chapters, c)
	}
	return append(chapters, w.communication(), w.authorities(), w.returning(), w.exercises(), w.chapter("improvements"), w.annexes())
}

// chapter is a chapter with the title and the texts of its key.
func (w *writer) chapter(key string) Chapter {
	return Chapter{Key: key, Title: w.Say("book." + key), Text: []string{w.Say("book." + key + ".text")}}
}

// table makes a table with a caption and headings of the book's texts; a heading
// may begin with ">".
func (w *writer) table(key string, rows [][]string, titles ...string) []Table {
	if len(rows) == 0 {
		return nil
	}
	for i, t := range titles {
		mark := ""
		if t[0] == '>' {
			mark, t = ">", t[1:]
		}
		titles[i] = mark + w.Say("col."+t)
	}
	return []Table{{Key: key, Caption: w.Say("book.caption." + key), Titles: titles, Rows: rows}}
}

func (w *writer) length(d plan.Duration) string {
	if d == 0 {
		return "–"
	}
	return w.Span(d.Std())
}

// role names a role by the words of the organisation or the plan.
func (w *writer) role(id string, p *plan.Plan) string {
	if id == "" {
		return "–"
	}
	return w.org.Reach(id, p).Role
}

func (w *writer) roles(ids []string, p *plan.Plan) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.role(id, p)
	}
	return dash(strings.Join(names, ", "))
}

// name is a system by its name.
func (w *writer) name(id string) string {
	if p, ok := w.Set.Plan(id); ok {
		return p.Name
	}
	return id
}

func (w *writer) needs(p *plan.Plan) string {
	var names []string
	for _, d := range p.DependsOn {
		if recovery.ForRecovery(d) {
			names = append(names, w.name(d.ID))
		}
	}
	return dash(strings.Join(names, ", "))
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// number is a telephone number that is not broken in the middle.
func number(phone string) string { return dash(strings.ReplaceAll(phone, " ", "\u00a0")) }

// day is a date of a plan as the language writes it.
func (w *writer) day(text string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return dash(text)
	}
	return w.Day(at.Add(12 * time.Hour))
}

// lines puts each item on a line of its own.
func lines(items []string) string { return dash(strings.Join(items, "\n")) }

// place is the place of a system in the order of recovery, from 1; 0 when the
// order is not known.
func (w *writer) place(id string) int {
	for i, r := range w.Order {
		if r.System == id {
			return i + 1
		}
	}
	return 0
}

// numbered writes a system's place before its name.
func (w *writer) numbered(p *plan.Plan) string {
	if n := w.place(p.ID); n > 0 {
		return fmt.Sprintf("%d. %s", n, p.Name)
	}
	return p.Name
}
