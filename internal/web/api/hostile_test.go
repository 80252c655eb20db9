package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/proof"
	"beredskab/internal/record"
)

// What is not in the form that an operation takes is refused with the status that
// says so, and nothing is written (S11, S14).
func TestWhatIsNotInItsFormIsRefused(t *testing.T) {
	w := newTown(t)
	path := "/api/v1/runs/" + w.asking(own) + "/notes"
	token := w.token(matrix.ITManager, "drill")
	before := w.snapshot()
	good := `{"text": "x"}`
	for _, c := range []struct {
		what, path, body string
		headers          []string
		status           int
	}{
		{"a form", path, "text=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"no type", path, good, []string{"Content-Type", ""}, 415},
		{"text", path, good, []string{"Content-Type", "text/plain"}, 415},
		{"xml", path, "<text/>", []string{"Content-Type", "application/xml"}, 415},
		{"json of another kind", path, good, []string{"Content-Type", "application/vnd.x+json"}, 415},
		{"a part of many", path, good, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415},
		{"packed", path, good, []string{"Content-Encoding", "gzip"}, 415},
		{"too large", path, `{"text": "` + strings.Repeat("x", 64<<10) + `"}`, nil, 413},
		{"10 MB", path, strings.Repeat("x", 10<<20), nil, 413},
		{"a long text", path, `{"text": "` + strings.Repeat("x", 5000) + `"}`, nil, 422},
		{"nothing", path, "", nil, 400},
		{"no JSON", path, `{"text": `, nil, 400},
		{"two values", path, good + good, nil, 400},
		{"a list", path, `[]`, nil, 422},
		{"a number", path, `{"text": 7}`, nil, 422},
		{"nothing in it", path, `{}`, nil, 422},
		{"null", path, `{"text": null}`, nil, 422},
		{"another's name", path, `{"text": "x", "user": "p-1"}`, nil, 422},
		{"a role", path, `{"text": "x", "role": "it_manager"}`, nil, 422},
		{"an approver", path, `{"text": "x", "approved_by": "p-1"}`, nil, 422},
		{"the actor", path, `{"text": "x", "Person": "p-1", "actor": {"name": "p-1"}}`, nil, 422},
		{"a command", "/api/v1/runs", `{"system": "egen", "drill": "gendan", "command": ["/bin/sh", "-c", "id"]}`, nil, 422},
		{"steps of its own", "/api/v1/runs", `{"system": "egen", "drill": "gendan", "steps": [{"action": "sh"}]}`, nil, 422},
		{"an incident", "/api/v1/runs", `{"system": "egen"}`, nil, 422},
		{"an unknown word", path, good, []string{"If-Match", `"x"`}, 412},
		{"a query", path + "?dry=1", good, nil, 422},
		{"nested too deep", path, strings.Repeat(`[`, 20000), nil, 400},
	} {
		out := w.do(ask{http.MethodPost, c.path, token, c.body, c.headers})
		v := map[string]any{}
		_ = json.Unmarshal(out.Body.Bytes(), &v)
		if out.Code != c.status || v["next"] == nil || out.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", c.what, out.Code, out.Body)
		}
		if strings.Contains(out.Body.String(), "/bin/sh") {
			t.Errorf("%s: what was sent comes back: %s", c.what, out.Body)
		}
	}
	if w.snapshot() != before {
		t.Error("something was written")
	}
}

// What is asked for wrongly, or is not there, is said so.
func TestWhatIsAskedForWronglyIsRefused(t *testing.T) {
	w := newTown(t)
	reader := w.token(matrix.ITManager, "read")
	before := w.snapshot()
	for path, status := range map[string]int{
		"/api/v1/runs?limit=0": 422, "/api/v1/runs?limit=501": 422, "/api/v1/runs?limit=x": 422, "/api/v1/runs?who=p-1": 422, "/api/v1/reports/x/figures": 422,
		"/api/v1/schedules/next?from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z": 422, "/api/v1/schedules/next?from=now": 422,
		"/api/v1/reports/2011/figures": 404, "/api/v1/runs/2019-99": 404, "/api/v1/runs/..%2F..%2Fetc%2Fpasswd": 404, "/api/v1/systems/nej": 404, "/api/v1/": 404, "/api/v2/systems": 404,
		"/api/v1/systems/" + strings.Repeat("a", 100): 404, "/api/v1/runs/2019-99/events": 404,
	} {
		out := w.do(ask{method: http.MethodGet, path: path, token: reader})
		if out.Code != status || out.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s: %d %s", path, out.Code, out.Body)
		}
	}
	if w.snapshot() != before {
		t.Error("something was written")
	}
}

