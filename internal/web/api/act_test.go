package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/matrix"
)

// A program holds a drill: each act stands in the register with the person whose
// program it was, and each answer says where the run stands.
func TestAProgramHoldsADrill(t *testing.T) {
	w := newTown(t)
	opened := w.post(matrix.ITManager, "drill", "/api/v1/runs", `{"system": "egen", "drill": "gendan"}`)
	run := want(t, opened, http.StatusCreated)["run"].(string)
	if row, _, err := w.register.Run(t.Context(), run); err != nil || row.Director != "it-chef" || opened.Header().Get("ETag") != fmt.Sprintf(`"%d"`, row.Seq) {
		t.Fatalf("opened: %+v, %v, %s", row, err, opened.Header())
	}
	_, err := w.register.Advance(t.Context(), w.node, run)
	w.ok(err)
	path := "/api/v1/runs/" + run
	for _, act := range []struct {
		role             matrix.Role
		path, body, says string
	}{
		{matrix.SystemOwner, "/steps/bekraeft/take", `{}`, "step.take"},
		{matrix.SystemOwner, "/steps/bekraeft/answer", `{"answer": "ja", "note": "set"}`, "step.answer"},
		{matrix.ITManager, "/notes", `{"text": "alt går"}`, "drill.note"},
		{matrix.ITManager, "/lead", `{"act": "pause", "reason": "frokost", "artificial": true}`, "drill.paused"},
		{matrix.ITManager, "/lead", `{"act": "resume"}`, "drill.resumed"},
		{matrix.ITManager, "/times", `{"point": "disrupted_at", "at": "2026-11-23T08:55:00Z"}`, "drill.time"},
		{matrix.ITManager, "/lead", `{"act": "skip", "step": "genstart", "reason": "ikke i dag"}`, "drill.skipped"},
	} {
		before, _, err := w.register.Run(t.Context(), run)
		w.ok(err)
		out := w.post(act.role, "drill", path+act.path, act.body)
		v := want(t, out, http.StatusOK)
		now, _, err := w.register.Run(t.Context(), run)
		w.ok(err)
		if now.Seq <= before.Seq || v["seq"] != float64(now.Seq) || v["state"] != now.State || out.Header().Get("ETag") != fmt.Sprintf(`"%d"`, now.Seq) {
			t.Errorf("%s: %v, and the run stands at %d", act.path, v, now.Seq)
		}
		if e := w.newest(); e.Act != act.says || e.Actor != w.ids[act.role] || e.Outcome != "done" || !strings.Contains(string(e.Bytes), `"assurance":"token"`) {
			t.Errorf("%s: the log says %s", act.path, e.Bytes)
		}
	}
	_, r, err := w.register.Run(t.Context(), run)
	w.ok(err)
	if s, _ := r.Find("bekraeft"); s.Outcome != "yes" || s.By != w.ids[matrix.SystemOwner] || s.Assured != "token" {
		t.Errorf("the answer: %+v", s)
	}
	refused(t, w.post(matrix.SystemOwner, "drill", path+"/steps/bekraeft/answer", `{"answer": "nej"}`), http.StatusConflict, "not_now")
	// What the plan wants by a login no program says for anybody.
	refused(t, w.post(matrix.SystemOwner, "drill", path+"/steps/underskriv/answer", `{"answer": "ja"}`), http.StatusConflict, "not_now")
	signed := []string{"Cookie", w.session(matrix.SystemOwner), "Sec-Fetch-Site", "same-origin"}
	want(t, w.do(ask{http.MethodPost, path + "/steps/underskriv/answer", "", `{"answer": "ja"}`, signed}), http.StatusOK)
	refused(t, w.post(matrix.ITManager, "drill", path+"/steps/findes-ikke/take", `{}`), http.StatusNotFound, "not_found")
	refused(t, w.post(matrix.Auditor, "drill", path+"/notes", `{"text": "x"}`), http.StatusForbidden, "not_allowed")
	refused(t, w.post(matrix.ITManager, "drill", "/api/v1/runs", `{"system": "egen", "drill": "nej"}`), http.StatusNotFound, "not_found")
}

// An act on a run as somebody saw it is not done when more has happened since, and
// of many at once exactly one is.
func TestAnActWaitsOnWhatItsActorHasSeen(t *testing.T) {
	w := newTown(t)
	run := w.asking(own)
	path := "/api/v1/runs/" + run
	seen := w.get(matrix.ITManager, path).Header().Get("ETag")
	want(t, w.post(matrix.ITManager, "drill", path+"/notes", `{"text": "først"}`), 200)
	before := w.snapshot()
	refused(t, w.post(matrix.ITManager, "drill", path+"/notes", `{"text": "for sent"}`, "If-Match", seen), http.StatusPreconditionFailed, "moved_on")
	refused(t, w.post(matrix.ITManager, "drill", path+"/notes", `{"text": "for sent"}`, "If-Match", "17"), http.StatusPreconditionFailed, "moved_on")
	if w.snapshot() != before {
		t.Error("something was written")
	}
	seen = w.get(matrix.ITManager, path).Header().Get("ETag")
	var mu sync.Mutex
	codes := map[int]int{}
	var all sync.WaitGroup
	token := w.token(matrix.ITManager, "drill")
	for i := range 8 {
		all.Go(func() {
			out := w.do(ask{http.MethodPost, path + "/notes", token, fmt.Sprintf(`{"text": "nr. %d"}`, i), []string{"If-Match", seen}})
			mu.Lock()
			defer mu.Unlock()
			codes[out.Code]++
		})
	}
	all.Wait()
	if codes[200] != 1 || codes[412] != 7 {
		t.Errorf("eight at once: %v", codes)
	}
	want(t, w.post(matrix.ITManager, "drill", path+"/notes", `{"text": "som det er"}`, "If-Match", "*"), 200)
}

