package frame_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/frame"
)

// Who comes in, and where everybody else goes. A refusal of somebody who is signed in
// has its line in the log; nobody has none.
func TestWhoComesIn(t *testing.T) {
	h := newHall(t)
	const signIn = "/sign-in?to="
	for _, c := range []struct {
		method, who, path string
		status            int
		to, entry         string
	}{
		{"GET", "", "/open", 200, "", ""},
		{"HEAD", "", "/open", 200, "", ""},
		{"POST", "", "/open", 200, "", ""},
		{"GET", "unknown", "/open", 200, "", ""},
		{"GET", "", "/any?a=b", 303, signIn + "%2Fany%3Fa%3Db", ""},
		{"GET", "unknown", "/any", 303, signIn + "%2Fany", ""},
		{"POST", "", "/any", 401, "", ""},
		{"GET", "", "/stream", 401, "", ""}, // a stream follows no way to sign in
		{"GET", "fremmed", "/any", 200, "", ""},
		{"GET", "chef", "/log", 200, "", ""},
		{"GET", "fremmed", "/log", 403, "", "page.visit GET /log"},
		{"GET", "ejer", "/systems/esdh", 200, "", ""},
		{"GET", "fremmed", "/systems/esdh", 403, "", "page.visit GET /systems/{system}"},
		{"GET", "fremmed", "/systems/gone", 404, "", ""}, // what there is not, is not for everybody alike
		{"GET", "chef", "/systems/gone", 404, "", ""},
		{"GET", "chef", "/drills/2026-1", 404, "", ""},
		{"POST", "admin", "/people", 200, "", ""},
		{"POST", "ejer", "/people", 403, "", "page.visit POST /people"},
		{"GET", "chef", "/nowhere", 404, "", ""},
		{"PUT", "chef", "/any", 405, "", ""},
		{"DELETE", "", "/open", 405, "", ""},
		{"GET", "", "/assets/x.css", 200, "", ""},
		{"GET", "", "/open/../any", 307, "/any", ""},
	} {
		before := len(h.refused())
		w := h.visit(c.method, c.who, c.path, "")
		if w.Code != c.status || w.Header().Get("Location") != c.to {
			t.Errorf("%s %s by %q: %d to %q, want %d to %q", c.method, c.path, c.who, w.Code, w.Header().Get("Location"), c.status, c.to)
		}
		if seen := w.Body.String() == reached; c.method != "HEAD" && seen != (c.status == 200 && !strings.HasPrefix(c.path, "/assets")) {
			t.Errorf("%s %s by %q shows %.80q", c.method, c.path, c.who, w.Body)
		}
		now := h.refused()
		switch want := h.ids[c.who] + " " + c.entry; {
		case c.entry == "" && len(now) != before:
			t.Errorf("%s %s by %q leaves %q", c.method, c.path, c.who, now[0])
		case c.entry != "" && (len(now) != before+1 || now[0] != want):
			t.Errorf("%s %s by %q leaves %q, want one more, %q", c.method, c.path, c.who, now, want)
		}
	}
}

// A form counts only from a page of ours. Browsers that are too old for Sec-Fetch-Site
// say the origin; one that says neither is no browser and has no cookie of anybody's.
func TestWhereAFormComesFrom(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct {
		site, origin string
		status       int
	}{
		{"same-origin", home, 200},
		{"none", "", 200}, // typed by the visitor
		{"same-site", "https://andet.kommune.test", 403},
		{"cross-site", "https://evil.test", 403},
		{"cross-site", "", 403},
		{"", home, 200},
		{"", "", 200},
		{"", "https://evil.test", 403},
		{"", "http://beredskab.kommune.test", 403}, // GO-2025-3884: the scheme counts
		{"", home + ".evil.test", 403},
		{"", "null", 403},
	} {
		w := h.visit("POST", "chef", "/any", "", "Sec-Fetch-Site", c.site, "Origin", c.origin)
		if w.Code != c.status {
			t.Errorf("a form from %q (%q): %d, want %d", c.origin, c.site, w.Code, c.status)
		}
	}
	if w := h.visit("GET", "chef", "/any", "", "Sec-Fetch-Site", "cross-site"); w.Code != 200 {
		t.Errorf("a link from elsewhere: %d", w.Code)
	}
}

