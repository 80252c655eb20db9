package governance_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/dossier"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// registered is a ward with the sample's plans taken over, and people in every role
// that has to do with what auditors ask for.
func registered(t *testing.T) *ward {
	w := newWard(t)
	_, err := w.register.Adopt(t.Context(), by("root"), w.set)
	w.fine(err)
	w.staff()
	w.holds("koordinator", matrix.Coordinator, "")
	w.holds("revisor", matrix.Auditor, "")
	w.holds("admin", matrix.Administrator, "")
	return w
}

// read reads what was said.
func (w *ward) read() *dossier.Dossier { return dossier.New(door.New(w.db, w)) }

// facts is what the checks are told.
func (w *ward) facts() check.Facts {
	w.t.Helper()
	f, err := w.read().Facts(w.t.Context(), w.wall)
	w.fine(err)
	return f
}

const policyID = "it-sikkerhedspolitik"

func seed(version string) approval.Document {
	return approval.Document{ID: policyID, Title: "It-sikkerhedspolitik", Version: version}
}

// The seed's policy and its successor are drafted, approved by the council as the IT
// manager records it, and exactly one of them is valid on any day (R1, R2, R43).
func TestGoverningDocuments(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	council := governance.Decision{By: "Kommunalbestyrelsen", At: "2015-04-22", Supersedes: "5.0", Case: "2015-1187"}
	w.denied(w.AddDocument(ctx, by("itchef"), seed("5.1")), false, "writing cadence, thresholds and follow-up is for the continuity coordinator or the security officer")
	w.fine(w.AddDocument(ctx, by("koordinator"), seed("5.1")))
	if f := w.facts(); len(f.Documents) > 0 {
		t.Errorf("a draft governs: %v", f.Documents)
	}
	w.denied(w.ReviewDocument(ctx, by("sikker"), policyID, "5.1", "2026-11-23"), false, "is a draft")
	w.denied(w.ApproveDocument(ctx, by("koordinator"), policyID, "5.1", council), false, "is for the IT manager")
	w.fine(w.ApproveDocument(ctx, by("itchef"), policyID, "5.1", council))
	w.denied(w.ApproveDocument(ctx, by("itchef"), policyID, "5.1", council), false, "a changed document is a new version")
	w.denied(w.AddDocument(ctx, by("koordinator"), seed("5.1")), false, "a changed document is a new version")

	w.fine(w.AddDocument(ctx, by("koordinator"), seed("6.0")))
	for want, said := range map[string]governance.Decision{
		"are both valid from 2015-04-22":    {By: "KB", At: "2015-04-22"},
		`approved_at is "i dag"`:            {By: "KB", At: "i dag"},
		"write the body that approved it":   {At: "2026-11-20"},
		`supersedes "4.0", and the version`: {By: "KB", At: "2026-11-20", Supersedes: "4.0"},
	} {
		if err := w.ApproveDocument(ctx, by("itchef"), policyID, "6.0", said); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	w.fine(w.ApproveDocument(ctx, by("itchef"), policyID, "6.0", governance.Decision{By: "Kommunalbestyrelsen", At: "2026-11-20", ValidFrom: "2026-12-01"}))
	if err := w.ApproveDocument(ctx, by("itchef"), policyID, "7.0", council); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("nothing was drafted: %v", err)
	}
	list, err := w.Documents(ctx)
	w.fine(err)
	if len(list) != 2 || list[1].Supersedes != "5.1" {
		t.Errorf("%+v", list)
	}
	for day, want := range map[string]string{"2026-11-30": "5.1", "2026-12-01": "6.0"} {
		at, _ := time.Parse(time.DateOnly, day)
		if d, ok := approval.ValidOn(list, policyID, at); !ok || d.Version != want {
			t.Errorf("on %s it is %s", day, d.Version)
		}
	}
	w.fine(w.ReviewDocument(ctx, by("sikker"), policyID, "5.1", "2026-11-23"))
	if due := w.facts().Documents[0].ReviewDue.Format(time.DateOnly); due != "2027-11-23" {
		t.Errorf("looked at again until %s", due)
	}
	if n := w.entries("document."); n != 10 {
		t.Errorf("%d lines in the log", n)
	}
}

// entries counts the lines of the log whose act begins so.
func (w *ward) entries(act string) (n int) {
	w.t.Helper()
	w.fine(w.db.View(w.t.Context(), func(tx door.Tx) error {
		list, err := tx.Entries(w.t.Context(), kept.EntryFilter{})
		for _, e := range list {
			if strings.HasPrefix(e.Act, act) {
				n++
			}
		}
		return err
	}))
	return n
}

