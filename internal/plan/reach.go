package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Drill finds one of the plan's drills.
func (p *Plan) Drill(id string) (Drill, bool) {
	at := slices.IndexFunc(p.Drills, func(d Drill) bool { return d.ID == id })
	if at < 0 {
		return Drill{}, false
	}
	return p.Drills[at], true
}

// Reach finds whom a role reaches, who may be without a mailbox: a person of the plan, a role or a team of the organisation.
// p is nil where no plan is concerned.
func (o *Organisation) Reach(role string, p *Plan) Contact {
	if owner, ok := o.person(role, p); ok {
		return Contact{Role: owner.Role, Mailbox: owner.Mailbox}
	}
	if r, ok := o.role(role); ok {
		return Contact{Role: cmp.Or(r.Name, r.ID), Mailbox: r.Mailbox}
	}
	for _, t := range o.Teams {
		if t.ID == role {
			return Contact{Role: cmp.Or(t.Name, t.ID), Mailbox: t.Mailbox}
		}
	}
	return Contact{Role: role}
}

// Deputy says who answers when that role does not (F31). Where the files name
// no deputy it is the role itself, because somebody must be asked.
func (o *Organisation) Deputy(role string, p *Plan) Contact {
	deputy := o.deputy(role, p)
	if deputy == "" {
		return o.Reach(role, p)
	}
	to := o.Reach(deputy, p)
	to.Mailbox = cmp.Or(to.Mailbox, deputy)
	return to
}

// deputy is the deputy of a role as the files write it: a role or a mailbox.
func (o *Organisation) deputy(role string, p *Plan) string {
	if owner, ok := o.person(role, p); ok {
		return owner.Deputy
	}
	r, _ := o.role(role)
	return r.Deputy
}

// Called are the words by which the files call those who may answer for a role:
// the role, and its deputy when there is one.
func (o *Organisation) Called(role string, p *Plan) []string {
	if deputy := o.deputy(role, p); deputy != "" {
		return []string{role, deputy}
	}
	return []string{role}
}

// Answerers names those who may answer for a role: the role itself, its mailbox,
// and its deputy's.
func (o *Organisation) Answerers(role string, p *Plan) []string {
	list := []string{role}
	for _, r := range []Contact{o.Reach(role, p), o.Deputy(role, p)} {
		for _, name := range []string{r.Role, r.Mailbox} {
			if name != "" && !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// Mailboxes finds those receivers of the given names that have a mailbox, among
// all whom the organisation and the plan name.
func (o *Organisation) Mailboxes(names []string, p *Plan) (to []Contact) {
	roles := []string{"systemejer"}
	for _, r := range slices.Concat(o.Roles, o.CrisisRoles) {
		roles = append(roles, r.ID)
	}
	for _, t := range o.Teams {
		roles = append(roles, t.ID)
	}
	for _, role := range roles {
		for _, known := range []Contact{o.Reach(role, p), o.Deputy(role, p)} {
			if known.Mailbox != "" && slices.Contains(names, known.Role) && !slices.Contains(to, known) {
				to = append(to, known)
			}
		}
	}
	return to
}

// Ladder is after how long an unanswered request goes on: to a reminder, to the
// deputy, to the leader, in a drill of that plan or in a crisis. Where neither the plan,
// which may be nil, nor the organisation says, it is after 15, 30 and 45 minutes, and in
// a crisis after 15 to the deputy and after 30 to the leader (spec/ux.md 4.1).
func (o *Organisation) Ladder(p *Plan, crisis bool) (remind, deputy, leader Duration) {
	own := escalation{}
	if p != nil {
		own = p.Escalation
	}
	if crisis {
		mine, all := own.Crisis, o.Escalation.Crisis
		return cmp.Or(mine.Remind, all.Remind, 15), cmp.Or(mine.Deputy, all.Deputy, 15), cmp.Or(mine.Leader, all.Leader, 30)
	}
	return cmp.Or(own.Remind, o.Escalation.Remind, 15), cmp.Or(own.Deputy, o.Escalation.Deputy, 30), cmp.Or(own.Leader, o.Escalation.Leader, 45)
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

// Contacts are all whom the organisation file names to be reached: roles, those of
// the crisis organisation, and authorities.
func (o *Organisation) Contacts() (list []Contact) {
	for _, r := range slices.Concat(o.Roles, o.CrisisRoles) {
		list = append(list, Contact{Role: r.ID, Mailbox: r.Mailbox, Phone: r.Phone})
	}
	return append(list, o.Authorities...)
}

// Location is where the organisation's days begin.
func (o *Organisation) Location() (*time.Location, error) {
	zone, err := time.LoadLocation(cmp.Or(o.Zone, "Europe/Copenhagen"))
	if err != nil {
		return nil, fmt.Errorf("the organisation's zone: %w", err)
	}
	return zone, nil
}
