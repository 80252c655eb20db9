package home

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
)

// opened is one run that goes on.
type opened struct {
	row kept.Run
	run drill.Run
}

// open reads the runs that go on, real incidents first. One that cannot be read
// hides no other.
func (p *Part) open(ctx context.Context) (list []opened, err error) {
	ids, err := p.Register.OpenRuns(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		row, run, err := p.Register.Run(ctx, id)
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		if err == nil && run.Plan != nil {
			list = append(list, opened{row, run})
		}
	}
	slices.SortStableFunc(list, func(a, b opened) int {
		return cmp.Or(cmp.Compare(first(a.run.Incident), first(b.run.Incident)), a.row.OpenedAt.Compare(b.row.OpenedAt))
	})
	return list, nil
}

func first(is bool) int {
	if is {
		return 0
	}
	return 1
}

// running is a run that goes on, as the overview shows it.
type running struct {
	Path, System, Title, Word string // Word is drill or incident
	Percent                   int
	State                     string // of the bar
	Text                      string
	Waits                     string // for whom, in words
}

func (s *state) running(v *frame.Visit, list []opened) (out []running) {
	for _, o := range list {
		r := running{Path: "/drills/" + o.row.ID, System: o.run.Plan.Name, Title: o.row.Title, Word: "drill", State: "running"}
		if o.run.Incident {
			r.Word, r.Title = "incident", ""
		}
		s.progress(v, &o.run, &r)
		var whom []string
		for i := range o.run.Steps {
			step := &o.run.Steps[i]
			if step.State != drill.Asked && step.State != drill.Taken {
				continue
			}
			if role := s.set.Organisation.Reach(o.run.Asks(step), o.run.Plan).Role; !slices.Contains(whom, role) {
				whom = append(whom, role)
			}
		}
		if r.Waits = v.Texts.Join(whom); r.Waits != "" {
			r.Waits = v.Texts.Say("home.running.waits", r.Waits)
		}
		out = append(out, r)
	}
	return out
}

// progress says how far the run is: of the accepted time where it is measured, else
// by its steps.
func (s *state) progress(v *frame.Visit, run *drill.Run, r *running) {
	if rto := run.Plan.Objectives.RTO.Std(); rto > 0 && (run.Measured() || run.Incident) {
		began := run.Times.DisruptedAt
		if began.IsZero() {
			began = run.Times.Start
		}
		used := max(v.Now.Sub(began), 0).Truncate(time.Minute)
		r.Percent, r.Text = int(used*100/rto), v.Texts.Say("home.running.used", v.Texts.Span(used), v.Texts.Span(rto))
		switch {
		case r.Percent > 100:
			r.State = "breached"
		case r.Percent > 80:
			r.State = "at_risk"
		}
		return
	}
	over := 0
	for i := range run.Steps {
		if run.Steps[i].Over() {
			over++
		}
	}
	r.Percent, r.Text = over*100/max(1, len(run.Steps)), v.Texts.Say("home.running.steps", over, len(run.Steps))
}
