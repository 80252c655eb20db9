package book

import (
	"slices"
	"strings"

	"beredskab/internal/plan"
)

func (w *writer) systemsHead() Chapter {
	c := w.chapter("systems")
	c.Break = true
	return c
}

// system is one system's emergency procedure and recovery plan.
func (w *writer) system(p *plan.Plan) Chapter {
	c := Chapter{Key: "system-" + p.ID, Title: p.Name, Sub: true}
	if p.Purpose != "" {
		c.Text = []string{p.Purpose}
	}
	add := func(key string, rows [][]string, titles ...string) {
		for _, t := range w.table(key, rows, titles...) {
			t.Key = p.ID + "-" + key
			c.Tables = append(c.Tables, t)
		}
	}
	add("facts", w.facts(p), "what", "value")
	add("workaround", w.workaround(p), "what", "value")
	add("steps", w.steps(p, p.Recovery.Steps), ">number", "step", "team", ">planned", "after.step", "check", "clock.initials")
	add("security", w.steps(p, p.Recovery.SecuritySteps), ">number", "step", "team", ">planned", "after.step", "check", "clock.initials")
	var rows [][]string
	for _, x := range p.Acceptance {
		rows = append(rows, []string{x.What, w.role(x.By, p), dash(x.Expected)})
	}
	add("acceptance", rows, "check", "by", "expected.result")
	rows = nil
	for _, s := range p.Suppliers {
		rows = append(rows, []string{s.Name, dash(s.SupportWindow), w.length(s.Response), w.length(s.RestoreSLA), dash(s.AlarmChannel), dash(s.Escalation)})
	}
	add("suppliers", rows, "supplier", "window", ">response", ">restore", "alarm", "escalation")
	return c
}

func (w *writer) facts(p *plan.Plan) [][]string {
	o := p.Objectives
	rows := [][]string{
		{w.Say("fact.owner"), w.Say("fact.owner.value", p.Owner.Role, p.Owner.Unit, dash(p.Owner.Mailbox), dash(p.Owner.Deputy))},
		{w.Say("fact.class"), w.Say("fact.class.value", w.Word("kind", p.Criticality), p.RecoveryClass)},
		{w.Say("fact.goals"), w.Say("fact.goals.value", w.length(o.RTO), w.length(o.RPO), w.length(o.MTPD), w.length(o.WRT))},
		{w.Say("fact.least"), o.MBCO},
		{w.Say("fact.needs"), w.needs(p)},
		{w.Say("fact.alternative"), p.Alternatives},
		{w.Say("fact.security"), p.SecurityDuring},
	}
	if a := p.Activation; a != nil {
		rows = append(rows, []string{w.Say("fact.activate"), lines(a.Criteria)}, []string{w.Say("fact.may"), w.roles(a.MayActivate, p)}, []string{w.Say("fact.channels"), strings.Join(a.Channels, "\n")})
	}
	if b := p.Backup; b != nil {
		rows = append(rows, []string{w.Say("fact.backup"), w.Say("fact.backup.value", b.Method, w.length(b.Interval), dash(b.KeyLocation))})
	}
	if before := p.Recovery.Preconditions; len(before) > 0 {
		rows = append(rows, []string{w.Say("fact.before"), lines(before)})
	}
	return filled(rows)
}

// filled leaves out rows without a value.
func filled(rows [][]string) (kept [][]string) {
	for _, row := range rows {
		if row[1] != "" {
			kept = append(kept, row)
		}
	}
	return kept
}

func (w *writer) workaround(p *plan.Plan) [][]string {
	x := p.Workaround
	switch {
	case x == nil:
		return [][]string{{w.Say("nod.none"), w.Say("nod.none.text")}}
	case x.NotPossible != "":
		return [][]string{{w.Say("nod.impossible"), x.NotPossible}}
	}
	var things []string
	for _, m := range x.Materials {
		things = append(things, w.Say("nod.material", m.What, m.Where, dash(m.Refreshed)))
	}
	steps := make([]string, len(x.Steps))
	for i, text := range x.Steps {
		steps[i] = w.Say("step.numbered", i+1, text)
	}
	return filled([][]string{
		{w.Say("nod.within"), w.length(x.StartWithin)},
		{w.Say("nod.by"), w.role(x.Responsible, p)},
		{w.Say("nod.steps"), lines(steps)},
		{w.Say("nod.things"), strings.Join(things, "\n")},
		{w.Say("nod.lasts"), w.length(x.MaxDuration)},
		{w.Say("nod.after"), x.RegistrationAfter},
	})
}

// steps are the steps that people go by, with room for a pen. What only a drill
// does is left out. Security steps are numbered on from the others.
func (w *writer) steps(p *plan.Plan, steps []plan.Step) (rows [][]string) {
	at := map[string]string{}
	for _, s := range slices.Concat(p.Recovery.Steps, p.Recovery.SecuritySteps) {
		if s.Only != "drill" {
			at[s.ID] = w.Say("count", len(at)+1)
		}
	}
	for i := range steps {
		s := &steps[i]
		if s.Only == "drill" {
			continue
		}
		var after []string
		for _, id := range s.After {
			if number, ok := at[id]; ok {
				after = append(after, number)
			}
		}
		text, who := s.Title, s.Team
		if s.Instruction != "" {
			text += "\n" + s.Instruction
		}
		switch {
		case s.Confirm != nil:
			text, who = text+"\n"+s.Confirm.Question, s.Confirm.By
		case s.Decision != nil:
			text, who = text+"\n"+s.Decision.Text, s.Decision.By
		case s.Action != "":
			text += "\n" + w.Say("step.automatic", s.Action)
		}
		check := s.Verify
		if s.OnFailure != "" {
			check = strings.TrimSpace(check + "\n" + w.Say("step.failure", s.OnFailure))
		}
		rows = append(rows, []string{at[s.ID], text, w.role(who, p), w.length(s.Estimate), dash(strings.Join(after, ", ")), dash(check), ""})
	}
	return rows
}

// communication is the prepared messages of all systems.
func (w *writer) communication() Chapter {
	c := w.chapter("communication")
	c.Break = true
	var rows [][]string
	for _, p := range w.plans {
		if p.Communication == nil {
			continue
		}
		for _, m := range p.Communication.Messages {
			rows = append(rows, []string{p.Name, m.Audience, dash(m.Channel), dash(m.Template), w.role(m.Approver, p), dash(m.Cadence)})
		}
	}
	c.Tables = w.table("messages", rows, "system", "audience", "channel", "message", "approver", "cadence")
	return c
}

// returning is the way back to normal operation.
func (w *writer) returning() Chapter {
	c := w.chapter("returning")
	var rows [][]string
	for _, p := range w.plans {
		if p.Return == nil {
			continue
		}
		down := "–"
		if p.Activation != nil {
			down = lines(p.Activation.StandDown)
		}
		rows = append(rows, []string{p.Name, lines(p.Return.Steps), dash(p.Return.DataReconciliation), down})
	}
	c.Tables = w.table("returning", rows, "system", "back.steps", "reconcile", "stand.down")
	return c
}

// exercises is what the plans want exercised.
func (w *writer) exercises() Chapter {
	c := w.chapter("exercises")
	var rows [][]string
	for _, p := range w.plans {
		for _, d := range p.Drills {
			rows = append(rows, []string{p.Name, d.Title, w.Word("type", d.Type), dash(d.Schedule.When)})
		}
	}
	c.Tables = w.table("programme", rows, "system", "drill", "type", "when")
	return c
}
