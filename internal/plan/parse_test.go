package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestProblemLooksAsInTheSpecification(t *testing.T) {
	_, problems := Parse("loen.yaml", []byte(strings.Replace(fmt.Sprintf(smallPlan, "loen"), "rto: 2d", "rto: 2 dage", 1)))
	want := `loen.yaml:8:29: error BP024: "2 dage" is not a duration
    7 | hosting: ekstern
    8 | objectives: {mtpd: 5d, rto: 2 dage, wrt: 16h, rpo: 26h}
      |                             ^^^^^^
  hint: write 2d`
	if got := problems.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if problems[0].Path != "objectives.rto" {
		t.Errorf("path %q", problems[0].Path)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	src := strings.NewReplacer("rto: 2d", "rto: 2", "hosting: ekstern", "hosting: sky", "estimate: 15m", "estmate: 15m", "recovery_class: 2", "recovery_class: 9").
		Replace(fmt.Sprintf(smallPlan, "loen"))
	p, problems := Parse("loen.yaml", []byte(src))
	var codes []string
	for _, problem := range problems {
		codes = append(codes, problem.Code)
	}
	if want := []string{"BP028", "BP025", "BP024", "BP051", "BP020"}; !slices.Equal(codes, want) || p == nil {
		t.Errorf("codes %v, want %v\n%v", codes, want, problems)
	}
}

func TestSecretIsNotRepeated(t *testing.T) {
	for _, secret := range []string{
		"password=Sommer2026", "https://bruger:hemmelig@vaert/", "AKIAABCDEFGHIJKLMNOP", "xoxb-123456789012-abc",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "-----BEGIN RSA PRIVATE KEY", "010190-1234",
		"adgangskode: kat7mus",
	} {
		src := strings.Replace(fmt.Sprintf(smallPlan, "loen"), "Lønsystem", `"`+secret+`"`, 1)
		_, problems := Parse("loen.yaml", []byte(src))
		if len(problems) != 1 || problems[0].Line != 3 || strings.Contains(problems.Error(), secret) {
			t.Errorf("%s: %v", secret, problems)
		}
	}
	for _, harmless := range []string{
		"Adgangskode: i forseglet kuvert", "Nulstil krbtgt og password", "Ring +45 00 00 00 10", "sag 2026-0114, KTR-0113", "secret://loen",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "https://isms.eksempelkommune.dk/risiko", "123456-123456",
		"0f8fad5b-d9cb-469f-a165-708677289502",
	} {
		src := strings.Replace(fmt.Sprintf(smallPlan, "loen"), "Lønsystem", `"`+harmless+`"`, 1)
		if _, problems := Parse("loen.yaml", []byte(src)); len(problems) != 0 {
			t.Errorf("%s: %v", harmless, problems)
		}
	}
}

func TestLayoutDoesNotChangeTheHash(t *testing.T) {
	src := fmt.Sprintf(smallPlan, "loen")
	p, problems := Parse("loen.yaml", []byte(src))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	lines := strings.SplitAfter(src, "\n")
	slices.Reverse(lines[:9])
	for name, other := range map[string]string{
		"comments": "# kommentar\n" + strings.ReplaceAll(src, "\n", " # her\n"), "order": strings.Join(lines, ""), "windows": strings.ReplaceAll(src, "\n", "\r\n"),
		"mark": "\ufeff" + src, "quotes": strings.Replace(src, "Lønsystem", `"L\u00f8nsystem"`, 1), "other words": strings.Replace(src, "16h", "960m", 1),
		"defaults": src + "drills: []\n",
	} {
		q, problems := Parse("loen.yaml", []byte(other))
		if len(problems) > 0 || q.Hash() != p.Hash() || q.StepsHash() != p.StepsHash() {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// TestGoldenHashes must never change: the register names plan versions by them,
// and approvals are given to them. Should the second one of a plan have to, that of
// its steps, then docs/decisions/010-evidence-rests-on-what-is-done.md says what else.
func TestGoldenHashes(t *testing.T) {
	golden, err := os.ReadFile("testdata/golden/hashes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, name := range []string{"esdh.yaml", "omsorg.yaml"} {
		p, problems := Parse(name, read(t, filepath.Join("testdata/golden", name)))
		if problems.Failed() {
			t.Fatal(problems)
		}
		fmt.Fprintln(&got, name, p.Hash(), p.StepsHash())
	}
	o, problems := ParseOrganisation(organisationFile, read(t, "testdata/golden/organisation.yaml"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	fmt.Fprintln(&got, organisationFile, o.Hash())
	if got.String() != string(golden) {
		t.Errorf("the canonical bytes changed:\n%swas\n%s", &got, golden)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestLocate(t *testing.T) {
	src := []byte(fmt.Sprintf(smallPlan, "loen"))
	for path, want := range map[string][2]int{
		"objectives.rto": {8, 29}, "recovery.steps[0].estimate": {12, 70}, "recovery.steps[0]": {12, 7}, "owner": {4, 1}, "depends_on": {9, 13},
		"objectives.findes.ikke": {8, 1}, "findes-ikke": {1, 1}, "recovery.steps[7]": {11, 3}, "": {1, 1},
	} {
		if line, column := Locate(src)(path); line != want[0] || column != want[1] {
			t.Errorf("%q at %d:%d, want %d:%d", path, line, column, want[0], want[1])
		}
	}
	if line, column := Locate([]byte("a: ["))("a"); line != 0 || column != 0 {
		t.Errorf("in a broken file: %d:%d", line, column)
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]Duration{"15m": 15, "4h": 240, "2d": 2880, "1w": 10080, "1h45m": 105, "0": 0, "0m": 0, "1w2d3h4m": 13144, "120m": 120} {
		d, err := ParseDuration(text)
		if err != nil || d != want {
			t.Errorf("ParseDuration(%q) = %d, %v; want %d", text, d, err, want)
		}
	}
	for text, hint := range map[string]string{
		"90 min": "write 90m", "8 timer": "write 8h", "3 måneder": "no fixed length", "30s": "smallest unit", "90": "90m for minutes", "1.5h": "1h30m",
		"": "missing", "-4h": "negative", "45m1h": "not a duration", "4h4h": "not a duration", "99999999999m": "not a duration", "9999w": "not a duration", "h": "not a duration", "12 weeks": "write 12w",
	} {
		if _, err := ParseDuration(text); err == nil || !strings.Contains(err.Error(), hint) {
			t.Errorf("ParseDuration(%q): %v; want %q", text, err, hint)
		}
	}
	for _, d := range []Duration{0, 1, 59, 60, 105, 1440, 1560, 2880, 2881, 10080, 525600, longestMinutes} {
		if back, err := ParseDuration(d.String()); err != nil || back != d {
			t.Errorf("%d is written %s and read back %d, %v", d, d, back, err)
		}
	}
	if d := Duration(105); d.String() != "1h45m" || Duration(1560).String() != "26h" || Duration(7200).String() != "5d" || (-d).String() != "-1h45m" || d.Minutes() != 105 || d.Std().Minutes() != 105 {
		t.Error("durations are written otherwise")
	}
}

func TestDecodeReadsOtherFiles(t *testing.T) {
	type action struct {
		Name    string            `yaml:"name" jsonschema:"format=slug"`
		Argv    []string          `yaml:"argv" jsonschema:"minItems=1"`
		Timeout Duration          `yaml:"timeout,omitempty"`
		User    string            `yaml:"user,omitempty"`
		Env     map[string]string `yaml:"env,omitempty"`
	}
	var catalogue struct {
		Actions []action `yaml:"actions"`
	}
	problems := Decode("actions.yaml", []byte("actions:\n  - {name: restore-sql, argv: [/usr/bin/pg_restore], timeout: 3h, env: {LANG: da}}\n"), &catalogue)
	if len(problems) > 0 || len(catalogue.Actions) != 1 || catalogue.Actions[0].Timeout != 180 || catalogue.Actions[0].Env["LANG"] != "da" {
		t.Errorf("%+v %v", catalogue, problems)
	}
	problems = Decode("actions.yaml", []byte("actions:\n  - {name: restore-sql, argv: [], usr: x}\n"), &catalogue)
	if len(problems) != 2 || problems[1].Hint != `did you mean "user"?` {
		t.Errorf("%v", problems)
	}
}

// TestHostileText: what is made to exhaust the reader is refused with a few words.
func TestHostileText(t *testing.T) {
	bomb := "a: &a [x, x]\n"
	for i := 'b'; i < 'k'; i++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", i, i, i-1, i-1)
	}
	for name, attack := range map[string]struct{ code, text string }{
		"nesting":        {"BP010", strings.Repeat("[", 60) + strings.Repeat("]", 60)},
		"deep nesting":   {"BP010", strings.Repeat("[", 100_000)},
		"many values":    {"BP010", "a: [" + strings.Repeat("1,", 10_001) + "]"},
		"bomb":           {"BP006", bomb},
		"many mistakes":  {"BP020", manyKeys(1000)},
		"control":        {"BP004", strings.Repeat("\x01\n", 100_000)},
		"tabs":           {"BP005", strings.Repeat("\tx\n", 100_000)},
		"NUL":            {"BP004", "a: \x00"},
		"UTF-16":         {"BP004", "\xff\xfea\x00:\x00"},
		"escaped NUL":    {"BP004", `name: "\0"`},
		"line separator": {"BP004", "a: 1\u2028b: 2"},
	} {
		_, problems := Parse("x.yaml", []byte(attack.text))
		if len(problems) == 0 || len(problems) > 200 || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == attack.code }) {
			t.Errorf("%s: %d problems without %s: %.300s", name, len(problems), attack.code, problems)
		}
	}
}

func manyKeys(count int) string {
	var out strings.Builder
	for i := range count {
		fmt.Fprintf(&out, "ukendt%d: 1\n", i)
	}
	return out.String()
}

// FuzzParse: no text makes the reader panic, each problem stands in the file and
// has a hint, and what was read survives the way through the register.
func FuzzParse(f *testing.F) {
	// Small seeds: the fuzzer spends minutes on shortening large ones.
	for _, text := range []string{
		fmt.Sprintf(smallPlan, "loen"), smallOrganisation, "recovery:\n  steps:\n    - {id: a, after: [b], confirm: {by: x}, with: {a: 1}}\n    - {id: b, after: [a]}\n",
		"drills: [{id: a, injects: [{id: b, after: [b]}], disrupted_at: c}]", "bia: {impact: [{type: x, levels: {2h: 9}}]}",
		"calendar: {blackouts: [{id: a}]}\ncadence: [{class: 1}, {class: 1}]", "objectives: {rto: 90 min, mtpd: ~, wrt: \"\"}",
		"", "a: [", "? [a]: b", "&a [*a]", "{a: {a: {", "---\n...\n---\n", "\xff", "a: !!binary x", "- - - -", "id: \"\\ud800\"", "a: |\n\t\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, problems := Parse("f.yaml", src)
		_, more := ParseOrganisation("organisation.yaml", src)
		lines := strings.Count(string(src), "\n") + 2
		for _, problem := range append(problems, more...) {
			if problem.Hint == "" || problem.Line > lines || problem.Line > 0 && problem.Column < 1 || problem.Line < 0 {
				t.Errorf("%+v", problem)
			}
		}
		if p == nil {
			return
		}
		if back, err := ParseCanonical(p.Canonical()); err != nil || back.Hash() != p.Hash() || string(back.Canonical()) != string(p.Canonical()) {
			t.Errorf("the plan does not survive: %v", err)
		}
		Locate(src)("recovery.steps[1].after[0]")
	})
}
