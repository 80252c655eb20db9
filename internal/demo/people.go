package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// The accounts that act most. A role of the plan files has an account of its own
// name; a system owner's is made of the mailbox of his unit.
const (
	administrator = "systemadministrator"
	manager       = "it-chef"
	operations    = "it-driftsleder"
	onDuty        = "it-vagt"
	coordinator   = "beredskabskoordinator"
	predecessor   = "forrige-koordinator" // who was coordinator in the first year
	leader        = "oevelsesleder"
	security      = "it-sikkerhedsansvarlig"
)

// gone is how many days before now the coordinator of the first year left.
const gone = 415

// vacation is how many days before now the IT manager went on his last holiday, of
// four weeks.
const vacation = 125

// staff are the people of the town hall: name, account, unit, role, team.
const staff = `It-chef;it-chef;It;it-chef;
It-driftsleder;it-driftsleder;It-drift;it-driftsleder;it-driftsleder
It-vagt;it-vagt;It-drift;it-vagt;it-vagt
Beredskabskoordinator;beredskabskoordinator;It;beredskabskoordinator;
Forrige beredskabskoordinator;forrige-koordinator;It;beredskabskoordinator;
Øvelsesleder;oevelsesleder;It;oevelsesleder;
Daglig it-sikkerhedsansvarlig;it-sikkerhedsansvarlig;It-sikkerhed;it-sikkerhedsansvarlig;
Direktionen;direktionen;Direktionen;direktionen;
Intern revision;revision;Revision;revision;
Databeskyttelsesrådgiver;databeskyttelsesraadgiver;Revision;databeskyttelsesraadgiver;
Sundhedsvagt;sundhedsvagt;Sundhed og Omsorg;it-vagt;sundhed
Kommunikationsvagt;kommunikationsvagt;Kommunikation;it-vagt;kommunikation
Kommunikationsvagt;kommunikationsvagt;Kommunikation;it-vagt;kommunikationsvagt
`

// sheet is all of the people as the personnel system gives them, the system
// owners and the teams of the plan files among them.
func (t *story) sheet() []byte {
	var text strings.Builder
	text.WriteString("navn;konto;mail;enhed;rolle;hold;system\n")
	for row := range strings.Lines(staff) {
		cells := strings.Split(strings.TrimSuffix(row, "\n"), ";")
		fmt.Fprintf(&text, "%s;%s;%s@eksempelkommune.dk;%s;%s;%s;\n", cells[0], cells[1], cells[1], cells[2], cells[3], cells[4])
	}
	for _, team := range t.set.Organisation.Teams {
		fmt.Fprintf(&text, "Tekniker, %s;%s;%s;It-drift;it-vagt;%s;\n", team.Name, team.ID, team.Mailbox, team.ID)
	}
	for _, p := range t.set.Plans {
		fmt.Fprintf(&text, "Systemejer, %s;%s;%s;%s;systemejer;;%s\n", p.Owner.Unit, owner(p), p.Owner.Mailbox, p.Owner.Unit, p.ID)
	}
	return []byte(text.String())
}

// owner is the account of the plan's owner.
func owner(p *plan.Plan) string {
	name, _, _ := strings.Cut(p.Owner.Mailbox, "@")
	return "ejer-" + name
}

// seconded are the systems whose owner has a deputy.
func seconded() []string { return []string{"omsorg", "noedkald", "oekonomi"} }

// second is the account of the deputy whom the plan names.
func second(p *plan.Plan) string {
	name, _, _ := strings.Cut(p.Owner.Deputy, "@")
	return name
}

func (t *story) ownerOf(system string) string {
	p, _ := t.set.Plan(system) // every system that is named here has a plan
	return owner(p)
}

// account is who answers for that role or team in a drill of the system.
func (t *story) accountOf(role, system string) string {
	switch role {
	case "systemejer":
		return t.ownerOf(system)
	case "sundhed", "kommunikation":
		return role + "svagt"
	case "it-sikkerhed":
		return security
	case "kriseleder":
		return "direktionen"
	}
	return role
}

// people tells who came, who stands in for whom, and who left.
func (t *story) people() {
	t.on(t.day(begins, "08:00"), t.firstPeople)
	t.on(t.day(begins, "09:00"), func(ctx context.Context) error {
		return t.deputy(ctx, operations, manager, rights.Grant{Role: matrix.ITManager})
	})
	for i, system := range seconded() {
		t.on(t.day(begins-30-i, "09:00"), func(ctx context.Context) error { return t.secondOwner(ctx, system) })
	}
	t.on(t.day(gone, "15:00"), func(ctx context.Context) error {
		who, err := t.who(ctx, predecessor)
		if err != nil {
			return err
		}
		return t.app.Office.DisablePerson(ctx, as(administrator), who, "Fratrådt; opgaven er givet videre til den nye beredskabskoordinator")
	})
	t.on(t.day(vacation, "10:00"), t.holiday)
}

