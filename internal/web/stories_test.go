package web_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/emergency"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/phrase"
	"beredskab/internal/proof"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// The whole program with people before it, each in a browser of his own and mails over
// SMTP: a plan is approved, a drill is held to its verdict, a crisis is declared and stood
// down, in both languages.
func TestStories(t *testing.T) {
	pages := 0
	for _, lang := range phrase.Languages() {
		t.Run(lang, func(t *testing.T) {
			b := newBorough(t)
			looks := b.walk(lang)
			for _, s := range looks {
				if len(s.Found) > 0 {
					t.Errorf("%s (%s):\n\t%s", s.Story, s.Path, strings.Join(s.Found, "\n\t"))
				}
			}
			pages += len(looks)
			b.approved()
			b.drilled()
			b.stoodDown()
		})
	}
	proof.Report(t, proof.Figure{ID: "W2", What: "pages of whole stories in browsers", Count: pages, Unit: "pages"})
}

// borough is a small municipality whose server runs, with its people and its mail.
type borough struct {
	t      *testing.T
	app    *app.App
	origin string
	post   *post
	ids    map[string]string
	key    []byte // of the IT manager's codes
}

const (
	boroughOrganisation = `schema: 1
organisation: Prøveby
duty_phone: 59 53 00 00
teams:
  - {id: drift, name: Drift, capacity: 4, mailbox: drift@by.example}
roles:
  - {id: it-chef, name: It-chef, mailbox: chef@by.example}
  - {id: beredskabskoordinator, name: Øvelsesleder, mailbox: leder@by.example}
crisis_roles:
  - {id: kriseleder, name: Kriseleder, mailbox: kriseleder@by.example}
cadence:
  - {class: 2, exercise: 365d, measured: 365d}
`
	boroughPlan = `schema: 1
id: esdh
name: Sager og dokumenter
plan_version: '1'
owner: {role: systemejer, unit: Borgerservice, mailbox: ejer@by.example, deputy: suppleant@by.example}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan fra backup, type: restore, participants: {director: beredskabskoordinator}}
recovery:
  steps:
    - {id: start, title: Start reservesystemet, team: drift, estimate: 10m, instruction: Start det på den anden server}
    - {id: bekraeft, title: Bekræft data, estimate: 5m, after: [start], verifies: true, confirm: {by: systemejer, question: Er det de rigtige sager?, instructions: [Log ind, Find sag 2026-114], within: 30m}}
`
	boroughSettings = `dir: .
node: test
listen: "off"
channels:
  - {name: post, kind: mail, host: 127.0.0.1, port: %d, tls: none, from: beredskab@by.example}
`
	boroughPassword = "fire gule heste løber"
)

func newBorough(t *testing.T) *borough {
	t.Helper()
	b := &borough{t: t, post: newPost(t), ids: map[string]string{}}
	dir := t.TempDir()
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		b.ok(errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)))
	}
	write("beredskab.yaml", fmt.Sprintf(boroughSettings, b.post.port()))
	write("plans/organisation.yaml", boroughOrganisation)
	write("plans/esdh.yaml", boroughPlan)
	settings, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	b.ok(err)
	settings.Web = free(t)
	settings.URL = "http://" + settings.Web
	b.origin = settings.URL
	b.app, err = app.Open(t.Context(), settings, app.Serve, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	b.ok(err)
	b.staff()
	b.serve()
	b.submitted()
	return b
}

// free is an address on this machine at which nobody answers.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (b *borough) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// serve starts the server, and waits until it has the plans and answers.
func (b *borough) serve() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.app.Serve(ctx, nil) }()
	b.t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, b.app.Close()); err != nil {
			b.t.Error(err)
		}
	})
	const patience = time.Minute
	if !proof.Await(patience, func() bool {
		set, err := b.app.Register.Set(b.t.Context())
		if err != nil || len(set.Plans) == 0 {
			return false
		}
		answer, err := http.Get(b.origin + "/sign-in")
		return err == nil && answer.Body.Close() == nil
	}) {
		b.t.Fatal("the server does not answer")
	}
}

// staff registers who acts; the IT manager has a password and an app for codes.
func (b *borough) staff() {
	b.t.Helper()
	admin := door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	for _, p := range []struct {
		account, name, mail string
		give                rights.Grant
	}{
		{"admin", "Administrator", "", rights.Grant{Role: matrix.Administrator}},
		{"chef", "It-chef", "chef@by.example", rights.Grant{Role: matrix.ITManager}},
		{"leder", "Øvelsesleder", "leder@by.example", rights.Grant{Role: matrix.Coordinator}},
		{"direktion", "Direktionen", "", rights.Grant{Role: matrix.Director}},
		{"ejer", "Systemejer", "ejer@by.example", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "esdh"}}},
		{"tekniker", "Tekniker", "drift@by.example", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "drift"}}},
	} {
		id, err := b.app.Office.AddPerson(b.t.Context(), admin, rights.Person{Name: p.name, Mail: p.mail, Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.account}}})
		b.ok(err)
		b.ids[p.account], p.give.Person = id, id
		_, err = b.app.Office.Give(b.t.Context(), admin, p.give)
		b.ok(err)
	}
	gate := b.app.Gate()
	code, _, err := gate.Invite(b.t.Context(), b.actor("admin"), b.ids["chef"])
	b.ok(err)
	in, err := gate.Invitation(b.t.Context(), code)
	b.ok(err)
	b.key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(in.Secret)
	b.ok(err)
	_, err = gate.Accept(b.t.Context(), code, boroughPassword, b.code(time.Now().Add(-30*time.Second))) // the one before counts too, and the next is still to be used
	b.ok(err)
}

