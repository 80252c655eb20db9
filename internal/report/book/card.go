package book

import (
	"strings"

	"beredskab/internal/plan"
)

// What fits on one page of A4, with room to write.
const (
	stepsACard, wordsACard, peopleACard = 12, 6, 4
)

// Cards are the action cards: one page for each system, in the order of
// recovery.
func Cards(s Speaker, in Input) []Chapter {
	w := newWriter(s, in)
	var cards []Chapter
	for _, p := range w.plans {
		cards = append(cards, w.card(p))
	}
	return cards
}

func (w *writer) card(p *plan.Plan) Chapter {
	c := Chapter{Key: "card-" + p.ID, Title: w.numbered(p), Break: true, Text: []string{
		w.Say("card.goals", w.length(p.Objectives.RTO), w.length(p.Objectives.RPO), w.needs(p)),
	}}
	rows := [][]string{
		{w.Say("fact.owner"), w.Say("card.owner", p.Owner.Role, p.Owner.Unit)},
		{w.Say("fact.least"), p.Objectives.MBCO},
	}
	if a := p.Activation; a != nil {
		rows = append(rows, []string{w.Say("fact.activate"), firstLines(w, a.Criteria, 3)}, []string{w.Say("fact.may"), w.roles(a.MayActivate, p)})
	}
	if x := p.Workaround; x != nil && x.NotPossible == "" {
		rows = append(rows, []string{w.Say("card.workaround", w.length(x.StartWithin)), firstLines(w, x.Steps, wordsACard)})
	}
	rows = append(rows, []string{w.Say("card.call"), w.call(p)})
	c.Tables = w.table("card", filled(rows), "what", "value")
	var steps [][]string
	for _, row := range w.steps(p, p.Recovery.Steps) {
		title, _, _ := strings.Cut(row[1], "\n")
		steps = append(steps, []string{row[0], title, row[2], row[3], row[4], ""})
	}
	if more := len(steps) - stepsACard; more > 0 {
		steps = steps[:stepsACard]
		c.After = []string{w.Say("card.more", more)}
	}
	c.Tables = append(c.Tables, w.table("cardsteps", steps, ">number", "step", "team", ">planned", "after.step", "clock.initials")...)
	for i := range c.Tables {
		c.Tables[i].Key = p.ID + "-" + c.Tables[i].Key
		c.Tables[i].Named = i
	}
	c.After = append(c.After, w.Say("card.foot", dash(p.PlanVersion), p.Hash()[:12]))
	return c
}

// call is whom to call: the plan's contacts, then the suppliers.
func (w *writer) call(p *plan.Plan) string {
	var list []string
	for _, x := range p.Contacts {
		if x.Phone != "" && len(list) < peopleACard {
			list = append(list, w.Say("card.contact", w.role(x.Role, p), x.Phone, dash(x.Hours)))
		}
	}
	for _, s := range p.Suppliers {
		if len(list) < peopleACard+2 {
			list = append(list, w.Say("card.contact", s.Name, dash(s.AlarmChannel), dash(s.SupportWindow)))
		}
	}
	return lines(list)
}

// firstLines are the first items, and how many more the plan has.
func firstLines(w *writer, items []string, most int) string {
	if len(items) <= most {
		return lines(items)
	}
	return lines(append(items[:most:most], w.Say("card.others", len(items)-most)))
}
