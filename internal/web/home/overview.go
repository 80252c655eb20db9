package home

import (
	"cmp"
	"context"
	"slices"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/picture"
)

// How many lines of each kind the overview shows; the rest stands behind a link.
const (
	mostWaiting = 8
	mostWrong   = 8
	mostNext    = 4
)

// overview is the page of whoever looks after the whole.
type overview struct {
	Empty       bool // no plans were taken over yet
	Waiting     []task
	WaitingAll  int
	WaitingMore int // than are shown
	Wrong       []wrong
	WrongMore   int
	Next        []planned
	Running     []running
	Unmeasured  int // systems whose time nobody has measured
	Ready, Kept figure
	Upcoming    figure
	Trend, Heat *picture.Picture
}

// figure is a number with what it says.
type figure struct{ Number, Text string }

// planned is a drill that is due.
type planned struct {
	System, Name, Title, Path string
	At                        time.Time
}

func (p *Part) overview(v *frame.Visit) error {
	s, err := p.now(v)
	if err != nil {
		return err
	}
	open, err := p.open(v.Context())
	if err != nil {
		return err
	}
	out := overview{Empty: len(s.set.Plans) == 0, Running: s.running(v, open), Wrong: s.wrong(v), Ready: s.prepared(v), Kept: s.kept(v)}
	if out.Waiting, err = p.waiting(v, s, open); err != nil {
		return err
	}
	if out.Next, err = p.next(v.Context(), s, func(string) bool { return true }); err != nil {
		return err
	}
	out.Upcoming = upcoming(v, out.Next)
	out.WaitingAll, out.WaitingMore, out.WrongMore = len(out.Waiting), len(out.Waiting)-mostWaiting, len(out.Wrong)-mostWrong
	out.Waiting, out.Wrong = out.Waiting[:min(mostWaiting, len(out.Waiting))], out.Wrong[:min(mostWrong, len(out.Wrong))]
	for i := range s.figures.Systems {
		if s.figures.Systems[i].RTA == nil {
			out.Unmeasured++
		}
	}
	if out.Trend, out.Heat, err = s.pictures(v); err != nil {
		return err
	}
	return v.Show("home/overview", out)
}

// prepared says how many systems are ready, and how that was a year ago.
func (s *state) prepared(v *frame.Visit) figure {
	ready, all := 0, len(s.figures.Systems)
	for i := range s.figures.Systems {
		if s.figures.Systems[i].Ready {
			ready++
		}
	}
	percent := ready * 100 / max(1, all)
	out := figure{v.Texts.Say("home.percent", percent), v.Texts.Say("home.ready", ready, all)}
	if then := s.figures.Trend; len(then) > 1 && then[0].Total > 0 {
		out.Text += " " + v.Texts.Say("home.ready.before", then[0].Ready*100/then[0].Total)
	}
	return out
}

// kept says how many of the newest year's measured runs were back in time. Where
// nothing was measured there is no number.
func (s *state) kept(v *frame.Visit) figure {
	kept, of := 0, 0
	for _, r := range s.figures.Runs {
		if r.RTA == nil || r.RTO <= 0 {
			continue
		}
		if of++; *r.RTA <= r.RTO {
			kept++
		}
	}
	if of == 0 {
		return figure{"–", v.Texts.Say("home.kept.nothing")}
	}
	return figure{v.Texts.Say("home.kept", kept, of), v.Texts.Count("home.kept.slow", of-kept)}
}

// upcoming says when the next drill is.
func upcoming(v *frame.Visit, next []planned) figure {
	if len(next) == 0 {
		return figure{"–", v.Texts.Say("home.next.none")}
	}
	return figure{v.Texts.Day(next[0].At), next[0].Name + " · " + next[0].Title}
}

// next are the drills that are due first, of the systems that are asked for.
func (p *Part) next(ctx context.Context, s *state, of func(system string) bool) (list []planned, err error) {
	rows, err := p.Register.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r kept.Schedule) bool { return r.System == "" || r.Due.Before(s.at) || !of(r.System) })
	slices.SortFunc(rows, func(a, b kept.Schedule) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	for _, r := range rows[:min(mostNext, len(rows))] {
		one := planned{System: r.System, Name: s.name(r.System), Title: r.Drill, Path: "/systems/" + r.System + "/drills", At: r.Due}
		if p, ok := s.set.Plan(r.System); ok {
			if d, ok := p.Drill(r.Drill); ok {
				one.Title = d.Title
			}
		}
		list = append(list, one)
	}
	return list, nil
}

func minutes(v *frame.Visit, n int) string { return v.Texts.Span(time.Duration(n) * time.Minute) }
