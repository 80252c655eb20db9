package internal

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestNothingNamesAWorkplace keeps one machine's paths and hosts out of a
// repository that is read and built elsewhere.
func TestNothingNamesAWorkplace(t *testing.T) {
	report(t, namedWorkplaces, os.DirFS(".."))
	mustFind(t, namedWorkplaces, fstest.MapFS{"docs/a.md": {Data: []byte("see " + workplaces()[0] + "notes")}})
}

// TestDecisionsAreNumberedAndLinked keeps docs/decisions in order and
// findable from docs/design.md.
func TestDecisionsAreNumberedAndLinked(t *testing.T) {
	report(t, strayDecisions, os.DirFS(".."))
	design := &fstest.MapFile{Data: []byte("decisions/001-one.md decisions/003-three.md decisions/two.md")}
	for _, stray := range []string{"001-unlinked.md", "two.md", "003-three.md"} {
		mustFind(t, strayDecisions, fstest.MapFS{"docs/design.md": design, "docs/decisions/" + stray: {}})
	}
}

// TestChangeNotesFollowTheTemplate keeps each note in docs/changes/unreleased
// to the headings of docs/changes/TEMPLATE.md.
func TestChangeNotesFollowTheTemplate(t *testing.T) {
	report(t, badNotes, os.DirFS(".."))
	template := &fstest.MapFile{Data: []byte("# New: x\n\n## Before\n\nx\n\n## Now\n\nx\n")}
	for _, note := range []string{
		"# Improved: no such kind\n\n## Before\n\nIt was.\n\n## Now\n\nIt is.\n",
		"# New: a heading is missing\n\n## Now\n\nIt is.\n",
		"# New: a heading without a word under it\n\n## Before\n\n## Now\n\nIt is.\n",
	} {
		mustFind(t, badNotes, fstest.MapFS{
			"docs/changes/TEMPLATE.md":       template,
			"docs/changes/unreleased/new.md": {Data: []byte(note)},
		})
	}
}

type documentRule func(fs.FS) ([]string, error)

func report(t *testing.T, rule documentRule, tree fs.FS) {
	t.Helper()
	problems, err := rule(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

func mustFind(t *testing.T, rule documentRule, planted fs.FS) {
	t.Helper()
	if problems, err := rule(planted); err != nil || len(problems) != 1 {
		t.Errorf("control: found %q, %v; want one problem", problems, err)
	}
}

// workplaces are put together here, so that this file does not hold them.
func workplaces() []string {
	return []string{
		"/" + "work/", "/tmp/" + "setup", "/root/" + ".cache",
		"proxy." + "golang.org", "registry." + "npmjs", "pypi." + "org", "crates." + "io",
		"co-authored" + "-by", "language" + " model", "sub" + "agent",
	}
}

func namedWorkplaces(tree fs.FS) ([]string, error) {
	var problems []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".cache", ".beredskab", "bin", "dist", "node_modules"}, name):
			return fs.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		text := strings.ToLower(string(content))
		for _, word := range workplaces() {
			if strings.Contains(text, word) {
				problems = append(problems, fmt.Sprintf("%s holds %q", name, word))
			}
		}
		return nil
	})
	return problems, err
}

func strayDecisions(tree fs.FS) ([]string, error) {
	design, err := fs.ReadFile(tree, "docs/design.md")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(tree, "docs/decisions/*.md")
	var problems []string
	for i, name := range names {
		base := path.Base(name)
		switch {
		case !strings.HasPrefix(base, fmt.Sprintf("%03d-", i+1)):
			problems = append(problems, fmt.Sprintf("%s: want a name that begins with %03d-", name, i+1))
		case !strings.Contains(string(design), "decisions/"+base):
			problems = append(problems, name+": not linked from docs/design.md")
		}
	}
	return problems, err
}

func badNotes(tree fs.FS) ([]string, error) {
	template, err := fs.ReadFile(tree, "docs/changes/TEMPLATE.md")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(tree, "docs/changes/unreleased/*.md")
	if err != nil {
		return nil, err
	}
	title := regexp.MustCompile(`^# (New|Changed|Fixed|Removed|Security): \S.*[^.\s]\n`)
	var problems []string
	for _, name := range names {
		note, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		switch {
		case !title.Match(note):
			problems = append(problems, name+": the first line must be \"# Kind: what changed\", without a full stop")
		case !slices.Equal(sections(string(note)), sections(string(template))):
			problems = append(problems, name+": want the headings of docs/changes/TEMPLATE.md, with text under each")
		}
	}
	return problems, nil
}

// sections returns the second-level headings that have text under them.
func sections(markdown string) []string {
	var headings []string
	for _, section := range strings.Split(markdown, "\n## ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		if strings.TrimSpace(text) != "" {
			headings = append(headings, heading)
		}
	}
	return headings
}
