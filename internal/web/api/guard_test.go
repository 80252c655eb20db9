package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/duty"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/proof"
	"beredskab/internal/rights"
)

// trial is one operation, and who may do it to which system by the matrix, asked
// past the API.
type trial struct {
	method, path, body string // {system}, {run}, {action} are filled in
	scope              string
	may                func(b *rights.Book, who string, on rights.Object, at time.Time) bool
	list               bool // narrowed to what one sees: who sees anything may ask
}

func reads(p matrix.Permission) func(*rights.Book, string, rights.Object, time.Time) bool {
	return does(p, matrix.Read)
}

func does(p matrix.Permission, v matrix.Verb) func(*rights.Book, string, rights.Object, time.Time) bool {
	return func(b *rights.Book, who string, on rights.Object, at time.Time) bool {
		_, err := b.Decide(who, p, v, on, at)
		return err == nil
	}
}

// whole asks for the right beyond one system.
func whole(p matrix.Permission) func(*rights.Book, string, rights.Object, time.Time) bool {
	return func(b *rights.Book, who string, _ rights.Object, at time.Time) bool {
		return does(p, matrix.Read)(b, who, rights.Object{}, at)
	}
}

func trials() []trial {
	get, post := http.MethodGet, http.MethodPost
	internal, leads := reads(matrix.PlanInternal), does(matrix.Drill, matrix.Execute)
	words := `{"text": "ord"}`
	// Notes and answers are also for whom the plan asks: here its owner and its director.
	asked := func(b *rights.Book, who string, on rights.Object, at time.Time) bool {
		_, err := b.Fill(who, []string{"systemejer", "it-chef", "drift"}, on, "taking part", at)
		return err == nil || leads(b, who, on, at)
	}
	return []trial{
		{get, "/api/v1/systems", "", "read", internal, true},
		{get, "/api/v1/systems/{system}", "", "read", internal, false},
		{get, "/api/v1/readiness", "", "read", internal, true},
		{get, "/api/v1/runs", "", "read", internal, true},
		{get, "/api/v1/runs/{run}", "", "read", internal, false},
		{get, "/api/v1/runs/{run}/events", "", "read", internal, false},
		{get, "/api/v1/schedules/next", "", "read", internal, true},
		{get, "/api/v1/findings", "", "read", internal, true},
		{get, "/api/v1/dispensations", "", "read", reads(matrix.Dispensation), true},
		{get, "/api/v1/actions", "", "read", reads(matrix.Action), true},
		{get, "/api/v1/actions/{action}", "", "read", reads(matrix.Action), false},
		{get, "/api/v1/reports", "", "read", whole(matrix.Report), false},
		{get, "/api/v1/reports/2025/figures", "", "read", whole(matrix.Report), false},
		{get, "/api/v1/log", "", "read", whole(matrix.Log), false},
		{get, "/api/v1/check", "", "read", internal, true},
		{post, "/api/v1/runs", `{"system": "{system}", "drill": "gendan"}`, "drill", leads, false},
		{post, "/api/v1/runs/{run}/notes", words, "drill", asked, false},
		{post, "/api/v1/runs/{run}/lead", `{"act": "pause", "reason": "prøve"}`, "drill", leads, false},
		{post, "/api/v1/runs/{run}/times", `{"point": "caught_up_at", "at": "2026-11-23T08:55:00Z"}`, "drill", leads, false},
		{post, "/api/v1/runs/{run}/steps/bekraeft/take", `{}`, "drill", nil, false},
		{post, "/api/v1/runs/{run}/steps/bekraeft/answer", `{"answer": "ja"}`, "drill", nil, false},
		{post, "/api/v1/actions", `{"text": "x", "owner": "admin", "due": "2026-12-24T12:00:00Z", "system": "{system}"}`, "follow", does(matrix.Action, matrix.Write), false},
		{post, "/api/v1/actions/{action}/finish", words, "follow", does(matrix.Action, matrix.Write), false},
		{post, "/api/v1/actions/{action}/verify", words, "follow", does(matrix.Action, matrix.Confirm), false},
		{post, "/api/v1/actions/{action}/close", words, "follow", does(matrix.Action, matrix.Approve), false},
		{post, "/api/v1/feeds", `{"kind": "system", "id": "{system}"}`, "", internal, false},
	}
}