// What a form may bring, and how much.
func TestWhatAFormMayBring(t *testing.T) {
	h := newHall(t)
	const fields = "application/x-www-form-urlencoded"
	upload := func(size int) (kind, body string) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		part, err := form.CreateFormFile("file", "billede.png")
		h.ok(err)
		_, err = part.Write(make([]byte, size))
		h.ok(err)
		h.ok(form.Close())
		return form.FormDataContentType(), b.String()
	}
	small, few := upload(10)
	_, most := upload(25 << 20)
	_, many := upload(26 << 20)
	_, broken := upload(10)
	for _, c := range []struct {
		path, kind, body string
		status           int
	}{
		{"/any", fields, "a=b", 200},
		{"/any", fields + "; charset=utf-8", "a=b", 200},
		{"/any", fields, "a=" + strings.Repeat("b", 64<<10-2), 200},
		{"/any", fields, "a=" + strings.Repeat("b", 64<<10), 413},
		{"/any", fields, "a=%zz", 400},
		{"/any", "application/json", "{}", 415},
		{"/any", "text/plain", "a=b", 415},
		{"/any", "", "a=b", 415},
		{"/any", small, few, 415},
		{"/files", small, few, 200},
		{"/files", small, most, 200},
		{"/files", small, many, 413},
		{"/files", small, broken[:40], 400},
		{"/files", fields, "a=b", 415},
	} {
		kind := c.kind
		if strings.HasPrefix(kind, "multipart/") && len(c.body) > 40 {
			first, _, _ := strings.Cut(c.body, "\r\n")
			kind = "multipart/form-data; boundary=" + first[2:]
		}
		if w := h.visit("POST", "chef", c.path, c.body, "Content-Type", kind); w.Code != c.status {
			t.Errorf("POST %s with %q of %d bytes: %d, want %d", c.path, c.kind, len(c.body), w.Code, c.status)
		}
	}
}

// The headers stand on every answer, whatever it is.
func TestHeaders(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct{ method, who, path string }{
		{"GET", "", "/open"},
		{"GET", "", "/any"},
		{"POST", "", "/any"},
		{"GET", "fremmed", "/log"},
		{"GET", "", "/nowhere"},
		{"PUT", "", "/open"},
		{"GET", "", "/assets/x.css"},
		{"GET", "", "/panic"},
		{"GET", "", "/fault"},
		{"GET", "", "/open/../any"},
		{"GET", "", "/away"},
	} {
		w := h.visit(c.method, c.who, c.path, "")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=",
			"Permissions-Policy": "camera=()",
		} {
			if got := w.Header().Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s %s (%d): %s is %q", c.method, c.path, w.Code, name, got)
			}
		}
		if strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe-") {
			t.Errorf("%s %s: %s", c.method, c.path, w.Header().Get("Content-Security-Policy"))
		}
		if cached := w.Header().Get("Cache-Control"); cached != "no-store" && w.Code != 405 && w.Code != 307 && !strings.HasPrefix(c.path, "/assets") {
			t.Errorf("%s %s (%d) may be kept: %q", c.method, c.path, w.Code, cached)
		}
	}
	w := h.visit("PUT", "", "/open", "")
	if allow := w.Header().Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("what is allowed instead: %q", allow)
	}
}

// What failed on our side says that it is ours and gives a number; never why.
func TestWhatFails(t *testing.T) {
	h := newHall(t)
	for path, want := range map[string]int{"/panic": 500, "/fault": 500, "/away": 503, "/busy": 409} {
		for _, lang := range []string{"da", "en"} {
			w := h.visit("GET", "", path, "", "Accept-Language", lang)
			body := w.Body.String()
			if w.Code != want || strings.Contains(body, "secret detail") || strings.Contains(body, "a page of ours") || strings.Contains(body, "⟦") || !strings.Contains(body, `id="problem"`) {
				t.Errorf("%s in %s: %d\n%s", path, lang, w.Code, body)
			}
		}
	}
}

// Whoever changes who may do what has shown who he is within ten minutes, and comes back
// to where he was.
func TestAProofGrowsOld(t *testing.T) {
	h := newHall(t)
	h.wall = h.wall.Add(9*time.Minute + 59*time.Second)
	if w := h.visit("POST", "admin", "/people", ""); w.Code != 200 {
		t.Errorf("just in time: %d", w.Code)
	}
	h.wall = h.wall.Add(2 * time.Second)
	for referer, to := range map[string]string{
		home + "/people/new?role=x": "/people/new?role=x", "": "/", "https://evil.test/people": "/", home + "//evil.test": "/",
	} {
		w := h.visit("POST", "admin", "/people", "", "Referer", referer)
		at, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != 303 || at.Path != "/prove" || at.Query().Get("to") != to && !(to == "/" && strings.HasPrefix(at.Query().Get("to"), "//")) {
			t.Errorf("from %q: %d to %q", referer, w.Code, w.Header().Get("Location"))
		}
	}
	if w := h.visit("POST", "ejer", "/people", ""); w.Code != 403 {
		t.Errorf("who may not do it is asked for no proof: %d", w.Code)
	}
}

