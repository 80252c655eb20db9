package drills

import (
	"fmt"
	"strings"
	"time"

	"beredskab/internal/drill"
)

// The measures of the graph of steps: a box, and the room around it.
const (
	boxWidth, boxHeight, besideBox, belowBox = 216, 58, 20, 36
)

// graph draws which step waits for which, from the first downwards. A state is told
// by a sign and a word, and by colour only besides.
func (t *teller) graph() *figure {
	run, before := &t.run, needs(&t.run)
	f := &figure{Caption: t.say("drills.graph.caption"), Twin: "run-graph-table", Titles: []string{
		t.say("drills.time.step"), t.say("drills.graph.state"), t.say("drills.graph.after"),
	}}
	place, rows, widest := ranked(run, before)
	var d drawing
	width := max(widest*(boxWidth+besideBox)+besideBox, 400)
	d.begin(width, len(rows)*(boxHeight+belowBox)+10, f.Caption, t.say("drills.graph.desc", len(run.Steps)))
	at := func(i int) (x, y int) {
		in := rows[place[i].rank]
		left := (width - len(in)*(boxWidth+besideBox) + besideBox) / 2
		return left + place[i].at*(boxWidth+besideBox), 5 + place[i].rank*(boxHeight+belowBox)
	}
	for i := range run.Steps {
		x, y := at(i)
		var names []string
		for _, j := range before[i] {
			fx, fy := at(j)
			fx, fy = fx+boxWidth/2, fy+boxHeight
			tx := x + boxWidth/2
			fmt.Fprintf(&d, `<path d="M%d %dC%d %d %d %d %d %d" fill="none" stroke="#5c5c5c" stroke-width="1.5"/>`, fx, fy, fx, fy+22, tx, y-22, tx, y)
			fmt.Fprintf(&d, `<path d="M%d %dl-4 -7h8z" fill="#5c5c5c"/>`, tx, y)
			names = append(names, numbered(&run.Steps[j]))
		}
		s := &run.Steps[i]
		t.box(&d, s, x, y)
		f.Rows = append(f.Rows, []string{numbered(s), t.say("drills.step." + string(s.State)), dash(strings.Join(names, ", "))})
	}
	f.SVG = d.end()
	return f
}

func dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

type spot struct{ rank, at int }

// ranked puts each step on the row below everything that it waits for; cleanup comes
// below all the rest.
func ranked(run *drill.Run, before [][]int) (place []spot, rows [][]int, widest int) {
	place = make([]spot, len(run.Steps))
	known := make([]bool, len(run.Steps))
	var rank func(i int) int
	rank = func(i int) int {
		if known[i] {
			return place[i].rank
		}
		known[i] = true
		for _, j := range before[i] {
			place[i].rank = max(place[i].rank, rank(j)+1)
		}
		return place[i].rank
	}
	last := 0
	for i := range run.Steps {
		if !run.Steps[i].Cleanup {
			last = max(last, rank(i))
		}
	}
	for i := range run.Steps {
		if run.Steps[i].Cleanup {
			place[i].rank = max(rank(i), last+1)
		}
		for len(rows) <= place[i].rank {
			rows = append(rows, nil)
		}
		place[i].at = len(rows[place[i].rank])
		rows[place[i].rank] = append(rows[place[i].rank], i)
		widest = max(widest, len(rows[place[i].rank]))
	}
	return place, rows, widest
}

func (t *teller) box(d *drawing, s *drill.Step, x, y int) {
	fill, stroke, mark := "#fff", ` stroke="#6b6b6b"`, "○"
	switch state(s) {
	case "done":
		fill, stroke, mark = "#e8f4ea", ` stroke="#1c6b2c" stroke-width="2"`, "✔"
	case "failed":
		fill, stroke, mark = "#fbeaea", ` stroke="#a30000" stroke-width="3"`, "✖"
	case "running":
		fill, stroke, mark = "#e4eff9", ` stroke="#0b4f8f" stroke-width="3"`, "▶"
	case "waiting":
		fill, stroke, mark = "#fff6dc", ` stroke="#7a5b00" stroke-width="3"`, "…"
	case "unknown":
		fill, stroke, mark = "#fff6dc", ` stroke="#7a5b00" stroke-width="3" stroke-dasharray="5 3"`, "?"
	case "skipped":
		stroke, mark = ` stroke="#6b6b6b" stroke-dasharray="5 3"`, "»"
	}
	d.rect(x, y, boxWidth, boxHeight, fill, stroke+` rx="3"`)
	d.text(x+8, y+18, "start", ` font-weight="bold"`, cut(numbered(s), 25))
	d.text(x+8, y+34, "start", ` font-size="11"`, mark+" "+t.say("drills.step."+string(s.State)))
	foot := t.hands(s)
	if s.State == drill.Waiting && s.Estimate > 0 {
		foot += " · " + t.v.Texts.Span(estimated(s.Step))
	} else if s.Worked > 0 {
		foot += " · " + t.v.Texts.Span(s.Worked.Round(time.Second))
	}
	d.text(x+8, y+50, "start", ` font-size="11"`, cut(foot, 30))
}
