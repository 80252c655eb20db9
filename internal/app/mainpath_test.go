package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/register"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

// The whole program: a plan file goes in, a service is looked at, a command
// runs behind its fences, a person answers, and everybody is told once, in the
// right place, also of the result (spec/code-models.md 6.7).
func TestPlanFileInMessagesOut(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			relay, slack, hook := newRelay(t), newReceiver(t), newReceiver(t)
			w := newTown(t, mainSettings(relay, slack, hook))
			if engine == "postgres" {
				w.write("beredskab.yaml", readText(t, w.path("beredskab.yaml"))+"database: "+pgtest.Start(t)+"\n")
			}
			w.write("slack-token", "xoxb-test\n")
			w.write("hook-key", webhookKey+"\n")
			mainTown(t, w)
			w.serve()
			id := w.drill("esdh")
			w.step(id, "bekraeft", drill.Asked)
			w.until("the owner has been asked", func() bool { return len(notices(w, outbox.Owed)) == 0 })
			stranger := door.Actor{Name: "it-chef", Assurance: "login"}
			if err := w.app.Register.Answer(t.Context(), stranger, register.Answer{Run: id, Step: "bekraeft", Answer: "yes"}); !errors.Is(err, door.ErrNotAllowed) {
				t.Errorf("somebody who was not asked answered: %v", err)
			}
			if err := w.app.Register.Answer(t.Context(), door.Actor{Name: "systemejer", Assurance: "login"}, register.Answer{Run: id, Step: "bekraeft", Answer: "yes"}); err != nil {
				t.Fatal(err)
			}
			row, run := w.end(id)
			judgeMain(t, w, row, run)
			w.until("every message is delivered", func() bool { return len(notices(w, outbox.Owed)) == 0 })
			judgeLetters(t, relay.got())
			judgePosts(t, slack.got(), hook.got())
			judgeFolder(t, w)
			if refused := append(notices(w, outbox.Refused), notices(w, outbox.Expired)...); len(refused) > 0 {
				t.Errorf("messages that nobody got: %+v", refused)
			}
		})
	}
}

func mainSettings(relay *relay, slack, hook *receiver) string {
	return fmt.Sprintf(`
targets:
  - {name: sager, driver: sqlite, file: sager.db}
channels:
  - {name: post, kind: mail, host: 127.0.0.1, port: %d, tls: none, from: beredskab@by.example}
  - {name: chat, kind: slack, token_file: slack-token, url: "%s/api/", address: "#it"}
  - {name: hook, kind: webhook, url: "%s/in", secret_files: [hook-key]}
  - {name: mappe, kind: folder, dir: messages, language: en}
`, relay.port(), slack.URL, hook.URL)
}