// Nobody is sent to another place, whatever a form asks for.
func TestWhereAVisitLeads(t *testing.T) {
	h := newHall(t, frame.Route{Method: http.MethodPost, Path: "/go", Need: frame.Need{Open: true}, Handle: func(v *frame.Visit) error {
		return v.Go(v.Field("to"), v.Field("done"))
	}})
	for to, want := range map[string]string{
		"/any": "/any", "/any?a=b": "/any?a=b", "//evil.test": "/", "https://evil.test": "/", "/\\evil.test": "/", "javascript:x": "/", "": "/", "/a\r\nb": "/", "/\tx": "/",
	} {
		if w := h.visit("POST", "", "/go", url.Values{"to": {to}}.Encode()); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("to %q: %d to %q", to, w.Code, w.Header().Get("Location"))
		}
	}
	if w := h.visit("POST", "", "/go", "to=/any&done=a%26b"); w.Header().Get("Location") != "/any?done=a%26b" {
		t.Errorf("what was done: %q", w.Header().Get("Location"))
	}
	if w := h.visit("POST", "", "/go", "to=/any?x%3D1&done=a"); w.Header().Get("Location") != "/any?x=1&done=a" {
		t.Errorf("what was done beside a query: %q", w.Header().Get("Location"))
	}
}

// A stream goes on from what the browser saw last, and a piece is sent at once.
func TestStream(t *testing.T) {
	sent := make(chan int, 1)
	h := newHall(t, frame.Route{Method: http.MethodGet, Path: "/follow", Stream: true, Handle: func(v *frame.Visit) error {
		s, err := v.Open()
		if err != nil {
			return err
		}
		sent <- s.After
		if err := s.Send(s.After+1, frame.Piece{Parts: map[string]string{"x": "<b>\n</b>"}, Say: "news"}); err != nil {
			return err
		}
		s.Wait(make(chan struct{})) // until the visitor leaves
		return nil
	}})
	server := httptest.NewServer(h.pages)
	defer server.Close()
	for _, c := range []struct {
		query, last string
		from        int
	}{{"", "", 0}, {"?after=4", "", 4}, {"?after=4", "7", 7}, {"?after=x", "", 0}} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/follow"+c.query, nil)
		h.ok(err)
		r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: "chef"})
		if c.last != "" {
			r.Header.Set("Last-Event-ID", c.last)
		}
		answer, err := server.Client().Do(r)
		h.ok(err)
		want := fmt.Sprintf("retry: 2000\n\nid: %d\ndata: {\"parts\":{\"x\":\"\\u003cb\\u003e\\n\\u003c/b\\u003e\"},\"say\":\"news\"}\n\n", c.from+1)
		got := make([]byte, len(want))
		for n := 0; n < len(want); {
			m, err := answer.Body.Read(got[n:])
			h.ok(err)
			n += m
		}
		if from := <-sent; from != c.from || string(got) != want || answer.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%+v: from %d, %q", c, from, got)
		}
		h.ok(answer.Body.Close())
	}
}

// The language is the one that was chosen, else the browser's first that there is.
func TestLanguage(t *testing.T) {
	h := newHall(t)
	for _, c := range []struct{ cookie, accepts, want string }{
		{"", "", "da"}, {"", "en-GB,en;q=0.9", "en"}, {"", "de, en;q=0.5", "en"}, {"", "de", "da"}, {"en", "da", "en"}, {"xx", "en", "en"},
	} {
		var cookies []string
		if c.cookie != "" {
			cookies = append(cookies, "Cookie", "__Host-lang="+c.cookie)
		}
		w := h.visit("GET", "", "/nowhere", "", append(cookies, "Accept-Language", c.accepts)...)
		if !strings.Contains(w.Body.String(), `<html lang="`+c.want+`"`) {
			t.Errorf("%+v: %.80s", c, w.Body)
		}
	}
}

// A list is shown a page at a time, and an address keeps what else was asked for.
func TestPages(t *testing.T) {
	all := make([]int, 101)
	for i := range all {
		all[i] = i
	}
	for _, c := range []struct {
		query    string
		list     []int
		want     frame.Pager
		from, to int
	}{
		{"", nil, frame.Pager{Page: 1, Pages: 1}, 0, 0},
		{"", all[:50], frame.Pager{Page: 1, Pages: 1}, 0, 50},
		{"?done=x&q=a", all, frame.Pager{Page: 1, Pages: 3, Next: "/list?page=2&q=a"}, 0, 50},
		{"?page=2", all, frame.Pager{Page: 2, Pages: 3, Previous: "/list?page=1", Next: "/list?page=3"}, 50, 100},
		{"?page=3&q=a", all, frame.Pager{Page: 3, Pages: 3, Previous: "/list?page=2&q=a"}, 100, 101},
		{"?page=99", all, frame.Pager{Page: 3, Pages: 3, Previous: "/list?page=2"}, 100, 101},
		{"?page=-1", all, frame.Pager{Page: 1, Pages: 3, Next: "/list?page=2"}, 0, 50},
		{"?page=x", all, frame.Pager{Page: 1, Pages: 3, Next: "/list?page=2"}, 0, 50},
	} {
		v := &frame.Visit{Request: httptest.NewRequest(http.MethodGet, "/list"+c.query, nil)}
		got, pager := frame.Page(v, c.list)
		if pager != c.want || !slices.Equal(got, c.list[c.from:c.to]) {
			t.Errorf("%s of %d: %+v with %d lines", c.query, len(c.list), pager, len(got))
		}
	}
}
