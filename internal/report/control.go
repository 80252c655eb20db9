package report

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/picture"
	"beredskab/internal/report/figures"
	"beredskab/internal/report/page"
)

// Control writes the readiness and control report: what each control of law and
// standards can be shown with right now (R4, R20, spec/domain.md 2.2), and the
// four things that Rigsrevisionen asks of each system.
func Control(w io.Writer, in YearInput, form Form, lang string) error {
	return in.write(w, form, lang, "control report", (*figured).control)
}

// Wheel writes the year wheel: the year's duties as a calendar and a list (R35).
func Wheel(w io.Writer, in YearInput, form Form, lang string) error {
	return in.write(w, form, lang, "year wheel", (*figured).wheel)
}

// EvidenceCodes are the codes of Evidence that the control report has a sentence
// for. The register may leave out accepted, approved, exercised, measured,
// verified, log, supplier_tested and supplier_took_part: the other figures say
// them.
func EvidenceCodes() []string { return figures.EvidenceCodes() }

func (d *figured) control() *page.Document {
	doc := d.base("internal", d.Say("control.title"), d.Say("control.lead", d.Date(d.f.CutOff)))
	shown := d.f.Shown()
	var rows [][]string
	tally := map[string]int{}
	doc.List = page.Table{Columns: page.Columns("control", "requirement", "rules", "state", "evidence", "count", "of", "newest")}
	for _, c := range figures.Controls() {
		state := d.f.Judge(c, shown)
		tally[state]++
		rows = append(rows, []string{d.Say("control." + c.Key), d.Say("control." + c.Key + ".means"), d.proof(c, shown), picture.Mark(state) + "\u00a0" + d.Word("shown", state)})
		for _, code := range c.Evidence {
			e := shown[code]
			newest := ""
			if !e.At.IsZero() {
				newest = e.At.In(d.Zone).Format(time.DateOnly)
			}
			doc.List.Rows = append(doc.List.Rows, []string{c.Key, d.Say("control." + c.Key), strings.Join(c.Rules, " "), state, code, strconv.Itoa(e.Count), strconv.Itoa(e.Of), newest})
		}
		if len(c.Evidence) == 0 {
			doc.List.Rows = append(doc.List.Rows, []string{c.Key, d.Say("control." + c.Key), strings.Join(c.Rules, " "), state, "", "", "", ""})
		}
	}
	var tiles []page.Tile
	for _, state := range []string{picture.OK, picture.AtRisk, picture.Breached, picture.Unknown} {
		n := tally[state]
		if state == picture.Breached {
			n += tally[picture.Waived]
		}
		tiles = append(tiles, page.Tile{Number: d.Say("count", n), Text: d.Say("control.tile." + state)})
	}
	return d.add(
		doc,
		page.Section{ID: "controls", Title: d.Say("control.controls"), Tiles: tiles, Text: []string{d.Say("control.text")}, Tables: []page.Table{{
			ID: "controls-table", Caption: d.Say("control.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.requirement"), d.Say("col.means"), d.Say("col.proof"), d.Say("col.standing")),
		}}},
		d.four(), d.ruleList(), d.data(),
	)
}

// proof is what shows a control: how its rules came out, and the counts.
func (d *figured) proof(c figures.Control, shown map[string]Evidence) string {
	var list []string
	for _, r := range d.f.Rules {
		if slices.Contains(c.Rules, r.ID) {
			text := d.Say("proof.rule", r.ID, r.OK+r.AtRisk, r.OK+r.AtRisk+r.Breached+r.Waived+r.Unknown)
			for _, x := range []struct {
				key string
				n   int
			}{{"breached", r.Breached}, {"waived", r.Waived}, {"unknown", r.Unknown}} {
				if x.n > 0 {
					text += d.Say("proof."+x.key, x.n)
				}
			}
			list = append(list, text)
		}
	}
	for _, code := range c.Evidence {
		e, known := shown[code]
		if !known || e.Of == 0 {
			list = append(list, d.Say("evidence."+code+".none"))
			continue
		}
		text := d.Say("evidence."+code, e.Count, e.Of)
		if !e.At.IsZero() {
			text += " " + d.Say("proof.newest", d.Day(e.At))
		}
		list = append(list, text)
	}
	return strings.Join(list, "\n")
}

