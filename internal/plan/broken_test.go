package plan

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"beredskab/internal/proof"
)

// mistake is one line of testdata/mistakes.txt: a way to break a good plan.
type mistake struct {
	code, name  string
	pattern     *regexp.Regexp
	replacement string
}

// broken is a good plan with one mistake in it, and where it should be found.
type broken struct {
	mistake
	file         string
	src          []byte
	line, column int
}

func mistakes(t *testing.T) []mistake {
	t.Helper()
	text, err := os.ReadFile("testdata/mistakes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []mistake
	for line := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Split(line, " | ")
		if len(part) != 4 {
			t.Fatalf("testdata/mistakes.txt: %q does not have four parts", line)
		}
		replacement, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(part[3], `"`, `\"`), "␣", " ") + `"`)
		if err != nil {
			t.Fatalf("testdata/mistakes.txt: %q: %v", line, err)
		}
		all = append(all, mistake{part[0], part[1], regexp.MustCompile("(?m)" + part[2]), replacement})
	}
	return all
}

// apply breaks a good file; false when the mistake does not fit it.
func (m mistake) apply(file string, good []byte) (broken, bool) {
	const mark = "⌖"
	at := m.pattern.FindSubmatchIndex(good)
	if at == nil {
		return broken{}, false
	}
	inserted := m.pattern.Expand(nil, []byte(m.replacement), good, at)
	text := string(good[:at[0]]) + string(inserted) + string(good[at[1]:])
	b := broken{mistake: m, file: file, src: []byte(strings.Replace(text, mark, "", 1)), line: 1, column: 1}
	if before, _, marked := strings.Cut(text, mark); marked {
		b.line = strings.Count(before, "\n") + 1
		b.column = utf8.RuneCountInString(before[strings.LastIndex(before, "\n")+1:]) + 1
	} else {
		for strings.HasPrefix(strings.Split(text, "\n")[b.line-1], "#") {
			b.line++
		}
	}
	return b, true
}

// goodFiles are the sample plans.
func goodFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	good := fstest.MapFS{}
	files, err := filepath.Glob(filepath.Join(plansDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		good[filepath.Base(file)] = &fstest.MapFile{Data: src}
	}
	return good
}

// brokenFiles makes as many broken files as wanted, the same each time, going
// round the mistakes so that each is tried on several plans.
func brokenFiles(t *testing.T, good fstest.MapFS, wanted int) []broken {
	t.Helper()
	var names []string
	for name := range good {
		if name != organisationFile {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	all, made := mistakes(t), []broken(nil)
	for round := range names {
		for i, m := range all {
			name := names[(round+i)%len(names)]
			if b, ok := m.apply(name, good[name].Data); ok && len(made) < wanted {
				made = append(made, b)
			}
		}
	}
	return made
}

// TestBrokenFiles is R18: 500 broken files, each found at its line and, in 98 of
// 100, at its column, with a hint; a warning for what is only warned of.
func TestBrokenFiles(t *testing.T) {
	good := goodFiles(t)
	all, reader := brokenFiles(t, good, 500), NewReader()
	kinds, exact := map[string]bool{}, 0
	for _, b := range all {
		kinds[b.name] = true
		folder := fstest.MapFS{}
		for name, file := range good {
			folder[name] = file
		}
		folder[b.file] = &fstest.MapFile{Data: b.src}
		_, problems := reader.Load(folder)
		if column := findProblem(t, b, problems); column == b.column {
			exact++
		} else {
			t.Logf("%s in %s: column %d, want %d", b.name, b.file, column, b.column)
		}
	}
	if len(all) != 500 || len(kinds) < 60 || len(kinds) != len(mistakes(t)) {
		t.Errorf("%d files with %d kinds of mistakes of %d; want 500 files", len(all), len(kinds), len(mistakes(t)))
	}
	if exact*100 < len(all)*98 {
		t.Errorf("%d of %d columns are exact", exact, len(all))
	}
	writeBroken(t, all)
	if !t.Failed() {
		proof.Report(t, proof.Figure{
			ID: "R18", What: "broken plan files", Count: len(all), Unit: "files",
			Found: fmt.Sprintf("each named at its line with what to write instead, %d at the exact column, 0 panics", exact),
		})
	}
}

// findProblem is the column at which the mistake was found on its line.
func findProblem(t *testing.T, b broken, problems Problems) int {
	t.Helper()
	column := 0
	for _, p := range problems {
		if p.Hint == "" || p.Message == "" || p.Line > 0 && p.Excerpt == "" {
			t.Errorf("%s in %s: no hint or excerpt: %+v", b.name, b.file, p)
		}
		if p.File == b.file && p.Line == b.line && p.Code == b.code && column != b.column {
			column = p.Column
		}
	}
	if column == 0 {
		t.Errorf("%s: want %s:%d:%d %s; got\n%v", b.name, b.file, b.line, b.column, b.code, problems)
	}
	return column
}

// writeBroken leaves the files where BEREDSKAB_BROKEN_DIR says, one folder each,
// for tests of other parts of the program.
func writeBroken(t *testing.T, all []broken) {
	t.Helper()
	root := os.Getenv("BEREDSKAB_BROKEN_DIR")
	if root == "" {
		return
	}
	var index strings.Builder
	for i, b := range all {
		dir := fmt.Sprintf("%03d", i+1)
		fmt.Fprintf(&index, "%s/%s:%d:%d\t%s\t%s\n", dir, b.file, b.line, b.column, b.code, b.name)
		if err := cmp.Or(os.MkdirAll(filepath.Join(root, dir), 0o755), os.WriteFile(filepath.Join(root, dir, b.file), b.src, fs.FileMode(0o644))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "expected.tsv"), []byte(index.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