// Renewing the policy flags every plan that names the one before (R2).
func TestANewPolicyFlagsThePlansOfTheOld(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	for version, from := range map[string]string{"5.1": "2015-04-22", "6.0": "2026-12-01"} {
		w.fine(w.AddDocument(ctx, by("koordinator"), seed(version)))
		if version == "5.1" {
			w.fine(w.ApproveDocument(ctx, by("itchef"), policyID, version, governance.Decision{By: "KB", At: from}))
		}
	}
	w.fine(w.ApproveDocument(ctx, by("itchef"), policyID, "6.0", governance.Decision{By: "KB", At: "2026-12-01"}))
	flagged := func() (n int) {
		for _, f := range check.Run(check.Input{Set: w.set, Facts: w.facts(), Now: w.wall}).Findings {
			if f.Code == "G2" && f.Subject == policyID && f.System != "" {
				n++
			}
		}
		return n
	}
	if n := flagged(); n != 0 {
		t.Errorf("%d plans are flagged before its day", n)
	}
	w.wall = w.wall.AddDate(0, 0, 8)
	if n := flagged(); n != len(w.set.Plans) {
		t.Errorf("%d of %d plans are flagged", n, len(w.set.Plans))
	}
}

// inForce brings the plan of a system into force.
func (w *ward) inForce(system string) string {
	w.t.Helper()
	p, ok := w.set.Plan(system)
	if !ok {
		w.t.Fatal(system)
	}
	review := approval.Review{Difference: []string{"ny"}, Commands: []approval.Command{}}
	values := approval.VersionOf(p).Objectives
	for _, said := range []struct {
		who string
		act approval.Act
	}{
		{"koordinator", approval.Act{Kind: approval.Submitted, Claim: "koordinator"}},
		{"ejer", approval.Act{Kind: approval.Confirmed, Shown: review.Digest()}},
		{"ejer", approval.Act{Kind: approval.Accepted, Shown: review.Digest(), Values: &values}},
		{"itchef", approval.Act{Kind: approval.Approved, Shown: review.Digest(), Review: &review}},
	} {
		w.fine(w.Say(w.t.Context(), by(said.who), system, said.act))
	}
	return p.Hash()
}

// A receipt is a person's own word about the version in force, and who owes one is
// found by the roles (R6, R34, G8).
func TestReceipts(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	if f := w.facts(); len(f.Receipts) > 0 || f.Receipts == nil {
		t.Errorf("owed before anything is in force: %v", f.Receipts)
	}
	_, err := w.Reading(ctx, "plan/omsorg")
	if !errors.Is(err, approval.ErrNotNow) {
		t.Errorf("nothing is in force, and it is read: %v", err)
	}
	hash := w.inForce("omsorg")
	plan, _ := w.set.Plan("omsorg")
	w.holds("leder", matrix.Director, "")
	_, err = w.Give(ctx, by("itchef"), rights.Grant{Person: "leder", Role: matrix.UnitManager, Scope: rights.Scope{Unit: plan.Owner.Unit}})
	w.fine(err)
	_, err = w.Give(ctx, by("itchef"), rights.Grant{Person: "vagt", Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "database"}})
	w.fine(err)
	if got := fmt.Sprint(w.facts().Receipts); got != "map[omsorg:[ejer leder]]" {
		t.Errorf("owed: %s", got)
	}
	r, err := w.Reading(ctx, "plan/omsorg")
	w.fine(err)
	if r.Version != hash || r.Signed() != "I have read and understood "+plan.Name+" (plan/omsorg), version "+hash+", in force since 2026-11-23." {
		t.Errorf("%+v", r)
	}
	shown := approval.Digest(r.Signed())
	w.denied(w.GiveReceipt(ctx, by("revisor"), r.Object, hash, shown), false, "confirming receipts that a plan was read is for")
	w.denied(w.GiveReceipt(ctx, door.Actor{Name: "ejer", Assurance: "login", Via: "leder"}, r.Object, hash, shown), false, "act in your own name")
	w.denied(w.GiveReceipt(ctx, by("leder"), r.Object, strings.Repeat("0", 64), shown), false, "is not in force")
	w.fine(w.GiveReceipt(ctx, by("leder"), r.Object, hash, shown))
	before := w.entries("receipt.give")
	w.fine(w.GiveReceipt(ctx, by("leder"), r.Object, hash, shown))
	if n := w.entries("receipt.give"); n != before {
		t.Errorf("%d lines for what was said already", n-before)
	}
	given, err := w.Receipts(ctx, record.Filter{System: "omsorg"})
	if w.fine(err); len(given) != 1 || given[0].By.Person != "leder" || given[0].By.Role != matrix.UnitManager {
		t.Errorf("%+v", given)
	}
	owing, err := w.read().Owing(ctx)
	if w.fine(err); len(owing) != 1 || fmt.Sprint(owing[0].Persons) != "[ejer]" {
		t.Errorf("%+v", owing)
	}
}