// four is the view of Rigsrevisionen: is it there, and is it tested.
func (d *figured) four() page.Section {
	part := func(p Part) string {
		if p.Plan == "not_needed" {
			return d.Say("part.not_needed")
		}
		plan, test := picture.Breached, picture.Breached
		if p.Plan == "present" {
			plan = picture.OK
		}
		switch p.Test {
		case "held":
			test = picture.OK
		case "overdue":
			test = picture.AtRisk
		case "not_needed":
			return picture.Mark(plan) + "\u00a0" + d.Word("part", p.Plan)
		}
		text := picture.Mark(plan) + "\u00a0" + d.Word("part", p.Plan) + "\n" + picture.Mark(test) + "\u00a0" + d.Word("test", p.Test)
		if !p.Tested.IsZero() {
			text += " " + d.Day(p.Tested)
		}
		return text
	}
	var rows [][]string
	for _, s := range d.f.Systems {
		rows = append(rows, []string{s.Name, part(s.Basis), part(s.Crisis), part(s.Workaround), part(s.Recovery)})
	}
	return page.Section{ID: "four", Title: d.Say("four.title"), Break: true, Text: []string{d.Say("four.text")}, Tables: []page.Table{{
		ID: "four-table", Caption: d.Say("four.caption"), Rows: rows,
		Columns: page.Columns(d.Say("col.system"), d.Say("col.basis"), d.Say("col.crisis"), d.Say("col.workaround"), d.Say("col.recovery")),
	}}}
}

// ruleList is how every rule came out.
func (d *figured) ruleList() page.Section {
	s := page.Section{ID: "rules", Title: d.Say("rules.title")}
	var rows [][]string
	for _, r := range d.f.Rules {
		row := []string{r.ID, d.Word("rule", r.ID)}
		for _, n := range []int{r.OK, r.AtRisk, r.Breached, r.Waived, r.Unknown} {
			row = append(row, d.Say("count", n))
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		titles := []string{d.Say("col.code"), d.Say("col.rule")}
		for _, state := range []string{picture.OK, picture.AtRisk, picture.Breached, picture.Waived, picture.Unknown} {
			titles = append(titles, ">"+d.standing(state))
		}
		s.Tables = []page.Table{{ID: "rules-table", Caption: d.Say("rules.caption"), Key: 1, Rows: rows, Columns: page.Columns(titles...)}}
	}
	return s
}

// wheel is the year as a calendar and its duties as a list.
func (d *figured) wheel() *page.Document {
	year := d.f.From.In(d.Zone).Year()
	doc := d.base("internal", d.Say("wheel.title", year), d.Say("wheel.lead", d.Date(d.f.CutOff)))
	var tasks []Task
	var days []picture.Day
	doc.List = page.Table{Columns: page.Columns("date", "task", "system", "role", "state")}
	for _, t := range d.f.Tasks {
		if t.At.In(d.Zone).Year() == year {
			tasks = append(tasks, t)
		}
	}
	slices.SortStableFunc(tasks, func(a, b Task) int { return a.At.Compare(b.At) })
	for _, t := range tasks {
		days = append(days, picture.Day{At: t.At, Text: d.task(t), State: t.State})
		doc.List.Rows = append(doc.List.Rows, []string{t.At.In(d.Zone).Format(time.DateOnly), d.task(t), t.System, t.Role, t.State})
	}
	s := page.Section{ID: "wheel", Title: d.Say("wheel.section")}
	if len(tasks) == 0 {
		s.Text = []string{d.Say("next.none")}
		return d.add(doc, s)
	}
	calendar := figure(picture.Calendar(d, "calendar", d.Say("wheel.calendar", year), year, d.Zone, days), false)
	calendar.Twin = nil // the list below says the same
	s.Pictures, s.Tables = []page.Figure{calendar}, []page.Table{d.taskTable("calendar", d.Say("wheel.list"), tasks)}
	return d.add(doc, s)
}
