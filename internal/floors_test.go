package internal

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// rule is one thing that the house holds to. check returns a sentence, with
// its place, for each break.
type rule struct {
	name  string
	check func(*house) []string
}

func floorRules() []rule {
	return []rule{
		{"imports", checkImports},
		{"purity", checkPurity},
		{"libraries", checkLibraries},
		{"names", checkNames},
		{"variables", checkVariables},
	}
}

// TestFloors fails when the code breaks the map in doc.go (DESIGN 4).
func TestFloors(t *testing.T) {
	enforce(t, floorRules())
}

func enforce(t *testing.T, rules []rule) {
	t.Helper()
	h, err := readHouse(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			for _, problem := range rule.check(h) {
				t.Error(problem)
			}
		})
	}
}

// checkImports finds packages without a floor, and imports that do not go
// downwards or go through a shut door.
func checkImports(h *house) []string {
	var problems []string
	for _, r := range h.packages() {
		floor, known := h.floors[r.name()]
		if !known {
			problems = append(problems, fmt.Sprintf("%s has no floor: give it a row in internal/doc.go, or move the code", r.folder))
			continue
		}
		r.eachImport(func(spec *ast.ImportSpec, imported string) {
			folder, ours := strings.CutPrefix(imported, h.module+"/")
			if !ours {
				return
			}
			if why := h.refuse(r, floor, folder); why != "" {
				problems = append(problems, fmt.Sprintf("%s: %s (floor %d) imports %s %s", h.at(spec), r.name(), floor, folder, why))
			}
		})
	}
	return problems
}

// refuse says why a room must not import the package in folder, or nothing.
func (h *house) refuse(r *room, floor int, folder string) string {
	if above := path.Dir(folder); h.isOnMap(above) {
		if above == r.folder {
			return ""
		}
		return "which is a part of " + above + ": nobody else may"
	}
	name := strings.TrimPrefix(folder, "internal/")
	below, known := h.floors[name]
	switch {
	case !known:
		return "which has no floor"
	case below >= floor:
		return fmt.Sprintf("on floor %d: imports go downwards only", below)
	case slices.Contains(h.shut[r.name()], name):
		return "and that door is shut (internal/doc.go, Shut doors)"
	}
	return ""
}

func (h *house) isOnMap(folder string) bool {
	_, known := h.floors[strings.TrimPrefix(folder, "internal/")]
	return known
}

// checkPurity finds what touches the world on the pure floors. A package that its
// row owns up for may, but on the highest of them only: from there no pure package
// can import it.
func checkPurity(h *house) []string {
	var problems []string
	for _, r := range h.packages() {
		floor, known := h.floors[r.name()]
		if !known {
			continue // checkImports says so.
		}
		for _, i := range h.impure {
			if floor < i.lowest || floor > i.highest || floor == i.highest && h.touches[r.name()] {
				continue
			}
			for _, place := range h.uses(r, i) {
				problems = append(problems, fmt.Sprintf("%s: %s stands on floor %d, which is pure: %s", place, r.name(), floor, i.instead))
			}
		}
	}
	return problems
}

// uses returns the places where a room uses an impure name.
func (h *house) uses(r *room, i impurity) []string {
	var places []string
	for _, file := range r.written() {
		for _, spec := range file.syntax.Imports {
			imported := strings.Trim(spec.Path.Value, "`\"")
			if i.function == "" && under(imported, i.path) {
				places = append(places, fmt.Sprintf("%s: %s", h.at(spec), imported))
			}
			if i.function != "" && imported == i.path {
				places = append(places, h.selections(file, localName(spec, imported), i)...)
			}
		}
	}
	return places
}

// localName is how a file calls a package that it imports.
func localName(spec *ast.ImportSpec, imported string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(imported)
}

func (h *house) selections(file *sourceFile, local string, i impurity) []string {
	var places []string
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok && selector.Sel.Name == i.function {
			if base, ok := selector.X.(*ast.Ident); ok && base.Name == local {
				places = append(places, fmt.Sprintf("%s: %s.%s", h.at(node), i.path, i.function))
			}
		}
		return true
	})
	return places
}

// checkLibraries finds libraries from outside with more than one importer, and
// rows that let a package import what it does not.
func checkLibraries(h *house) []string {
	importers := map[string]map[string]bool{}
	for _, r := range h.packages() {
		r.eachImport(func(_ *ast.ImportSpec, imported string) {
			if library := h.library(imported); library != "" {
				if importers[library] == nil {
					importers[library] = map[string]bool{}
				}
				importers[library][r.name()] = true
			}
		})
	}
	var problems []string
	for _, library := range slices.Sorted(maps.Keys(importers)) {
		packages := slices.Sorted(maps.Keys(importers[library]))
		allowed, shared := h.shared[library]
		strangers := slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return slices.Contains(allowed, p) })
		if shared && len(strangers) > 0 || !shared && len(packages) > 1 {
			problems = append(problems, fmt.Sprintf("%s is imported by %s: one library, one package (internal/doc.go, Shared libraries)",
				library, strings.Join(packages, ", ")))
		}
	}
	for _, library := range slices.Sorted(maps.Keys(h.shared)) {
		for _, idle := range h.shared[library] {
			if !importers[library][idle] {
				problems = append(problems, fmt.Sprintf("%s is not imported by %s: take it out of its row (internal/doc.go, Shared libraries)", library, idle))
			}
		}
	}
	return problems
}

// library is the library from outside that an import path belongs to, or
// nothing when it is ours or the standard library's. Modules that the map
// shares as one name count as one library.
func (h *house) library(imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") || under(imported, h.module) {
		return ""
	}
	for _, known := range [][]string{slices.Sorted(maps.Keys(h.shared)), h.libraries} {
		for _, library := range known {
			if under(imported, library) {
				return library
			}
		}
	}
	return imported
}

// checkNames finds packages whose name says nothing.
func checkNames(h *house) []string {
	var problems []string
	for _, r := range h.packages() {
		for _, name := range []string{path.Base(r.folder), r.files[0].syntax.Name.Name} {
			if instead, forbidden := h.names[strings.TrimSuffix(name, "_test")]; forbidden {
				problems = append(problems, fmt.Sprintf("%s: a package called %s says nothing: %s", r.folder, name, instead))
				break
			}
		}
	}
	return problems
}