// Each operation, as each role, about something of his own and of others, with each
// scope, and by each method: what the matrix does not give is refused, changes
// nothing but the log, and nothing else is (S1).
func TestEveryOperationAsEverybody(t *testing.T) {
	w := newTown(t)
	d := w.described()
	tried, wrong, known := 0, 0, map[string]bool{}
	fail := func(format string, values ...any) {
		wrong++
		t.Errorf(format, values...)
	}
	things := map[string]*strings.Replacer{}
	for _, system := range []string{own, foreign} {
		out := w.post(matrix.Coordinator, "follow", "/api/v1/actions", `{"text": "x", "owner": "admin", "due": "2026-12-24T12:00:00Z", "system": "`+system+`"}`)
		things[system] = strings.NewReplacer("{system}", system, "{run}", w.asking(system), "{action}", want(t, out, 201)["id"].(string))
	}
	for _, o := range trials() {
		known[o.method+" "+o.path] = true
		for system, thing := range things {
			for role := range w.ids {
				tried++
				if why := w.try(o, thing, system, role); why != "" {
					fail("%s %s of %s as %s: %s", o.method, o.path, system, role, why)
				}
			}
		}
		for _, method := range []string{http.MethodDelete, http.MethodPut, http.MethodPatch, "BREW"} {
			tried++
			out := w.do(ask{method: method, path: things[own].Replace(o.path), token: w.token(matrix.ITManager, "read", "drill")})
			if out.Code != http.StatusMethodNotAllowed || out.Header().Get("Allow") == "" {
				fail("%s %s: %d", method, o.path, out.Code)
			}
		}
	}
	for path, methods := range d.Paths {
		for method := range methods {
			if name := strings.ToUpper(method) + " " + strings.Replace(strings.Replace(path, "{step}", "bekraeft", 1), "{year}", "2025", 1); !known[name] {
				fail("nobody tries %s", name)
			}
		}
	}
	proof.Report(t, proof.Figure{ID: "S1", What: "every operation as everybody", Count: tried, Unit: "requests", Failed: wrong})
}

// try asks for one operation as that role, without and with what it takes, and says
// what was unexpected.
func (w *town) try(o trial, thing *strings.Replacer, system string, role matrix.Role) string {
	w.wall = w.wall.Add(time.Minute) // nobody asks too often
	path, body := thing.Replace(o.path), thing.Replace(o.body)
	if out := w.do(ask{method: o.method, path: path, body: body}); out.Code != http.StatusUnauthorized {
		return "as nobody: " + http.StatusText(out.Code)
	}
	other := map[string]string{"read": "drill", "drill": "read", "follow": "read", "": "read"}[o.scope]
	if out := w.do(ask{o.method, path, w.token(role, other), body, nil}); out.Code != http.StatusForbidden {
		return "with another scope: " + http.StatusText(out.Code)
	}
	before := w.newest().Seq
	asks := ask{o.method, path, "", body, nil}
	if o.scope != "" {
		asks.token = w.token(role, o.scope)
	} else {
		asks.headers = []string{"Cookie", w.session(role), "Sec-Fetch-Site", "same-origin"}
	}
	out := w.do(asks)
	switch may, decided := w.expected(o, system, role); {
	case out.Code >= 500 || out.Code == http.StatusUnauthorized || out.Code == http.StatusUnprocessableEntity:
		return out.Body.String()
	case !decided:
	case may && out.Code == http.StatusForbidden && !strings.Contains(out.Body.String(), "owner"): // a separation says whom it keeps away
		return "refused: " + out.Body.String()
	case !may && out.Code != http.StatusForbidden && out.Code != http.StatusNotFound:
		return "let through: " + out.Body.String()
	}
	if w.did(before) && (o.method == http.MethodGet || out.Code >= 400) {
		return "something was done"
	}
	return ""
}