func (b *borough) actor(name string) door.Actor {
	return door.Actor{Name: b.ids[name], Assurance: "login", Via: b.ids[name], Person: b.ids[name]}
}

// code is what the app shows at that moment (RFC 6238).
func (b *borough) code(at time.Time) string {
	mac := hmac.New(sha1.New, b.key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff%1_000_000)
}

// submitted sends the plan on its way: its owner has confirmed it and accepted its
// times, so that it waits for the IT manager.
func (b *borough) submitted() {
	b.t.Helper()
	b.ok(b.app.Office.Say(b.t.Context(), b.actor("leder"), "esdh", approval.Act{Kind: approval.Submitted, Claim: b.ids["leder"]}))
	seen, err := b.app.Review(b.t.Context(), "esdh", "da")
	b.ok(err)
	for _, kind := range []approval.Kind{approval.Confirmed, approval.Accepted} {
		b.ok(b.app.Office.Say(b.t.Context(), b.actor("ejer"), "esdh", seen.Act(kind)))
	}
}

// scene is one page of a story.
type scene struct {
	Story, Lang, Path string
	Found             []string
}

// walk lets the people walk through the pages.
func (b *borough) walk(lang string) (looks []scene) {
	b.t.Helper()
	texts, err := phrase.New("web", lang)
	b.ok(err)
	words, people := map[string]string{}, map[string]string{}
	for _, key := range []string{"confirm.thanks", "drills.verdict.passed", "done.systems.approved", "done.crisis.declared", "done.crisis.end"} {
		words[key] = texts.Say(key)
	}
	for _, name := range []string{"chef", "leder", "direktion", "tekniker"} {
		token, err := b.app.Gate().Begin(b.t.Context(), b.ids[name], access.ByProvider)
		b.ok(err)
		people[name] = frame.Cookie + "=" + token
	}
	server := httptest.NewServer(b.desk())
	defer server.Close()
	told := map[string]any{
		"lang": lang, "people": people, "words": words, "post": server.URL, "account": "chef", "password": boroughPassword, "relief": b.ids["direktion"],
		"crisis": "Filer er krypteret", "decision": "Alle servere slukkes", "backup": time.Now().In(texts.Zone).Add(-2 * time.Hour).Format("2006-01-02T15:04"),
	}
	looks, problems := proof.Walk[scene](b.t, "walk-stories.mjs", b.origin, b.t.TempDir(), told)
	if problems != "" {
		b.t.Fatalf("the stories came to no end after %+v: %s", looks, problems)
	}
	return looks
}

// desk tells the walk what was sent to somebody.
func (b *borough) desk() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /code", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, b.code(time.Now())) })
	mux.HandleFunc("GET /link", func(w http.ResponseWriter, r *http.Request) {
		link, err := b.post.link(r.Context(), r.URL.Query().Get("to"), b.origin+"/c/")
		if err != nil {
			http.Error(w, err.Error(), http.StatusGone)
			return
		}
		fmt.Fprint(w, link)
	})
	return mux
}

// approved wants the plan to be in force by the IT manager's word, who was signed in.
func (b *borough) approved() {
	b.t.Helper()
	said, err := b.app.Office.Said(b.t.Context(), "esdh")
	b.ok(err)
	last := said[len(said)-1]
	if last.Kind != approval.Approved || last.By.Person != b.ids["chef"] || last.Assurance != "login" {
		b.t.Errorf("the newest that was said of the plan: %+v", last)
	}
}

// drilled wants a drill that the owner's answer, from his mail, brought to its verdict.
func (b *borough) drilled() {
	b.t.Helper()
	rows, err := b.app.Register.Runs(b.t.Context(), kept.RunFilter{Limit: 10})
	b.ok(err)
	i := slices.IndexFunc(rows, func(r kept.Run) bool { return !r.Incident })
	if i < 0 {
		b.t.Fatal("no drill was held")
	}
	row, run, err := b.app.Register.Run(b.t.Context(), rows[i].ID)
	b.ok(err)
	if row.Verdict != string(drill.Passed) || row.RTA == nil {
		b.t.Errorf("the drill is %q, measured %v: %s", row.Verdict, row.RTA, run.Reason)
	}
	for step, want := range map[string][2]string{"start": {b.ids["tekniker"], "login"}, "bekraeft": {b.ids["ejer"], "link"}} {
		if s, _ := run.Find(step); s.By != want[0] || s.Assured != want[1] {
			b.t.Errorf("%s was answered by %s, known by %s", step, s.By, s.Assured)
		}
	}
}

// stoodDown wants a crisis that was declared by one and stood down by another.
func (b *borough) stoodDown() {
	b.t.Helper()
	all, err := b.app.Office.Crises(b.t.Context(), record.Filter{Limit: 5})
	b.ok(err)
	if len(all) != 1 || all[0].State() == emergency.Open || all[0].Exercise || all[0].Declared.Person != b.ids["chef"] || all[0].StoodDown.Person != b.ids["direktion"] {
		b.t.Errorf("the crises: %+v", all)
	}
}
