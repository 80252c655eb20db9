package report

import (
	"strconv"
	"strings"

	"beredskab/internal/followup"
	"beredskab/internal/phrase"
	"beredskab/internal/report/page"
)

// evaluation is what an evaluator says of the run, with the debrief and what the
// participants answered.
func (d *drillReport) evaluation() page.Section {
	s := page.Section{ID: "evaluation", Title: d.Say("evaluation")}
	e := d.Evaluation
	if e == nil || e.EvaluatedBy == nil {
		return s
	}
	s.Text = []string{d.Say("evaluation.by", phrase.Visible(e.EvaluatedBy.Person), d.Moment(e.EvaluatedBy.At))}
	if e.Notes != "" {
		s.Text = append(s.Text, d.Say("evaluation.debrief", phrase.Visible(e.Notes)))
	}
	if n := len(e.Survey); n > 0 {
		prepared, usable := 0, 0
		for _, answer := range e.Survey {
			prepared, usable = prepared+answer.Prepared, usable+answer.Usable
		}
		s.Text = append(s.Text, d.Say("evaluation.survey", n, d.mean(prepared, n), d.mean(usable, n)))
	}
	if e.Assessment.None {
		s.Text = append(s.Text, d.Say("evaluation.none"))
	}
	s.Boxes = d.observations(e.Assessment)
	var rows [][]string
	for _, aim := range e.Assessment.Aims {
		rows = append(rows, []string{phrase.Visible(aim.Text), d.Word("met", aim.Met), phrase.Dash(phrase.Visible(aim.Note))})
	}
	if len(rows) > 0 {
		s.Tables = []page.Table{{
			ID: "evaluation-table", Caption: d.Say("evaluation.caption"), Rows: rows,
			Columns: page.Columns(d.Say("col.aim"), d.Say("col.met"), d.Say("col.note")),
		}}
	}
	return s
}

func (d *drillReport) observations(a *followup.Assessment) (boxes []page.Box) {
	for _, list := range []struct {
		key   string
		texts []string
	}{
		{"strengths", a.Strengths}, {"weaknesses", a.Weaknesses}, {"deviations", a.Deviations}, {"recommendations", a.Recommendations},
	} {
		box := page.Box{Title: d.Say("evaluation." + list.key)}
		for _, text := range list.texts {
			box.Items = append(box.Items, phrase.Visible(text))
		}
		if len(box.Items) > 0 {
			boxes = append(boxes, box)
		}
	}
	return boxes
}

// mean is an average with one decimal, as the language writes it.
func (d *drillReport) mean(sum, n int) string {
	text := strconv.FormatFloat(float64(sum)/float64(n), 'f', 1, 64)
	if d.Lang == "da" {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}
