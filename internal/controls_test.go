package internal

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestRulesPassASoundHouse shows that the rules do not cry wolf: the sound
// house uses every freedom that they leave.
func TestRulesPassASoundHouse(t *testing.T) {
	h, err := readHouse(os.DirFS("testdata/sound"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range slices.Concat(floorRules(), budgetRules()) {
		for _, problem := range rule.check(h) {
			t.Errorf("%s: %s", rule.name, problem)
		}
	}
}

// TestEachRuleCatchesItsBreaks plants each break of testdata/breaks/RULE into
// the sound house: RULE must find it, as want.txt says, and no other rule may.
func TestEachRuleCatchesItsBreaks(t *testing.T) {
	rules := slices.Concat(floorRules(), budgetRules())
	for _, rule := range rules {
		breaks, err := fs.Glob(os.DirFS("testdata"), path.Join("breaks", rule.name, "*"))
		if err != nil || len(breaks) == 0 {
			t.Errorf("the rule %s has no control in testdata/breaks (%v)", rule.name, err)
		}
		for _, planted := range breaks {
			t.Run(strings.TrimPrefix(planted, "breaks/"), func(t *testing.T) {
				found := plant(t, planted, rules)
				want, err := os.ReadFile(path.Join("testdata", planted, "want.txt"))
				if err != nil {
					t.Fatalf("no want.txt: %v; found:\n%s", err, found)
				}
				if found != string(want) {
					t.Errorf("found:\n%swant:\n%s", found, want)
				}
			})
		}
	}
}

// plant returns what the rules say of the sound house with one break in it,
// one "rule: problem" a line.
func plant(t *testing.T, planted string, rules []rule) string {
	t.Helper()
	tree := fstest.MapFS{}
	for _, layer := range []string{"sound", planted} {
		overlay(t, tree, os.DirFS(path.Join("testdata", layer)))
	}
	h, err := readHouse(tree)
	if err != nil {
		t.Fatal(err)
	}
	var found strings.Builder
	for _, rule := range rules {
		for _, problem := range rule.check(h) {
			found.WriteString(rule.name + ": " + problem + "\n")
		}
	}
	return found.String()
}

func overlay(t *testing.T, tree fstest.MapFS, layer fs.FS) {
	t.Helper()
	err := fs.WalkDir(layer, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(layer, name)
		tree[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMapWithoutATableIsAnError keeps a rule from going silent because its
// table was renamed or lost.
func TestMapWithoutATableIsAnError(t *testing.T) {
	source, err := os.ReadFile("testdata/sound/internal/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, heading := range []string{"Floors", "Shut doors", "Pure floors", "Shared libraries", "Names", "Budgets"} {
		lost := strings.Replace(string(source), "// # "+heading, "// # Something else", 1)
		_, err := readMap(fstest.MapFS{"internal/doc.go": {Data: []byte(lost)}})
		if err == nil || !strings.Contains(err.Error(), heading) {
			t.Errorf("without the table %q: %v", heading, err)
		}
	}
}
