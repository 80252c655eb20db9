package action

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beredskab/internal/action/supervisor"
)

// good is a small entry; the cases of the tests change it.
const good = `
  - id: restore-sql
    description: Restores a database
    exec: /bin/true
    args: [--, "${database}"]
    params: {database: {type: string}}
    timeout: 3h
`

func TestCatalogueSaysWhatIsWrong(t *testing.T) {
	if _, err := catalogue(t, good); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct{ old, new, want string }{
		{"id: restore-sql", "id: Restore SQL", "small letters"},
		{"id: restore-sql", "id: http", "built-in probe"},
		{"description: Restores a database", "description: ''", "description is missing"},
		{"exec: /bin/true", "exec: true", "absolute path"},
		{"exec: /bin/true", "exec: /bin/nothing-here", "no such file"},
		{"exec: /bin/true", "exec: /etc/passwd", "not an executable file"},
		{"exec: /bin/true", "exec: /bin", "not an executable file"},
		{"exec: /bin/true", "execute: /bin/true", "execute"},
		{`"${database}"`, `"db=${database}"`, "whole argument"},
		{`"${database}"`, `"${databse}"`, "did you mean database?"},
		{`"${database}"`, "x", "is not used"},
		{"type: string", "type: text", "write one of string, int"},
		{"type: string", "type: sting", "did you mean string?"},
		{"type: string", "type: path", "under is missing"},
		{"type: string", "type: enum", "an enum needs them"},
		{"type: string", "type: string, pattern: '('", "pattern"},
		{"type: string", "type: int, default: x", "default is"},
		{"timeout: 3h", "timeout: soon", "timeout"},
		{"timeout: 3h", "timeout: 3h\n    fence: non", "did you mean none?"},
		{"timeout: 3h", "timeout: 3h\n    fences: [pid-namespac]", "did you mean pid-namespace?"},
		{"timeout: 3h", "timeout: 3h\n    fence: none\n    limits: {cpu: 3}", "need the supervisor"},
		{"timeout: 3h", "timeout: 3h\n    env: ['A B=1']", "no name of a variable"},
		{"timeout: 3h", "timeout: 3h\n    dir: tmp", "absolute path"},
		{"timeout: 3h", "timeout: 3h\n    user: nobody-at-all", "user"},
		{"timeout: 3h", "timeout: 3h\n    limits: {cpu: -3}", "above zero"},
		{"timeout: 3h", "timeout: 3h" + good, "stands twice"},
	} {
		_, err := catalogue(t, strings.Replace(good, one.old, one.new, 1))
		if err == nil || !strings.Contains(err.Error(), one.want) {
			t.Errorf("%s: %v; want %q", one.new, err, one.want)
		}
	}
}

func TestCatalogueFileMustBeTheAdministrators(t *testing.T) {
	dir := t.TempDir()
	plans := filepath.Join(dir, "plans")
	path := filepath.Join(dir, "actions.yaml")
	write := func(path string, mode os.FileMode) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("version: 1\nactions:"+good), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(path, want string) {
		t.Helper()
		if _, err := LoadCatalogue(path, decode, plans); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", path, err, want)
		}
	}
	write(path, 0o640)
	write(filepath.Join(plans, "actions.yaml"), 0o600)
	if _, err := LoadCatalogue(path, decode, plans); err != nil {
		t.Fatal(err)
	}
	refused(filepath.Join(plans, "actions.yaml"), "plan folder")
	refused("actions.yaml", "absolute")
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	refused(link, "symbolic link")
	refused(dir, "not a regular file")
	write(path, 0o646)
	refused(path, "everybody")
	write(path, 0o600)
	if err := os.Chown(path, 1, 1); err != nil {
		t.Fatal(err)
	}
	refused(path, "belongs to user 1")
	if err := errors.Join(os.Chown(path, 0, 1), os.Chmod(path, 0o660)); err != nil {
		t.Fatal(err)
	}
	refused(path, "group 1")
	if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	refused(path, "everybody")
}

func TestExecutableIsCheckedAgain(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "tool")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho one\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	l := local(t, strings.NewReplacer("/bin/true", script).Replace(good), Options{})
	r := request("restore-sql", "database", "esdh")
	first := expect(t, l, r, OK, "exit status 0")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho two!\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.Attempt = 2
	second := expect(t, l, r, OK, "exit status 0")
	if first.Executable == second.Executable || len(second.Executable) != 64 || second.Output.Head != "two!\n" {
		t.Errorf("hashes %q and %q", first.Executable, second.Executable)
	}
	if err := os.Chmod(script, 0o777); err != nil {
		t.Fatal(err)
	}
	r.Attempt = 3
	if _, err := l.Run(context.Background(), r); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
}