// mainTown makes the service that is looked at, its data, and the plan.
func mainTown(t *testing.T, w *town) {
	t.Helper()
	service := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "ok, 3 sager") }))
	t.Cleanup(service.Close)
	db, err := store.OpenForWriting(w.path("sager.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("create table sag (nr text, oprettet text); insert into sag values ('1', strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 minutes'))"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	w.write("beredskab.yaml", readText(t, w.path("beredskab.yaml"))+fmt.Sprintf("allow: {hosts: [%q]}\n", strings.TrimPrefix(service.URL, "http://")))
	w.write("actions.yaml", fmt.Sprintf("version: 1\nactions:\n  - {id: gendan, description: Test, exec: /bin/sh, args: [-c, 'echo gendannet; echo x >> \"$1\"', sh, %q], timeout: 5m, fence: all}\n", w.path("started")))
	w.plan("esdh", []string{
		"{id: gendan, title: Gendan, estimate: 1m, action: gendan, timeout: 1m}",
		"{id: svarer, title: Svarer, estimate: 1m, action: http, timeout: 1m, after: [gendan], with: {url: \"" + service.URL + "/\", status: '200', contains: sager}}",
		"{id: friskhed, title: Friskhed, estimate: 1m, action: sql, timeout: 1m, after: [svarer], with: {database: sager, query: select max(oprettet) from sag, max_age: 4h, recovery_point: 'true'}}",
		"{id: bekraeft, title: Bekræft, estimate: 5m, after: [friskhed], verifies: true, confirm: {by: systemejer, question: Er det rigtigt?, within: 30m}}",
	}, "{id: ryd-op, title: Ryd op, estimate: 1m, action: gendan, timeout: 1m}")
}

func judgeMain(t *testing.T, w *town, row kept.Run, run drill.Run) {
	t.Helper()
	if row.Verdict != "passed" || row.RTA == nil || row.RPA == nil {
		t.Errorf("verdict %q, RTA %v, RPA %v: %s", row.Verdict, row.RTA, row.RPA, run.Reason)
	}
	for step, want := range map[string]string{"gendan": "done ok", "svarer": "done ok", "friskhed": "done ok", "bekraeft": "done yes", "ryd-op": "done ok"} {
		if got := outcome(run, step); got != want {
			t.Errorf("%s is %q, want %q", step, got, want)
		}
	}
	s, _ := run.Find("gendan")
	if !slices.Contains(s.Fences, "pid-namespace") || len(s.Missing) > 0 || !strings.Contains(s.Output.Head, "gendannet") {
		t.Errorf("fences %v, missing %v, output %q", s.Fences, s.Missing, s.Output.Head)
	}
	if starts := strings.Count(readText(t, w.path("started")), "x"); starts != 2 { // the step and the cleanup
		t.Errorf("the command was started %d times", starts)
	}
}

// judgeLetters wants each receiver's mails, once each: the leader and the owner
// hear of the start and the result, the owner alone is asked.
func judgeLetters(t *testing.T, got []letter) {
	t.Helper()
	count := map[string]int{}
	for i, l := range got {
		count[l.to]++
		if slices.Contains(got[:i], l) {
			t.Errorf("sent twice: %v", l)
		}
	}
	if len(got) != 5 || count["ejer@by.example"] != 3 || count["leder@by.example"] != 2 {
		t.Errorf("mails: %v", got)
	}
}

// judgePosts wants the start, the request and the result on the common channels.
func judgePosts(t *testing.T, slack, hook []post) {
	t.Helper()
	if len(slack) != 3 {
		t.Errorf("Slack got %d messages", len(slack))
	}
	for _, p := range slack {
		if p.path != "/api/chat.postMessage" || p.channel != "#it" || p.text == "" || !p.signed {
			t.Errorf("Slack got %+v", p)
		}
	}
	var types []string
	keys := map[string]bool{}
	for _, p := range hook {
		types, keys[p.event.Data.Key] = append(types, p.event.Type), true
		if !p.signed || p.path != "/in" {
			t.Errorf("the webhook's receiver got %+v", p)
		}
	}
	if !slices.Equal(types, []string{"drill.started", "step.requested", "drill.finished"}) || len(keys) != 3 {
		t.Fatalf("events %v with keys %v", types, keys)
	}
	if last := hook[2].event.Data; last.Verdict != "passed" || last.Measured == nil || !*last.Measured {
		t.Errorf("the result says %+v", last)
	}
}

func judgeFolder(t *testing.T, w *town) {
	t.Helper()
	files, err := filepath.Glob(w.path("messages/*.txt"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	if text := readText(t, files[1]); !strings.Contains(text, "Er det rigtigt?") || !strings.Contains(text, "drill confirm") {
		t.Errorf("the request does not say what is asked and how to answer:\n%s", text)
	}
}

func notices(w *town, state outbox.State) []outbox.Notice {
	w.t.Helper()
	list, err := w.app.Register.Notices(w.t.Context(), outbox.Filter{State: state})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A channel that swallows everything delays neither the drill nor the other
// channels; what it owes is tried again, and each try stands in the register
// (F16).
func TestChannelThatNeverAnswers(t *testing.T) {
	hole, relay := newHole(t), newRelay(t)
	w := newTown(t, fmt.Sprintf(`
channels:
  - {name: hook, kind: webhook, url: "%s/in", secret_files: [hook-key]}
  - {name: post, kind: mail, host: 127.0.0.1, port: %d, tls: none, from: beredskab@by.example}
`, hole.URL, relay.port()))
	w.write("hook-key", webhookKey)
	w.commands(map[string]string{"gendan": "true"})
	w.plan("esdh", []string{"{id: gendan, title: Gendan, estimate: 1m, action: gendan, timeout: 1m}"})
	w.serve()
	first := w.drill("esdh")
	w.end(first)
	second := w.drill("esdh")
	if row, _ := w.end(second); row.Verdict != "passed" {
		t.Errorf("the drill is %q", row.Verdict)
	}
	w.until("the mails of both drills are sent", func() bool { return len(relay.got()) == 8 })
	for _, n := range notices(w, outbox.Delivered) {
		if n.Channel == "hook" {
			t.Errorf("the silent receiver counts as told: %+v", n)
		}
	}
	<-hole.waiting
	hole.CloseClientConnections() // the connection breaks; the channel stays silent
	var owed outbox.Notice
	w.until("a try has failed", func() bool {
		for _, owed = range notices(w, outbox.Owed) {
			if owed.Tries > 0 {
				return true
			}
		}
		return false
	})
	tries, err := w.app.Register.Deliveries(t.Context(), owed.ID)
	if err != nil || len(tries) == 0 || tries[0].Outcome != outbox.TryAgain || tries[0].Detail == "" || tries[0].RetryAt.IsZero() {
		t.Errorf("the tries in the register: %+v, %v", tries, err)
	}
	hole.fill()
	w.until("the receiver that is back is told", func() bool { return len(notices(w, outbox.Owed)) == 0 })
}
