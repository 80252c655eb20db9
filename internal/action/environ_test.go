package action

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// secretFile writes a file that only we may read.
func secretFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvironment(t *testing.T) {
	t.Setenv("BEREDSKAB_SECRET", "hidden")
	t.Setenv("BEREDSKAB_SHOWN", "shown")
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(secretFile(t, "of systemd")))
	entry := `
  - id: environment
    description: x
    exec: /bin/sh
    args: [-c, 'tr "\0" "\n" < /proc/$$/environ; test "$P $Q $R" = "from file hidden of systemd" && echo arrived']
    timeout: 1m
    env: [BEREDSKAB_SHOWN, A=b=c, "P=file:` + secretFile(t, "from file\n") + `", Q=env:BEREDSKAB_SECRET, R=credential:password, NOT_SET, "KEY=attempt:"]
`
	r := request("environment")
	res := expect(t, local(t, entry, Options{}), r, OK, "")
	key := fmt.Sprintf("KEY=%s/%s/%d\n", r.Run, r.Step, r.Attempt)
	if want := "BEREDSKAB_SHOWN=shown\nA=b=c\nP=***\nQ=***\nR=***\n" + key + "arrived\n"; res.Output.Head != want || res.Output.SHA256 != sumOf(want) || res.Output.Length != int64(len(want)) {
		t.Errorf("environment %q, want %q", res.Output.Head, want)
	}
	if len(res.Missing) > 0 || res.Process.PID == 0 {
		t.Errorf("%+v", res)
	}
}

// TestSecretsAreRefused: a secret that cannot be kept refuses the step and is not repeated in the reason (S13, S17).
func TestSecretsAreRefused(t *testing.T) {
	path := secretFile(t, "correct horse")
	cases := []struct {
		item, want string
		prepare    func() error
	}{
		{"P=file:" + path, "can be used by everybody", func() error { return os.Chmod(path, 0o604) }},
		{"P=file:" + path, "belongs to user 1", func() error { return errors.Join(os.Chmod(path, 0o600), os.Chown(path, 1, 1)) }},
		{"P=file:" + path, "fewer than 6 characters", func() error { return errors.Join(os.Chown(path, 0, 0), os.WriteFile(path, []byte("horse\n"), 0o600)) }},
		{"P=file:" + path, "more than 16384 bytes", func() error { return os.WriteFile(path, []byte(strings.Repeat("horse", 4000)), 0o600) }},
		{"P=file:" + path, "NUL", func() error { return os.WriteFile(path, []byte("horse\x00horse"), 0o600) }},
		{"P=file:" + path, "no such file", func() error { return os.Remove(path) }},
		{"P=file:" + path, "not a regular file", func() error { return os.Mkdir(path, 0o700) }},
		{"P=env:NOT_SET_AT_ALL", "no variable NOT_SET_AT_ALL", nil},
		{"P=credential:pg", "LoadCredential=pg", nil},
	}
	for i, one := range cases {
		if one.prepare != nil {
			if err := one.prepare(); err != nil {
				t.Fatal(err)
			}
		}
		l := local(t, fmt.Sprintf("  - {id: x, description: x, exec: /bin/true, timeout: 1m, env: [%q]}\n", one.item), Options{})
		r := request("x")
		r.Attempt = i
		res, err := l.Run(context.Background(), r)
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), one.want) || strings.Contains(res.Message+err.Error(), "horse") {
			t.Errorf("%s: %v; want %q", one.item, err, one.want)
		}
	}
	for item, want := range map[string]string{"PGPASSWORD=horse": "clear text", "P=credential:../x": "LoadCredential", "P=file:x": "absolute"} {
		_, err := catalogue(t, fmt.Sprintf("  - {id: x, description: x, exec: /bin/true, timeout: 1m, env: [%q]}\n", item))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "horse") {
			t.Errorf("%s: %v; want %q", item, err, want)
		}
	}
}

// TestSecretsOfASmallCommand is S13 for all that a step leaves: result, spool and errors. Package mask knows more shapes.
func TestSecretsOfASmallCommand(t *testing.T) {
	canary := rand.Text()
	script := `
		echo "$P"; echo "$P" >&2; env; set; printf %s "$P" | base64; printf 'u%s' "$P" | base64; printf 'us%s' "$P" | base64 -w 8
		printf %s "$P" | od -An -tx1; printf '%s' "$P" | dd bs=1 status=none; tr '\0' '\n' < /proc/self/environ
		i=0; while [ $i -lt 3000 ]; do echo "$i $P $P"; i=$((i+1)); done; printf '{"password":"%s"}' "$P"; exit 3`
	entry := func(fence, env string) string {
		return fmt.Sprintf("  - {id: tell, description: x, exec: /bin/bash, args: [-c, %q], timeout: 1m, fence: %s, env: [%q, PATH]}\n", script, fence, env)
	}
	file := secretFile(t, canary)
	hits, runs := 0, 0
	for _, fence := range []string{"all", "none"} {
		l := local(t, entry(fence, "P=file:"+file), Options{})
		res := expect(t, l, request("tell"), Failed, "exit status 3")
		text, err := json.Marshal(res)
		if err != nil {
			t.Fatal(err)
		}
		hits += strings.Count(string(text)+inFolder(t, l.options.Spool), canary)
		if !strings.Contains(string(text), "***") || res.Output.Length < 30_000 {
			t.Errorf("%s: nothing was masked in %d bytes", fence, res.Output.Length)
		}
		runs++
	}
	t.Setenv("P", canary)
	open := local(t, entry("all", "P"), Options{})
	res := expect(t, open, request("tell"), Failed, "exit status 3")
	shown := strings.Count(res.Output.Head+inFolder(t, open.options.Spool), canary)
	proof.Report(t, proof.Figure{
		ID: "S13", What: "a secret through a step, its result and its spool", Count: runs, Unit: "steps", Failed: min(hits, runs),
		Found: fmt.Sprintf("%d plain hits", hits), Control: fmt.Sprintf("a value that is no secret was found %d times", shown),
	})
	if shown == 0 {
		t.Error("the control found nothing")
	}
}

// inFolder is all that stands in the files of a folder.
func inFolder(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		if errors.Is(err, fs.ErrNotExist) { // the spare record of the waiting supervisor comes and goes
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
