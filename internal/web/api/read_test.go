package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/matrix"
)

// description is what the API says of itself, ready to judge answers by.
type description struct {
	Paths map[string]map[string]struct {
		ID         string `json:"operationId"`
		Parameters []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
		Responses map[string]struct {
			Content map[string]struct {
				Schema json.RawMessage `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
		Security []map[string]any `json:"security"`
	} `json:"paths"`
	schemas *jsonschema.Compiler
}

const described = "https://test/openapi.json"

func (w *town) described() *description {
	w.t.Helper()
	out := w.do(ask{method: http.MethodGet, path: "/api/v1/openapi.json"})
	d := new(description)
	w.ok(json.Unmarshal(out.Body.Bytes(), d))
	// A field that is not described is a slip of ours, even if others must live with it.
	strict := bytes.ReplaceAll(out.Body.Bytes(), []byte(`"additionalProperties":true`), []byte(`"additionalProperties":false`))
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(strict))
	w.ok(err)
	d.schemas = jsonschema.NewCompiler()
	d.schemas.AssertFormat()
	w.ok(d.schemas.AddResource(described, doc))
	return d
}

// judge holds an answer against the schema of its status.
func (d *description) judge(t *testing.T, method, path, status, kind string, body []byte) {
	t.Helper()
	response, there := d.Paths[path][method].Responses[status]
	if !there {
		status = "default"
		response = d.Paths[path][method].Responses[status]
	}
	if _, there := response.Content[kind]; !there {
		t.Errorf("%s %s: %s of %s is not described", method, path, kind, status)
		return
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	at := described + "#/paths/" + escape.Replace(path) + "/" + method + "/responses/" + status + "/content/" + escape.Replace(kind) + "/schema"
	schema, err := d.schemas.Compile(at)
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		t.Errorf("%s %s: %v\n%.600s", method, path, err, body)
	}
}

// Every question is answered as the description says, to whoever may ask; and what
// was not changed is not sent again.
func TestEveryQuestionIsAnsweredAsDescribed(t *testing.T) {
	w := newTown(t)
	run := w.asking(own)
	w.ok(w.register.Note(t.Context(), w.as(matrix.ITManager), run, "", "en bemærkning"))
	want(t, w.post(matrix.Coordinator, "follow", "/api/v1/actions", `{"text": "Ret listen", "owner": "`+w.ids[matrix.SystemOwner]+`", "due": "2026-12-24T12:00:00Z", "system": "egen"}`), 201)
	_, err := w.office.FreezeReport(t.Context(), w.as(matrix.Coordinator), 2025, []byte(`{"schema": "beredskab.figures.v1"}`))
	w.ok(err)
	d := w.described()
	asked := map[string]bool{}
	for path, real := range map[string]string{
		"/api/v1/systems": "", "/api/v1/systems/{system}": "/api/v1/systems/esdh", "/api/v1/readiness": "", "/api/v1/runs": "/api/v1/runs?system=egen&open=true",
		"/api/v1/runs/{run}": "/api/v1/runs/" + run, "/api/v1/runs/{run}/events": "/api/v1/runs/" + run + "/events?after=1", "/api/v1/schedules/next": "",
		"/api/v1/findings": "/api/v1/findings?all=true", "/api/v1/dispensations": "", "/api/v1/actions": "", "/api/v1/actions/{action}": "/api/v1/actions/A-2026-1",
		"/api/v1/reports": "", "/api/v1/reports/{year}/figures": "/api/v1/reports/2025/figures", "/api/v1/log": "", "/api/v1/check": "",
	} {
		if real == "" {
			real = path
		}
		asked[path] = true
		out := w.get(matrix.ITManager, real)
		want(t, out, http.StatusOK)
		if !strings.HasSuffix(path, "/figures") { // word for word as they were frozen, whatever they say
			d.judge(t, "get", path, "200", out.Header().Get("Content-Type"), out.Body.Bytes())
		}
		tag := out.Header().Get("ETag")
		again := w.do(ask{http.MethodGet, real, w.token(matrix.ITManager, "read"), "", []string{"If-None-Match", tag}})
		if tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s asked again with %s: %d", real, tag, again.Code)
		}
	}
	for path, methods := range d.Paths {
		for method, o := range methods {
			for _, p := range o.Parameters {
				if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
					t.Errorf("%s %s has no %s", method, path, p.Name)
				}
				path = strings.Replace(path, "{"+p.Name+"}", p.Name, 1)
			}
			if strings.Contains(path, "{") {
				t.Errorf("%s %s: something in the path is not described", method, path)
			}
		}
	}
	for path, methods := range d.Paths {
		if _, reads := methods["get"]; reads && !asked[path] {
			t.Errorf("nobody asks %s", path)
		}
	}
}

// What the answers say is what the register holds.
func TestAnswersAreTrue(t *testing.T) {
	w := newTown(t)
	run := w.asking(own)
	one := want(t, w.get(matrix.ITManager, "/api/v1/systems/egen"), 200)
	if one["rto_minutes"] != 240.0 || one["in_force"] != false || one["plan"] != nil || one["readiness"].(map[string]any)["measured"] != false {
		t.Errorf("the system: %v", one)
	}
	held := want(t, w.get(matrix.ITManager, "/api/v1/runs/"+run), 200)
	if held["rta_minutes"] != nil || held["incident"] != false || len(held["steps"].([]any)) != 3 || held["state"] != "running" {
		t.Errorf("the run: %v", held)
	}
	events := want(t, w.get(matrix.ITManager, "/api/v1/runs/"+run+"/events?limit=2"), 200)
	if list := events["events"].([]any); len(list) != 2 || list[0].(map[string]any)["kind"] != "run_started" || events["next"] != 2.0 {
		t.Errorf("what happened: %v", events)
	}
	// Who sees his own systems alone finds those, and nothing else.
	list := want(t, w.get(matrix.UnitManager, "/api/v1/systems"), 200)
	if all := list["systems"].([]any); len(all) != 1 || all[0].(map[string]any)["id"] != own {
		t.Errorf("the unit's systems: %v", all)
	}
	// One that goes on from where he was gets the rest.
	first := want(t, w.get(matrix.ITManager, "/api/v1/log?limit=3"), 200)
	second := want(t, w.get(matrix.ITManager, "/api/v1/log?limit=1&after=3"), 200)
	if first["next"] != 3.0 || second["entries"].([]any)[0].(map[string]any)["seq"] != 4.0 {
		t.Errorf("the log: %v, then %v", first["next"], second)
	}
	next := want(t, w.get(matrix.ITManager, "/api/v1/schedules/next?system=egen&limit=2"), 200)
	due := next["occurrences"].([]any)
	if len(due) != 2 || due[0].(map[string]any)["due"] != "2026-11-24T08:00:00Z" {
		t.Errorf("what is next: %v", next)
	}
}

// Whoever sees his own systems alone finds nothing of others in any list.
func TestNoListShowsWhatIsForOthers(t *testing.T) {
	w := newTown(t)
	for _, system := range []string{own, foreign} {
		w.asking(system)
		want(t, w.post(matrix.Coordinator, "follow", "/api/v1/actions", `{"text": "x", "owner": "admin", "due": "2026-12-24T12:00:00Z", "system": "`+system+`"}`), 201)
		body := followup.Dispensation{Code: "C5", System: system, Reason: "x", Risk: "x", Measures: []string{"x"}, From: w.wall, To: w.wall.AddDate(0, 3, 0)}
		_, err := w.office.ApplyForDispensation(t.Context(), w.as(matrix.Coordinator), body)
		w.ok(err)
	}
	_, _, err := w.register.RecordChecks(t.Context(), door.System("n1"), w.set, check.Run(check.Input{Set: w.set, Now: w.wall}))
	w.ok(err)
	for _, path := range []string{"systems", "readiness", "runs", "schedules/next", "findings?limit=500", "dispensations", "actions", "check"} {
		all := w.get(matrix.Coordinator, "/api/v1/"+path).Body.String()
		mine := w.get(matrix.UnitManager, "/api/v1/"+path).Body.String()
		if !strings.Contains(all, `"fremmed"`) || !strings.Contains(mine, `"egen"`) || strings.Contains(mine, `"fremmed"`) {
			t.Errorf("%s: of all %t, of his own %t, of others %t", path, strings.Contains(all, `"fremmed"`), strings.Contains(mine, `"egen"`), strings.Contains(mine, `"fremmed"`))
		}
	}
}
