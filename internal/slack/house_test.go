package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
)

const (
	team   = "T024BE7LD"
	origin = "https://beredskab.kommune.test"
	word   = "8f742231b10e8888abcd99yyyzzz85a5" // that Slack signs with
)

// house is a register of one system whose drill asks its owner, with a Slack on loopback
// and a listener between the two; time passes when it is told to.
type house struct {
	*Listener
	t    *testing.T
	fake *fakeSlack
	mu   sync.Mutex
	wall time.Time
	file string // of the register
	db   *store.DB
	node register.Node
	run  string
	ids  map[string]string
	sent int
	over bool // the socket carries what is sent; else HTTP does
}

func (h *house) Now() event.Moment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return event.Moment{Wall: h.wall, Boot: "boot", Mono: h.wall.Sub(begin())}
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wall = h.wall.Add(d)
}

func begin() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// slow lets a test hold the register back; nil: it does not.
type slow struct {
	door.Store
	held chan struct{}
}

func (s slow) Update(ctx context.Context, fn func(door.Tx) error) error {
	if s.held != nil {
		<-s.held
	}
	return s.Store.Update(ctx, fn)
}

func newHouse(t *testing.T, lang string, socket bool) *house {
	t.Helper()
	h := &house{t: t, wall: begin(), ids: map[string]string{}, fake: newFakeSlack(t), over: socket, file: filepath.Join(t.TempDir(), "register.db")}
	var err error
	h.db, err = store.Open(t.Context(), store.Options{Path: h.file})
	h.ok(err)
	t.Cleanup(func() { _ = h.db.Close() })
	d := door.New(h.db, h)
	reg := register.New(d, register.Options{Routes: []register.Route{{Channel: "slack", Language: lang}}})
	h.Listener, err = NewListener(ListenerOptions{
		Door: d, Register: reg, Gate: access.New(d, access.Options{}), Token: "xoxb-1", AppToken: map[bool]string{true: "xapp-1"}[socket], Secret: word,
		APIURL: h.fake.URL, Origin: origin, Language: lang, Log: slog.New(slog.NewJSONHandler(t.Output(), nil)),
		Ready: func(context.Context) (map[string]Standing, error) {
			return map[string]Standing{"oekonomi": {Points: 72, Ready: true}}, nil
		},
	})
	h.ok(err)
	h.staff(d)
	chief := h.by("itchef")
	_, err = reg.Adopt(t.Context(), chief, &plan.Set{Organisation: organisation(), Plans: []*plan.Plan{system()}})
	h.ok(err)
	h.node, err = reg.Join(t.Context(), kept.Identity{Name: "n1"})
	h.ok(err)
	h.run, err = reg.Open(t.Context(), chief, register.Opening{System: "oekonomi", Drill: "gendan"})
	h.ok(err)
	_, err = reg.Advance(t.Context(), h.node, h.run)
	h.ok(err)
	return h
}

// work lets the listener work until the test ends.
func (h *house) work() *house {
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); h.Run(ctx) }()
	h.t.Cleanup(func() { cancel(); <-done })
	return h
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) by(name string) door.Actor {
	return door.Actor{Name: h.ids[name], Assurance: "login", Via: h.ids[name], Person: h.ids[name]}
}

