package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
		edits := []Edit{
			{Path: "objectives.mtpd", Value: "9d"},
			{Path: "owner.deputy", Value: "it's: new # deputy"},
			{Path: "recovery.steps[0].estimate", Value: "7m"},
		}
		if old.Workaround != nil && len(old.Workaround.Steps) > 0 {
			edits = append(edits, Edit{Path: "workaround.steps", Items: append(slices.Clone(old.Workaround.Steps[1:]), "a: b", "- c", "ny #linje")})
		}
		out, err := Rewrite(src, edits)
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
		if back, err := Rewrite(src, nil); err != nil || string(back) != string(src) {
			t.Errorf("%s without edits: %v", file, err)
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
		edit Edit
		want [2]string // what becomes of what; empty: it is refused
	}{
		{Edit{Path: "a", Value: "new"}, [2]string{"a: one   # why", "a: 'new'   # why"}},
		{Edit{Path: "b", Value: "n"}, [2]string{`b: "two \" quoted"   # kept`, `b: 'n'   # kept`}},
		{Edit{Path: "c", Value: "n's"}, [2]string{`c: 'it''s'`, `c: 'n''s'`}},
		{Edit{Path: "d", Value: "short"}, [2]string{"d: a plain text that\n  goes on", "d: 'short'"}},
		{Edit{Path: "e.x", Value: "2h"}, [2]string{"{x: 1h, y: z} # flow", "{x: 2h, y: z} # flow"}},
		{Edit{Path: "a", Value: "one"}, [2]string{"", ""}},
		{Edit{Path: "a", Value: ""}, [2]string{"a: one   # why", "a: ''   # why"}},
		{Edit{Path: "list", Items: []string{"first", "2", "third", "4"}}, [2]string{"  - second\n  - third\n", "  - '2'\n  - third\n  - '4'\n"}},
		{Edit{Path: "list", Items: []string{"first"}}, [2]string{"  - second\n  - third\n", ""}},
		{Edit{Path: "f", Value: "x"}, [2]string{}},
		{Edit{Path: "missing", Value: "x"}, [2]string{}},
		{Edit{Path: "a", Value: "x\ny: z"}, [2]string{}},
		{Edit{Path: "list", Items: []string{}}, [2]string{}},
		{Edit{Path: "e", Value: "x"}, [2]string{}},
		{Edit{Path: "e", Items: []string{"x"}}, [2]string{}},
	} {
		out, err := Rewrite([]byte(text), []Edit{c.edit})
		same := c.edit.Value == "one"
		if refused := c.want == [2]string{} && !same; refused {
			if err == nil {
				t.Errorf("%+v gave\n%s", c.edit, out)
			}
			continue
		}
		if want := strings.Replace(text, c.want[0], c.want[1], 1); err != nil || string(out) != want {
			t.Errorf("%+v: %v\n%s", c.edit, err, out)
		}
	}
}
