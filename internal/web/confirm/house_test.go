package confirm_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/confirm"
	"beredskab/templates"
)

// house is a register of one system, whose drill asks its owner several things at
// once, with the pages before it; time passes when it is told to.
type house struct {
	t        *testing.T
	wall     time.Time
	file     string // of the register
	log      bytes.Buffer
	door     *door.Door
	register *register.Register
	gate     *access.Gate
	pages    http.Handler
	node     register.Node
	run      string
	ids      map[string]string
	sessions map[string]string
}

func (h *house) Now() event.Moment {
	return event.Moment{Wall: h.wall, Boot: "boot", Mono: h.wall.Sub(begin())}
}

func begin() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// System and Run are what pages are about; these are about no system that has a need.
func (h *house) System(context.Context, string) (rights.Object, error) { return rights.Object{}, nil }

func (h *house) Run(context.Context, string) (rights.Object, error) { return rights.Object{}, nil }

const origin = "https://beredskab.kommune.test"

// newHouse has a drill under way in which everybody is asked. Without people nobody
// is registered.
func newHouse(t *testing.T, people bool) *house {
	t.Helper()
	h := &house{t: t, wall: begin(), file: filepath.Join(t.TempDir(), "register.db"), ids: map[string]string{}, sessions: map[string]string{}}
	db, err := store.Open(t.Context(), store.Options{Path: h.file})
	h.ok(err)
	t.Cleanup(func() { _ = db.Close() })
	h.door = door.New(db, h)
	h.register = register.New(h.door, register.Options{Routes: []register.Route{{Channel: "mail", Personal: true}, {Channel: "slack"}}})
	h.gate = access.New(h.door, access.Options{})
	chief := door.Actor{Name: "it-chef", Assurance: "login"}
	if people {
		h.staff()
		chief = h.actor("itchef")
	}
	_, err = h.register.Adopt(t.Context(), chief, &plan.Set{Organisation: organisation(), Plans: []*plan.Plan{system()}})
	h.ok(err)
	h.node, err = h.register.Join(t.Context(), kept.Identity{Name: "n1"})
	h.ok(err)
	h.run, err = h.register.Open(t.Context(), chief, register.Opening{System: "oekonomi", Drill: "gendan"})
	h.ok(err)
	h.advance()
	h.serve()
	return h
}

func (h *house) serve() {
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	f, err := frame.New(frame.Options{
		Door: h.door, Gate: h.gate, Objects: h, Files: files, Name: func(context.Context) string { return "Eksempel Kommune" },
		Origin: origin, Log: slog.New(slog.NewJSONHandler(io.MultiWriter(&h.log, h.t.Output()), nil)),
	})
	h.ok(err)
	h.pages, err = f.Handler(confirm.New(confirm.Options{Door: h.door, Register: h.register, Gate: h.gate}).Routes(), nil)
	h.ok(err)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) advance() {
	h.t.Helper()
	_, err := h.register.Advance(h.t.Context(), h.node, h.run)
	h.ok(err)
}

func (h *house) actor(name string) door.Actor {
	return door.Actor{Name: h.ids[name], Assurance: "login", Via: h.ids[name], Person: h.ids[name]}
}

// staff registers who is concerned. The owner's mailbox is a role's, and the deputy's
// is the deputy's own.
func (h *house) staff() {
	h.t.Helper()
	office, admin := governance.New(h.door), door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	give := func(name, mail string, g rights.Grant) {
		id := h.ids[name]
		if id == "" {
			p := rights.Person{Name: "Navn på " + name, Mail: mail, Phone: "20 30 40 50", Accounts: []rights.Account{{Issuer: rights.Local, Subject: name}}}
			var err error
			id, err = office.AddPerson(h.t.Context(), admin, p)
			h.ok(err)
			h.ids[name] = id
		}
		g.Person = id
		_, err := office.Give(h.t.Context(), admin, g)
		h.ok(err)
	}
	give("admin", "", rights.Grant{Role: matrix.Administrator})
	give("itchef", "it-chef@kommune.test", rights.Grant{Role: matrix.ITManager})
	give("ejer", "", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "oekonomi"}})
	give("stedfortræder", "stedfortraeder@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "oekonomi"}, DeputyOf: h.ids["ejer"]})
	give("fremmed", "fremmed@kommune.test", rights.Grant{Role: matrix.SystemOwner, Scope: rights.Scope{System: "gis"}})
	give("tekniker", "", rights.Grant{Role: matrix.TechnicalTeam, Scope: rights.Scope{Team: "drift"}})
}

func organisation() *plan.Organisation {
	return &plan.Organisation{
		Schema: 1, Name: "Eksempel Kommune", File: "organisation.yaml", DutyPhone: "59 53 00 00",
		Roles: []plan.Role{{ID: "it-chef", Name: "It-chef", Mailbox: "it-chef@kommune.test"}},
		Teams: []plan.Team{{ID: "drift", Name: "Drift", Capacity: 2, Mailbox: "drift@kommune.test"}},
	}
}

