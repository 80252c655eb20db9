package confirm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/governance"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
)

// snapshot is the register, byte by byte, with its write-ahead log.
func (h *house) snapshot() [32]byte {
	h.t.Helper()
	var all []byte
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(h.file + end)
		h.ok(err)
		all = append(all, data...)
	}
	return sha256.Sum256(all)
}

// S6 (F29): whatever fetches a link, as often as it likes and as whoever, changes
// nothing, and neither does a form that another site sends.
func TestAScannerChangesNothing(t *testing.T) {
	h := newHouse(t, true)
	var paths []string
	for _, step := range []string{"link", "kode", "login", "valg", "skift"} {
		path, _ := h.sent(step)
		paths = append(paths, path, path+"?done=confirm.passed", path+"?answer=yes&wrong=missing&option=Nattens")
	}
	paths = append(paths, "/k", "/k?code=222-222", "/c/unknown")
	h.see("ejer", paths[0]) // signs in
	before, tried := h.snapshot(), 0
	visit := func(method, path string, form url.Values, head ...string) int {
		tried++
		r := httptest.NewRequestWithContext(t.Context(), method, origin+path, strings.NewReader(form.Encode()))
		for i := 0; i+1 < len(head); i += 2 {
			r.Header.Set(head[i], head[i+1])
		}
		r.AddCookie(&http.Cookie{Name: "__Host-beredskab", Value: h.sessions["ejer"]})
		w := httptest.NewRecorder()
		h.pages.ServeHTTP(w, r)
		if h.snapshot() != before {
			t.Fatalf("%s %s with %q has changed the register", method, path, head)
		}
		return w.Code
	}
	yes := url.Values{"answer": {"yes"}, "code": {"222-222"}}
	for _, path := range paths {
		for _, method := range []string{http.MethodHead, http.MethodGet, http.MethodGet, http.MethodOptions, http.MethodPut, http.MethodDelete} {
			visit(method, path, nil, "Sec-Purpose", "prefetch", "User-Agent", "Slackbot-LinkExpanding 1.0")
		}
		const form = "application/x-www-form-urlencoded"
		for _, head := range [][]string{
			{"Content-Type", form, "Sec-Fetch-Site", "cross-site"},
			{"Content-Type", form, "Sec-Fetch-Site", "same-site"},
			{"Content-Type", form, "Origin", "http://beredskab.kommune.test.evil.test"},
			{"Content-Type", form, "Origin", "null"},
			{"Content-Type", "text/plain", "Sec-Fetch-Site", "same-origin"},
			{"Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"},
		} {
			if got := visit(http.MethodPost, path, yes, head...); got < 400 {
				t.Errorf("POST %s with %q: %d", path, head, got)
			}
		}
	}
	t.Logf("%d requests, 0 changes", tried)
	h.post(http.StatusSeeOther, "ejer", paths[0], send("answer", "yes")) // the control
	if h.snapshot() == before {
		t.Error("an answer is not seen in the snapshot")
	}
}

// The page holds nothing that could send its form by itself.
func TestThePageActsNeverByItself(t *testing.T) {
	h := newHouse(t, true)
	active := regexp.MustCompile(`(?i)<script|<iframe|<object|<meta[^>]+refresh|\son\w+=|javascript:`)
	for _, step := range []string{"link", "kode", "login", "valg"} {
		path, _ := h.sent(step)
		for _, who := range []string{"", "ejer", "fremmed"} {
			status, text, head := h.ask(http.MethodGet, who, path)
			if found := active.FindString(text); status != http.StatusOK || found != "" {
				t.Errorf("%s by %q: %d, %q", step, who, status, found)
			}
			if head.Get("Referrer-Policy") != "strict-origin" || head.Get("Cache-Control") != "no-store" || !strings.Contains(head.Get("Content-Security-Policy"), "script-src 'self'") {
				t.Errorf("%s: %v", step, head)
			}
			if strings.Contains(text, `method="get"`) {
				t.Errorf("%s has a form that sends by GET", step)
			}
		}
	}
}

// S7 (F28): a link that was leaked or forwarded is worth nothing to whoever is signed
// in as somebody else, and the attempt is recorded in his name; the deputy answers in
// his own.
func TestAForwardedLink(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	h.see("fremmed", path, "Linket er ikke til dig", "Linket er sendt til Navn på ejer, og du er logget ind som Navn på fremmed")
	for _, act := range []string{"yes", "take", "pass", "undo"} {
		h.post(http.StatusForbidden, "fremmed", path, send("answer", act))
		if last := h.last(); !strings.HasSuffix(last, "/link refused by "+h.ids["fremmed"]) {
			t.Errorf("%s: %s", act, last)
		}
	}
	if h.step("link").State != drill.Asked {
		t.Fatal("the attempt has changed the step")
	}
	h.post(http.StatusSeeOther, "stedfortræder", path, send("answer", "yes"))
	if got := h.step("link"); got.By != h.ids["stedfortræder"] || got.Assured != "login" {
		t.Errorf("%s by %s", got.By, got.Assured)
	}
}

