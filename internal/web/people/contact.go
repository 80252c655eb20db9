package people

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/approval"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
)

// contact is somebody whom a plan names. Numbers are for whoever may read what is
// confidential.
type contact struct {
	dossier.Contact
	SystemName string
	Name       string // of the role
	Late       bool
	Call       bool // the visitor may record a call
}

// contactsPage is the list of them.
type contactsPage struct {
	Show, System string
	Shows        []option
	Systems      []option
	List         []contact
	Due, Count   int
	Pages        frame.Pager
}

// seen are the contacts that the visitor may see, who must be called first.
func (p *Part) seen(v *frame.Visit, set *plan.Set) (list []contact, err error) {
	all, err := p.Dossier.Contacts(v.Context(), "")
	if err != nil {
		return nil, fmt.Errorf("listing the contacts: %w", err)
	}
	for _, c := range all {
		on := about(set, c.System)
		if !v.May(matrix.PlanInternal, matrix.Read, on) {
			continue
		}
		one := contact{Contact: c, SystemName: v.Texts.Say("people.organisation"), Late: !c.Due.After(v.Now)}
		of, _ := set.Plan(c.System)
		if one.Name = set.Organisation.Reach(c.Whom, of).Role; c.System != "" {
			one.SystemName = called(set, c.System)
		}
		one.Call = v.May(matrix.PlanDraft, matrix.Write, on) || v.May(matrix.Workaround, matrix.Write, on)
		if !v.May(matrix.PlanConfidential, matrix.Read, on) {
			one.Phone = ""
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(x, y contact) int { return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.SystemName, y.SystemName)) })
	return list, nil
}

func (p *Part) contacts(v *frame.Visit) error {
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	list, err := p.seen(v, set)
	if err != nil {
		return err
	}
	d := contactsPage{Show: v.Query("show"), System: v.Query("system"), Count: len(list)}
	for _, show := range []string{"", "due"} {
		d.Shows = append(d.Shows, option{show, v.Texts.Say("people.contacts." + cmp.Or(show, "all"))})
	}
	for _, c := range list {
		if one := (option{c.System, c.SystemName}); c.System != "" && !slices.Contains(d.Systems, one) {
			d.Systems = append(d.Systems, one)
		}
		if c.Late {
			d.Due++
		}
	}
	byText(d.Systems)
	list = slices.DeleteFunc(list, func(c contact) bool { return d.Show == "due" && !c.Late || d.System != "" && c.System != d.System })
	d.List, d.Pages = frame.Page(v, list)
	return v.Show("people/contacts", d)
}

// contactPage is the form for a call.
type contactPage struct {
	contact
	Channels               []option
	Channel, Answer, Words string
}

func (p *Part) contact(v *frame.Visit) error {
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	list, err := p.seen(v, set)
	if err != nil {
		return err
	}
	system, whom := cmp.Or(v.Field("system"), v.Query("system")), cmp.Or(v.Field("whom"), v.Query("whom"))
	i := slices.IndexFunc(list, func(c contact) bool { return c.System == system && c.Whom == whom })
	if i < 0 {
		return fmt.Errorf("the contact %q of %q: %w", whom, system, kept.ErrNotFound)
	}
	d := contactPage{contact: list[i], Channel: v.Field("channel"), Answer: v.Field("reached"), Words: v.Field("note")}
	for channel := range strings.FieldsSeq("phone mail sms radio") {
		d.Channels = append(d.Channels, option{channel, v.Texts.Say("people.channel." + channel)})
	}
	return v.Show("people/contact", d)
}

func (p *Part) call(v *frame.Visit) error {
	err := v.Filled("people", "channel", "reached")
	tried := approval.Verification{System: v.Field("system"), Whom: v.Field("whom"), Channel: v.Field("channel"), Reached: v.Field("reached") == "yes", Note: v.Field("note")}
	if err == nil && !tried.Reached {
		err = v.Filled("people", "note")
	}
	if err == nil {
		err = p.Office.VerifyContact(v.Context(), v.Actor(), tried)
	}
	if err != nil {
		return v.Again(p.contact, err)
	}
	if !tried.Reached {
		return v.Go("/contacts", "people.missed")
	}
	return v.Go("/contacts", "people.reached")
}
