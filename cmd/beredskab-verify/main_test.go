package main

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/proof"
)

// program builds the program as it is released.
func program(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beredskab-verify")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return path
}

// ask runs the program and gives its exit status and all that it says.
func ask(t testing.TB, in io.Reader, path string, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Stdin = in
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// TestProgram: what an auditor types, and what the program answers.
func TestProgram(t *testing.T) {
	path := program(t)
	b := newBook(t, 40, 10)
	data := b.export(t)
	sound := keep(t, "log.jsonl", data)
	broken := keep(t, "changed.jsonl", bytes.Replace(data, []byte("trin-23"), []byte("trin-99"), 1))
	mail := keep(t, "mail.txt", []byte(strings.ReplaceAll(b.checkpoints[1], "\n", "\r\n")))
	later := newBook(t, 50, 50)
	later.key, later.first = b.key, b.first
	newer := keep(t, "newer.txt", []byte(later.sign(t)))
	other := keep(t, "other.txt", []byte(newBook(t, 10, 10).checkpoints[0]))
	for _, c := range []struct {
		args  string
		in    []byte
		exit  int
		words string
	}{
		{"--key " + b.first + " " + sound, nil, 0, "has 40 entries, all as they were signed|No checkpoint kept outside"},
		{"--key " + b.first, data, 0, "has 40 entries"},
		{"--key " + b.first + " --checkpoint " + mail + " " + sound, nil, 0, "4 checkpoints of the export fit, 1 kept outside"},
		{sound, nil, 0, "WARNING: The key was taken from the export itself"},
		{broken, nil, 1, "WARNING|NOT AS SIGNED|entry 23 was changed"},
		{"--key " + b.first + " --checkpoint " + newer + " " + sound, nil, 1, "fewer than a checkpoint kept outside"},
		{"--key " + b.first + " --checkpoint " + other + " " + sound, nil, 1, "against a checkpoint kept outside|not signed"},
		{"--key " + newBook(t, 1, 1).first + " " + sound, nil, 1, "not signed by the key of beredskab/731"},
		{"--key x " + sound, nil, 2, "not a public key"},
		{"--checkpoint " + sound + " " + sound, nil, 2, "not a checkpoint"},
		{"--checkpoint nowhere " + sound, nil, 2, "nowhere"},
		{"nowhere", nil, 2, "nowhere"},
		{sound + " " + sound, nil, 2, "more than one file"},
		{"--what", nil, 2, "Usage"},
		{"--help", nil, 0, "Exit status"},
		{"", nil, 2, "could not be checked"},
		{"", []byte("{}\n"), 2, "version 1"},
		{"", bytes.Replace(data, []byte(`"beredskab-log":1`), []byte(`"beredskab-log":2`), 1), 2, "version 1"},
	} {
		exit, said := ask(t, bytes.NewReader(c.in), path, strings.Fields(c.args)...)
		for _, words := range strings.Split(c.words, "|") {
			if exit != c.exit || !strings.Contains(said, words) {
				t.Errorf("%s: exit %d, want %d and %q:\n%s", c.args, exit, c.exit, words, said)
			}
		}
	}
	for file, want := range map[string]int{sound: 0, broken: 1} {
		exit, said := ask(t, nil, path, "--json", file)
		var r report
		if err := json.Unmarshal([]byte(said), &r); err != nil || exit != want || r.OK != (want == 0) || r.Origin != origin || r.KeyIsGiven {
			t.Errorf("%s: exit %d, %v: %s", file, exit, err, said)
		}
	}
}

// TestOfItsOwn: the program is small enough to be read by who uses it, and no
// line of it is the server's.
func TestOfItsOwn(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(source, []byte("\n"))
		file := must(parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly))(t)
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") || first == "beredskab" {
				t.Errorf("%s imports %s, which is not of the standard library", name, imported)
			}
		}
	}
	if lines == 0 || lines >= 400 {
		t.Errorf("the program has %d lines, want fewer than 400", lines)
	}
}

// TestLargeLogs is A4: the program's memory does not grow with the log.
func TestLargeLogs(t *testing.T) {
	path := program(t)
	b, n := newBook(t, 0, 1), proof.Size(5_000, 30_000, 1_000_000)
	cmd := exec.Command(path, "--key", b.first, "--json")
	in, out := must(cmd.StdinPipe())(t), &bytes.Buffer{}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := large(t, b, n).Write(in); err != nil {
		t.Error(err)
	}
	_ = in.Close()
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), `"entries":`+strconv.Itoa(n)) {
		t.Errorf("%v: %s", err, out)
	}
	used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok || used.Maxrss > 256<<10 {
		t.Errorf("the program used %d KiB", used.Maxrss)
	}
	proof.Report(t, proof.Figure{ID: "A4", What: "entries of 600 bytes checked by the program", Count: n, Unit: "entries", Found: strconv.FormatInt(used.Maxrss>>10, 10) + " MiB at most"})
}
