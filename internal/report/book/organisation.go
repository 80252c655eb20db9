package book

import (
	"cmp"
	"strings"

	"beredskab/internal/plan"
)

// purpose says what the plan is for, and which versions it is compiled from.
func (w *writer) purpose() Chapter {
	c := w.chapter("purpose")
	var rows [][]string
	for _, p := range w.plans {
		v := w.Versions[p.ID]
		approved, confirmed := w.Say("book.not.approved"), w.Say("book.not.confirmed")
		if !v.Approved.IsZero() {
			approved = w.Say("book.by", w.Day(v.Approved), dash(v.ApprovedBy))
		}
		if !v.Confirmed.IsZero() {
			confirmed = w.Say("book.by", w.Day(v.Confirmed), dash(v.ConfirmedBy))
		}
		rows = append(rows, []string{p.Name, dash(p.PlanVersion), p.Hash()[:12] + "…", confirmed, approved, w.Word("confidentiality", p.Confidentiality)})
	}
	c.Tables = w.table("versions", rows, "system", "version", "hash", "confirmed", "approved", "confidentiality")
	c.After = []string{w.Say("book.distribution", dash(strings.Join(w.org.Report.Recipients, ", ")))}
	return c
}

// governing is the policies above the plan, and the law and standards it answers
// to.
func (w *writer) governing() Chapter {
	c := w.chapter("governing")
	var rows [][]string
	for _, d := range w.org.Policies {
		rows = append(rows, []string{d.ID, dash(d.Version), dash(d.ApprovedBy), w.day(d.ApprovedAt), w.day(d.ValidFrom)})
	}
	c.Tables = w.table("policies", rows, "document", "version", "approved.by", "approved", "valid.from")
	c.After = []string{w.Say("book.laws")}
	return c
}

// definitions is the words of the plan, and when which level begins.
func (w *writer) definitions() Chapter {
	c := w.chapter("definitions")
	for _, key := range []string{"mtpd", "rto", "wrt", "rpo", "workaround", "recovery", "class", "owner"} {
		c.List = append(c.List, w.Say("book.definition."+key))
	}
	var rows [][]string
	for _, l := range w.org.Levels {
		rows = append(rows, []string{l.ID, lines(l.Criteria), w.roles(l.Decides, nil)})
	}
	c.Tables = w.table("levels", rows, "level", "criteria", "decides")
	return c
}

// alerting is who calls whom, also when no telephone works.
func (w *writer) alerting() Chapter {
	c := w.chapter("alerting")
	var rows [][]string
	for i, id := range w.org.AlertChain.Order {
		rows = append(rows, []string{w.Say("count", i+1), w.role(id, nil), w.phone(id), w.deputy(id)})
	}
	c.Tables = w.table("chain", rows, ">number", "role", "phone", "deputy")
	c.List = w.org.AlertChain.Channels
	if text := w.org.AlertChain.PhonesDown; text != "" {
		c.After = []string{w.Say("book.phones.down", text)}
	}
	rows = nil
	for _, o := range w.org.OnCall {
		rows = append(rows, []string{o.Days, o.Hours, w.role(o.Role, nil), w.phone(o.Role)})
	}
	c.Tables = append(c.Tables, w.table("duty", rows, "days", "hours", "role", "phone")...)
	return c
}

// phone is a duty number of the organisation's; private ones stand nowhere.
func (w *writer) phone(id string) string {
	for _, list := range [][]plan.Role{w.org.CrisisRoles, w.org.Roles} {
		for _, r := range list {
			if r.ID == id {
				return number(r.Phone)
			}
		}
	}
	return "–"
}

func (w *writer) deputy(id string) string {
	if d := w.org.Deputy(id, nil); d.Role != w.role(id, nil) {
		return d.Role
	}
	return "–"
}

// staff is the crisis staff, and where it meets.
func (w *writer) staff() Chapter {
	c := w.chapter("staff")
	var rows [][]string
	for _, r := range w.org.CrisisRoles {
		rows = append(rows, []string{cmp.Or(r.Name, r.ID), number(r.Phone), dash(r.Mailbox), w.deputy(r.ID)})
	}
	c.Tables = w.table("staff", rows, "role", "phone", "mailbox", "deputy")
	c.List = w.org.MeetingPlaces
	return c
}

// logging says what is written down, with room for a pen.
func (w *writer) logging() Chapter {
	c := w.chapter("logging")
	for _, key := range []string{"time", "decision", "situation", "traces", "paper"} {
		c.List = append(c.List, w.Say("book.logging."+key))
	}
	sheet := make([][]string, 18) // a page of them
	for i := range sheet {
		sheet[i] = make([]string, 4)
	}
	c.Tables = w.table("log", sheet, "clock", "what.happened", "decided", "initials")
	return c
}

// order is which system first, by the chain of who waits for whom.
func (w *writer) order() Chapter {
	c := w.chapter("order")
	c.Break = true
	if len(w.Circle) > 0 {
		var names []string
		for _, id := range w.Circle {
			names = append(names, w.name(id))
		}
		c.Text = []string{w.Say("book.circle", strings.Join(names, " → "))}
	}
	return c
}

// authorities is whom the law wants told, and by when.
func (w *writer) authorities() Chapter {
	c := w.chapter("authorities")
	c.List = []string{w.Say("book.deadline.nis2"), w.Say("book.deadline.gdpr"), w.Say("book.deadline.police"), w.Say("book.deadline.insurance")}
	var rows [][]string
	for _, a := range w.org.Authorities {
		rows = append(rows, []string{a.Role, number(a.Phone), dash(a.Hours), w.day(a.VerifiedAt), ""})
	}
	c.Tables = w.table("authorities", rows, "authority", "phone", "hours", "verified", "told")
	rows = nil
	for _, p := range w.plans {
		if len(p.NotifyAuthority) > 0 {
			rows = append(rows, []string{p.Name, lines(p.NotifyAuthority)})
		}
	}
	c.Tables = append(c.Tables, w.table("told", rows, "system", "authority")...)
	return c
}

// annexes is where contacts and copies are.
func (w *writer) annexes() Chapter {
	c := w.chapter("annexes")
	var rows, copies [][]string
	for _, p := range w.plans {
		for _, x := range p.Contacts {
			rows = append(rows, []string{p.Name, w.role(x.Role, p), number(x.Phone), dash(x.Mailbox), dash(x.Hours), w.day(x.VerifiedAt)})
		}
		for _, x := range p.OfflineCopies {
			copies = append(copies, []string{p.Name, x.Place, dash(x.Form), w.day(x.Date), w.role(x.Custodian, p)})
		}
	}
	c.Tables = append(w.table("contacts", rows, "system", "role", "phone", "mailbox", "hours", "verified"),
		w.table("copies", copies, "system", "place", "form", "date", "custodian")...)
	return c
}
