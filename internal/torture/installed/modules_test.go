package installed

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// supplyChain is S16: what is linked is known by name, licence and sum, the
// program built twice is the same, and known holes are looked for where there is
// a list of them.
func supplyChain(t *testing.T, program string) {
	linked := modules(t, program)
	unlicensed := licences(t, linked)
	listed(t, program, linked)
	frozen(t)
	found := "sums not asked, built once"
	if proof.Size(0, 1, 2) > 0 {
		args := []string{}
		if proof.Size(0, 1, 2) == 2 {
			args = append(args, "cold") // compiles all anew, which takes minutes
		}
		built := strings.TrimSpace(must(t, ".ci/reproducible", args...))
		said := strings.Split(strings.TrimSpace(must(t, ".ci/vulnerabilities")), "\n")
		found = built + "; " + said[len(said)-1]
	}
	proof.Report(t, proof.Figure{
		ID: "S16", What: "linked modules known, licensed and verified", Count: len(linked), Unit: "modules", Failed: unlicensed,
		Found: found, Control: "a text under no licence, and a program with one byte more, were told apart",
	})
}

type module struct{ path, version string }

// modules are those that the linker wrote into the program.
func modules(t *testing.T, program string) (list []module) {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			t.Errorf("%s is replaced by %s: a release takes what its author published", m.Path, m.Replace.Path)
		}
		list = append(list, module{m.Path, m.Version})
	}
	if len(list) < 10 {
		t.Fatalf("only %d modules are linked", len(list))
	}
	return list
}

// licences counts the modules whose licence we may not pass on.
func licences(t *testing.T, linked []module) (bad int) {
	t.Helper()
	cache := strings.TrimSpace(must(t, "go", "env", "GOMODCACHE"))
	for _, m := range linked {
		folder := filepath.Join(cache, escaped(m.path)+"@"+m.version)
		names, err := filepath.Glob(filepath.Join(folder, "[LlCU][iIoON][cCpPL][eEyYI]*"))
		if err != nil || len(names) == 0 {
			t.Errorf("%s %s has no licence file", m.path, m.version)
			bad++
			continue
		}
		text, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		if licence(string(text)) == "" {
			t.Errorf("%s %s: its licence is none that we may pass on: %s", m.path, m.version, names[0])
			bad++
		}
	}
	if licence("All rights reserved. GNU AFFERO GENERAL PUBLIC LICENSE Version 3") != "" || licence("You may look at this.") != "" {
		t.Error("control: a licence that we may not pass on was taken")
	}
	return bad
}

// licence names a text, empty for one that is none of ours to pass on.
func licence(text string) string {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	// The MPL itself names the GPL, as one that it may be joined with.
	if !strings.Contains(text, "mozilla public license") && (strings.Contains(text, "gnu general public") || strings.Contains(text, "affero")) {
		return ""
	}
	for _, known := range [][2]string{
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"MPL-2.0", "mozilla public license, version 2.0"},
		{"Apache-2.0", "apache license version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
		{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
		{"BSD", "redistribution and use in source and binary forms, with or without modification"},
		{"Unlicense", "this is free and unencumbered software released into the public domain"},
	} {
		if strings.Contains(text, known[1]) {
			return known[0]
		}
	}
	return ""
}

// escaped is how the module cache writes capital letters.
func escaped(path string) string {
	return regexp.MustCompile(`[A-Z]`).ReplaceAllStringFunc(path, func(c string) string { return "!" + strings.ToLower(c) })
}

// listed holds the bill of materials to what is linked, and to the program's
// bytes.
func listed(t *testing.T, program string, linked []module) {
	t.Helper()
	var bill struct {
		BomFormat string
		Metadata  struct {
			Component struct{ Hashes []struct{ Content string } }
		}
		Components []struct{ Name, Version, PURL string }
	}
	sumOf := func(program string) string {
		if err := json.Unmarshal([]byte(must(t, "go", "run", ".ci/sbom.go", program)), &bill); err != nil {
			t.Fatal(err)
		}
		return bill.Metadata.Component.Hashes[0].Content
	}
	sum := sumOf(program)
	for _, m := range linked {
		if !slices.ContainsFunc(bill.Components, func(c struct{ Name, Version, PURL string }) bool {
			return c.Name == m.path && c.Version == m.version && strings.HasPrefix(c.PURL, "pkg:golang/"+m.path+"@")
		}) {
			t.Errorf("the bill of materials lacks %s %s", m.path, m.version)
		}
	}
	if bill.BomFormat != "CycloneDX" || len(bill.Components) != len(linked)+1 { // and the standard library
		t.Errorf("%s with %d components for %d modules", bill.BomFormat, len(bill.Components), len(linked))
	}
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "beredskab")
	if err := os.WriteFile(other, append(content, 0), 0o700); err != nil {
		t.Fatal(err)
	}
	if sumOf(other) == sum {
		t.Error("control: another program has the same sum")
	}
}

// frozen holds the modules that our code imports to docs/dependencies.md, where
// each has its reason: a new one needs a decision.
func frozen(t *testing.T) {
	t.Helper()
	var required, direct, reasoned []string
	for line := range strings.Lines(read(t, "go.mod")) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) >= 2 && strings.HasPrefix(words[1], "v") {
			required = append(required, words[0])
		}
		if len(words) > 0 && words[0] == "replace" {
			t.Error("go.mod replaces a module")
		}
	}
	slices.SortFunc(required, func(a, b string) int { return len(b) - len(a) })
	const imports = `{{range .Imports}}{{.}}{{"\n"}}{{end}}{{range .TestImports}}{{.}}{{"\n"}}{{end}}{{range .XTestImports}}{{.}}{{"\n"}}{{end}}`
	for imported := range strings.Lines(must(t, "go", "list", "-e", "-f", imports, "./...")) {
		imported = strings.TrimSpace(imported)
		if i := slices.IndexFunc(required, func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }); i >= 0 {
			direct = append(direct, required[i])
		}
	}
	direct = slices.Compact(sorted(direct))
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| \\S[^|]+ \\|$").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		reasoned = append(reasoned, row[1])
	}
	if !slices.Equal(direct, sorted(reasoned)) {
		t.Errorf("the code imports\n%s\ndocs/dependencies.md gives reasons for\n%s", strings.Join(direct, "\n"), strings.Join(sorted(reasoned), "\n"))
	}
}
