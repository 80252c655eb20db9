package confirm_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/plans"
)

// sample is a house with the plans of the sample and the people of its alert chain, in
// which that drill has been started.
func sample(t *testing.T, system, id string) *house {
	t.Helper()
	h := &house{t: t, wall: begin(), file: filepath.Join(t.TempDir(), "register.db"), ids: map[string]string{}, sessions: map[string]string{}}
	db, err := store.Open(t.Context(), store.Options{Path: h.file})
	h.ok(err)
	t.Cleanup(func() { _ = db.Close() })
	h.door = door.New(db, h)
	h.register = register.New(h.door, register.Options{Routes: []register.Route{{Channel: "mail", Personal: true}, {Channel: "sms", Personal: true}}})
	h.gate = access.New(h.door, access.Options{})
	h.townHall()
	set, problems := plan.NewReader().Load(plans.Files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err = h.register.Adopt(t.Context(), h.actor("it-chef"), set)
	h.ok(err)
	h.node, err = h.register.Join(t.Context(), kept.Identity{Name: "n1"})
	h.ok(err)
	h.run, err = h.register.Open(t.Context(), h.actor("oevelsesleder"), register.Opening{System: system, Drill: id})
	h.ok(err)
	h.advance()
	h.serve()
	return h
}

// townHall registers the people whom the chain and the drills of the sample ask.
func (h *house) townHall() {
	h.t.Helper()
	office, admin := governance.New(h.door), door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	for _, p := range []struct {
		name string
		rights.Grant
	}{
		{"admin", rights.Grant{Role: matrix.Administrator}},
		{"it-chef", rights.Grant{Role: matrix.ITManager}},
		{"direktionen", rights.Grant{Role: matrix.Director}},
		{"oevelsesleder", rights.Grant{Role: matrix.Coordinator}},
		{"ejer", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "telefoni"}}},
		{"it-vagt", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "it-vagt"}}},
		{"it-driftsleder", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "it-driftsleder"}}},
		{"kommunikationsvagt", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "kommunikationsvagt"}}},
		{"database", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "database"}}},
		{"infrastruktur", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "infrastruktur"}}},
	} {
		id, err := office.AddPerson(h.t.Context(), admin, rights.Person{
			Name: "Navn på " + p.name, Mail: p.name + "@eksempelkommune.dk", Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.name}},
		})
		h.ok(err)
		h.ids[p.name], p.Person = id, id
		_, err = office.Give(h.t.Context(), admin, p.Grant)
		h.ok(err)
	}
}

// minutes lets that many go by, one after the other, and does what is due in each.
func (h *house) minutes(n int) {
	h.t.Helper()
	for range n {
		h.wall = h.wall.Add(time.Minute)
		h.advance()
	}
}

// The sample's exercise of the alarm, from the call to the verdict: answered by link, by
// short code and by login, through the second channel, and by nobody.
func TestTheSamplesAlarm(t *testing.T) {
	h := sample(t, "telefoni", "alarmering")
	first := h.message(outbox.Request, "sms", "alarm-it-vagt")
	if list := h.told("alarm-it-vagt"); !slices.Equal(list, []string{"request sms"}) {
		t.Fatalf("the first link was called by %q", list)
	}
	path, _ := h.linkOf(first)
	page := h.see("", path, "ØVELSE", "Har du modtaget alarmen?", "Ja, jeg har modtaget den", "Kan ikke svare")
	if strings.Contains(page, "Jeg er i gang") || strings.Contains(page, `value="no"`) {
		t.Error("whoever has received an alarm says so, and nothing else")
	}
	h.see("/en", path, "Have you received the alarm?", "Yes, I have received it")
	h.minutes(2)
	h.post(http.StatusSeeOther, "", path, send("answer", "yes")) // by link
	h.minutes(1)
	_, code := h.linkOf(h.message(outbox.Request, "sms", "alarm-it-driftsleder"))
	to := h.post(http.StatusSeeOther, "", "/k", send("code", code)) // by the short code
	h.minutes(3)
	h.post(http.StatusSeeOther, "", to, send("answer", "yes"))
	h.minutes(1)
	h.say("it-vagt", "foerste-vurdering", "yes")
	h.minutes(10) // the manager does not hear his telephone
	if list := h.told("alarm-it-chef"); !slices.Equal(list, []string{"request sms", "escalation mail"}) {
		t.Errorf("the third link was called by %q", list)
	}
	h.say("it-chef", "alarm-it-chef", "yes")
	h.minutes(2)
	h.say("it-chef", "erklaer", "Ja")
	h.minutes(1)
	for _, who := range []struct{ person, role string }{{"direktionen", "kriseleder"}, {"ejer", "systemejer"}} {
		h.minutes(4)
		h.say(who.person, "alarm-"+who.role, "yes")
		h.minutes(1)
	}
	h.minutes(31) // nobody answers for the communication
	late := h.message(outbox.Request, "sms", "alarm-kommunikationsvagt")
	if s := h.step("alarm-kommunikationsvagt"); !s.GivenUp || s.State != drill.Failed {
		t.Fatalf("the sixth link is %s", s.State)
	}
	h.say("direktionen", "alarm-direktionen", "yes")
	h.minutes(1)
	path, _ = h.linkOf(late)
	h.see("", path, "Har du modtaget alarmen?") // which is true, late as it is
	h.minutes(130)                              // nor does the last question find anybody
	row, run, err := h.register.Run(t.Context(), h.run)
	h.ok(err)
	if run.State != drill.Ended || row.Verdict != string(drill.NotPassed) {
		t.Fatalf("the run is %s, %s", run.State, row.Verdict)
	}
	h.measured(&run)
}

