package main

import (
	"fmt"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/check"
	"beredskab/internal/plan"
)

// checkView is what `check --json` prints; fields are only ever added.
type checkView struct {
	Schema   string        `json:"schema"`
	At       time.Time     `json:"at"`
	Evidence string        `json:"evidence"` // register, or none when there is no register
	Findings []foundView   `json:"findings"`
	Problems []problemView `json:"problems"`
	Summary  checkSummary  `json:"summary"`
}

// foundView is one finding of a rule; a time is null where the rule compares
// none.
type foundView struct {
	Code        string   `json:"code"`
	System      string   `json:"system"`
	Subject     string   `json:"subject,omitempty"`
	Severity    string   `json:"severity"`
	State       string   `json:"state"`
	Message     string   `json:"message"`
	Hint        string   `json:"hint"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Column      int      `json:"column"`
	Value       *int     `json:"value_minutes"`
	Limit       *int     `json:"limit_minutes"`
	Chain       []string `json:"chain,omitempty"`
	WaivedUntil string   `json:"waived_until,omitempty"`
}

// problemView is one thing wrong with a file.
type problemView struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Path     string `json:"path,omitempty"`
}

type checkSummary struct {
	Plans      int                 `json:"plans"`
	Problems   map[string]int      `json:"problems"`   // by severity
	States     map[check.State]int `json:"states"`     // of the findings
	Severities map[string]int      `json:"severities"` // of the findings
	Systems    map[check.State]int `json:"systems"`
	NotJudged  map[string]int      `json:"not_judged"`
}

func (c *cli) viewCheck(s *app.Settings, now time.Time, plans int, problems plan.Problems, report check.Report) checkView {
	v := checkView{
		Schema: "beredskab.check.v1", At: now, Findings: []foundView{}, Problems: viewProblems(problems),
		Summary: checkSummary{
			Plans: plans, Problems: map[string]int{}, States: map[check.State]int{}, Severities: map[string]int{},
			Systems: report.Summary.Systems, NotJudged: report.Summary.NotJudged,
		},
	}
	for _, p := range problems {
		v.Summary.Problems[p.Severity]++
	}
	for _, f := range report.Findings {
		v.Summary.States[f.State]++
		v.Summary.Severities[string(f.Severity)]++
		view := foundView{
			Code: f.Code, System: f.System, Subject: f.Subject, Severity: string(f.Severity), State: string(f.State),
			Message: f.Message, Hint: f.Hint, Line: f.Line, Column: f.Column, Value: compared(f.Value), Limit: compared(f.Limit), Chain: f.Chain,
		}
		if f.File != "" {
			view.File = c.shown(s, f.File)
		}
		if !f.WaivedUntil.IsZero() {
			view.WaivedUntil = stamp(f.WaivedUntil)
		}
		v.Findings = append(v.Findings, view)
	}
	return v
}

func viewProblems(problems plan.Problems) []problemView {
	list := make([]problemView, len(problems))
	for i, p := range problems {
		list[i] = problemView{p.Code, p.Severity, p.Message, p.Hint, p.File, p.Line, p.Column, p.Path}
	}
	return list
}

// compared is a time that a rule compares; nil when it compares none.
func compared(minutes int) *int {
	if minutes == check.None {
		return nil
	}
	return &minutes
}

// sentence sums the check up in one line.
func (v checkView) sentence() string {
	count := func(word string) (n int) {
		for _, f := range v.Findings {
			if f.Severity == word && f.State != string(check.Unknown) {
				n++
			}
		}
		return n + v.Summary.Problems[word]
	}
	text := fmt.Sprintf("%s, %s, %s", counted(v.Summary.Plans, "plan"), counted(count("error"), "error"), counted(count("warning"), "warning"))
	if n := v.Summary.States[check.Unknown]; n > 0 {
		text += fmt.Sprintf(", %d not known", n)
	}
	if v.Evidence == "none" {
		text += "; no register yet, so nothing counts as measured"
	}
	return text
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