// What is in force is known as of any moment (R43, R44).
func TestInForceAsOf(t *testing.T) {
	w := registered(t)
	hash := w.inForce("omsorg")
	f := w.facts()
	if f.InForce["omsorg"].Current != w.wall || f.Reviews["omsorg"] != w.wall {
		t.Errorf("in force %v, reviewed %v", f.InForce, f.Reviews)
	}
	held, err := w.read().InForce(t.Context(), w.wall)
	if err != nil || len(held) != 1 || held[0].Version != hash {
		t.Errorf("in force %v, %v", held, err)
	}
	if held, err = w.read().InForce(t.Context(), w.wall.Add(-time.Second)); err != nil || len(held) != 0 {
		t.Errorf("before it came into force: %v, %v", held, err)
	}
}

// A governing document is read by everybody who must read plans.
func TestReceiptsOfDocuments(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	w.holds("vagt", matrix.TechnicalTeam, "")
	w.fine(w.AddDocument(ctx, by("koordinator"), seed("5.1")))
	w.fine(w.ApproveDocument(ctx, by("itchef"), policyID, "5.1", governance.Decision{By: "KB", At: "2015-04-22"}))
	owing, err := w.read().Owing(ctx)
	if err != nil || len(owing) != 1 || fmt.Sprint(owing[0].Persons) != "[ejer vagt]" {
		t.Errorf("%+v, %v", owing, err)
	}
	r, err := w.Reading(ctx, "document/"+policyID)
	if err != nil || r.Version != "5.1" {
		t.Errorf("%+v, %v", r, err)
	}
	w.fine(w.GiveReceipt(ctx, by("vagt"), r.Object, r.Version, approval.Digest(r.Signed())))
	for _, nothing := range []string{"document/ukendt", "esdh", "plan/ukendt"} {
		if _, err := w.Reading(ctx, nothing); !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("%s: %v", nothing, err)
		}
	}
}

// A receipt is never given in somebody's name, also with a delegation of his rights.
func TestAReceiptIsNotDelegated(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	hash := w.inForce("omsorg")
	_, err := w.Delegate(ctx, by("ejer"), rights.Delegation{To: "revisor", Until: w.wall.AddDate(0, 1, 0), Reason: "ferie"})
	w.fine(err)
	w.denied(w.GiveReceipt(ctx, by("revisor"), "plan/omsorg", hash, approval.Digest("x")), false, "is for the technical team")
}

// Contacts are verified by those who keep the plan, of a unit by its manager, and the
// newest call that was answered is what the checks look at (G4).
func TestContacts(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	plan, _ := w.set.Plan("gis")
	who := plan.Contacts[0]
	w.holds("leder", matrix.Director, "")
	_, err := w.Give(ctx, by("itchef"), rights.Grant{Person: "leder", Role: matrix.UnitManager, Scope: rights.Scope{Unit: plan.Owner.Unit}})
	w.fine(err)
	call := approval.Verification{System: "gis", Whom: who.Mailbox, Channel: "phone", Reached: true}
	w.denied(w.VerifyContact(ctx, by("revisor"), call), false, "writing the draft of a plan is for")
	elsewhere := call
	elsewhere.System = "omsorg"
	w.denied(w.VerifyContact(ctx, by("leder"), elsewhere), false, "writing the draft of a plan is for")
	missed := approval.Verification{System: "gis", Whom: who.Role, Channel: "phone"}
	if err := w.VerifyContact(ctx, by("leder"), missed); err == nil || !strings.Contains(err.Error(), "write what happened") {
		t.Errorf("nobody answered: %v", err)
	}
	missed.Note = "telefonsvarer"
	w.fine(w.VerifyContact(ctx, by("leder"), missed))
	if f := w.facts(); len(f.Contacts) > 0 {
		t.Errorf("nobody answered, and it counts: %v", f.Contacts)
	}
	w.wall = w.wall.Add(time.Hour)
	w.fine(w.VerifyContact(ctx, by("leder"), call))
	if at := w.facts().Contacts["gis"][who.Role]; !at.Equal(w.wall) {
		t.Errorf("reached %s", at)
	}
	list, err := w.read().Contacts(ctx, "gis")
	w.fine(err)
	if list[0].Whom != who.Role || !list[0].Reached.Equal(w.wall) || !list[0].Due.Equal(w.wall.Add(180*24*time.Hour)) {
		t.Errorf("%+v", list[0])
	}
	w.fine(w.VerifyContact(ctx, by("sikker"), approval.Verification{Whom: "it-chef", Channel: "mail", Reached: true}))
	w.denied(w.VerifyContact(ctx, by("leder"), approval.Verification{Whom: "it-chef", Channel: "mail", Reached: true}), false, "writing the draft of a plan is for")
	everything, err := w.read().Contacts(ctx, "")
	if w.fine(err); len(everything) < 40 || everything[0].Whom != "it-chef" || !everything[0].Reached.Equal(w.wall) {
		t.Errorf("%d contacts, the first %+v", len(everything), everything[0])
	}
	unknown := approval.Verification{System: "gis", Whom: "ingen", Channel: "phone", Reached: true}
	if err := w.VerifyContact(ctx, by("sikker"), unknown); !errors.Is(err, kept.ErrNotFound) || !strings.Contains(err.Error(), who.Role) {
		t.Errorf("nobody of that name: %v", err)
	}
	if _, err := w.read().Contacts(ctx, "ukendt"); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("no such system: %v", err)
	}
}

