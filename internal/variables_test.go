package internal

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// checkVariables finds package-level variables other than sentinel errors and
// embedded files, and init functions.
func checkVariables(h *house) []string {
	var problems []string
	for _, r := range h.packages() {
		for _, file := range r.written() {
			for _, declared := range file.syntax.Decls {
				problems = append(problems, h.checkDeclaration(declared)...)
			}
		}
	}
	return problems
}

func (h *house) checkDeclaration(declared ast.Decl) []string {
	switch d := declared.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name == "init" {
			return []string{h.at(d) + ": an init function: do it where the value is built"}
		}
	case *ast.GenDecl:
		if d.Tok == token.VAR && !embeds(d.Doc) {
			return h.checkVars(d)
		}
	}
	return nil
}

func (h *house) checkVars(d *ast.GenDecl) []string {
	var problems []string
	for _, spec := range d.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok || embeds(values.Doc) {
			continue
		}
		for i, name := range values.Names {
			if name.Name != "_" && !isSentinel(values, i) {
				problems = append(problems, fmt.Sprintf("%s: package variable %s: only sentinel errors and embedded files may be one", h.at(name), name.Name))
			}
		}
	}
	return problems
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// isSentinel recognises ErrX = errors.New(…), ErrX = fmt.Errorf(…) and the
// second door to a lower package's sentinel, ErrX = lower.ErrX.
func isSentinel(values *ast.ValueSpec, i int) bool {
	name := values.Names[i].Name
	if !regexp.MustCompile(`^[eE]rr[A-Z]`).MatchString(name) || i >= len(values.Values) {
		return false
	}
	switch value := values.Values[i].(type) {
	case *ast.CallExpr:
		made := selected(value.Fun)
		return made == "errors.New" || made == "fmt.Errorf"
	case *ast.SelectorExpr:
		return value.Sel.Name == name
	}
	return false
}

// selected writes package.Name for such an expression, else nothing.
func selected(expression ast.Expr) string {
	if selector, ok := expression.(*ast.SelectorExpr); ok {
		if base, ok := selector.X.(*ast.Ident); ok {
			return base.Name + "." + selector.Sel.Name
		}
	}
	return ""
}
