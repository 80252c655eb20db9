package slack

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"beredskab/internal/drill"
	"beredskab/internal/duty"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"

	"github.com/slack-go/slack"
)

// How much of each is shown; the pages have all of it.
const (
	mostWaiting = 10
	mostSystems = 20
	mostDrills  = 5
)

// showHome shows whoever acts his own page in Slack.
func (v *visit) showHome(ctx context.Context) error { return v.publish(ctx, nil) }

// publish shows it, with what was just said at its top. Whoever is not known sees that
// alone.
func (v *visit) publish(ctx context.Context, said []slack.Block) error {
	all := said
	if v.person.ID != "" {
		if len(said) > 0 {
			all = append(all, slack.NewDividerBlock())
		}
		own, err := v.mine(ctx)
		if err != nil {
			return err
		}
		all = append(all, own...)
	}
	_, err := v.api.PublishViewContext(ctx, slack.PublishViewContextRequest{
		UserID: v.place.User, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: all}},
	})
	return err
}

// mine is what somebody's own page holds: what waits for him, his systems, the next
// drills and his settings.
func (v *visit) mine(ctx context.Context) (all []slack.Block, err error) {
	set, err := v.Register.Set(ctx)
	if errors.Is(err, kept.ErrNotFound) {
		set, err = &plan.Set{Organisation: &plan.Organisation{}}, nil
	}
	if err != nil {
		return nil, err
	}
	waiting, err := v.waiting(ctx, set.Organisation)
	if err != nil {
		return nil, err
	}
	systems, own, err := v.systems(ctx, set)
	if err != nil {
		return nil, err
	}
	drills, err := v.drills(ctx, set, func(p *plan.Plan) bool { return own[p.ID] })
	if err != nil {
		return nil, err
	}
	all = append(all, title(v.texts.Count("slack.waiting", len(waiting))))
	for i, a := range waiting[:min(len(waiting), mostWaiting)] {
		all = append(all, v.asks(a, i+1)...)
	}
	all = append(all, slack.NewDividerBlock(), title(v.texts.Count("slack.systems", len(own))))
	all = append(all, lines(systems)...)
	all = append(all, slack.NewDividerBlock(), title(v.texts.Say("slack.drills")))
	all = append(all, lines(drills)...)
	all = append(all, slack.NewDividerBlock(), title(v.texts.Say("slack.settings")), markup(v.texts.Say("slack.settings.text", fact(v.person.Name))))
	row := []slack.BlockElement{button("again", v.texts.Say("slack.again"), "", false)}
	if v.Origin != "" {
		row = append(row, link("open", v.texts.Say("slack.mine.open"), v.page("/mine"), false), link("open-me", v.texts.Say("slack.me.open"), v.page("/me"), false))
	}
	return append(all, v.buttons("home", row...)), nil
}

func title(text string) slack.Block { return slack.NewHeaderBlock(plainText(text, limitHeader)) }

// lines are lines of markup, each of which was escaped, in as few blocks as they fit in.
func lines(list []string) (out []slack.Block) {
	var text strings.Builder
	for _, line := range list {
		if text.Len()+len(line) >= limitSection {
			out = append(out, markup(text.String()))
			text.Reset()
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(line)
	}
	if text.Len() > 0 {
		out = append(out, markup(text.String()))
	}
	return out
}

// waiting are the steps of the runs that go on which wait for whoever acts.
func (v *visit) waiting(ctx context.Context, org *plan.Organisation) (list []asked, err error) {
	open, err := v.openRuns(ctx)
	if err != nil {
		return nil, err
	}
	for _, run := range open {
		of := duty.Run{Run: run, People: org}
		for i := range run.Steps {
			if _, leads, waits := of.Waits(v.book, v.person.ID, &run.Steps[i], v.now); waits && !leads {
				list = append(list, asked{run: of, step: &run.Steps[i]})
			}
		}
	}
	return list, nil
}

// openRuns are the runs that go on, real incidents first. One that cannot be read hides no
// other.
func (v *visit) openRuns(ctx context.Context) (list []*drill.Run, err error) {
	ids, err := v.Register.OpenRuns(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		_, run, err := v.Register.Run(ctx, id)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil && run.Plan != nil {
			list = append(list, &run)
		}
	}
	slices.SortStableFunc(list, func(a, b *drill.Run) int { return cmp.Compare(last(a.Incident), last(b.Incident)) })
	return list, nil
}

func last(is bool) int {
	if is {
		return 0
	}
	return 1
}

// systems are a line about each system that whoever acts answers for, the least ready
// first.
func (v *visit) systems(ctx context.Context, set *plan.Set) (list []string, own map[string]bool, err error) {
	ready := map[string]Standing{}
	if v.Ready != nil {
		if ready, err = v.Ready(ctx); err != nil {
			return nil, nil, err
		}
	}
	own = map[string]bool{}
	plans := slices.SortedStableFunc(slices.Values(set.Plans), func(a, b *plan.Plan) int {
		return cmp.Or(cmp.Compare(ready[a.ID].Points, ready[b.ID].Points), cmp.Compare(a.Name, b.Name))
	})
	for _, p := range plans {
		if !v.answersFor(p) {
			continue
		}
		if own[p.ID] = true; len(own) > mostSystems {
			continue
		}
		line := v.texts.Say("slack.system.unknown", fact(p.Name))
		if s, known := ready[p.ID]; known {
			key := "slack.system.short"
			if s.Ready {
				key = "slack.system.ready"
			}
			line = v.texts.Say(key, fact(p.Name), s.Points)
		}
		list = append(list, line)
	}
	if len(list) == 0 {
		list = append(list, v.texts.Say("slack.systems.nothing"))
	}
	return list, own, nil
}

// answersFor tells whether whoever acts owns the system, or keeps it running.
func (v *visit) answersFor(p *plan.Plan) bool {
	scope := duty.About(p, "").Scope
	return slices.ContainsFunc([]matrix.Role{matrix.SystemOwner, matrix.UnitManager, matrix.TechnicalTeam}, func(role matrix.Role) bool {
		return slices.Contains(v.book.Holding(role, scope, v.now), v.person.ID)
	})
}

// sees tells whether whoever acts may read the system's plan.
func (v *visit) sees(p *plan.Plan) bool {
	_, err := v.book.Decide(v.person.ID, matrix.PlanInternal, matrix.Read, duty.About(p, ""), v.now)
	return err == nil
}

// drills are a line about each drill that is due next, of those systems.
func (v *visit) drills(ctx context.Context, set *plan.Set, of func(*plan.Plan) bool) (list []string, err error) {
	rows, err := v.Register.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b kept.Schedule) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	for _, r := range rows {
		p, known := set.Plan(r.System)
		if !known || r.Due.Before(v.now) || len(list) == mostDrills || !of(p) {
			continue
		}
		name := r.Drill
		if d, ok := p.Drill(r.Drill); ok {
			name = cmp.Or(d.Title, name)
		}
		list = append(list, v.texts.Say("slack.drill.line", v.texts.Moment(r.Due), fact(p.Name), fact(name)))
	}
	if len(list) == 0 {
		list = append(list, v.texts.Say("slack.drills.nothing"))
	}
	return list, nil
}
