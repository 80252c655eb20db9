package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/plan/strict"
)

// Every plan of the sample can be edited in place: only what was asked for differs.
func TestRewriteChangesNothingElse(t *testing.T) {
	files, err := filepath.Glob("../../plans/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "organisation.yaml") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		old, problems := Parse(filepath.Base(file), src)
		if problems.Failed() {
			t.Fatal(problems)
		}
		values := map[string]string{"objectives.mtpd": "9d", "owner.deputy": "it's: new # deputy", "recovery.steps[0].estimate": "7m"}
		if old.Workaround != nil && len(old.Workaround.Steps) > 0 {
			values["workaround.steps"] = strings.Join(append(slices.Clone(old.Workaround.Steps[1:]), "a: b", "- c", "ny #linje"), "\n")
		}
		out, err := old.Rewrite(src, values)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		p, problems := Parse(filepath.Base(file), out)
		if problems.Failed() {
			t.Errorf("%s: %v", file, problems)
			continue
		}
		if p.Objectives.MTPD != 9*24*60 || p.Owner.Deputy != "it's: new # deputy" || p.Recovery.Steps[0].Estimate != 7 || strings.Count(string(out), "#") < strings.Count(string(src), "#") {
			t.Errorf("%s became\n%s", file, out)
		}
		p.Objectives.MTPD, p.Owner.Deputy, p.Recovery.Steps[0].Estimate = old.Objectives.MTPD, old.Owner.Deputy, old.Recovery.Steps[0].Estimate
		p.Workaround = old.Workaround
		if string(p.Canonical()) != string(old.Canonical()) {
			t.Errorf("%s says something else now", file)
		}
		if back, err := old.Rewrite(src, nil); err != nil || string(back) != string(src) {
			t.Errorf("%s without values: %v", file, err)
		}
		if _, err := p.Rewrite(src, values); err == nil {
			t.Errorf("%s was edited as another plan", file)
		}
	}
}

func TestRewriteForms(t *testing.T) {
	text := `# top
a: one   # why
b: "two \" quoted"   # kept
c: 'it''s'
d: a plain text that
  goes on
e: {x: 1h, y: z} # flow
f: |
  block
list:
  - first # one
  # between
  - second
  - third
end: last
`
	for _, c := range []struct {
		path, value string
		was, now    string // both empty: it is refused
	}{
		{"a", "new", "a: one   # why", "a: 'new'   # why"},
		{"b", "n", `b: "two \" quoted"   # kept`, `b: 'n'   # kept`},
		{"c", "n's", `c: 'it''s'`, `c: 'n''s'`},
		{"d", "short", "d: a plain text that\n  goes on", "d: 'short'"},
		{"e.x", "2h", "{x: 1h, y: z} # flow", "{x: 2h, y: z} # flow"},
		{"a", "one", "one", "one"},
		{"a", "", "a: one   # why", "a: ''   # why"},
		{"list", "first\n2\nthird\n4", "  - second\n  - third\n", "  - '2'\n  - third\n  - '4'\n"},
		{"list", "first", "  - second\n  - third\n", ""},
		{"f", "x", "", ""},
		{"missing", "x", "", ""},
		{"a", "x\ny: z", "", ""},
		{"list", "", "", ""},
		{"list", "a\n\nb", "", ""},
		{"e", "x", "", ""},
	} {
		out, err := strict.Rewrite([]byte(text), map[string]string{c.path: c.value})
		if c.was == "" {
			if err == nil {
				t.Errorf("%s %q gave\n%s", c.path, c.value, out)
			}
			continue
		}
		if want := strings.Replace(text, c.was, c.now, 1); err != nil || string(out) != want {
			t.Errorf("%s %q: %v\n%s", c.path, c.value, err, out)
		}
	}
}