// measured holds the figures of the sample's alarm against what happened.
func (h *house) measured(run *drill.Run) {
	h.t.Helper()
	after := func(at time.Time) int { return int(at.Sub(run.Times.Start) / time.Minute) }
	times := run.Times
	got := []int{after(times.DetectedAt), after(times.AlertedAt), after(times.AssessedAt), after(times.DeclaredAt), after(times.ActivatedAt), after(times.MobilisedAt)}
	if want := []int{0, 2, 7, 19, 20, 24}; !slices.Equal(got, want) {
		h.t.Errorf("t1, t2, t3, t4, t5, t5b are %v, want %v", got, want)
	}
	c := run.Calling()
	if c.Called != 7 || c.Reached != 6 || c.Ways["first"] != 5 || c.Ways["second"] != 1 || c.Ways["never"] != 1 || c.Last.Known {
		h.t.Errorf("%+v", c)
	}
	var codes []string
	for _, f := range run.Findings() {
		codes = append(codes, f.Code+" "+f.Step)
	}
	if want := []string{"D16 alarm-kommunikationsvagt", "D16 kryds-af", "D17 alarm-it-chef"}; !slices.Equal(codes, want) {
		h.t.Errorf("found %q", codes)
	}
	for step, assured := range map[string]string{"alarm-it-vagt": "link", "alarm-it-driftsleder": "code", "alarm-it-chef": "login"} {
		if s, _ := run.Find(step); s.Assured != assured {
			h.t.Errorf("%s was answered by %s", step, s.Assured)
		}
	}
}

// told are the messages about a step, oldest first, as "kind channel".
func (h *house) told(step string) (list []string) {
	h.t.Helper()
	all, err := h.register.Notices(h.t.Context(), outbox.Filter{Run: h.run})
	h.ok(err)
	for _, n := range slices.Backward(all) {
		if n.Facts.Step == step {
			list = append(list, string(n.Kind)+" "+n.Channel)
		}
	}
	return list
}

// say lets somebody answer who is signed in.
func (h *house) say(who, step, answer string) {
	h.t.Helper()
	h.ok(h.register.Answer(h.t.Context(), h.actor(who), register.Answer{Run: h.run, Step: step, Answer: answer}))
}

// Where a drill is held without a key person, that person does nothing in it, and the
// register says who tried; the others do it, and every message says so.
func TestWithoutTheKeyPerson(t *testing.T) {
	h := sample(t, "sql-klynge", "uden-noeglepersonen")
	h.say("infrastruktur", "s1", "yes")
	h.advance()
	n := h.message(outbox.Request, "mail", "s2") // which is the database team's
	if n.Address != "oevelsesleder@eksempelkommune.dk" || !slices.Equal(n.Facts.Without, []string{"Database"}) {
		t.Errorf("%s was asked, without %q", n.Address, n.Facts.Without)
	}
	path, _ := h.linkOf(n)
	h.see("oevelsesleder", path, "Øvelsen holdes uden nøglepersonen: Database.")
	err := h.register.Answer(t.Context(), h.actor("database"), register.Answer{Run: h.run, Step: "s2", Answer: "yes"})
	if err == nil || !strings.Contains(err.Error(), "held without Database") {
		t.Errorf("the key person answered: %v", err)
	}
	if last := h.last(); !strings.HasPrefix(last, "step.answer "+h.run+"/s2 refused by "+h.ids["database"]) {
		t.Error(last)
	}
	if err := h.register.Take(t.Context(), h.actor("database"), h.run, "s2"); err == nil {
		t.Error("the key person took a step")
	}
	if err := h.register.Lead(t.Context(), h.actor("database"), register.Lead{Run: h.run, Step: "s2", Kind: "step_skipped", Reason: "x"}); err == nil {
		t.Error("the key person led")
	}
	if _, err := h.register.Open(t.Context(), h.actor("database"), register.Opening{System: "sql-klynge", Drill: "uden-noeglepersonen"}); err == nil || !strings.Contains(err.Error(), "held without") {
		t.Errorf("the key person started it: %v", err)
	}
	h.say("infrastruktur", "s2", "yes")
}