// system asks the owner one thing each way, at once, and a last one afterwards.
func system() *plan.Plan {
	ask := func(id, assurance string, after ...string) plan.Step {
		return plan.Step{ID: id, Title: "Bekræft " + id, Estimate: 3, After: after, Confirm: &plan.Confirm{
			By: "systemejer", Question: "Viser Økonomisystemet de rigtige tal (" + id + ")?", Assurance: assurance, Instructions: []string{"Log ind på testmiljøet", "Find bilag 2025-114"},
		}}
	}
	return &plan.Plan{
		Schema: 1, ID: "oekonomi", Name: "Økonomisystem", File: "oekonomi.yaml", PlanVersion: "1",
		Owner:      plan.Owner{Role: "systemejer", Unit: "Økonomi", Mailbox: "ejer@kommune.test", Deputy: "stedfortraeder@kommune.test"},
		Objectives: plan.Objectives{RTO: 240, RPO: 60},
		Recovery: plan.Recovery{Steps: []plan.Step{
			ask("link", "link"), ask("kode", "code"), ask("login", "login"),
			{ID: "valg", Title: "Vælg", Decision: &plan.Decision{By: "it-chef", Text: "Hvilken backup?", Options: []string{"Nattens", "Ugens"}}},
			{ID: "skift", Title: "Skift disk", Team: "drift", Instruction: "Sæt disken i", Estimate: 10},
			ask("sidst", "", "link", "kode", "login", "valg", "skift"),
		}},
		Drills: []plan.Drill{{ID: "gendan", Title: "Gendan fra backup", Type: "restore", AllowParallel: true, Participants: plan.Cast{Director: "it-chef"}}},
	}
}

// message is the newest one on that channel about a step, and of that kind.
func (h *house) message(kind outbox.Kind, channel, step string) outbox.Notice {
	h.t.Helper()
	list, err := h.register.Notices(h.t.Context(), outbox.Filter{Run: h.run})
	h.ok(err)
	for _, n := range list {
		if n.Kind == kind && n.Channel == channel && n.Facts.Step == step {
			return n
		}
	}
	h.t.Fatalf("no %s on %s about %s", kind, channel, step)
	return outbox.Notice{}
}

// sent is the path of the link, and the short code, that the owner's mail about a step has.
func (h *house) sent(step string) (path, code string) {
	h.t.Helper()
	return h.linkOf(h.message(outbox.Request, "mail", step))
}

func (h *house) linkOf(n outbox.Notice) (path, code string) {
	h.t.Helper()
	link, code, err := h.gate.NoticeLink(h.t.Context(), origin, n)
	h.ok(err)
	path, found := strings.CutPrefix(link, origin)
	if !found || len(path) < 40 || len(code) != 7 {
		h.t.Fatalf("the link is %q, the code %q", link, code)
	}
	return path, code
}

func (h *house) step(id string) *drill.Step {
	h.t.Helper()
	_, run, err := h.register.Run(h.t.Context(), h.run)
	h.ok(err)
	s, _ := run.Find(id)
	return s
}

// ask visits as somebody who is signed in, or as nobody.
func (h *house) ask(method, who, path string, pairs ...string) (status int, text string, head http.Header) {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(h.t.Context(), method, origin+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept-Language", "da")
	if strings.HasSuffix(who, "/en") {
		r.Header.Set("Accept-Language", "en")
		who = strings.TrimSuffix(who, "/en")
	}
	if who != "" {
		if h.sessions[who] == "" {
			token, err := h.gate.Begin(h.t.Context(), h.ids[who], access.ByProvider)
			h.ok(err)
			h.sessions[who] = token
		}
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: h.sessions[who]})
	}
	w := httptest.NewRecorder()
	h.pages.ServeHTTP(w, r)
	text = w.Body.String()
	for _, hole := range []string{"⟦", "%!", "no value", "&lt;nil"} {
		if at := strings.Index(text, hole); at >= 0 {
			h.t.Errorf("%s %s has a hole: %.80s", method, path, text[at:])
		}
	}
	if out := os.Getenv("PAGES_OUT"); out != "" && method == http.MethodGet {
		name := strings.NewReplacer("/", "-", " ", "-").Replace(h.t.Name())
		h.ok(os.WriteFile(filepath.Join(out, "confirm-"+name+".html"), []byte(text), 0o600))
	}
	return w.Code, text, w.Header()
}

// see visits, and wants those words.
func (h *house) see(who, path string, words ...string) string {
	h.t.Helper()
	status, text, _ := h.ask(http.MethodGet, who, path)
	h.has(status, http.StatusOK, text, words...)
	return text
}

// post sends a form and wants that answer, with those words.
func (h *house) post(status int, who, path string, pairs []string, words ...string) string {
	h.t.Helper()
	got, text, head := h.ask(http.MethodPost, who, path, pairs...)
	h.has(got, status, text, words...)
	return head.Get("Location")
}

func (h *house) has(got, want int, text string, words ...string) {
	h.t.Helper()
	if got != want {
		h.t.Errorf("status %d, want %d: %s", got, want, body(text))
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			h.t.Errorf("no %q in: %s", w, body(text))
		}
	}
}

func body(text string) string {
	_, main, _ := strings.Cut(text, `<main`)
	return main
}

// last is the newest entry of the log, as "act object outcome by actor".
func (h *house) last() string {
	h.t.Helper()
	list, err := h.register.Entries(h.t.Context(), kept.EntryFilter{Limit: 1})
	h.ok(err)
	return strings.Join([]string{list[0].Act, list[0].Object, list[0].Outcome, "by", list[0].Actor}, " ")
}

func send(pairs ...string) []string { return pairs }
