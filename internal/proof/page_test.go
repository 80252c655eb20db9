package proof_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the figures of BEREDSKAB_FIGURES into docs/reliability.md")
	os.Exit(m.Run())
}

const (
	begin = "<!-- figures: written by make torture -->\n"
	end   = "<!-- end of figures -->\n"
	head  = "\n| Test | What | Count | Failed | Found | Control | Seed |\n| --- | --- | --- | --- | --- | --- | --- |\n"
)

// TestPage holds docs/reliability.md to the form of what the tests report; with
// -update it writes the newest figures there.
func TestPage(t *testing.T) {
	name := filepath.Join(proof.Root(t), "docs", "reliability.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(page), begin)
	rows, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has lost its marks %q and %q", name, begin, end)
	}
	if flag.Lookup("update").Value.String() == "true" {
		rows = table(read(t, os.Getenv("BEREDSKAB_FIGURES")))
		if err := os.WriteFile(name, []byte(before+begin+rows+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	row := regexp.MustCompile(`^\| [RSAF]\d+ \| [^|]+ \| [1-9]\d* [^|]+ \| 0 \| [^|]+ \| [^|]* \| \d* \|$`)
	body, found := strings.CutPrefix(rows, head)
	if !found {
		t.Fatalf("the table of %s does not begin with %q", name, head)
	}
	for line := range strings.Lines(strings.TrimSpace(body)) {
		if line = strings.TrimSpace(line); !row.MatchString(line) {
			t.Errorf("%s: no figure that a test reports, or one that failed: %s", name, line)
		}
	}
}

func TestTableKeepsTheNewestOfEach(t *testing.T) {
	got := table([]proof.Figure{
		{ID: "R10", What: "much output", Count: 3, Unit: "outputs", Found: "0 cut short"},
		{ID: "R2", What: "power losses", Seed: 7, Count: 10, Unit: "losses", Found: "0 lost", Control: "NORMAL lost 4 rows"},
		{ID: "R10", What: "much output", Count: 4, Unit: "outputs", Found: "a | b"},
	})
	want := head + "| R2 | power losses | 10 losses | 0 | 0 lost | NORMAL lost 4 rows | 7 |\n| R10 | much output | 4 outputs | 0 | a / b |  |  |\n\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// read gives the figures of a file of one JSON object a line.
func read(t *testing.T, name string) (list []proof.Figure) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("BEREDSKAB_FIGURES must name the file that the tests wrote: %v", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var f proof.Figure
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, f)
	}
	return list
}

// table puts the newest figure of each test into a row, by letter and number.
func table(figures []proof.Figure) string {
	newest := map[string]proof.Figure{}
	for _, f := range figures {
		newest[f.ID+f.What] = f
	}
	list := make([]proof.Figure, 0, len(newest))
	for _, f := range newest {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b proof.Figure) int {
		return cmp.Or(cmp.Compare(a.ID[:1], b.ID[:1]), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.What, b.What))
	})
	var out strings.Builder
	out.WriteString(head)
	for _, f := range list {
		seed := ""
		if f.Seed != 0 {
			seed = fmt.Sprint(f.Seed)
		}
		cells := []string{f.ID, f.What, fmt.Sprintf("%d %s", f.Count, f.Unit), fmt.Sprint(f.Failed), f.Found, f.Control, seed}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", "/")
		}
		fmt.Fprintf(&out, "| %s |\n", strings.Join(cells, " | "))
	}
	return out.String() + "\n"
}