// What was sent with a key is done once: again after an hour, again by another start
// of the program, but not for another request, another person, or a day later.
func TestAKeyDoesItOnce(t *testing.T) {
	w := newTown(t)
	count := func() int {
		rows, err := w.register.Runs(t.Context(), kept.RunFilter{System: own})
		w.ok(err)
		return len(rows)
	}
	open := func(headers ...string) (string, string, int) {
		out := w.post(matrix.ITManager, "drill", "/api/v1/runs", `{"system": "egen", "drill": "gendan"}`, headers...)
		return out.Body.String(), out.Header().Get("Idempotency-Replayed"), out.Code
	}
	first, replayed, code := open("Idempotency-Key", "k1")
	if code != 201 || replayed != "" || count() != 1 {
		t.Fatalf("%d %s %q, %d runs", code, first, replayed, count())
	}
	w.wall = w.wall.Add(time.Hour)
	w.open()
	if again, replayed, code := open("Idempotency-Key", "k1"); again != first || replayed != "true" || code != 201 || count() != 1 {
		t.Errorf("again: %d %s %q, %d runs", code, again, replayed, count())
	}
	refused(t, w.post(matrix.ITManager, "drill", "/api/v1/runs", `{"system": "fremmed", "drill": "gendan"}`, "Idempotency-Key", "k1"), 422, "key_used")
	if _, replayed, code := open("Idempotency-Key", "k2"); code != 201 || replayed != "" || count() != 2 {
		t.Errorf("another key: %d, %d runs", code, count())
	}
	if out := w.post(matrix.Coordinator, "drill", "/api/v1/runs", `{"system": "egen", "drill": "gendan"}`, "Idempotency-Key", "k1"); out.Code != 201 || count() != 3 {
		t.Errorf("another person: %d %s", out.Code, out.Body)
	}
	// What was refused was not done: the same key does it when it is mended.
	refused(t, w.post(matrix.ITManager, "drill", "/api/v1/runs", `{"system": "egen", "drill": "nej"}`, "Idempotency-Key", "k3"), 404, "not_found")
	if _, _, code := open("Idempotency-Key", "k3"); code != 201 || count() != 4 {
		t.Errorf("mended: %d", code)
	}
	w.wall = w.wall.Add(24 * time.Hour)
	if _, replayed, code := open("Idempotency-Key", "k1"); code != 201 || replayed != "" || count() != 5 {
		t.Errorf("a day later: %d %q, %d runs", code, replayed, count())
	}
	refused(t, w.post(matrix.ITManager, "drill", "/api/v1/runs", `{}`, "Idempotency-Key", strings.Repeat("k", 256)), 422, "wrong")
}

// Of many with one key at once the act is done by one; the others are told that it
// was begun, or what came of it.
func TestAKeyAtOnce(t *testing.T) {
	w := newTown(t)
	token := w.token(matrix.ITManager, "drill")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			out := w.do(ask{http.MethodPost, "/api/v1/runs", token, `{"system": "egen", "drill": "gendan"}`, []string{"Idempotency-Key", "k"}})
			if out.Code != 201 && out.Code != 409 {
				t.Errorf("%d %s", out.Code, out.Body)
			}
		})
	}
	all.Wait()
	if rows, err := w.register.Runs(t.Context(), kept.RunFilter{System: own}); err != nil || len(rows) != 1 {
		t.Errorf("%d runs, %v", len(rows), err)
	}
}

// An action is opened, carried out by its owner, and seen by somebody else; or ended.
func TestAProgramFollowsUp(t *testing.T) {
	w := newTown(t)
	open := func() string {
		body := `{"text": "Ret listen", "owner": "` + w.ids[matrix.SystemOwner] + `", "due": "2026-12-24T12:00:00Z", "system": "egen"}`
		return want(t, w.post(matrix.Coordinator, "follow", "/api/v1/actions", body), http.StatusCreated)["id"].(string)
	}
	path := "/api/v1/actions/" + open()
	refused(t, w.post(matrix.SecurityOfficer, "follow", path+"/verify", `{"text": "for tidligt"}`), 409, "not_now")
	if v := want(t, w.post(matrix.SystemOwner, "follow", path+"/finish", `{"text": "rettet"}`), 200); v["state"] != "done" {
		t.Errorf("finished: %v", v)
	}
	refused(t, w.post(matrix.SystemOwner, "follow", path+"/verify", `{"text": "jeg så det selv"}`), 403, "not_allowed")
	if v := want(t, w.post(matrix.SecurityOfficer, "follow", path+"/verify", `{"text": "set på listen"}`), 200); v["state"] != "verified" {
		t.Errorf("verified: %v", v)
	}
	if e := w.newest(); e.Act != "action.verify" || e.Actor != w.ids[matrix.SecurityOfficer] {
		t.Errorf("the log: %s", e.Bytes)
	}
	if v := want(t, w.get(matrix.Coordinator, path), 200); v["state"] != "verified" || v["verified"].(map[string]any)["by"] != w.ids[matrix.SecurityOfficer] {
		t.Errorf("the action: %v", v)
	}
	other := "/api/v1/actions/" + open()
	if v := want(t, w.post(matrix.ITManager, "follow", other+"/close", `{"text": "ikke nødvendigt"}`), 200); v["state"] != "closed" {
		t.Errorf("closed: %v", v)
	}
	refused(t, w.post(matrix.ITManager, "follow", "/api/v1/actions/A-2026-99/close", `{"text": "x"}`), 404, "not_found")
	refused(t, w.get(matrix.ITManager, "/api/v1/actions/A-2026-99"), 404, "not_found")
}
