package systems

import (
	"strings"

	"beredskab/internal/frame"
	"beredskab/internal/picture"
	"beredskab/internal/plan"
)

// planPage is the plan of one system for whoever opens it: what it is, what it
// promises, what to do without it, whom to call.
type planPage struct {
	*system
	Facts      []fact
	Times      []fact
	Workaround workaround
	Activation []list
	Backup     []fact
	Contacts   []contact
	Numbers    bool // the visitor may see them
	Hidden     bool // of the contacts nothing is shown
	Suppliers  []supplier
	Messages   []fact
	Return     []string
	Graph      *picture.Picture
	Steps      []step
	Wrong      string // the rules that it breaks, in a sentence
}

// fact is one line of what is known.
type fact struct{ Name, Text string }

type list struct {
	Name  string
	Items []string
}

type workaround struct {
	None, Impossible string
	Facts            []fact
	Steps            []string
	Things           []string
}

type contact struct{ Role, Mailbox, Phone, Hours, Verified string }

type supplier struct{ Name, Window, Response, SLA, Alarm string }

func (p *Part) plan(v *frame.Visit) error {
	s, err := p.system(v, "")
	if err != nil {
		return err
	}
	out := &planPage{system: s, Facts: s.facts(v), Times: s.times(v), Workaround: s.workaround(v), Steps: s.steps(v)}
	out.Wrong = s.broken(v)
	out.Numbers, out.Hidden = s.cleared(v), s.confidential(v, "contacts")
	if !out.Hidden {
		out.Contacts = s.contacts(v, out.Numbers)
	}
	s.more(v, out)
	if !s.Old {
		if out.Graph, err = s.picture(v, 1); err != nil {
			return err
		}
	}
	return v.Show("systems/plan", out)
}

// filled leaves out what is not written.
func filled(all []fact) (list []fact) {
	for _, f := range all {
		if f.Text != "" && f.Text != "–" {
			list = append(list, f)
		}
	}
	return list
}

func (s *system) facts(v *frame.Visit) []fact {
	t, p := v.Texts, s.plan
	owner := p.Owner.Role + ", " + p.Owner.Unit
	if p.Owner.Mailbox != "" {
		owner += " · " + p.Owner.Mailbox
	}
	list := []fact{
		{t.Say("systems.fact.purpose"), p.Purpose},
		{t.Say("systems.fact.owner"), owner},
		{t.Say("systems.fact.deputy"), p.Owner.Deputy},
		{t.Say("systems.fact.class"), t.Word("systems.kind", p.Criticality) + " · " + s.Class},
		{t.Say("systems.fact.hosting"), t.Word("systems.hosting", p.Hosting)},
		{t.Say("systems.fact.team"), s.role(p.TechnicalTeam)},
		{t.Say("systems.fact.hours"), p.Objectives.ServiceHours},
		{t.Say("systems.fact.processes"), strings.Join(p.Processes, ", ")},
		{t.Say("systems.fact.alternative"), p.Alternatives},
		{t.Say("systems.fact.security"), p.SecurityDuring},
		{t.Say("systems.fact.authorities"), strings.Join(p.NotifyAuthority, ", ")},
	}
	if p.RecoveryLead != nil {
		list = append(list, fact{t.Say("systems.fact.lead"), s.role(p.RecoveryLead.Role)})
	}
	return filled(list)
}

// times are the promise and what was measured of it. What was not measured says so.
func (s *system) times(v *frame.Visit) []fact {
	t, o, known := v.Texts, s.plan.Objectives, s.figures[s.ID]
	with := func(promised plan.Duration, measured *int) string {
		if measured == nil || s.Old {
			return t.Say("systems.time.unmeasured", length(t, promised))
		}
		return t.Say("systems.time.measured", length(t, promised), minutes(t, *measured), t.Date(known.Measured))
	}
	list := []fact{{t.Say("systems.rto"), with(o.RTO, known.RTA)}, {t.Say("systems.rpo"), with(o.RPO, known.RPA)}}
	if known.Projected != nil && !s.Old {
		list = append(list, fact{t.Say("systems.projected"), minutes(t, *known.Projected)})
	}
	return append(list, filled([]fact{
		{t.Say("systems.mtpd"), length(t, o.MTPD)}, {t.Say("systems.wrt"), length(t, o.WRT)}, {t.Say("systems.mbco"), o.MBCO},
	})...)
}

func (s *system) workaround(v *frame.Visit) (out workaround) {
	t, w := v.Texts, s.plan.Workaround
	switch {
	case w == nil:
		out.None = t.Say("systems.workaround.none")
		return out
	case w.NotPossible != "":
		out.Impossible = w.NotPossible
		return out
	}
	out.Steps = w.Steps
	for _, m := range w.Materials {
		out.Things = append(out.Things, m.What+": "+m.Where)
	}
	out.Facts = filled([]fact{
		{t.Say("systems.workaround.within"), length(t, w.StartWithin)},
		{t.Say("systems.workaround.by"), s.role(w.Responsible)},
		{t.Say("systems.workaround.lasts"), length(t, w.MaxDuration)},
		{t.Say("systems.workaround.after"), w.RegistrationAfter},
	})
	return out
}

// contacts are whom the plan names; their numbers only for whoever may read the
// confidential parts.
func (s *system) contacts(v *frame.Visit, numbers bool) (list []contact) {
	for _, c := range s.plan.Contacts {
		one := contact{Role: s.role(c.Role), Mailbox: dash(c.Mailbox), Hours: dash(c.Hours), Verified: day(v.Texts, c.VerifiedAt)}
		if numbers {
			one.Phone = dash(strings.ReplaceAll(c.Phone, " ", "\u00a0"))
		}
		list = append(list, one)
	}
	return list
}

// more is what the plan says beside the first things.
func (s *system) more(v *frame.Visit, out *planPage) {
	t, p := v.Texts, s.plan
	if a := p.Activation; a != nil {
		var may []string
		for _, id := range a.MayActivate {
			may = append(may, s.role(id))
		}
		for _, one := range []list{
			{t.Say("systems.activation.criteria"), a.Criteria},
			{t.Say("systems.activation.may"), may},
			{t.Say("systems.activation.channels"), a.Channels},
			{t.Say("systems.activation.down"), a.StandDown},
		} {
			if len(one.Items) > 0 {
				out.Activation = append(out.Activation, one)
			}
		}
	}
	if b := p.Backup; b != nil && !s.confidential(v, "backup") {
		out.Backup = filled([]fact{
			{t.Say("systems.backup.method"), b.Method},
			{t.Say("systems.backup.interval"), length(t, b.Interval)},
			{t.Say("systems.backup.verified"), day(t, b.LastVerified)},
			{t.Say("systems.backup.order"), strings.Join(b.RestoreOrder, ", ")},
		})
		if s.cleared(v) && b.KeyLocation != "" {
			out.Backup = append(out.Backup, fact{t.Say("systems.backup.key"), b.KeyLocation})
		}
	}
	for _, x := range p.Suppliers {
		out.Suppliers = append(out.Suppliers, supplier{x.Name, dash(x.SupportWindow), length(t, x.Response), length(t, x.RestoreSLA), dash(x.AlarmChannel)})
	}
	if p.Communication != nil {
		for _, m := range p.Communication.Messages {
			out.Messages = append(out.Messages, fact{m.Audience, m.Template})
		}
	}
	if p.Return != nil {
		out.Return = p.Return.Steps
	}
}
