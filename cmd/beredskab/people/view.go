package people

import (
	"fmt"
	"io"
	"strings"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/line"
	"beredskab/internal/rights"
)

// people are the persons as programs read them.
type people struct {
	Schema   string   `json:"schema"`
	Governed bool     `json:"governed"` // the permission matrix holds
	People   []person `json:"people"`
}

type person struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Mail     string    `json:"mail,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Unit     string    `json:"unit,omitempty"`
	Accounts []string  `json:"accounts"`
	Roles    []string  `json:"roles"` // in words, those in force
	Disabled time.Time `json:"disabled_at,omitzero"`
	Why      string    `json:"disabled_why,omitempty"`
}

func peopleOf(b *rights.Book, now time.Time) people {
	v := people{Schema: "beredskab.people.v1", Governed: b.Governed(now), People: []person{}}
	for _, p := range b.Persons() {
		one := person{
			ID: p.ID, Name: p.Name, Mail: p.Mail, Phone: p.Phone, Unit: p.Unit, Accounts: []string{}, Roles: []string{},
			Disabled: p.Disabled, Why: p.Why,
		}
		for _, a := range p.Accounts {
			one.Accounts = append(one.Accounts, a.String())
		}
		for _, g := range b.Grants(p.ID) {
			if g.InForce(now) {
				one.Roles = append(one.Roles, g.String())
			}
		}
		v.People = append(v.People, one)
	}
	return v
}

func (v people) text(out io.Writer) {
	line.Table(out, "ID\tNAME\tSIGNS IN AS\tUNIT\tROLES\tSTATE", func(w io.Writer) {
		for _, p := range v.People {
			state := "enabled"
			if !p.Disabled.IsZero() {
				state = "disabled " + day(p.Disabled) + ": " + p.Why
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name, line.Dash(strings.Join(p.Accounts, ", ")), line.Dash(p.Unit), line.Dash(strings.Join(p.Roles, ", ")), state)
		}
	})
	if !v.Governed {
		fmt.Fprintln(out, "There is no administrator yet: whoever can use this register may do everything.\n"+
			"Next: beredskab people add NAME --account USER, then beredskab role give ID administrator")
	}
}

// roles are grants and delegations as programs read them.
type roles struct {
	Schema      string       `json:"schema"`
	Roles       []grant      `json:"roles"`
	Delegations []delegation `json:"delegations"`
}

type grant struct {
	Key     string `json:"key"`
	InForce bool   `json:"in_force"`
	rights.Grant
}

type delegation struct {
	Key     string `json:"key"`
	InForce bool   `json:"in_force"`
	rights.Delegation
}

// rolesOf lists those of one person, or of all when only is empty. What is over is
// left out unless all is wanted.
func rolesOf(b *rights.Book, only string, all bool, now time.Time) (roles, error) {
	v := roles{Schema: "beredskab.roles.v1", Roles: []grant{}, Delegations: []delegation{}}
	if _, known := b.Person(only); only != "" && !known {
		return v, fmt.Errorf("person %q: %w; `beredskab people list` lists them", only, kept.ErrNotFound)
	}
	for _, p := range b.Persons() {
		if only != "" && p.ID != only {
			continue
		}
		for _, g := range b.Grants(p.ID) {
			if all || g.To.IsZero() || g.To.After(now) {
				v.Roles = append(v.Roles, grant{g.Key(), g.InForce(now) && !p.DisabledAt(now), g})
			}
		}
		for _, d := range b.Delegations(p.ID) {
			if all || d.Until.After(now) {
				v.Delegations = append(v.Delegations, delegation{d.Key(), d.InForce(now) && !p.DisabledAt(now), d})
			}
		}
	}
	return v, nil
}

func (v roles) text(out io.Writer) {
	line.Table(out, "PERSON\tROLE\tFROM\tOVER\tIN FORCE\tGIVEN BY\tKEY", func(w io.Writer) {
		for _, g := range v.Roles {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", g.Person, g.Grant.String(), day(g.From), day(g.To), yes(g.InForce), g.GivenBy, g.Key)
		}
		for _, d := range v.Delegations {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d.To, "acts for "+d.Of+": "+d.Reason, day(d.From), day(d.Until), yes(d.InForce), d.GivenBy, d.Key)
		}
	})
}

func yes(holds bool) string {
	if holds {
		return "yes"
	}
	return "no"
}

func day(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.Local().Format("2006-01-02 15:04")
}
