package drills

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"beredskab/internal/drill"
)

// figure is a drawing with the table that says the same, as the component "picture"
// takes it.
type figure struct {
	Caption string
	SVG     template.HTML
	Twin    string
	Titles  []string
	Rows    [][]string
}

// drawing is an SVG under way. Its colours stand in attributes, since the policy of
// the pages lets no style stand in a page.
type drawing struct{ strings.Builder }

func (d *drawing) begin(width, height int, title, desc string) {
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="sans-serif" font-size="12" fill="#1a1a1a">`,
		width, height, template.HTMLEscapeString(title))
	fmt.Fprintf(d, `<title>%s</title><desc>%s</desc>`, template.HTMLEscapeString(title), template.HTMLEscapeString(desc))
	d.WriteString(`<defs><pattern id="run-plan" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#f0f0f0"/><line x1="0" y1="0" x2="0" y2="6" stroke="#6b6b6b" stroke-width="2"/></pattern></defs>`)
}

func (d *drawing) rect(x, y, width, height int, fill, more string) {
	fmt.Fprintf(d, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"%s/>`, x, y, max(width, 1), height, fill, more)
}

func (d *drawing) text(x, y int, anchor, more, text string) {
	fmt.Fprintf(d, `<text x="%d" y="%d" text-anchor="%s"%s>%s</text>`, x, y, anchor, more, template.HTMLEscapeString(text))
}

func (d *drawing) line(x1, y1, x2, y2 int, stroke, more string) {
	fmt.Fprintf(d, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"%s/>`, x1, y1, x2, y2, stroke, more)
}

func (d *drawing) end() template.HTML {
	d.WriteString("</svg>")
	return template.HTML(d.String()) // #nosec G203: every text in it was escaped
}

func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}

// The measures of the picture of times.
const (
	labels, bar, aside, row, top = 250, 480, 90, 34, 30
)

// bars draws each step on the run's clock: above by plan, below as it went, with the
// line of now and that of the RTO.
func (t *teller) bars() *figure {
	run, c := &t.run, t.course()
	say, span := t.say, t.v.Texts.Span
	f := &figure{Caption: say("drills.time.caption"), Twin: "run-time-table", Titles: []string{
		say("drills.time.step"), say("drills.time.plan"), say("drills.time.began"), say("drills.time.ended"), ">" + say("drills.time.worked"), ">" + say("drills.time.waited"),
	}}
	start := run.Times.Start
	if start.IsZero() {
		start = t.now
	}
	now := t.now
	if run.State == drill.Ended {
		now = run.Times.End
	}
	whole := max(now.Sub(start), time.Minute)
	for i := range run.Steps {
		whole = max(whole, c.ends[i])
	}
	limit := run.Times.DisruptedAt.Add(run.Plan.Objectives.RTO.Std() + t.stood(run.Times.DisruptedAt, now, true)).Sub(start)
	timed := run.Measured() && !run.Times.DisruptedAt.IsZero() && limit > 0 && limit < 3*whole
	if timed {
		whole = max(whole, limit)
	}
	x := func(d time.Duration) int { return labels + int(float64(bar)*float64(max(d, 0))/float64(whole)) }
	var d drawing
	height := top + row*len(run.Steps) + 24
	d.begin(labels+bar+aside, height, f.Caption, say("drills.time.desc", len(run.Steps)))
	for i := range run.Steps {
		s := &run.Steps[i]
		y := top + row*i
		d.text(labels-8, y+19, "end", "", cut(numbered(s), 34))
		if s.Estimate > 0 {
			d.rect(x(c.begins[i]), y+3, x(c.ends[i])-x(c.begins[i]), 11, "url(#run-plan)", ` stroke="#6b6b6b"`)
		}
		t.actual(&d, s, start, now, y, x)
		plan := "–"
		if s.Estimate > 0 {
			plan = span(estimated(s.Step))
		}
		f.Rows = append(f.Rows, []string{numbered(s), plan, t.at(s.StartedAt), t.at(s.EndedAt), t.measured(s.Worked), t.measured(s.Waited)})
	}
	t.lines(&d, x, now.Sub(start), limit, timed, height)
	f.SVG = d.end()
	return f
}

func (t *teller) measured(d time.Duration) string {
	if d <= 0 {
		return "–"
	}
	return t.v.Texts.Span(d.Round(time.Second))
}

// actual draws how a step went: what was waited light, what was worked dark.
func (t *teller) actual(d *drawing, s *drill.Step, start, now time.Time, y int, x func(time.Duration) int) {
	if s.StartedAt.IsZero() || s.State == drill.Skipped || s.State == drill.Blocked {
		return
	}
	from, to := s.StartedAt.Sub(start), now.Sub(start)
	if !s.EndedAt.IsZero() {
		to = s.EndedAt.Sub(start)
	}
	begun := from
	if s.Human() {
		begun = to
		if !s.TakenAt.IsZero() {
			begun = s.TakenAt.Sub(start)
		} else if s.Over() && s.Worked > 0 {
			begun = max(from, to-s.Worked)
		}
	}
	if begun > from {
		d.rect(x(from), y+16, x(begun)-x(from), 12, "#9ec3e6", "")
	}
	fill := "#0b4f8f"
	if s.State == drill.Failed {
		fill = "#a30000"
	}
	if to > begun {
		d.rect(x(begun), y+16, x(to)-x(begun), 12, fill, "")
	}
	mark := map[string]string{"done": "✔", "failed": "✖", "running": "▶", "waiting": "…", "unknown": "?"}[state(s)]
	d.text(x(to)+5, y+27, "start", "", mark)
}

// lines draws now and the RTO across all steps.
func (t *teller) lines(d *drawing, x func(time.Duration) int, now, limit time.Duration, timed bool, height int) {
	if t.run.State != drill.Ended && t.run.State != drill.Planned {
		d.line(x(now), top-6, x(now), height-20, "#1a1a1a", ` stroke-dasharray="4 3"`)
		d.text(x(now), height-6, "middle", ` font-weight="bold"`, t.say("drills.time.now", t.at(t.now)))
	}
	if timed {
		d.line(x(limit), top-6, x(limit), height-20, "#a30000", ` stroke-width="2"`)
		d.text(min(x(limit), labels+bar), 16, "middle", ` font-weight="bold" fill="#a30000"`, t.say("drills.time.rto", t.at(t.run.Times.Start.Add(limit))))
	}
}
