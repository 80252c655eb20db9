package action

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// dangerous are values that a shell, a template, an option parser or a careless splitter would act on.
func dangerous() []string {
	return []string{
		"; rm -rf /", "$(id)", "`id`", "| cat /etc/passwd", "&& true", "|| true", "&", "> /tmp/x", "< /etc/passwd", "2>&1", "<<EOF", "${a}", "${b}", "$a",
		"${HOME}", "$HOME", "$$", "$0", "%s%n", "%(id)", "a b  c", "\ta\n", "'", `"`, `\`, `\\`, `\n`, "*", "?", "[a-z]", "{a,b}", "~", "~root", "!!", "#",
		"--", "-c", "--help", "-", "a=b", "IFS=x", "\x1b[31m", "\u202e", "\ufeff", "æøå", "日本", "\U0001f525", "\n", "\r\n", "{{.}}", "{{ 7*7 }}", "${{ secrets.X }}",
		"{%raw%}", "<%= 1 %>", "#{1}", "#set($x=1)", "${jndi:ldap://x}", "..", "/", "../../etc/passwd", "%2e%2e%2f", "\x01\x7f", "\x00", "a\x00b", "\xff\xfe", "a\xc3",
		strings.Repeat("A", 256), strings.Repeat("A", 257), strings.Repeat("A", 5000), "", " ", "true", "false", "30", "-30", "+1", "0x1f", "1e9", "٣", "30s", "-90m",
		"9999999999999999999", "test", "TEST", "test\n", "file://x", "\\\\host\\share", "CON", "'; DROP TABLE runs;--", "@/etc/passwd", "@argfile", "=cmd|' /C calc'!A0",
	}
}

// hostile are so many values: those, parts of them joined, and characters at random.
func hostile(random *rand.Rand, count int) []string {
	list := dangerous()
	for len(list) < count {
		if random.IntN(2) == 0 {
			list = append(list, list[random.IntN(len(dangerous()))]+list[random.IntN(len(dangerous()))])
			continue
		}
		value := make([]rune, 1+random.IntN(200))
		for i := range value {
			value[i] = rune(1 + random.IntN(0x24f))
		}
		list = append(list, string(value))
	}
	return list[:count]
}

// argvProgram builds the target that says which arguments arrived.
func argvProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "argv")
	if out, err := exec.Command("gcc", "-static", "-O1", "-o", path, "testdata/argv.c").CombinedOutput(); err != nil {
		t.Fatalf("building the target: %v\n%s", err, out)
	}
	return path
}

// arrived is what the target said: its arguments, and the processes around it. The output is given as text in which what cannot be
// seen is escaped, so that the hash tells whether the arguments are exactly those.
func arrived(t *testing.T, res Result, want []string) (ok bool, around []string) {
	t.Helper()
	_, names, found := strings.Cut(res.Output.Head, `\x00\x00`)
	if !found || res.Outcome != OK {
		t.Fatalf("%s %s: %q", res.Outcome, res.Message, res.Output.Head)
	}
	around = strings.Split(strings.TrimSuffix(names, `\x00`), `\x00`)
	raw := strings.Join(want, "\x00") + "\x00\x00" + strings.Join(around, "\x00") + "\x00"
	return res.Output.SHA256 == sumOf(raw), around
}

// TestArgumentsArriveByteForByte is S4: values of every type, by every way in which a command is started, arrive as they are or are
// refused, and no shell has seen them.
func TestArgumentsArriveByteForByte(t *testing.T) {
	seed := proof.Seed(t)
	values := hostile(rand.New(rand.NewPCG(seed, 0)), proof.Size(120, 1000, 3000))
	root, program := t.TempDir(), argvProgram(t)
	if err := os.Mkdir(filepath.Join(root, "test"), 0o700); err != nil {
		t.Fatal(err)
	}
	entry := func(fence, typed string) string {
		return fmt.Sprintf("  - {id: print, description: x, exec: %s, args: [first, '${a}', 'a$b', '{{.}}', '${b}', '${c}'], timeout: 1m, fence: %s, params: {a: {%s}, b: {%s}, c: {%s}}}\n",
			program, fence, typed, typed, typed)
	}
	sent, ran, wrong, shells := 0, 0, 0, 0
	for i, typed := range []string{
		"type: string", "type: string, allow_dash: true, max_length: 5000", "type: int", "type: int, allow_dash: true", "type: bool", "type: duration",
		"type: enum, values: [test, 'a b', '$(id)']", "type: path, under: " + root,
	} {
		l := local(t, entry([]string{"all", "none"}[i%2], typed), Options{})
		good := accepted(l, root, typed, values)
		sent += len(values)
		for len(good)%3 != 0 {
			good = append(good, good[0])
		}
		number := 0
		for three := range slices.Chunk(good, 3) {
			number++
			r := request("print", "a", three[0], "b", three[1], "c", three[2])
			r.Attempt = number
			res, err := l.Run(context.Background(), r)
			if err != nil {
				t.Fatalf("%s %q: %v", typed, three, err)
			}
			ok, around := arrived(t, res, []string{"first", three[0], "a$b", "{{.}}", three[1], three[2]})
			ran++
			if !ok {
				t.Errorf("%s: %q did not arrive as they are", typed, three)
				wrong++
			}
			if slices.ContainsFunc(around, isShell) || len(around) == 0 {
				t.Errorf("%s: around it were %q", typed, around)
				shells++
			}
		}
	}
	proof.Report(t, proof.Figure{
		ID: "S4", What: "hostile values through each type of parameter", Seed: seed, Count: sent, Unit: "values", Failed: min(wrong+shells, sent),
		Found:   fmt.Sprintf("%d starts, each argument byte for byte, %d shells; the rest refused", ran, shells),
		Control: fmt.Sprintf("split and expanded as a careless caller does, %d of %d came out changed", careless(values), len(values)),
	})
}

// accepted are the values that the type lets through. What it refuses is not started, whatever else is asked.
func accepted(l *Local, root, typed string, values []string) []string {
	var good []string
	for _, v := range values {
		if strings.Contains(typed, "path") {
			v = root + "/" + v
		}
		with := map[string]string{"a": v, "b": v, "c": v}
		if len(l.Check("print", with)) == 0 {
			good = append(good, v)
			continue
		}
		r := request("print", "a", v, "b", v, "c", v)
		if _, err := l.Run(context.Background(), r); !errors.Is(err, ErrRefused) {
			panic(fmt.Sprintf("%s %q was refused by Check and started by Run: %v", typed, v, err))
		}
	}
	return good
}

func isShell(name string) bool {
	return slices.Contains([]string{"sh", "bash", "dash", "zsh", "ksh", "ash", "busybox", "csh", "fish"}, name)
}

// careless is the control: how many values do not survive being put into a line that is expanded and split.
func careless(values []string) int {
	changed := 0
	for _, v := range values {
		if words := strings.Fields(os.Expand("target "+v, func(string) string { return "" })); len(words) != 2 || words[1] != v {
			changed++
		}
	}
	return changed
}

func TestArgumentsInTheCatalogue(t *testing.T) {
	entry := "  - {id: print, description: x, exec: /bin/true, args: ['[%s]', '${a}', %s], params: {a: {type: string}}, timeout: 1m}\n"
	for _, half := range []string{"'fixed ${a}'", "'${a'", "'${a}${a}'"} {
		if _, err := catalogue(t, strings.Replace(entry, "%s], params", half+"], params", 1)); err == nil {
			t.Errorf("%s was accepted", half)
		}
	}
	l := local(t, strings.Replace(entry, "%s], params", "'fixed $a'], params", 1), Options{})
	if argv, problems := l.Preview("print", map[string]string{"a": "x y"}); len(problems) > 0 || strings.Join(argv, "|") != "/bin/true|[%s]|x y|fixed $a" {
		t.Error(argv, problems)
	}
}
