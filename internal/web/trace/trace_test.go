package trace_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/facsimile"
	"beredskab/internal/outbox"
	"beredskab/internal/rights"
)

// Every page, in both languages, is for whom the matrix says; and none of them writes
// anything but that somebody was refused.
func TestWhoMaySee(t *testing.T) {
	h := newHouse(t)
	for path, who := range map[string][]string{
		"/log": {"itchef", "sikkerhed", "revisor"}, "/log/verify": {"itchef", "sikkerhed", "revisor"}, "/log/verify?now=1": {"itchef", "sikkerhed", "revisor"},
		"/notices": {"itchef", "koordinator", "sikkerhed", "revisor"}, "/notices/1": {"itchef", "koordinator", "sikkerhed", "revisor"}, "/settings": {"admin"},
	} {
		for name := range h.ids {
			for _, lang := range []string{"da", "en"} {
				before := h.entries()
				code, want := h.ask(http.MethodGet, name, lang, path).Code, http.StatusForbidden
				if slices.Contains(who, name) {
					want = http.StatusOK
				}
				if code != want {
					t.Errorf("GET %s by %s in %s: %d, want %d", path, name, lang, code, want)
				}
				if wrote := h.entries() - before; wrote != map[int]int64{http.StatusOK: 0, http.StatusForbidden: 1}[want] {
					t.Errorf("GET %s by %s wrote %d lines", path, name, wrote)
				}
			}
		}
		if got := h.ask(http.MethodGet, "", "da", path); got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Location"), "/sign-in") {
			t.Errorf("GET %s by nobody: %d", path, got.Code)
		}
	}
}

// A line says in words who did what, why somebody was refused, and the words of people
// as long as they were not erased.
func TestLines(t *testing.T) {
	h := newHouse(t)
	h.ok(h.register.Note(t.Context(), h.actor("koordinator"), h.run, "", "nøglen lå i skab 3"))
	if err := h.register.Note(t.Context(), h.actor("revisor"), h.run, "", "må jeg?"); err == nil {
		t.Fatal("an auditor wrote into the run")
	}
	h.see("revisor", "/log", "Navn på koordinator", "skrev i forløbets log", "nøglen lå i skab 3", `href="/drills/`+h.run+`"`, "Afvist", "Hvorfor afvist", "startede en øvelse", `<a href="/systems/esdh">ESDH/sagssystem</a>`, "gav en rolle", `href="/people/`+h.ids["admin"]+`"`)
	refused := h.see("revisor", "/log?outcome=refused", "Navn på revisor")
	if strings.Contains(refused, "startede en øvelse") {
		t.Error("the filter lets through what was done")
	}
	for query, has := range map[string]string{
		"person=" + h.ids["koordinator"]: "startede en øvelse", "act=person,people,role,contact,training": "oprettede en person", "object=" + h.run: "skrev i forløbets log", "days=1": "startede en øvelse",
		"person=" + h.ids["itchef"]: "Ingen linjer passer", "object=nothing": "Ingen linjer passer", "days=x&before=y": "startede en øvelse",
	} {
		h.see("revisor", "/log?"+query, has)
	}
	h.wall = h.wall.AddDate(0, 0, 2)
	h.see("revisor", "/log?days=1", "Ingen linjer passer")

	h.ok(h.store.Update(t.Context(), func(tx door.Tx) error {
		_, err := door.Erase(t.Context(), tx, func(text string) bool { return strings.Contains(text, "skab 3") })
		return err
	}))
	if text := h.see("revisor", "/log", "(slettet)"); strings.Contains(text, "skab 3") {
		t.Error("what was erased is shown")
	}
}

