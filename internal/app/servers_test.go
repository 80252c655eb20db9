package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

// One folder has one server. The second says who holds it and what to do;
// commands work beside the first, and a new server starts once it is gone.
func TestSecondServerOnOneFolder(t *testing.T) {
	w := newTown(t, "")
	w.plan("a", []string{manual("s1")})
	w.serve()
	_, err := w.open(app.Serve)
	if !errors.Is(err, app.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("the second server: %v", err)
	}
	beside, err := w.open(app.Use)
	if err != nil {
		t.Fatal(err)
	}
	id, err := beside.Register.Open(t.Context(), w.leader(), register.Opening{System: "a", Drill: "gendan"})
	if err != nil {
		t.Fatal(err)
	}
	w.step(id, "s1", drill.Asked) // the server drives what a command started
	team := door.Actor{Name: "drift", Assurance: "login"}
	if err := beside.Register.Answer(t.Context(), team, register.Answer{Run: id, Step: "s1", Answer: "done"}); err != nil {
		t.Fatal(err)
	}
	w.end(id)
	if err := errors.Join(beside.Close(), w.stop()); err != nil {
		t.Error(err)
	}
	w.serve()
}

// A register that a newer program wrote is left alone, by servers and commands.
func TestNewerRegister(t *testing.T) {
	w := newTown(t, "")
	w.plan("a", []string{manual("s1")})
	w.serve()
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	db, err := store.OpenForWriting(w.path("register.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec("insert into goose_db_version (version_id, is_applied) values (9999, 1)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []app.Mode{app.Serve, app.Use} {
		if _, err := w.open(mode); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "9999") {
			t.Errorf("mode %d: %v", mode, err)
		}
	}
}

// A server that is told to stop in mid-drill returns while the step goes on. The
// next one finds it, or what it came to meanwhile, and counts it once (F34).
func TestServerStoppedInMidDrill(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the step ends while it is down: %v", engine, late), func(t *testing.T) {
				gate, settings := pipe(t), ""
				if engine == "postgres" {
					settings = "database: " + pgtest.Start(t) + "\n"
				}
				w := newTown(t, settings)
				w.commands(map[string]string{"hold": fmt.Sprintf(`echo begun >> "$1/started"; read x < %q; echo over`, gate)})
				w.plan("a", []string{"{id: s1, title: Trin, estimate: 1m, action: hold, timeout: 5m}"})
				w.serve()
				id := w.drill("a")
				w.until("the command runs", func() bool { _, err := os.Stat(w.path("started")); return err == nil })
				if err := w.stop(); err != nil {
					t.Fatal(err)
				}
				if len(w.left()) == 0 {
					t.Fatal("the step ended with the server")
				}
				if late {
					release(t, gate)
					w.down = nil // waits without a server
					w.until("the command has ended", func() bool { return len(w.left()) == 0 })
				}
				w.serve()
				if !late {
					release(t, gate)
				}
				w.countedOnce(id)
			})
		}
	}
}

// countedOnce wants a run whose only step was started once and ended once.
func (w *town) countedOnce(id string) {
	w.t.Helper()
	row, run := w.end(id)
	s, _ := run.Find("s1")
	if row.Verdict != "passed" || s.Outcome != "ok" || s.Attempt != 1 || !strings.Contains(s.Output.Head, "over") {
		w.t.Errorf("verdict %q, outcome %q at attempt %d with %q", row.Verdict, s.Outcome, s.Attempt, s.Output.Head)
	}
	if starts := strings.Count(readText(w.t, w.path("started")), "begun"); starts != 1 {
		w.t.Errorf("the command was started %d times", starts)
	}
	events, err := w.app.Register.Events(w.t.Context(), id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	ends := 0
	for _, e := range events {
		if e.Kind == "step_ended" {
			ends++
		}
	}
	if ends != 1 {
		w.t.Errorf("the step ended %d times", ends)
	}
}

// The checks keep what they find, tell of it once, and close it when the plan is
// right again.
func TestChecksFindTellAndClose(t *testing.T) {
	relay := newRelay(t)
	w := newTown(t, fmt.Sprintf("channels: [{name: post, kind: mail, host: 127.0.0.1, port: %d, tls: none, from: beredskab@by.example}]\n", relay.port()))
	long := planText("a", "System a", []string{"{id: s1, title: Trin, team: drift, estimate: 30h}"}) // longer than its RTO of a day
	w.write("plans/a.yaml", long)
	w.serve()
	found := func() (open, closed []kept.Finding) {
		t.Helper()
		if err := w.app.RunChecks(context.Background()); err != nil {
			t.Fatal(err)
		}
		list, err := w.app.Register.Findings(t.Context(), kept.FindingFilter{System: "a"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Code != "C2" {
				continue
			}
			if f.ClosedAt.IsZero() {
				open = append(open, f)
			} else {
				closed = append(closed, f)
			}
		}
		return open, closed
	}
	first, _ := found()
	if len(first) != 1 || first[0].Text == "" || first[0].Hint == "" || first[0].Value <= first[0].Limit {
		t.Fatalf("the finding: %+v", first)
	}
	before := len(findingNotices(w))
	second, _ := found()
	if len(second) != 1 || !second[0].RaisedAt.Equal(first[0].RaisedAt) || before == 0 || len(findingNotices(w)) != before {
		t.Errorf("seen again: %+v, %d messages after %d", second, len(findingNotices(w)), before)
	}
	w.until("it is told", func() bool { return len(relay.got()) == before })
	w.write("plans/a.yaml", strings.Replace(long, "30h", "1h", 1))
	w.reloaded()
	if open, closed := found(); len(open) != 0 || len(closed) != 1 || closed[0].Reason == "" {
		t.Errorf("after the plan was put right: open %+v, closed %+v", open, closed)
	}
}

func findingNotices(w *town) (list []int64) {
	for _, n := range notices(w, "") {
		if n.Kind == "finding" {
			list = append(list, n.ID)
		}
	}
	return list
}