// expected is what the matrix says; whose a step is says the plan, and is tried
// elsewhere.
func (w *town) expected(o trial, system string, role matrix.Role) (may, decided bool) {
	if o.may == nil {
		return false, false
	}
	book, err := w.office.Book(w.t.Context())
	w.ok(err)
	if o.list {
		system = own
	}
	p, _ := w.set.Plan(system)
	return o.may(book, w.ids[role], duty.About(p, ""), w.wall), true
}

// did tells whether an act was done after that line of the log.
func (w *town) did(after int64) bool {
	list, err := w.register.Entries(w.t.Context(), kept.EntryFilter{Forward: true, After: after})
	w.ok(err)
	return slices.ContainsFunc(list, func(e kept.Entry) bool {
		return e.Outcome == "done" && e.Act != "token.make" && e.Act != "session.begin"
	})
}

// session is the cookie of somebody who is signed in.
func (w *town) session(role matrix.Role) string {
	token, err := w.gate.Begin(w.t.Context(), w.ids[role], access.ByDemo)
	w.ok(err)
	return frame.Cookie + "=" + token
}

// Whose token is over, revoked, or whose person was disabled, is nobody; a session
// counts from our own pages alone.
func TestWhoIsNobody(t *testing.T) {
	w := newTown(t)
	token := w.token(matrix.Auditor, "read")
	want(t, w.get(matrix.ITManager, "/api/v1/reports"), 200)
	for _, shown := range []string{"Bearer", "Bearer ", "Basic " + token, "Bearer brd_", "Bearer " + token + "x", token, "Bearer " + strings.TrimPrefix(token, "brd_"), "Bearer brd_" + strings.Repeat("a", 5000)} {
		refused(t, w.do(ask{http.MethodGet, "/api/v1/systems", "", "", []string{"Authorization", shown}}), http.StatusUnauthorized, "unknown")
	}
	w.wall = w.wall.Add(time.Hour)
	if out := w.get(matrix.Auditor, "/api/v1/systems"); out.Code != 200 {
		t.Errorf("the right one: %d", out.Code)
	}
	cookie := w.session(matrix.ITManager)
	for site, status := range map[string]int{"same-origin": 201, "cross-site": 403, "same-site": 403} {
		out := w.do(ask{http.MethodPost, "/api/v1/runs", "", `{"system": "egen", "drill": "gendan"}`, []string{"Cookie", cookie, "Sec-Fetch-Site", site}})
		if out.Code != status {
			t.Errorf("a session from %s: %d %s", site, out.Code, out.Body)
		}
	}
	w.ok(w.office.DisablePerson(t.Context(), w.as(matrix.Administrator), w.ids[matrix.Auditor], "rejst"))
	refused(t, w.get(matrix.Auditor, "/api/v1/systems"), http.StatusUnauthorized, "unknown")
	w.wall = w.wall.AddDate(1, 0, 0)
	refused(t, w.get(matrix.ITManager, "/api/v1/systems"), http.StatusUnauthorized, "unknown")
}

// Who guesses tokens is soon told to wait, and so is a program that asks too often;
// others are not.
func TestWhoAsksTooOftenWaits(t *testing.T) {
	w := newTown(t)
	last := (*httptest.ResponseRecorder)(nil)
	for range 21 {
		last = w.do(ask{method: http.MethodGet, path: "/api/v1/systems", token: "brd_guess"})
	}
	refused(t, last, http.StatusTooManyRequests, "too_many")
	if last.Header().Get("Retry-After") != "3" {
		t.Errorf("wait %q s", last.Header().Get("Retry-After"))
	}
	for range 121 {
		last = w.get(matrix.ITManager, "/api/v1/reports")
	}
	refused(t, last, http.StatusTooManyRequests, "too_many")
	want(t, w.get(matrix.Auditor, "/api/v1/reports"), 200)
	w.wall = w.wall.Add(time.Second)
	want(t, w.get(matrix.ITManager, "/api/v1/reports"), 200)
}