// staff registers who is concerned. Each has the account in Slack that is called after
// him, but for the deputy, who has to say first that it is his.
func (h *house) staff(d *door.Door) {
	h.t.Helper()
	office, admin := governance.New(d), door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	give := func(name, mail string, g rights.Grant) {
		p := rights.Person{Name: "Navn på " + name, Mail: mail, Phone: "20 30 40 50", Accounts: []rights.Account{{Issuer: rights.Local, Subject: name}}}
		if name != "stedfortraeder" {
			p.Accounts = append(p.Accounts, rights.Account{Issuer: rights.Slack + team, Subject: user(name)})
		}
		id, err := office.AddPerson(h.t.Context(), admin, p)
		h.ok(err)
		h.ids[name], g.Person = id, id
		_, err = office.Give(h.t.Context(), admin, g)
		h.ok(err)
		h.fake.user(user(name), "Slack "+name, mail, "da-DK")
	}
	give("admin", "", rights.Grant{Role: matrix.Administrator})
	give("itchef", "it-chef@kommune.test", rights.Grant{Role: matrix.ITManager})
	give("ejer", "ejer@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "oekonomi"}})
	give("stedfortraeder", "stedfortraeder@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "oekonomi"}, DeputyOf: h.ids["ejer"]})
	give("fremmed", "fremmed@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "gis"}})
	h.fake.user("UNOBODY", "Gæst", "gaest@andetsted.test", "en-GB")
}

// user is the ID in Slack of whoever is called so here.
func user(name string) string { return "U" + strings.ToUpper(name) }

func organisation() *plan.Organisation {
	return &plan.Organisation{
		Schema: 1, Name: "Eksempel Kommune", File: "organisation.yaml", DutyPhone: "59 53 00 00",
		Roles: []plan.Role{{ID: "it-chef", Name: "It-chef", Mailbox: "it-chef@kommune.test"}},
		Teams: []plan.Team{{ID: "drift", Name: "Drift", Capacity: 2, Mailbox: "drift@kommune.test"}},
	}
}

// system asks several things at once, and a last one afterwards.
func system() *plan.Plan {
	ask := func(id, assurance string, after ...string) plan.Step {
		return plan.Step{ID: id, Title: "Bekræft " + id, Estimate: 3, After: after, Confirm: &plan.Confirm{
			By: "systemejer", Question: "Viser Økonomisystemet <de rigtige> tal (" + id + ")?", Assurance: assurance, Instructions: []string{"Log ind på testmiljøet", "Find bilag 2025-114"},
		}}
	}
	return &plan.Plan{
		Schema: 1, ID: "oekonomi", Name: "Økonomisystem", File: "oekonomi.yaml", PlanVersion: "1",
		Owner:      plan.Owner{Role: "systemejer", Unit: "Økonomi", Mailbox: "ejer@kommune.test", Deputy: "stedfortraeder@kommune.test"},
		Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Recovery: plan.Recovery{Steps: []plan.Step{
			ask("ja", "link"), ask("nej", "code"), ask("login", "login"), ask("tag", "link"),
			{ID: "valg", Title: "Vælg", Decision: &plan.Decision{By: "it-chef", Text: "Hvilken backup?", Options: []string{"Nattens", "Ugens"}}},
			ask("sidst", "", "ja", "nej", "login", "tag", "valg"),
		}},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendan fra backup", Type: "restore", AllowParallel: true, Participants: plan.Cast{Director: "it-chef"}}},
	}
}

// press is a press of that person on a button about a step, as Slack sends it; each
// call is another press.
func (h *house) press(who, step, act string) []byte {
	h.t.Helper()
	return h.pressed(who, fmt.Sprintf("ask/%d", h.notice(step)), act, h.run+"/"+step)
}

func (h *house) pressed(who, block, act, value string) []byte {
	h.sent++
	return h.json(map[string]any{
		"type": "block_actions", "trigger_id": fmt.Sprintf("trigger-%d", h.sent), "response_url": h.fake.URL + "/reply/" + who,
		"team": map[string]any{"id": team}, "user": map[string]any{"id": user(who), "team_id": team},
		"channel": map[string]any{"id": "D1"}, "container": map[string]any{"type": "message", "message_ts": "1764140000.0001", "channel_id": "D1"},
		"message": map[string]any{"ts": "1764140000.0001", "blocks": []any{map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": "x"}}}},
		"actions": []any{map[string]any{"type": "button", "action_id": act, "block_id": block, "value": value, "action_ts": fmt.Sprint(h.sent)}},
	})
}

// filled is the dialog that was opened last, filled in and sent in.
func (h *house) filled(who string, opened call, values map[string]string) []byte {
	h.t.Helper()
	h.sent++
	var view struct {
		Callback string `json:"callback_id"`
		Meta     string `json:"private_metadata"`
	}
	h.ok(json.Unmarshal([]byte(opened.Fields["view"]), &view))
	state := map[string]any{}
	for id, value := range values {
		state[id] = map[string]any{id: map[string]any{"type": "x", "value": value, "selected_option": map[string]any{"value": value}}}
	}
	return h.json(map[string]any{
		"type": "view_submission", "team": map[string]any{"id": team}, "user": map[string]any{"id": user(who), "team_id": team},
		"view": map[string]any{
			"id": fmt.Sprintf("V%d", h.sent), "type": "modal", "callback_id": view.Callback, "private_metadata": view.Meta, "state": map[string]any{"values": state},
		},
	})
}

func (h *house) typed(who, text string) []byte {
	h.sent++
	return h.json(map[string]any{
		"team_id": team, "user_id": user(who), "channel_id": "C1", "command": "/beredskab", "text": text,
		"trigger_id": fmt.Sprintf("trigger-%d", h.sent), "response_url": h.fake.URL + "/reply/" + who,
	})
}

func (h *house) json(v any) []byte {
	h.t.Helper()
	text, err := json.Marshal(v)
	h.ok(err)
	return text
}

// notice is the message about a step; 0 where there is none.
func (h *house) notice(step string) int64 {
	h.t.Helper()
	list, err := h.Register.Notices(h.t.Context(), outbox.Filter{Run: h.run})
	h.ok(err)
	for _, n := range list {
		if n.Facts.Step == step {
			return n.ID
		}
	}
	return 0
}

// deliver brings what Slack sends, over the socket or over HTTP, that many times.
func (h *house) deliver(kind string, payload []byte, times int) {
	h.t.Helper()
	for i := range times {
		if !h.over {
			if w := h.post(kind, payload); w.Code != http.StatusOK {
				h.t.Fatalf("%s is answered %d %s", kind, w.Code, w.Body)
			}
			continue
		}
		types := map[string]string{interactivity: "interactive", commands: "slash_commands", events: "events_api"}
		h.fake.push(fmt.Sprintf("envelope-%d-%d", h.sent, i), types[kind], payload)
	}
}

// post sends it signed, as Slack does.
func (h *house) post(kind string, payload []byte) *httptest.ResponseRecorder {
	r := request(kind, wrap(kind, payload), time.Now(), word)
	w := httptest.NewRecorder()
	h.Listener.ServeHTTP(w, r)
	return w
}

func wrap(kind string, payload []byte) []byte {
	switch kind {
	case interactivity:
		return []byte(url.Values{"payload": {string(payload)}}.Encode())
	case commands:
		flat, form := map[string]string{}, url.Values{}
		_ = json.Unmarshal(payload, &flat)
		for k, v := range flat {
			form.Set(k, v)
		}
		return []byte(form.Encode())
	}
	return payload
}

func request(kind string, body []byte, at time.Time, secret string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/slack/"+kind, bytes.NewReader(body))
	r.SetPathValue("kind", kind)
	r.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "application/x-www-form-urlencoded"}[kind == events])
	stamp := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

// settled waits until everything is done that this person did: what he does is done in
// its order, and this is the last.
func (h *house) settled(who string) {
	h.t.Helper()
	before := h.fake.count("reply")
	h.deliver(commands, h.typed(who, "help"), 1)
	h.fake.await("the answer to "+who, func() bool {
		n := 0
		for _, c := range h.fake.calls {
			if c.Method == "reply" {
				n++
			}
		}
		return n > before && strings.Contains(h.fake.calls[len(h.fake.calls)-1].Body, "/beredskab status")
	})
}

func (h *house) step(id string) *drill.Step {
	h.t.Helper()
	_, run, err := h.Register.Run(h.t.Context(), h.run)
	h.ok(err)
	s, _ := run.Find(id)
	return s
}

// disable takes every right from somebody.
func (h *house) disable(name string) {
	h.t.Helper()
	h.ok(governance.New(h.Door).DisablePerson(h.t.Context(), h.by("admin"), h.ids[name], "rejst"))
}

// acts counts the lines of the log about that act on the step.
func (h *house) acts(act, step, outcome string) (n int) {
	h.t.Helper()
	list, err := h.Register.Entries(h.t.Context(), kept.EntryFilter{})
	h.ok(err)
	for _, e := range list {
		if e.Act == act && e.Outcome == outcome && (step == "" || e.Object == h.run+"/"+step) {
			n++
		}
	}
	return n
}

// said is the newest answer that only whoever pressed sees.
func (h *house) said() string {
	h.t.Helper()
	h.fake.mu.Lock()
	defer h.fake.mu.Unlock()
	for i := len(h.fake.calls) - 1; i >= 0; i-- {
		if c := h.fake.calls[i]; c.Method == "reply" && !strings.Contains(c.Body, "/beredskab status") {
			return c.Body
		}
	}
	return ""
}

func (h *house) has(text string, want ...string) {
	h.t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			h.t.Errorf("no %q in %s", w, text)
		}
	}
	for _, hole := range []string{"⟦", "%!", "no value"} {
		if strings.Contains(text, hole) {
			h.t.Errorf("a hole in %s", text)
		}
	}
}
