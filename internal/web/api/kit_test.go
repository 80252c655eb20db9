package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/afterrun"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/duty"
	"beredskab/internal/event"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/store"
	"beredskab/internal/web/api"
)

// town is a register with the sample's plans and two systems more, one person for
// each role, and the API before it.
type town struct {
	t        *testing.T
	wall     time.Time
	file     string
	door     *door.Door
	register *register.Register
	office   *governance.Office
	gate     *access.Gate
	options  api.Options
	api      *api.API
	serve    http.Handler
	set      *plan.Set
	ids      map[matrix.Role]string
	tokens   map[string]string // by role and scopes
	node     register.Node
}

// The two systems: of one of them the scoped roles are held.
const own, foreign = "egen", "fremmed"

func (w *town) Now() event.Moment { return event.Moment{Wall: w.wall, Boot: "boot"} }

func (w *town) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) as(role matrix.Role) door.Actor {
	id := w.ids[role]
	return door.Actor{Name: id, Via: id, Person: id, Assurance: "login"}
}

func newTown(t *testing.T) *town {
	t.Helper()
	file := filepath.Join(t.TempDir(), "register.db")
	db, err := store.Open(t.Context(), store.Options{Path: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	set, problems := plan.NewReader().Load(os.DirFS("../../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	w := &town{
		t: t, wall: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), file: file, set: set,
		ids: map[matrix.Role]string{}, tokens: map[string]string{},
	}
	set.Plans = append(set.Plans, small(own), small(foreign))
	slices.SortFunc(set.Plans, func(x, y *plan.Plan) int { return strings.Compare(x.ID, y.ID) })
	w.door = door.New(db, w)
	w.register, w.office = register.New(w.door, register.Options{}), governance.New(w.door)
	w.gate = access.New(w.door, access.Options{})
	w.staff()
	_, err = w.register.Adopt(t.Context(), w.as(matrix.ITManager), set)
	w.ok(err)
	w.node, err = w.register.Join(t.Context(), kept.Identity{Name: "n1", Role: kept.Everything})
	w.ok(err)
	w.open()
	return w
}

// open puts the API before the register, as a start of the program does.
func (w *town) open() {
	w.options = api.Options{
		Door: w.door, Register: w.register, Office: w.office, Objects: w, Gate: w.gate, Version: "test", Log: slog.New(slog.NewTextHandler(w.t.Output(), nil)),
		Bureau: &preparedness.Bureau{Door: w.door, Register: w.register, Office: w.office},
		Desk:   afterrun.New(afterrun.Options{Office: w.office, Register: w.register, Shelf: evidence.In(w.t.TempDir()), Limit: followup.MaxEvidence, Node: "n1"}),
		Origin: "https://beredskab.kommune.test",
		Check: func(ctx context.Context) (check.Report, error) {
			return check.Run(check.Input{Set: w.set, Now: w.wall}), nil
		},
	}
	var err error
	w.api, err = api.New(w.options)
	w.ok(err)
	w.serve = w.api.Handler()
}

// small is a system with a drill in which everybody is asked at once.
func small(id string) *plan.Plan {
	return &plan.Plan{
		Schema: 1, ID: id, Name: "System " + id, File: id + ".yaml", PlanVersion: "1", Owner: plan.Owner{Role: "systemejer", Unit: "Stab " + id},
		Objectives: plan.Objectives{MTPD: 480, RTO: 240, RPO: 60}, RecoveryClass: 2,
		Recovery: plan.Recovery{Steps: []plan.Step{
			{ID: "genstart", Title: "Genstart", Team: "drift", Estimate: 5},
			{ID: "bekraeft", Title: "Bekræft", Verifies: true, Confirm: &plan.Confirm{By: "systemejer", Question: "Er alt der?"}},
			{ID: "underskriv", Title: "Underskriv", Confirm: &plan.Confirm{By: "systemejer", Question: "Står du inde for det?", Assurance: "login"}},
		}},
		Drills: []plan.Drill{{
			ID: "gendan", Title: "Gendannelse; fra backup, hele vejen", Type: "restore", AllowParallel: true,
			Participants: plan.Cast{Director: "it-chef"}, Schedule: plan.Schedule{When: "monthly on day 24 at 09:00", Zone: "Europe/Copenhagen"},
		}},
	}
}

// staff registers one person for each role; what is scoped is held for one system.
func (w *town) staff() {
	m := matrix.New()
	first := door.Actor{Name: "admin", Via: "admin"}
	for _, role := range append([]matrix.Role{matrix.Administrator}, m.Roles()...) {
		if w.ids[role] != "" {
			continue
		}
		subject := string(role)
		if role == matrix.Administrator {
			subject = "admin"
		}
		id, err := w.office.AddPerson(w.t.Context(), first, rights.Person{Name: "Hr. " + subject, Accounts: []rights.Account{{Issuer: rights.Local, Subject: subject}}})
		w.ok(err)
		g := rights.Grant{Person: id, Role: role}
		if m.Scoped(role) {
			g.System = own
		}
		_, err = w.office.Give(w.t.Context(), first, g)
		w.ok(err)
		w.ids[role] = id
	}
}

// token is one of that person's, made once.
func (w *town) token(role matrix.Role, scopes ...string) string {
	w.t.Helper()
	name := string(role) + " " + strings.Join(scopes, " ")
	if w.tokens[name] == "" {
		token, err := w.gate.MakeToken(w.t.Context(), w.as(role), name, scopes, w.wall.AddDate(0, 6, 0))
		w.ok(err)
		w.tokens[name] = token
	}
	return w.tokens[name]
}

// System and Run tell what an operation is about, as the pages' own do.
func (w *town) System(ctx context.Context, id string) (rights.Object, error) {
	return door.Read(ctx, w.door, func(tx door.Tx) (rights.Object, error) {
		p, err := w.door.Held(ctx, tx, id)
		if err != nil {
			return rights.Object{}, err
		}
		return duty.About(p, ""), nil
	})
}

func (w *town) Run(ctx context.Context, id string) (rights.Object, error) {
	row, _, err := w.register.Run(ctx, id)
	if err != nil {
		return rights.Object{}, err
	}
	return w.System(ctx, row.System)
}

// ask is one request: headers are name and value in turn.
type ask struct {
	method, path, token, body string
	headers                   []string
}

func (w *town) do(a ask) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), a.method, a.path, strings.NewReader(a.body))
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(a.headers); i += 2 {
		if r.Header.Del(a.headers[i]); a.headers[i+1] != "" {
			r.Header.Set(a.headers[i], a.headers[i+1])
		}
	}
	out := httptest.NewRecorder()
	w.serve.ServeHTTP(out, r)
	return out
}

