package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/plan"
)

// The plans whose newest version is not in force: one was never submitted, one
// came back, and one waits for the IT manager.
const (
	organisation  = "organisation"
	neverApproved = "print"
	returned      = "gis"
	pending       = "idp-mfa"
)

// first is the text of a plan as it was when the program was taken into use: the
// version before, with no drills on schedule yet.
func (t *story) first(p *plan.Plan) string {
	text := string(t.files[p.ID])
	text = regexp.MustCompile(`(?m)^    schedule:\n(?:      .*\n)+`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`(?m)^plan_version: .*$`).ReplaceAllString(text, "plan_version: '"+p.Supersedes+"'")
	text = regexp.MustCompile(`(?m)^valid_from: .*$`).ReplaceAllString(text, "valid_from: '"+t.day(begins, "08:00").Format(time.DateOnly)+"'")
	text = regexp.MustCompile(`(?m)^supersedes: .*\n`).ReplaceAllString(text, "")
	text = strings.Replace(text, "version: '5.1'", "version: '5.0'", 1) // of the policy that it follows
	for _, c := range earlier() {
		if c.system == p.ID {
			text = strings.Replace(text, c.now, c.then, 1)
		}
	}
	return text
}

// earlier is what else the first versions said, beside their number and date.
func earlier() []struct{ system, now, then string } {
	return []struct{ system, now, then string }{
		{"esdh", "\n  rto: 24h\n", "\n  rto: 36h\n"},
		{"omsorg", "\n  start_within: 15m\n", "\n  start_within: 30m\n"},
		{"sql-klynge", "\n  interval: 30m\n", "\n  interval: 50m\n"},
		{"m365", "\n  rto: 12h\n", "\n  rto: 16h\n"},
		{"loen", "\n  wrt: 16h\n", "\n  wrt: 12h\n"},
	}
}

// versions tells how the plans came into force: first those that were there when
// the program was taken into use, later the newer one of each.
func (t *story) versions() {
	t.on(t.day(begins, "10:00"), t.firstVersions)
	t.revised(organisation, t.now.Add(-time.Hour))
	for i, p := range t.set.Plans {
		if p.ID == neverApproved {
			t.revised(p.ID, t.now.Add(-2*time.Hour))
			continue
		}
		began := begins - 15 - 4*i
		t.approval(p.ID, predecessor, t.day(began, "09:00"), t.day(began-5, "10:00"), t.day(began-9, "11:00"))
		t.newVersion(p)
	}
}

// newVersion tells of the version that the files hold. The one that is in force was
// approved just before the day from which it is valid.
func (t *story) newVersion(p *plan.Plan) {
	from, _ := time.ParseInLocation(time.DateOnly, p.ValidFrom, t.zone) // the files were read without a problem
	ago := int(t.now.Sub(from).Hours() / 24)
	switch p.ID {
	case returned:
		t.revised(p.ID, t.day(33, "08:30"))
		t.approval(p.ID, coordinator, t.day(33, "09:00"), t.day(29, "10:00"), time.Time{})
		t.on(t.day(27, "10:00"), t.sendBack)
	case pending:
		t.revised(p.ID, t.day(ago+12, "08:30"))
		t.approval(p.ID, coordinator, t.day(ago+12, "09:00"), t.day(9, "10:00"), time.Time{})
	default:
		t.revised(p.ID, t.day(ago+14, "08:30"))
		t.approval(p.ID, coordinator, t.day(ago+14, "09:00"), t.day(ago+9, "10:00"), t.day(ago+4, "11:00"))
		t.read(p, t.day(ago-3, "12:00"))
		return
	}
	t.on(t.day(180, "13:00"), func(ctx context.Context) error { return t.say(ctx, t.ownerOf(p.ID), p.ID, approval.Confirmed) })
	t.read(p, t.day(175, "12:00"))
}

// firstVersions takes the files over as they were then. The checks ran once a
// month.
func (t *story) firstVersions(ctx context.Context) error {
	for _, p := range t.set.Plans {
		if err := os.WriteFile(t.sample.planFile(p.ID), []byte(t.first(p)), 0o644); err != nil {
			return err
		}
	}
	then := bytes.Replace(t.files[organisation], []byte("when: daily at 06:00"), []byte("when: monthly on day 1 at 06:00"), 1)
	if err := os.WriteFile(t.sample.planFile(organisation), then, 0o644); err != nil {
		return err
	}
	return t.adopt(ctx, predecessor)
}

// revised writes a file as it is at the end, and takes it over.
func (t *story) revised(name string, at time.Time) {
	t.on(at, func(ctx context.Context) error {
		if err := os.WriteFile(t.sample.planFile(name), t.files[name], 0o644); err != nil {
			return err
		}
		return t.adopt(ctx, coordinator)
	})
}

// adopt takes the files over as they are.
func (t *story) adopt(ctx context.Context, who string) error {
	_, problems, err := t.app.Adopt(ctx, as(who))
	if err == nil && len(problems) > 0 {
		err = problems
	}
	return err
}

// approval tells the way of one version: it is submitted, its owner confirms it and
// accepts its times, and the IT manager approves it unless the last moment is zero.
func (t *story) approval(system, author string, submitted, confirmed, approved time.Time) {
	t.on(submitted, func(ctx context.Context) error {
		return t.app.Office.Say(ctx, as(author), system, approval.Act{Kind: approval.Submitted, Claim: author})
	})
	t.on(confirmed, func(ctx context.Context) error {
		return t.say(ctx, t.ownerOf(system), system, approval.Confirmed, approval.Accepted)
	})
	if !approved.IsZero() {
		t.on(approved, func(ctx context.Context) error { return t.say(ctx, t.approver(), system, approval.Approved) })
	}
}

// approver is the IT manager, or who acts for him in the holiday.
func (t *story) approver() string {
	if left := t.day(vacation, "10:00"); t.clock.at.After(left) && t.clock.at.Before(left.AddDate(0, 0, 28)) {
		return operations
	}
	return manager
}

// say says that of the version that is on its way, as who has read it.
func (t *story) say(ctx context.Context, who, system string, kinds ...approval.Kind) error {
	seen, err := t.app.Review(ctx, system, "da")
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if err := t.app.Office.Say(ctx, as(who), system, seen.Act(kind)); err != nil {
			return fmt.Errorf("%s says that %s is %s: %w", who, system, kind, err)
		}
	}
	return nil
}

// sendBack is the IT manager's no to a version whose backup cannot keep its RPO.
func (t *story) sendBack(ctx context.Context) error {
	return t.app.Office.Say(ctx, as(manager), returned, approval.Act{Kind: approval.ChangesAsked, Comments: []approval.Comment{{
		Section: "backup", Text: "RPO på 24 timer kan ikke nås med én natlig kopi på 45 minutter. Ret backuppen, eller bed om et længere RPO.",
	}}})
}

// read tells that the owner of a system, his deputy and the technical team have read
// the version in force.
func (t *story) read(p *plan.Plan, at time.Time) {
	who := []string{owner(p), p.TechnicalTeam}
	if slices.Contains(seconded(), p.ID) {
		who = append(who, second(p))
	}
	t.on(at, func(ctx context.Context) error {
		text, err := t.app.Office.Reading(ctx, "plan/"+p.ID)
		if err != nil {
			return err
		}
		for _, account := range who {
			if err := t.app.Office.GiveReceipt(ctx, as(account), text.Object, text.Version, approval.Digest(text.Signed())); err != nil {
				return err
			}
		}
		return nil
	})
}