// What goes where several may read it carries nobody's name: whoever follows it has
// to say who he is.
func TestALinkInAChannel(t *testing.T) {
	h := newHouse(t, true)
	path, code := h.linkOf(h.message(outbox.Request, "slack", "link"))
	h.see("", path, "Log ind og svar")
	h.post(http.StatusForbidden, "", path, send("answer", "yes"))
	to := h.post(http.StatusSeeOther, "", "/k", send("code", code))
	h.post(http.StatusForbidden, "", to, send("answer", "yes"))
	if h.step("link").State != drill.Asked {
		t.Fatal("somebody answered in nobody's name")
	}
	h.post(http.StatusSeeOther, "ejer", path, send("answer", "yes"))
}

// S7 (F30): a link that was used, is too old, or whose run was stopped, says what
// happened and changes nothing; so does one of somebody who has left, or lost his role.
func TestAnOldLink(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	until := h.message(outbox.Request, "mail", "link").ExpiresAt
	h.wall = until
	h.see("", path, "Linket er udløbet", "Trinnet er ikke besvaret endnu")
	h.post(http.StatusForbidden, "", path, send("answer", "yes"))
	if last := h.last(); last != "link.answer "+h.run+"/link refused by "+h.ids["ejer"] {
		t.Error(last)
	}
	fresh := h.message(outbox.Request, "mail", "valg")
	fresh.ExpiresAt = h.wall.Add(time.Hour)
	choice, _ := h.linkOf(fresh)
	h.ok(h.register.Lead(t.Context(), h.actor("itchef"), register.Lead{Run: h.run, Kind: event.RunAborted, Reason: "brand"}))
	h.see("", path, "Trinnet er lukket", "Forløbet blev afbrudt 24. november 2026")
	h.post(http.StatusForbidden, "", path, send("answer", "yes"))
	h.post(http.StatusConflict, "", choice, send("option", "Nattens"), "Forløbet blev afbrudt")
	h.advance()
	h.see("", choice, "Du skal ikke gøre noget")
	h.post(http.StatusConflict, "", choice, send("answer", "take"))
}

func TestALinkOfSomebodyWhoLeft(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	h.ok(governance.New(h.door).DisablePerson(t.Context(), h.actor("admin"), h.ids["ejer"], "stoppet"))
	h.see("", path, "Linket er ikke til dig", "som ikke kan svare på trinnet længere")
	h.post(http.StatusForbidden, "", path, send("answer", "yes"))
	if last := h.last(); last != "step.answer "+h.run+"/link refused by "+h.ids["ejer"] {
		t.Error(last)
	}
}

// A token that is not one of ours is answered alike, whatever is wrong with it, and
// one leads to its own step alone.
func TestAWrongToken(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	same := ""
	for _, wrong := range []string{path[:len(path)-1], path + "A", "/c/" + strings.Repeat("A", 43), "/c/x", "/c/%00", "/c/..%2f..%2fetc", strings.ToUpper(path)} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			status, text, _ := h.ask(method, "", strings.Replace(wrong, "/C/", "/c/", 1), "answer", "yes")
			text = regexp.MustCompile(`name="to" value="[^"]*"`).ReplaceAllString(text, "")
			if status != http.StatusNotFound || !strings.Contains(text, "Linket virker ikke") || same != "" && same != text {
				t.Errorf("%s %s: %d %s", method, wrong, status, body(text))
			}
			same = text
		}
	}
	if s := h.step("link"); s.State != drill.Asked {
		t.Error(s.State)
	}
}

// S7: of a hundred uses at one moment one counts.
func TestAHundredAtOnce(t *testing.T) {
	h := newHouse(t, true)
	path, _ := h.sent("link")
	var mu sync.Mutex
	var all sync.WaitGroup
	count := map[int]int{}
	for i := range 100 {
		all.Go(func() {
			form := url.Values{"answer": {"yes"}, "note": {fmt.Sprint(i)}}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			h.pages.ServeHTTP(w, r)
			mu.Lock()
			defer mu.Unlock()
			count[w.Code]++
		})
	}
	all.Wait()
	if count[http.StatusSeeOther] != 1 || count[http.StatusConflict] != 99 {
		t.Errorf("%v", count)
	}
}

// S7: neither token nor code stands in a log or in the register.
func TestTheTokenIsKeptNowhere(t *testing.T) {
	h := newHouse(t, true)
	path, code := h.sent("kode")
	h.see("", path)
	h.post(http.StatusConflict, "", path, send("answer", "yes"))
	to := h.post(http.StatusSeeOther, "", "/k", send("code", code))
	h.post(http.StatusSeeOther, "", to, send("answer", "yes"))
	h.post(http.StatusForbidden, "fremmed", path, send("answer", "yes"))
	data, err := os.ReadFile(h.file)
	h.ok(err)
	wal, err := os.ReadFile(h.file + "-wal")
	h.ok(err)
	data = append(data, wal...)
	token := strings.TrimPrefix(path, "/c/")
	raw, err := base64.RawURLEncoding.DecodeString(token)
	h.ok(err)
	for _, secret := range [][]byte{[]byte(token), []byte(strings.TrimPrefix(to, "/c/")), []byte(code), []byte(strings.ReplaceAll(code, "-", "")), raw} {
		if bytes.Contains(data, secret) || bytes.Contains(h.log.Bytes(), secret) {
			t.Errorf("%.10q… is kept", secret)
		}
	}
	if !bytes.Contains(data, []byte(h.run)) {
		t.Error("the control: nothing is found in the register at all")
	}
}