func (w *town) get(role matrix.Role, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(ask{method: http.MethodGet, path: path, token: w.token(role, "read")})
}

func (w *town) post(role matrix.Role, scope, path, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.do(ask{http.MethodPost, path, w.token(role, scope), body, headers})
}

// want reads an answer of that status.
func want(t *testing.T, out *httptest.ResponseRecorder, status int) map[string]any {
	t.Helper()
	if out.Code != status {
		t.Fatalf("%d, not %d: %s", out.Code, status, out.Body)
	}
	v := map[string]any{}
	if err := json.Unmarshal(out.Body.Bytes(), &v); err != nil && out.Body.Len() > 0 {
		t.Fatalf("%v in %s", err, out.Body)
	}
	return v
}

// refused reads a problem, which says what is wrong and what to do next.
func refused(t *testing.T, out *httptest.ResponseRecorder, status int, word string) {
	t.Helper()
	v := want(t, out, status)
	if kind := out.Header().Get("Content-Type"); kind != "application/problem+json" || v["type"] != "/api#"+word || v["detail"] == "" || v["next"] == nil {
		t.Errorf("%s: %v", kind, v)
	}
}

// asking opens a drill of that system and asks everybody.
func (w *town) asking(system string) (run string) {
	w.t.Helper()
	run, err := w.register.Open(w.t.Context(), w.as(matrix.ITManager), register.Opening{System: system, Drill: "gendan"})
	w.ok(err)
	_, err = w.register.Advance(w.t.Context(), w.node, run)
	w.ok(err)
	return run
}

// newest is the newest line of the log.
func (w *town) newest() kept.Entry {
	w.t.Helper()
	list, err := w.register.Entries(w.t.Context(), kept.EntryFilter{Limit: 1})
	w.ok(err)
	return list[0]
}

// snapshot is the SHA-256 of all rows of all tables.
func (w *town) snapshot() string {
	w.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+w.file+"?mode=ro")
	w.ok(err)
	defer func() { _ = db.Close() }()
	sum := sha256.New()
	for _, table := range w.rows(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
		lines := w.rows(db, fmt.Sprintf("SELECT * FROM %q", strings.Trim(table, "[]")))
		slices.Sort(lines)
		fmt.Fprintln(sum, table, lines)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func (w *town) rows(db *sql.DB, query string) (lines []string) {
	w.t.Helper()
	rows, err := db.QueryContext(w.t.Context(), query)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	w.ok(err)
	for rows.Next() {
		values := make([]sql.RawBytes, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		w.ok(rows.Scan(into...))
		var line bytes.Buffer
		for _, v := range values {
			fmt.Fprintf(&line, "[%s]", v)
		}
		lines = append(lines, line.String())
	}
	w.ok(rows.Err())
	return lines
}
