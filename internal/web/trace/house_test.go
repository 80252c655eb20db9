package trace_test

import (
	"context"
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
	"beredskab/internal/event"
	"beredskab/internal/facsimile"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/resend"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/trace"
	"beredskab/plans"
	"beredskab/templates"
)

// house is the sample's register with a drill under way, and the pages before it.
type house struct {
	t        *testing.T
	wall     time.Time
	store    *store.DB
	door     *door.Door
	register *register.Register
	office   *governance.Office
	notary   *notary.Notary
	courier  *notify.Courier
	pages    http.Handler
	ids      map[string]string
	run      string
	anchor   string
	messages string // folder of the channel
	sent     []facsimile.Sent
}

func (h *house) Now() event.Moment { return event.Moment{Wall: h.wall, Boot: "boot"} }

// Session knows whoever has a token.
func (h *house) Session(_ context.Context, token string) (access.Session, error) {
	if h.ids[token] == "" {
		return access.Session{}, access.ErrNoSession
	}
	return access.Session{Person: h.ids[token], Assurance: "login", Proved: h.wall}, nil
}

func (h *house) System(context.Context, string) (rights.Object, error) { return rights.Object{}, nil }

func (h *house) Run(context.Context, string) (rights.Object, error) { return rights.Object{}, nil }

const origin = "https://beredskab.kommune.test"

func newHouse(t *testing.T) *house {
	t.Helper()
	folder := t.TempDir()
	h := &house{t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), ids: map[string]string{}, anchor: filepath.Join(folder, "anchor.txt"), messages: filepath.Join(folder, "messages")}
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(folder, "register.db")})
	h.ok(err)
	t.Cleanup(func() { _ = db.Close() })
	h.store, h.door = db, door.New(db, h)
	h.register = register.New(h.door, register.Options{Routes: []register.Route{{Channel: "folder"}}})
	h.office = governance.New(h.door)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	h.notary = notary.New(notary.Options{
		Door: h.door, Office: h.office, Node: "n1", Folder: folder, Anchors: []string{h.anchor}, Log: log,
		Name: func(context.Context) (string, error) { return "Eksempel Kommune", nil },
	})
	h.staff()
	set, problems := plan.NewReader().Load(plans.Files)
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err = h.register.Adopt(t.Context(), h.actor("koordinator"), set)
	h.ok(err)
	h.run, err = h.register.Open(t.Context(), h.actor("koordinator"), register.Opening{System: "esdh", Drill: "gendan-fra-backup"})
	h.ok(err)
	h.serve(log)
	return h
}

// serve wires the pages as the program does: one channel that writes into a folder.
func (h *house) serve(log *slog.Logger) {
	h.ok(os.MkdirAll(h.messages, 0o700))
	sender, err := notify.NewFolder(h.messages)
	h.ok(err)
	h.courier, err = notify.New(notify.Options{Channels: []notify.Channel{{Name: "folder", Kind: "folder", Sender: sender}}, Now: func() time.Time { return h.wall }})
	h.ok(err)
	files, err := fs.Sub(templates.FS, "web")
	h.ok(err)
	f, err := frame.New(frame.Options{Door: h.door, Gate: h, Objects: h, Files: files, Name: func(context.Context) string { return "Eksempel Kommune" }, Log: log})
	h.ok(err)
	h.pages, err = f.Handler(trace.New(trace.Options{
		Door: h.door, Register: h.register, Office: h.office, Notary: h.notary, Origin: origin, Farthest: 1000, Draft: h.courier.Draft, Test: h.test,
		Sent: func() ([]facsimile.Sent, error) { return h.sent, nil }, Resend: resend.Desk{Door: h.door, Register: h.register}.Message,
		Settings: func() []trace.Setting {
			return []trace.Setting{{"database_password_file", "/etc/beredskab/db.secret", "beredskab.yaml"}, {"listen", "127.0.0.1:8090", ""}}
		},
		Channels: func() []trace.Channel { return []trace.Channel{{Name: "folder", Kind: "folder"}} },
	}).Routes(), nil)
	h.ok(err)
}

// test sends a test as the program does, through the outbox.
func (h *house) test(ctx context.Context, by door.Actor, channel, address, language string) (outbox.Delivery, error) {
	n := outbox.Notice{Key: "test/" + h.wall.String(), Kind: outbox.Test, Channel: channel, Address: address, Language: language, Receiver: by.Name}
	var err error
	if n.ID, err = h.register.Owe(ctx, by, n); err != nil {
		return outbox.Delivery{}, err
	}
	n.CreatedAt = h.wall
	d := h.courier.Deliver(ctx, n)
	return d.Delivery, h.register.Tried(ctx, n.ID, d.Delivery, d.State)
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) actor(name string) door.Actor {
	return door.Actor{Name: h.ids[name], Assurance: "login", Via: h.ids[name], Person: h.ids[name]}
}

func (h *house) staff() {
	h.t.Helper()
	admin := door.Actor{Name: "admin", Assurance: "login", Via: "admin"}
	for _, p := range []struct {
		token string
		role  matrix.Role
	}{{"admin", matrix.Administrator}, {"itchef", matrix.ITManager}, {"koordinator", matrix.Coordinator}, {"sikkerhed", matrix.SecurityOfficer}, {"revisor", matrix.Auditor}} {
		id, err := h.office.AddPerson(h.t.Context(), admin, rights.Person{Name: "Navn på " + p.token, Accounts: []rights.Account{{Issuer: rights.Local, Subject: p.token}}})
		h.ok(err)
		h.ids[p.token] = id
		_, err = h.office.Give(h.t.Context(), admin, rights.Grant{Person: id, Role: p.role})
		h.ok(err)
	}
}

// ask visits as somebody, in that language.
func (h *house) ask(method, who, lang, path string, pairs ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", lang)
	if who != "" {
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: who})
	}
	w := httptest.NewRecorder()
	h.pages.ServeHTTP(w, r)
	for _, hole := range []string{"⟦", "%!", "no value", "&lt;nil"} {
		if at := strings.Index(w.Body.String(), hole); at >= 0 {
			h.t.Errorf("%s %s in %s has a hole: %.80s", method, path, lang, w.Body.String()[at:])
		}
	}
	return w
}

// see visits, and wants those words.
func (h *house) see(who, path string, words ...string) string {
	h.t.Helper()
	w := h.ask(http.MethodGet, who, "da", path)
	text := w.Body.String()
	if w.Code != http.StatusOK {
		h.t.Fatalf("GET %s: %d %s", path, w.Code, text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			_, main, _ := strings.Cut(text, "<main")
			h.t.Errorf("GET %s has no %q: %s", path, word, main)
		}
	}
	return text
}

// entries are how many lines the log has.
func (h *house) entries() int64 {
	h.t.Helper()
	list, err := h.register.Entries(h.t.Context(), kept.EntryFilter{Limit: 1})
	h.ok(err)
	return list[0].Seq
}
