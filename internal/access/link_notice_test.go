package access

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// person adds somebody with a mailbox and a role.
func (h *house) person(id, mail string, g rights.Grant) {
	h.t.Helper()
	h.ok(h.db.Update(h.t.Context(), func(tx door.Tx) error {
		row, errP := rights.Person{ID: id, Name: id, Mail: mail}.Row(h.Now().Wall)
		g.Person, g.From, g.GivenBy = id, h.Now().Wall.Add(-time.Minute), admin
		held, errG := g.Row(h.Now().Wall)
		row.Rev, held.Rev = 1, 1
		return errors.Join(errP, errG, tx.PutRecord(h.t.Context(), row), tx.PutRecord(h.t.Context(), held))
	}))
}

// asking starts a drill that asks the owner of a system, and a team, and gives a
// message about it.
func (h *house) asking() outbox.Notice {
	h.t.Helper()
	h.person("p-20", "it-chef@kommune.test", rights.Grant{Role: matrix.ITManager})
	h.person("p-21", "anden@kommune.test", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "drift"}})
	org := &plan.Organisation{
		Schema: 1, Name: "Prøve", File: "organisation.yaml",
		Roles: []plan.Role{{ID: "it-chef", Name: "It-chef", Mailbox: "chefen@kommune.test"}},
		Teams: []plan.Team{{ID: "drift", Name: "Drift", Capacity: 1, Mailbox: "drift@kommune.test"}},
	}
	p := &plan.Plan{
		Schema: 1, ID: "omsorg", Name: "Omsorg", File: "omsorg.yaml", Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Owner: plan.Owner{Role: "systemejer", Unit: "Ældre", Mailbox: "ejer@kommune.test", Deputy: "sted@kommune.test"},
		Recovery: plan.Recovery{Steps: []plan.Step{
			{ID: "svar", Title: "Svar", Confirm: &plan.Confirm{By: "systemejer", Question: "?"}}, {ID: "disk", Title: "Disk", Team: "drift"},
		}},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendan", Type: "restore", Participants: plan.Cast{Director: "it-chef"}}},
	}
	chief := door.Actor{Name: "p-20", Via: "p-20", Person: "p-20", Assurance: "login"}
	r := register.New(h.door, register.Options{})
	_, err := r.Adopt(h.t.Context(), chief, &plan.Set{Organisation: org, Plans: []*plan.Plan{p}})
	h.ok(err)
	run, err := r.Open(h.t.Context(), chief, register.Opening{System: "omsorg", Drill: "gendan"})
	h.ok(err)
	return outbox.Notice{ID: 7, Kind: outbox.Request, Receiver: "systemejer Ældre", ExpiresAt: h.Now().Wall.Add(time.Hour), Facts: outbox.Facts{Run: run, Step: "svar"}}
}

// reads is who the link of a message about that step to that mailbox is for.
func (h *house) reads(n outbox.Notice, step, mailbox string) string {
	h.t.Helper()
	n.Facts.Step, n.Address = step, mailbox
	link, code, err := h.NoticeLink(h.t.Context(), "https://b.test/", n)
	h.ok(err)
	token, found := strings.CutPrefix(link, "https://b.test/c/")
	if !found || len(code) != 7 {
		h.t.Fatalf("%q, %q", link, code)
	}
	l, err := h.Follow(h.t.Context(), token)
	h.ok(err)
	if l.Run != n.Facts.Run || l.Step != step || l.Notice != 7 || !l.Until.Equal(n.ExpiresAt) || l.Address != mailbox || l.Coded {
		h.t.Errorf("%+v", l)
	}
	return l.Person
}

// A link is the person's who reads the mailbox: by his own address, or as the only one
// in the role that the mailbox is for. Where several may read it is nobody's.
func TestWhoseALinkIs(t *testing.T) {
	h := newHouse(t)
	n := h.asking()
	h.person("p-22", "sted@kommune.test", rights.Grant{Role: matrix.Auditor})
	h.person("p-23", "", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "omsorg"}, DeputyOf: owner})
	for _, c := range []struct{ step, mailbox, person string }{
		{"svar", "P-2@kommune.test", owner},     // his own
		{"svar", "ejer@kommune.test", owner},    // his role's
		{"svar", "sted@kommune.test", "p-22"},   // the mailbox of somebody in another role: the act is refused
		{"svar", "chefen@kommune.test", "p-20"}, // the director's
		{"svar", "p-4@kommune.test", ""},        // of somebody who was disabled
		{"svar", "fremmed@kommune.test", ""},
		{"disk", "drift@kommune.test", ""}, // a team's, though one alone is in it
		{"disk", "anden@kommune.test", "p-21"},
		{"svar", "", ""}, // a channel
	} {
		if got := h.reads(n, c.step, c.mailbox); got != c.person {
			t.Errorf("%s to %q is for %q, want %q", c.step, c.mailbox, got, c.person)
		}
	}
	h.person("p-24", "P-2@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "omsorg"}})
	for _, mailbox := range []string{"p-2@kommune.test", "ejer@kommune.test"} {
		if got := h.reads(n, "svar", mailbox); got != "" {
			t.Errorf("%s, which two read, is for %s", mailbox, got)
		}
	}
}

// What is not about a step that asks leads to the page that it is about, which has no
// token in it and makes no row; a program without an address leads nowhere.
func TestNoticesOfAPage(t *testing.T) {
	h := newHouse(t)
	n := h.asking()
	run := "https://b.test/drills/" + n.Facts.Run
	for what, c := range map[string]struct {
		change func(*outbox.Notice)
		origin string
		want   string
	}{
		"no address":  {func(*outbox.Notice) {}, "", ""},
		"a result":    {func(n *outbox.Notice) { n.Kind = outbox.Finished }, "https://b.test/", run},
		"no step":     {func(n *outbox.Notice) { n.Facts.Step = "" }, "https://b.test", run},
		"a reminder":  {func(n *outbox.Notice) { n.Kind, n.Facts = outbox.Reminder, outbox.Facts{System: "om/sorg"} }, "https://b.test", "https://b.test/systems/om%2Fsorg"},
		"of no thing": {func(n *outbox.Notice) { n.Facts = outbox.Facts{} }, "https://b.test", ""},
	} {
		m := n
		c.change(&m)
		if link, code, err := h.NoticeLink(t.Context(), c.origin, m); link != c.want || code != "" || err != nil {
			t.Errorf("%s: %q %q %v", what, link, code, err)
		}
	}
}
