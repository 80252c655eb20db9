package internal

import (
	"fmt"
	"go/ast"
	"slices"
	"testing"
)

func budgetRules() []rule {
	return []rule{
		{"file-lines", checkFileLines},
		{"function-lines", checkFunctionLines},
		{"exported-names", checkExportedNames},
		{"package-lines", checkPackageLines},
		{"package-comment", checkPackageComment},
	}
}

// TestBudgets fails when a file, function or package outgrows the limits in
// doc.go (DESIGN 4, rule 6).
func TestBudgets(t *testing.T) {
	enforce(t, budgetRules())
}

// eachHandwritten calls visit for every file that people wrote, tests included.
func (h *house) eachHandwritten(visit func(*sourceFile)) {
	for _, r := range h.rooms {
		for _, file := range r.files {
			if !file.generated() {
				visit(file)
			}
		}
	}
}

func checkFileLines(h *house) []string {
	var problems []string
	h.eachHandwritten(func(file *sourceFile) {
		budget := "lines a file"
		if file.test {
			budget = "lines a test file"
		}
		if limit := h.budgets[budget]; file.lines > limit {
			problems = append(problems, fmt.Sprintf("%s has %d lines, the limit is %d: split it by noun", file.name, file.lines, limit))
		}
	})
	slices.Sort(problems)
	return problems
}

// checkFunctionLines counts from func to the closing brace, tests included.
func checkFunctionLines(h *house) []string {
	var problems []string
	limit := h.budgets["lines a function"]
	h.eachHandwritten(func(file *sourceFile) {
		for _, declared := range file.syntax.Decls {
			function, ok := declared.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := h.positions.Position(function.End()).Line - h.positions.Position(function.Pos()).Line + 1
			if lines > limit {
				problems = append(problems, fmt.Sprintf("%s: %s has %d lines, the limit is %d", h.at(function), function.Name.Name, lines, limit))
			}
		}
	})
	slices.Sort(problems)
	return problems
}

// checkExportedNames counts top-level types, functions, constants and
// variables. Methods do not count, and a name declared once for each operating
// system counts once.
func checkExportedNames(h *house) []string {
	var problems []string
	limit := h.budgets["exported names a package"]
	for _, r := range h.packages() {
		exported := map[string]bool{}
		for _, file := range r.written() {
			for _, declared := range file.syntax.Decls {
				for _, name := range topLevelNames(declared) {
					if name.IsExported() {
						exported[name.Name] = true
					}
				}
			}
		}
		if len(exported) > limit {
			problems = append(problems, fmt.Sprintf("%s exports %d names, the limit is %d: hide some or split it downwards", r.folder, len(exported), limit))
		}
	}
	return problems
}

func topLevelNames(declared ast.Decl) []*ast.Ident {
	if function, ok := declared.(*ast.FuncDecl); ok && function.Recv == nil {
		return []*ast.Ident{function.Name}
	}
	var names []*ast.Ident
	if group, ok := declared.(*ast.GenDecl); ok {
		for _, spec := range group.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name)
			case *ast.ValueSpec:
				names = append(names, s.Names...)
			}
		}
	}
	return names
}

func checkPackageLines(h *house) []string {
	var problems []string
	limit := h.budgets["lines a package"]
	for _, r := range h.packages() {
		lines := 0
		for _, file := range r.written() {
			lines += file.lines
		}
		if lines > limit {
			problems = append(problems, fmt.Sprintf("%s has %d lines, the limit is %d: split it downwards", r.folder, lines, limit))
		}
	}
	return problems
}

func checkPackageComment(h *house) []string {
	var problems []string
	for _, r := range h.packages() {
		if !slices.ContainsFunc(r.written(), func(f *sourceFile) bool { return f.syntax.Doc != nil }) {
			problems = append(problems, r.folder+" has no package comment: say what it is for")
		}
	}
	return problems
}