// A backup program says that all went well: it is kept as evidence of the system,
// each time anew, by the person whose token it is.
func TestASignalIsKeptAsEvidence(t *testing.T) {
	w := newTown(t)
	path := "/api/v1/signals/" + w.token(matrix.TechnicalTeam, "read", "signal:backup") + "?system=egen"
	var hash string
	for _, kind := range []string{"text/plain", "text/plain; charset=utf-8"} {
		w.wall = w.wall.Add(time.Hour)
		out := w.do(ask{http.MethodPost, path, "", "backup ok: 412 GB æøå", []string{"Content-Type", kind}})
		hash = want(t, out, http.StatusAccepted)["sha256"].(string)
	}
	want(t, w.do(ask{http.MethodPost, path, "", `{"ok": true}`, nil}), http.StatusAccepted)
	list, err := w.office.Evidence(t.Context(), record.Filter{System: own})
	w.ok(err)
	if len(list) != 3 || list[1].SHA256 != hash || list[1].Name != "backup-20261123T110000.000000Z.json" || list[1].By.Person != w.ids[matrix.TechnicalTeam] || list[1].Class != "internal" {
		t.Fatalf("kept: %+v", list)
	}
	_, file, err := w.options.Desk.Open(t.Context(), w.as(matrix.ITManager), hash)
	w.ok(err)
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(file)
	w.ok(err)
	if kept := string(text); !strings.Contains(kept, `"signal":"backup","system":"egen","received_at":"2026-11-23T11:00:00Z"`) || !strings.Contains(kept, "backup ok: 412 GB æøå") {
		t.Errorf("the file: %s", kept)
	}
	// Of a system that is not his the person may say nothing, and the log says who tried.
	out := w.do(ask{http.MethodPost, strings.Replace(path, "egen", "fremmed", 1), "", "ok", []string{"Content-Type", "text/plain"}})
	refused(t, out, http.StatusForbidden, "not_allowed")
	if e := w.newest(); e.Act != "evidence.add" || e.Outcome != "refused" || strings.Contains(string(e.Bytes), "brd_") {
		t.Errorf("the log: %s", e.Bytes)
	}
}

// A signal that is refused has written nothing at all, whatever was wrong with it (S11).
func TestARefusedSignalChangesNothing(t *testing.T) {
	w := newTown(t)
	token, other := w.token(matrix.TechnicalTeam, "signal:backup"), w.token(matrix.TechnicalTeam, "read", "drill")
	revoked := w.token(matrix.TechnicalTeam, "signal:gammel")
	keys, err := w.gate.Tokens(t.Context(), w.ids[matrix.TechnicalTeam])
	w.ok(err)
	for _, k := range keys {
		if k.Scopes[0] == "signal:gammel" {
			w.ok(w.gate.RevokeToken(t.Context(), w.as(matrix.TechnicalTeam), k.Key))
		}
	}
	before := w.snapshot()
	text := []string{"Content-Type", "text/plain"}
	refusals := 0
	for _, c := range []struct {
		what, method, path, body string
		headers                  []string
		status                   int
	}{
		{"a guess", "POST", "brd_guess?system=egen", "ok", text, 404},
		{"no token", "POST", "?system=egen", "ok", text, 404},
		{"a part of it", "POST", token[:20] + "?system=egen", "ok", text, 404},
		{"more than it", "POST", token + "x?system=egen", "ok", text, 404},
		{"capitals", "POST", strings.ToUpper(token) + "?system=egen", "ok", text, 404},
		{"one that was revoked", "POST", revoked + "?system=egen", "ok", text, 404},
		{"one without the scope", "POST", other + "?system=egen", "ok", text, 403},
		{"GET", "GET", token + "?system=egen", "", nil, 405},
		{"PUT", "PUT", token + "?system=egen", "ok", text, 405},
		{"no system", "POST", token, "ok", text, 422},
		{"two systems", "POST", token + "?system=egen&system=esdh", "ok", text, 422},
		{"another word", "POST", token + "?system=egen&run=2026-01", "ok", text, 422},
		{"no such system", "POST", token + "?system=nej", "ok", text, 404},
		{"a path", "POST", token + "?system=..%2F..%2Fetc", "ok", text, 404},
		{"a form", "POST", token + "?system=egen", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		{"no type", "POST", token + "?system=egen", "ok", []string{"Content-Type", ""}, 415},
		{"packed", "POST", token + "?system=egen", "ok", []string{"Content-Type", "text/plain", "Content-Encoding", "gzip"}, 415},
		{"too large", "POST", token + "?system=egen", strings.Repeat("x", 64<<10+1), text, 413},
		{"50 MB", "POST", token + "?system=egen", strings.Repeat("x", 50<<20), text, 413},
		{"no text", "POST", token + "?system=egen", "\xff\xfe", text, 422},
		{"a zero byte", "POST", token + "?system=egen", "a\x00b", text, 422},
		{"no JSON", "POST", token + "?system=egen", "{", nil, 422},
	} {
		w.wall = w.wall.Add(time.Minute)
		out := w.do(ask{c.method, "/api/v1/signals/" + c.path, "", c.body, c.headers})
		if refusals++; out.Code != c.status || strings.Contains(out.Body.String(), "brd_") {
			refusals--
			t.Errorf("%s: %d %s", c.what, out.Code, out.Body)
		}
		if w.snapshot() != before {
			t.Fatalf("%s: something was written", c.what)
		}
	}
	proof.Report(t, proof.Figure{ID: "S11", What: "hostile signals", Count: 22, Unit: "requests", Failed: 22 - refusals})
}

// An address that is used too often waits, and writes nothing meanwhile.
func TestASignalTooOften(t *testing.T) {
	w := newTown(t)
	token := w.token(matrix.TechnicalTeam, "signal:backup")
	before := w.snapshot()
	codes := map[int]int{}
	for range 15 {
		out := w.do(ask{http.MethodPost, "/api/v1/signals/" + token, "", "ok", []string{"Content-Type", "text/plain"}})
		if codes[out.Code]++; out.Code == http.StatusTooManyRequests && out.Header().Get("Retry-After") != "6" {
			t.Errorf("wait %q s", out.Header().Get("Retry-After"))
		}
	}
	if fmt.Sprint(codes) != "map[422:10 429:5]" || w.snapshot() != before {
		t.Errorf("15 at once: %v", codes)
	}
}
