package app_test

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/drill"
	"beredskab/internal/register"
	"beredskab/internal/store/pgtest"
)

// watched starts the server and gives the address at which operators look at it.
func (w *town) watched() (address string) {
	w.t.Helper()
	w.serve()
	w.until("it shows its health", func() bool {
		found := regexp.MustCompile(`at=(http://\S+)`).FindStringSubmatch(w.log.String())
		if found != nil {
			address = found[1]
		}
		return found != nil
	})
	return address
}

// get asks an address.
func (w *town) get(url string) (status int, text string) {
	w.t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// becomes waits until the page answers with that status and these words.
func (w *town) becomes(url string, status int, words ...string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%s answers %d %q", url, status, words), func() bool {
		got, text := w.get(url)
		for _, word := range words {
			if !strings.Contains(text, word) {
				return false
			}
		}
		return got == status
	})
}

// figure reads one figure of the metrics page, with its labels.
func (w *town) figure(address, name string) string {
	w.t.Helper()
	_, text := w.get(address + "/metrics")
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, "beredskab_"+name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "none"
}

func (w *town) figures(address string, want map[string]string) {
	w.t.Helper()
	for name, value := range want {
		w.until(name+" is "+value, func() bool { return w.figure(address, name) == value })
	}
}

// Operators see that the server lives, that it is ready, and its figures, on
// both engines; no person's name is shown.
func TestOperatorsSeeTheServer(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			settings := "listen: 127.0.0.1:0\nchannels: [{name: post, kind: mail, host: 127.0.0.1, port: 1, tls: none, from: beredskab@by.example}]\n"
			if engine == "postgres" {
				settings += "database: " + pgtest.Start(t) + "\n"
			}
			w := newTown(t, settings)
			w.plan("a", []string{manual("s1")})
			at := w.watched()
			w.becomes(at+"/healthz", 200, "ok")
			w.becomes(at+"/readyz", 200, "ok")
			w.becomes(at+"/readyz?format=json", 200, `"schema":"beredskab.ready.v1"`, `"trouble":[]`)
			id := w.drill("a")
			w.step(id, "s1", drill.Asked)
			if _, err := w.app.Register.Open(t.Context(), w.leader(), register.Opening{System: "a"}); err != nil {
				t.Fatal(err)
			}
			w.figures(at, map[string]string{
				`runs_open{kind="drill"}`: "1", `runs_open{kind="incident"}`: "1", "ready": "1", "register_reachable": "1",
				`nodes{state="living"}`: "1", `nodes{state="silent"}`: "0", "steps_in_hand": "0", `occurrences{state="missed"}`: "0",
				"questions_open": "2", "steps_overdue": "0", "backup_last_timestamp_seconds": "0", "register_commits_waiting": "0",
			})
			_, text := w.get(at + "/metrics")
			for _, name := range []string{
				"question_oldest_timestamp_seconds 1", `messages_owed{channel="post"} `, `message_oldest_timestamp_seconds{channel="post"} 1`,
				"register_log_entries ", "disk_free_bytes ", "register_wal_bytes ", `loop_last_timestamp_seconds{loop="beat"} 1`, `loop="tick"`, `loop="deliver"`,
				"register_change_seconds_count ", "register_failures_total ", `build_info{go="go1`, "spool_entries ",
			} {
				if !strings.Contains(text, name) {
					t.Errorf("there is no figure %s", name)
				}
			}
			if strings.Contains(text, "by.example") || strings.Contains(text, "leder") {
				t.Error("the figures name a person")
			}
		})
	}
}

// A database that is away is said, with since when; the process itself is well,
// and is ready again by itself (F8).
func TestDatabaseAwayIsShown(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	w := newTown(t, "listen: 127.0.0.1:0\ndatabase: "+cluster.URL("postgres")+"\n")
	w.plan("a", []string{manual("s1")})
	at := w.watched()
	w.becomes(at+"/readyz", 200)
	cluster.Kill()
	w.becomes(at+"/readyz", 503, "not reachable since 20", "next: see that the database runs")
	w.becomes(at+"/healthz", 200)
	if reached := w.figure(at, "register_reachable"); reached != "0" {
		t.Errorf("the register is reachable: %s", reached)
	}
	if known := w.figure(at, "register_log_entries"); known != "none" {
		t.Errorf("a figure of a register that cannot be asked: %s", known)
	}
	if err := cluster.Run(); err != nil {
		t.Fatal(err)
	}
	w.becomes(at+"/readyz", 200)
	w.figures(at, map[string]string{"register_reachable": "1"})
}