// firstPeople registers the first administrator, who takes over the others.
func (t *story) firstPeople(ctx context.Context) error {
	id, err := t.app.Office.AddPerson(ctx, as(administrator), rights.Person{
		Name: "Systemadministrator", Mail: administrator + "@eksempelkommune.dk", Unit: "It-drift", Accounts: []rights.Account{local(administrator)},
	})
	if err != nil {
		return err
	}
	if _, err = t.app.Office.Give(ctx, as(administrator), rights.Grant{Person: id, Role: matrix.Administrator}); err != nil {
		return err
	}
	_, err = t.app.Office.Import(ctx, as(administrator), "personer.csv", t.sheet(), t.zone)
	return err
}

// deputy lets somebody stand in for somebody else.
func (t *story) deputy(ctx context.Context, who, of string, g rights.Grant) (err error) {
	if g.Person, err = t.who(ctx, who); err != nil {
		return err
	}
	if g.DeputyOf, err = t.who(ctx, of); err != nil {
		return err
	}
	_, err = t.app.Office.Give(ctx, as(administrator), g)
	return err
}

// secondOwner gives the owner of a system a deputy: the second manager of the unit,
// whom the plan names.
func (t *story) secondOwner(ctx context.Context, system string) error {
	p, _ := t.set.Plan(system)
	account := second(p)
	if _, err := t.who(ctx, account); err != nil {
		id, err := t.app.Office.AddPerson(ctx, as(administrator), rights.Person{
			Name: "Vicechef, " + p.Owner.Unit, Mail: p.Owner.Deputy, Unit: p.Owner.Unit, Accounts: []rights.Account{local(account)},
		})
		if err != nil {
			return err
		}
		g := rights.Grant{Person: id, Role: matrix.UnitManager, Scope: rights.Scope{Unit: p.Owner.Unit}}
		if _, err := t.app.Office.Give(ctx, as(administrator), g); err != nil {
			return err
		}
	}
	return t.deputy(ctx, account, owner(p), rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: system}})
}

// holiday lets the IT manager's work be done while he is away for four weeks.
func (t *story) holiday(ctx context.Context) error {
	to, err := t.who(ctx, operations)
	if err != nil {
		return err
	}
	_, err = t.app.Office.Delegate(ctx, as(manager), rights.Delegation{
		To: to, Roles: []matrix.Role{matrix.ITManager}, Until: t.clock.at.AddDate(0, 0, 28), Reason: "Sommerferie",
	})
	return err
}

// guest registers whoever looks at the demo, so that everything can be tried in
// one's own name: as the deputy of the IT manager and of the owner of the system
// that is drilled, and in the roles that write, hold drills and register people. What the guest
// wrote himself, somebody else approves.
func (t *story) guest() {
	t.on(t.now.Add(-30*time.Minute), func(ctx context.Context) error {
		if _, err := t.who(ctx, t.account); err != nil {
			_, err := t.app.Office.AddPerson(ctx, as(administrator), rights.Person{
				Name: "Gæst i eksempelkommunen", Mail: "gaest@eksempelkommune.dk", Unit: "It", Accounts: []rights.Account{local(t.account)},
			})
			if err != nil {
				return fmt.Errorf("registering the account %q, with which you are signed in on this machine: %w", t.account, err)
			}
		}
		who, err := t.who(ctx, t.account)
		if err != nil {
			return err
		}
		for _, role := range []matrix.Role{matrix.Coordinator, matrix.Administrator} {
			if _, err := t.app.Office.Give(ctx, as(administrator), rights.Grant{Person: who, Role: role}); err != nil {
				return err
			}
		}
		return errors.Join(t.deputy(ctx, t.account, manager, rights.Grant{Role: matrix.ITManager}),
			t.deputy(ctx, t.account, t.ownerOf(System), rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: System}}))
	})
}

// who finds the person of an account.
func (t *story) who(ctx context.Context, account string) (id string, err error) {
	book, err := t.app.Office.Book(ctx)
	if err != nil {
		return "", err
	}
	p, err := book.Who(local(account), t.clock.at)
	return p.ID, err
}

func local(account string) rights.Account {
	return rights.Account{Issuer: rights.Local, Subject: account}
}
