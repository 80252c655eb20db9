package follow

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// finding is what a check or a run showed, as a page shows it.
type finding struct {
	kept.Finding
	SystemName string
	Measured   string // value, and the limit that it breaks; empty: the rule compares no lengths
	Limited    string
	Actions    []string // that answer it
}

// findingOf says a finding in the visitor's language.
func findingOf(v *frame.Visit, s *systems, f kept.Finding) finding {
	out := finding{Finding: f, SystemName: s.Name(f.System)}
	value, limit := length(f)
	if f.Limit > 0 && f.Value > 0 && value > 0 {
		out.Measured, out.Limited = v.Texts.Span(value), v.Texts.Span(limit)
	}
	return out
}

// length reads a finding's value and limit: rules count minutes, runs nanoseconds.
// What rules say of the upkeep of plans compares no times of recovery.
func length(f kept.Finding) (value, limit time.Duration) {
	switch {
	case f.Run != "":
		return time.Duration(f.Value), time.Duration(f.Limit)
	case strings.HasPrefix(f.Code, "C"):
		return time.Duration(f.Value) * time.Minute, time.Duration(f.Limit) * time.Minute
	}
	return 0, 0
}

// weight sorts findings: what is broken first.
func weight(f kept.Finding) int {
	return slices.Index([]string{string(check.Breached), string(check.AtRisk), string(check.Unknown), string(check.Waived)}, f.State)
}

// findingsPage is the list of findings.
type findingsPage struct {
	Tabs           []tab
	Show           string
	Counts         []count
	Code, System   string
	Codes, Systems []option
	List           []finding
	Pages          frame.Pager
}

// count is how many findings are in a state.
type count struct {
	State string
	N     int
}

func (p *Part) findings(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	show, tabs := showing(v, "open", "broken", "over")
	d := findingsPage{Tabs: tabs, Show: show, Code: v.Query("code"), System: v.Query("system"), Systems: s.options()}
	all, err := p.Register.Findings(v.Context(), kept.FindingFilter{System: d.System, Run: v.Query("run"), Open: show != "over"})
	if err != nil {
		return fmt.Errorf("listing the findings: %w", err)
	}
	all = slices.DeleteFunc(all, func(f kept.Finding) bool { return !s.seesIt(f.System) || show == "over" && f.ClosedAt.IsZero() })
	d.Codes, d.Counts = codesOf(v, all), counted(all)
	all = slices.DeleteFunc(all, func(f kept.Finding) bool {
		return d.Code != "" && f.Code != d.Code || show == "broken" && f.State != string(check.Breached)
	})
	slices.SortStableFunc(all, func(x, y kept.Finding) int {
		if show == "over" {
			return y.ClosedAt.Compare(x.ClosedAt)
		}
		return cmp.Or(weight(x)-weight(y), x.RaisedAt.Compare(y.RaisedAt), cmp.Compare(x.Key, y.Key))
	})
	shown, pages := frame.Page(v, all)
	answers, err := p.answers(v)
	if err != nil {
		return err
	}
	for _, f := range shown {
		one := findingOf(v, s, f)
		one.Actions = answers[f.Key]
		d.List = append(d.List, one)
	}
	d.Pages = pages
	return v.Show("follow/findings", d)
}

// counted counts findings by state, the gravest first.
func counted(all []kept.Finding) (list []count) {
	for _, state := range []check.State{check.Breached, check.AtRisk, check.Unknown, check.Waived} {
		n := 0
		for _, f := range all {
			if f.State == string(state) {
				n++
			}
		}
		list = append(list, count{string(state), n})
	}
	return list
}

// codesOf are the codes among those findings, with what each means.
func codesOf(v *frame.Visit, all []kept.Finding) (list []option) {
	for _, f := range all {
		one := option{f.Code, f.Code + " – " + v.Texts.Word("follow.rule", f.Code)}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(x, y option) int {
		return cmp.Or(cmp.Compare(x.Value[:1], y.Value[:1]), len(x.Value)-len(y.Value), cmp.Compare(x.Value, y.Value))
	})
	return list
}

// answers are the actions that somebody works on, by the findings that they answer.
func (p *Part) answers(v *frame.Visit) (map[string][]string, error) {
	out := map[string][]string{}
	for _, state := range []followup.State{followup.Open, followup.Done} {
		list, err := p.Office.Actions(v.Context(), record.Filter{State: string(state)})
		if err != nil {
			return nil, fmt.Errorf("listing the actions: %w", err)
		}
		for _, a := range list {
			for _, key := range a.Findings {
				out[key] = append(out[key], a.ID)
			}
		}
	}
	return out, nil
}

// findingPage is one finding with what it means.
type findingPage struct {
	finding
	Explained   string // the rule in full, in English
	Open, Close bool   // an action may be opened, the finding closed
	Ask         bool   // a dispensation may be asked for
}

func (p *Part) finding(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	key := typed(v, "key")
	all, err := p.Register.Findings(v.Context(), kept.FindingFilter{})
	if err != nil {
		return fmt.Errorf("reading the finding: %w", err)
	}
	i := slices.IndexFunc(all, func(f kept.Finding) bool { return f.Key == key })
	if i < 0 {
		return fmt.Errorf("the finding %q: %w", key, kept.ErrNotFound)
	}
	if err := p.admit(v, s, all[i].System); err != nil {
		return err
	}
	answers, err := p.answers(v)
	if err != nil {
		return err
	}
	d := findingPage{finding: findingOf(v, s, all[i])}
	d.Actions = answers[key]
	d.Explained, d.Ask = check.Explain(d.Code)
	d.Ask = d.Ask && d.ClosedAt.IsZero() && v.May(matrix.Dispensation, matrix.Write, about(d.System))
	d.Open = d.ClosedAt.IsZero() && v.May(matrix.Action, matrix.Write, about(d.System))
	d.Close = d.Open
	return v.Show("follow/finding", d)
}

func (p *Part) closeFinding(v *frame.Visit) error {
	err := v.Filled("follow", "reason")
	if err == nil {
		err = p.Office.CloseFinding(v.Context(), v.Actor(), v.Field("key"), v.Field("reason"))
	}
	if err != nil {
		return v.Again(p.finding, err)
	}
	return v.Go("/findings", "follow.finding.closed")
}
