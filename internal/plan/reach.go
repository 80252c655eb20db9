package plan

import (
	"cmp"
	"slices"
)

// Drill finds one of the plan's drills.
func (p *Plan) Drill(id string) (Drill, bool) {
	at := slices.IndexFunc(p.Drills, func(d Drill) bool { return d.ID == id })
	if at < 0 {
		return Drill{}, false
	}
	return p.Drills[at], true
}

// Reach says how a role is addressed: a person of the plan, a role or a team of
// the organisation. A role without a mailbox is still named, so that a message
// can say whom it was meant for. p is nil where no plan is concerned.
func (o *Organisation) Reach(role string, p *Plan) (name, mailbox string) {
	if owner, ok := o.person(role, p); ok {
		return owner.Role, owner.Mailbox
	}
	if r, ok := o.role(role); ok {
		return cmp.Or(r.Name, r.ID), r.Mailbox
	}
	for _, t := range o.Teams {
		if t.ID == role {
			return cmp.Or(t.Name, t.ID), t.Mailbox
		}
	}
	return role, ""
}

// Deputy says who answers when that role does not (F31). Where the files name
// no deputy it is the role itself, because somebody must be asked.
func (o *Organisation) Deputy(role string, p *Plan) (name, mailbox string) {
	deputy := ""
	if owner, ok := o.person(role, p); ok {
		deputy = owner.Deputy
	} else if r, ok := o.role(role); ok {
		deputy = r.Deputy
	}
	if deputy == "" {
		return o.Reach(role, p)
	}
	if name, mailbox = o.Reach(deputy, p); mailbox == "" {
		mailbox = deputy
	}
	return name, mailbox
}

// Leader is the role that decides in a scheduled drill whose plan names nobody.
func (o *Organisation) Leader() string {
	for _, id := range []string{"oevelsesleder", "beredskabskoordinator"} {
		if _, ok := o.role(id); ok {
			return id
		}
	}
	return "it-chef"
}

func (o *Organisation) role(id string) (Role, bool) {
	for _, list := range [][]Role{o.Roles, o.CrisisRoles} {
		if at := slices.IndexFunc(list, func(r Role) bool { return r.ID == id }); at >= 0 {
			return list[at], true
		}
	}
	return Role{}, false
}

// person finds a role that the plan fills itself. The owner is asked for as
// systemejer, whatever the plan calls the role; the others give way to the
// organisation's own roles of that name.
func (o *Organisation) person(id string, p *Plan) (person, bool) {
	if p == nil {
		return person{}, false
	}
	if id == "systemejer" {
		return person{Role: p.Owner.Role + " " + p.Owner.Unit, Mailbox: p.Owner.Mailbox, Deputy: p.Owner.Deputy}, true
	}
	if _, known := o.role(id); known {
		return person{}, false
	}
	for _, one := range []*person{p.Custodian, p.RecoveryLead} {
		if one != nil && one.Role == id {
			return *one, true
		}
	}
	return person{}, false
}