// Training is recorded by those who keep the programme, and runs out (R34).
func TestTraining(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	course := approval.Training{Person: "ejer", Subject: "beredskab", Until: w.wall.AddDate(1, 0, 0), Evidence: "kursusbevis"}
	_, err := w.RecordTraining(ctx, by("ejer"), course)
	w.denied(err, false, "writing the exercise programme is for")
	recorded, err := w.RecordTraining(ctx, by("sikker"), course)
	if w.fine(err); recorded.By != "sikker" || !recorded.At.Equal(w.wall) {
		t.Errorf("%+v", recorded)
	}
	for want, change := range map[string]func(*approval.Training){
		"nobody is called": func(t *approval.Training) { t.Person = "ukendt" },
		"end before it":    func(t *approval.Training) { t.Until = t.At.AddDate(-1, 0, 0) },
		"without a slash":  func(t *approval.Training) { t.Subject = "a/b" },
	} {
		bad := recorded
		change(&bad)
		if _, err := w.RecordTraining(ctx, by("sikker"), bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	g8 := func() bool {
		for _, f := range check.Run(check.Input{Set: w.set, Facts: w.facts(), Now: w.wall}).Findings {
			if f.Code == "G8" && f.Subject == "training" {
				return true
			}
		}
		return false
	}
	if g8() {
		t.Error("a new training has run out")
	}
	w.wall = w.wall.AddDate(1, 0, 1)
	if !g8() {
		t.Error("a training that ran out is no finding")
	}
	w.fine(w.DisablePerson(ctx, by("admin"), "ejer", "fratrådt"))
	if g8() {
		t.Error("who has left owes a training")
	}
	if list, err := w.Trainings(ctx, record.Filter{State: "beredskab"}); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

// As long as nobody is registered nobody can confirm a plan, and the checks say that
// they do not know rather than that something was neglected.
func TestFactsOfNobody(t *testing.T) {
	w := newWard(t)
	f, err := w.read().Facts(context.Background(), w.wall)
	if err != nil || f.Reviews != nil || f.Receipts != nil || f.InForce != nil {
		t.Errorf("%+v, %v", f, err)
	}
}

// A register that is young says nothing about last year's report; from then on one
// that nobody treated is missing (G7, R39).
func TestReportsAreTreated(t *testing.T) {
	w := registered(t)
	ctx := t.Context()
	if f := w.facts(); f.ReportTreated != nil {
		t.Errorf("a register of today knows that %d was treated", *f.ReportTreated)
	}
	_, err := w.FreezeReport(ctx, by("koordinator"), 2026, []byte("{}"))
	w.fine(err)
	if f := w.facts(); *f.ReportTreated != 0 {
		t.Errorf("%d is treated", *f.ReportTreated)
	}
	w.fine(w.ApproveReport(ctx, by("itchef"), 2026, ""))
	w.wall = w.wall.AddDate(0, 4, 0)
	w.fine(w.TreatReport(ctx, by("koordinator"), 2026, yearly.Treatment{On: "2027-03-18", Committee: "Økonomiudvalget", Decision: "Taget til efterretning"}))
	if f := w.facts(); *f.ReportTreated != 2026 {
		t.Errorf("%d is treated", *f.ReportTreated)
	}
}