// A long log is read a page at a time, with nothing twice and nothing left out, and a
// filter that finds little says how far it has looked.
func TestALongLog(t *testing.T) {
	h := newHouse(t)
	write := func(count int) {
		h.ok(h.store.Update(t.Context(), func(tx door.Tx) error {
			for i := range count {
				if err := door.Log(t.Context(), tx, h.wall, door.System("n1"), "node.start", fmt.Sprintf("n%d", i), "done", nil); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	write(350)
	seen, pages, path := map[string]bool{}, 0, "/log"
	for path != "" {
		text := h.see("revisor", path)
		rows := strings.Split(text, "<summary>Linje ")[1:]
		for _, row := range rows {
			number, _, _ := strings.Cut(row, "<")
			if seen[number] {
				t.Errorf("line %s twice", number)
			}
			seen[number] = true
		}
		if pages++; len(rows) > 100 {
			t.Errorf("%d lines on a page", len(rows))
		}
		path = ""
		if _, after, found := strings.Cut(text, `href="/log?before=`); found {
			number, _, _ := strings.Cut(after, `"`)
			path = "/log?before=" + number
		}
	}
	if all := h.entries(); int64(len(seen)) != all || pages < 4 {
		t.Errorf("%d of %d lines on %d pages", len(seen), all, pages)
	}
	write(1500)
	h.see("revisor", "/log?act=person,people,role,contact,training", "1000 linjer tilbage", "Ældre")
	h.see("revisor", "/log?act=person,people,role,contact,training&before=400", "oprettede en person")
}

// A line that is not what was written is told of and never shown.
func TestADamagedLine(t *testing.T) {
	h := newHouse(t)
	h.ok(h.store.Close())
	file := filepath.Join(filepath.Dir(h.anchor), "register.db")
	damage(t, file)
	again := reopen(h, file)
	if text := again.see("revisor", "/log", "En linje er ikke, som den blev skrevet"); strings.Contains(text, "<summary>Linje ") {
		t.Error("lines are shown beside one that was changed")
	}
	again.see("revisor", "/log/verify?now=1", "Nej: loggen er ikke, som den blev skrevet")
}

func TestVerifyAndExport(t *testing.T) {
	h := newHouse(t)
	h.see("revisor", "/log/verify", "Efterprøv nu", h.anchor, "Ingen endnu")
	_, err := h.notary.Checkpoint(t.Context())
	h.ok(err)
	h.see("revisor", "/log/verify?now=1", fmt.Sprintf("Ja: alle %d linjer", h.entries()), "1 kontrolpunkter i registeret og 1 andre steder", "Seneste kontrolpunkt")
	out := h.ask(http.MethodPost, "revisor", "da", "/log/export")
	if out.Code != http.StatusOK || !strings.Contains(out.Header().Get("Content-Disposition"), "log-2026-11-23.jsonl") || !strings.Contains(out.Body.String(), "log.export") {
		t.Errorf("%d %v", out.Code, out.Header())
	}
	h.see("revisor", "/log", "hentede loggen")
	if got := h.ask(http.MethodPost, "koordinator", "da", "/log/export").Code; got != http.StatusForbidden {
		t.Errorf("a coordinator got the log: %d", got)
	}
}

// The list of messages has each by its state; one of them shows each try, and what it
// looked like but for its link, which is kept nowhere.
func TestNotices(t *testing.T) {
	h := newHouse(t)
	owed, err := h.register.Owed(t.Context(), 10)
	h.ok(err)
	n := owed[0]
	h.ok(h.register.Tried(t.Context(), n.ID, outbox.Delivery{At: h.wall, Channel: "folder", Outcome: outbox.TryAgain, Detail: "answered 503", RetryAt: h.wall.Add(time.Hour)}, outbox.Owed))
	h.see("itchef", "/notices", `<a href="/log">Log</a>`)
	h.see("koordinator", "/notices", "Et forløb er begyndt", "Skal sendes", `href="/drills/`+h.run+`"`)
	h.see("koordinator", "/notices?state=delivered", "Ingen beskeder")
	h.see("koordinator", "/notices?run="+h.run+"&state=owed", "Kun om forløb "+h.run, "Et forløb er begyndt")
	h.see("koordinator", fmt.Sprintf("/notices/%d", n.ID), "answered 503", "Prøves igen", "ØVELSE")
	ask := outbox.Notice{Key: "ask", Kind: outbox.Request, Channel: "folder", Receiver: "systemejer", Language: "da", Facts: outbox.Facts{Run: h.run, Step: "x", Question: "Virker det?", Command: "beredskab drill confirm"}}
	id, err := h.register.Owe(t.Context(), door.System("n1"), ask)
	h.ok(err)
	text := h.see("koordinator", fmt.Sprintf("/notices/%d", id), "Virker det?", origin+"/c/***", "•••-•••", "er skjult her")
	if strings.Contains(text, "beredskab drill confirm") {
		t.Error("the message had a link, and no command")
	}
	for _, path := range []string{"/notices/999", "/notices/x", "/notices/-1"} {
		if got := h.ask(http.MethodGet, "koordinator", "da", path).Code; got != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, got)
		}
	}
}

// A list of many messages is a page at a time.
func TestManyNotices(t *testing.T) {
	h := newHouse(t)
	for i := range 60 {
		_, err := h.register.Owe(t.Context(), door.System("n1"), outbox.Notice{Key: fmt.Sprint(i), Kind: outbox.Finding, Channel: "folder", Receiver: "x"})
		h.ok(err)
	}
	first := h.see("koordinator", "/notices", "/notices?page=2")
	if got := strings.Count(first, `href="/notices/`); got != 50 {
		t.Errorf("%d on the first page", got)
	}
	h.see("koordinator", "/notices?page=2", "Nyere", "Et forløb er begyndt")
}

func TestSettingsAndTests(t *testing.T) {
	h := newHouse(t)
	h.see("admin", "/settings", "database_password_file", "/etc/beredskab/db.secret", "standard", "Send en prøve")
	w := h.ask(http.MethodPost, "admin", "da", "/notices/test", "channel", "folder")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/settings?done=trace.tested" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	h.see("admin", "/settings?done=trace.tested", "Prøven er leveret", "Leveret")
	if files, _ := filepath.Glob(filepath.Join(h.messages, "*.txt")); len(files) != 1 {
		t.Errorf("%d messages", len(files))
	}
	h.see("revisor", "/log", "prøvede en kanal", "Navn på admin")
	for _, c := range []struct {
		who, channel string
		want         int
	}{{"admin", "none", http.StatusUnprocessableEntity}, {"itchef", "folder", http.StatusForbidden}, {"", "folder", http.StatusUnauthorized}} {
		if got := h.ask(http.MethodPost, c.who, "en", "/notices/test", "channel", c.channel).Code; got != c.want {
			t.Errorf("a test of %s by %q: %d, want %d", c.channel, c.who, got, c.want)
		}
	}
	h.wall = h.wall.Add(time.Minute)
	h.ok(os.RemoveAll(h.messages))
	if got := h.ask(http.MethodPost, "admin", "da", "/notices/test", "channel", "folder").Header().Get("Location"); got != "/settings?done=trace.test.failed" {
		t.Error(got)
	}
}

// Nobody's ID stands on the page in place of a name.
func TestNames(t *testing.T) {
	h := newHouse(t)
	p, err := h.office.AddPerson(t.Context(), h.actor("admin"), rights.Person{Name: "Ny medarbejder"})
	h.ok(err)
	text := h.see("revisor", "/log", "Ny medarbejder")
	if strings.Contains(text, ">"+p+"<") {
		t.Errorf("%s stands alone", p)
	}
}

// A message that could not be delivered is sent again by whoever may, as an act with its
// line in the log; one that still waits, or asks about a step that is over, is left alone.
func TestResend(t *testing.T) {
	h := newHouse(t)
	owed, err := h.register.Owed(t.Context(), 10)
	h.ok(err)
	path := fmt.Sprintf("/notices/%d/resend", owed[0].ID)
	if got := h.ask(http.MethodPost, "admin", "da", path); got.Code != http.StatusConflict {
		t.Errorf("a message that still waits was sent again: %d", got.Code)
	}
	h.ok(h.register.Tried(t.Context(), owed[0].ID, outbox.Delivery{At: h.wall, Channel: "folder", Outcome: outbox.GiveUp, Detail: "no such mailbox"}, outbox.Refused))
	h.see("koordinator", fmt.Sprintf("/notices/%d", owed[0].ID), "no such mailbox", "Kunne ikke sendes")
	if got := h.ask(http.MethodPost, "koordinator", "da", path); got.Code != http.StatusForbidden {
		t.Errorf("a coordinator had it sent again: %d", got.Code)
	}
	h.wall = h.wall.Add(96 * time.Hour)
	if got := h.ask(http.MethodPost, "admin", "da", path); got.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", got.Code, got.Body)
	}
	n, err := h.register.Notice(t.Context(), owed[0].ID)
	h.ok(err)
	if n.State != outbox.Owed || !n.NextTry.Equal(h.wall) || !n.ExpiresAt.After(h.wall) || n.Tries != 1 {
		t.Errorf("%+v", n)
	}
	h.see("revisor", "/log", "lod en besked sende igen")
	over := outbox.Notice{Key: "over", Kind: outbox.Request, Channel: "folder", Receiver: "systemejer", Facts: outbox.Facts{Run: h.run, Step: "gone"}}
	id, err := h.register.Owe(t.Context(), door.System("n1"), over)
	h.ok(err)
	h.ok(h.register.Tried(t.Context(), id, outbox.Delivery{At: h.wall, Channel: "folder", Outcome: outbox.GiveUp}, outbox.Expired))
	if got := h.ask(http.MethodPost, "admin", "da", fmt.Sprintf("/notices/%d/resend", id)); got.Code != http.StatusConflict {
		t.Errorf("a step that is over was asked about again: %d", got.Code)
	}
}

// The outbox of a demo shows each message as its receiver sees it, and the buttons of one
// that can be answered are those of the message's own link.
func TestOutbox(t *testing.T) {
	h := newHouse(t)
	h.sent = []facsimile.Sent{
		{
			ID: 3, Kind: "request", Channel: "slack", Receiver: "Systemejer", Language: "da", At: h.wall, Run: h.run, Step: "bekraeft-data", Asks: "confirm", Link: origin + "/c/TOKEN",
			Wire: facsimile.Wire{Kind: "slack", To: "#drills", Body: `{"text":"x","blocks":[{"type":"actions","elements":[
				{"type":"button","action_id":"yes","text":{"type":"plain_text","text":"Ja, det virker"}},{"type":"button","action_id":"what","text":{"type":"plain_text","text":"Hvad er det?"}}]}]}`},
		},
		{ID: 2, Kind: "started", Channel: "mail", Receiver: "Øvelsesleder", At: h.wall, Wire: facsimile.Wire{Kind: "mail", Body: "From: b@k.test\r\nContent-Type: text/html\r\n\r\n<html><head></head><body><a href=\"/x\">Se</a></body></html>"}},
		{ID: 1, Kind: "started", Channel: "sms", Receiver: "Øvelsesleder", At: h.wall, Wire: facsimile.Wire{Kind: "sms", Text: "ØVELSE: i gang"}},
	}
	h.serve(slog.New(slog.NewTextHandler(t.Output(), nil)))
	text := h.see("itchef", "/outbox", "look-slack", "#drills", "Hvad er det?", "ØVELSE: i gang", "14 tegn", `src="/outbox/2/mail"`, "til Systemejer · slack")
	if strings.Contains(text, `action="/c/TOKEN"`) {
		t.Error("a step that nobody is asked about can be answered")
	}
	if text := h.see("itchef", "/outbox?channel=sms", "ØVELSE: i gang"); strings.Contains(text, "look-slack") {
		t.Error("the filter lets another channel through")
	}
	mail := h.ask(http.MethodGet, "itchef", "da", "/outbox/2/mail")
	if csp := mail.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox ") || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(mail.Body.String(), `<base target="_top">`) {
		t.Errorf("%s: %s", csp, mail.Body)
	}
	for _, path := range []string{"/outbox/1/mail", "/outbox/9/mail"} {
		if got := h.ask(http.MethodGet, "itchef", "da", path).Code; got != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, got)
		}
	}
	h.sent = nil
	h.see("itchef", "/outbox", "Ingen beskeder endnu")
}