func TestParameters(t *testing.T) {
	root := t.TempDir()
	if err := os.Symlink("/etc", filepath.Join(root, "out")); err != nil {
		t.Fatal(err)
	}
	under := "type: path, under: " + root
	for _, one := range []struct{ declared, value, want string }{
		{"type: string", "esdh", ""},
		{"type: string", "", "is empty"},
		{"type: string", "-rf", `begins with "-"`},
		{"type: string, allow_dash: true", "-rf", ""},
		{"type: string", strings.Repeat("æ", 256), ""},
		{"type: string", strings.Repeat("æ", 257), "at most 256"},
		{"type: string, max_length: 3", "abcd", "at most 3"},
		{"type: string", "a\x00b", "NUL"},
		{"type: string", "a\xff", "UTF-8"},
		{"type: string, pattern: '[a-z]+'", "abc", ""},
		{"type: string, pattern: '[a-z]+'", "abc\n", "does not match"},
		{"type: string, pattern: 'a|b'", "bb", "does not match"},
		{"type: int", "30", ""},
		{"type: int", "030", "whole number"},
		{"type: int", "-3", "from 0 up"},
		{"type: bool", "yes", "true or false"},
		{"type: duration", "90m", ""},
		{"type: duration", "-90m", "above zero"},
		{"type: duration", "90", "such as 30s"},
		{"type: enum, values: [test, prod]", "test", ""},
		{"type: enum, values: [test, prod]", "tset", "did you mean test?"},
		{under, root + "/file", ""},
		{under, root, "not below"},
		{under, root + "/../etc/passwd", "clean absolute"},
		{under, "/etc/passwd", "not below"},
		{under, root + "/out/passwd", "symbolic link"},
		{under, "file", "clean absolute"},
	} {
		l := local(t, strings.Replace(good, "type: string", one.declared, 1), Options{})
		problems := l.Check("restore-sql", map[string]string{"database": one.value})
		if got := fmt.Sprint(problems); (one.want == "") != (len(problems) == 0) || !strings.Contains(got, one.want) {
			t.Errorf("{%s} %q: %s; want %q", one.declared, one.value, got, one.want)
		}
	}
	l := local(t, good, Options{})
	for action, want := range map[string]string{"restore-sq": "did you mean restore-sql?", "htp": "did you mean", "rm -rf /": "there is no action"} {
		if got := fmt.Sprint(l.Check(action, nil)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", action, got)
		}
	}
	if got := fmt.Sprint(l.Check("restore-sql", map[string]string{"databse": "x"})); !strings.Contains(got, "did you mean database?") || !strings.Contains(got, "is missing") {
		t.Error(got)
	}
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestRunRefuses(t *testing.T) {
	l := local(t, good, Options{})
	r := request("restore-sql", "database", "x")
	r.Timeout = 0
	if _, err := l.Run(context.Background(), r); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	r.Timeout = 4 * time.Hour
	if _, err := l.Run(context.Background(), r); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "above the catalogue's 3h") {
		t.Error(err)
	}
	r.Timeout = time.Minute
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(ErrDetach)
	if _, err := l.Run(ctx, r); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
	expect(t, l, r, OK, "exit status 0")
	if _, err := l.Run(context.Background(), r); !errors.Is(err, ErrStarted) {
		t.Error(err)
	}
	if res, err := l.Adopt(context.Background(), r); err != nil || !res.Recovered || res.Outcome != OK {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestDocumentedCatalogue loads the sample of docs/actions.md, with a program and a user that this machine has.
func TestDocumentedCatalogue(t *testing.T) {
	page, err := os.ReadFile("../../docs/actions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sample, _ := strings.Cut(string(page), "```yaml\n")
	sample, _, _ = strings.Cut(sample, "```")
	sample = strings.NewReplacer("/usr/local/lib/beredskab/restore-sql ", "/bin/true ", "user: restore ", "user: nobody ").Replace(sample)
	path := filepath.Join(t.TempDir(), "actions.yaml")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCatalogue(path, decode); err != nil {
		t.Error(err)
	}
	for _, fence := range supervisor.Fences() {
		if !strings.Contains(string(page), "| `"+fence+"` |") {
			t.Errorf("docs/actions.md says nothing of the fence %s", fence)
		}
	}
}
