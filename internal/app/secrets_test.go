package app_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/outbox"
	"beredskab/internal/proof"
)

// canaries are the secrets of a town, by the file that holds each, and one value
// that is no secret: the control must find it everywhere.
type canaries struct {
	files map[string]string
	open  string
}

// TestSecretsStayWhereTheyAre is S13 for the whole program: a command tells its
// secret in many shapes and fails, a database cannot be reached, and everybody is
// told. Nothing of any secret is found in the register, the spool, the log or a
// message.
func TestSecretsStayWhereTheyAre(t *testing.T) {
	c := canaries{files: map[string]string{}, open: rand.Text()}
	for _, name := range []string{"command-secret", "pg-secret", "slack-token", "hook-key"} {
		c.files[name] = rand.Text() + "/+" + rand.Text()
	}
	c.files["hook-key"] = webhookKey
	relay, slack, hook := newRelay(t), newReceiver(t), newReceiver(t)
	w := newTown(t, strings.Replace(mainSettings(relay, slack, hook), "targets:\n", `targets:
  - {name: borte, driver: postgres, url: "postgres://laeser@127.0.0.1:1/sager", password_file: pg-secret}
`, 1))
	for name, text := range c.files {
		w.write(name, text+"\n")
	}
	spill := `echo "$OPEN $P"; printf '{"password":"%s"}' "$P"; printf u%s "$P" | base64 -w0; printf us%s "$P" | base64; printf %s "$P" | od -An -tx1; env >&2; exit 4`
	w.write("actions.yaml", fmt.Sprintf("version: 1\nactions:\n  - {id: spild, description: Test, exec: /bin/sh, args: [-c, %q], timeout: 5m, env: [%q, %q, PATH]}\n",
		spill, "P=file:"+w.path("command-secret"), "OPEN="+c.open))
	w.plan("esdh", []string{
		"{id: spild, title: Spild, estimate: 1m, action: spild, timeout: 1m}",
	}, "{id: ryd-op, title: Ryd op, estimate: 1m, action: spild, timeout: 1m}", "{id: se-efter, title: Se efter, estimate: 1m, action: sql, timeout: 1m, with: {database: borte, query: select 1, equals: '1'}}")
	w.serve()
	_, run := w.end(w.drill("esdh"))
	for step, want := range map[string]string{"spild": "failed failed", "ryd-op": "failed failed", "se-efter": "failed failed"} {
		if got := outcome(run, step); got != want {
			t.Errorf("%s is %q, want %q", step, got, want)
		}
	}
	w.until("every message is delivered", func() bool { return len(notices(w, outbox.Owed)) == 0 })
	places := c.places(t, w, relay, slack, hook)
	hits, control := 0, 0
	for where, text := range places {
		for name, secret := range c.files {
			if n := told(text, secret); n > 0 {
				t.Errorf("%s stands %d times in %s", name, n, where)
				hits++
			}
		}
		control += told(text, c.open)
	}
	proof.Report(t, proof.Figure{
		ID: "S13", What: "secrets through a whole drill", Count: len(places), Unit: "places", Failed: min(hits, len(places)),
		Found: fmt.Sprintf("%d of %d secrets found", hits, len(c.files)), Control: fmt.Sprintf("a value that is no secret stood there %d times", control),
	})
	if control < 2 {
		t.Error("the search does not find what is there")
	}
}

// places are all texts that the program has written: its files but for the
// secrets' own, its log, and what the receivers got.
func (c canaries) places(t *testing.T, w *town, relay *relay, slack, hook *receiver) map[string]string {
	t.Helper()
	texts := map[string]string{"log": w.log.String(), "mails": fmt.Sprint(relay.got())}
	for name, r := range map[string]*receiver{"slack": slack, "hook": hook} {
		for _, p := range r.got() {
			texts[name] += fmt.Sprintf("%+v\n", p)
		}
	}
	err := filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || c.files[filepath.Base(path)] != "" || filepath.Base(path) == "actions.yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) { // a supervisor that waits takes its record with it
			return nil
		}
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// told counts a secret in a text in the shapes that the command used.
func told(text, secret string) int {
	count := 0
	for _, shape := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`), hex.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("u" + secret))[4:20], base64.StdEncoding.EncodeToString([]byte("us" + secret))[4:20],
		base64.StdEncoding.EncodeToString([]byte(secret))[:20], strings.TrimSpace(fmt.Sprintf("% x", secret[:12])),
	} {
		count += strings.Count(text, shape)
	}
	return count
}
