package internal

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// house is the whole module, parsed: what the rules look at.
type house struct {
	houseMap
	module    string   // the module's own path
	libraries []string // module paths that go.mod requires, longest first
	positions *token.FileSet
	rooms     map[string]*room // by folder below the module's root
}

// room is one package.
type room struct {
	folder string
	files  []*sourceFile
}

type sourceFile struct {
	name   string // path below the module's root
	lines  int
	test   bool
	syntax *ast.File
}

func (f *sourceFile) generated() bool { return ast.IsGenerated(f.syntax) }

// name is how the floor map calls the room.
func (r *room) name() string { return strings.TrimPrefix(r.folder, "internal/") }

// written returns the files that people wrote and that go into the program.
func (r *room) written() []*sourceFile {
	return slices.DeleteFunc(slices.Clone(r.files), func(f *sourceFile) bool { return f.test || f.generated() })
}

// packages returns the rooms that hold something written for the program, in
// the order of their folders, without the map itself.
func (h *house) packages() []*room {
	var found []*room
	for _, folder := range slices.Sorted(maps.Keys(h.rooms)) {
		if folder != "internal" && len(h.rooms[folder].written()) > 0 {
			found = append(found, h.rooms[folder])
		}
	}
	return found
}

// at says where something stands, as file:line.
func (h *house) at(node ast.Node) string {
	position := h.positions.Position(node.Pos())
	return fmt.Sprintf("%s:%d", position.Filename, position.Line)
}

// readHouse parses the module in tree. testdata and hidden folders are not part
// of it.
func readHouse(tree fs.FS) (*house, error) {
	m, err := readMap(tree)
	if err != nil {
		return nil, err
	}
	h := &house{houseMap: m, positions: token.NewFileSet(), rooms: map[string]*room{}}
	if err := h.readModule(tree); err != nil {
		return nil, err
	}
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && notOurs(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return h.readFile(tree, name)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the house: %w", err)
	}
	return h, nil
}

func notOurs(folder string) bool {
	return folder == "testdata" || folder == "node_modules" || len(folder) > 1 && strings.HasPrefix(folder, ".")
}

func (h *house) readFile(tree fs.FS, name string) error {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	syntax, err := parser.ParseFile(h.positions, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	folder := path.Dir(name)
	if h.rooms[folder] == nil {
		h.rooms[folder] = &room{folder: folder}
	}
	h.rooms[folder].files = append(h.rooms[folder].files, &sourceFile{
		name:   name,
		lines:  bytes.Count(source, []byte("\n")),
		test:   strings.HasSuffix(name, "_test.go"),
		syntax: syntax,
	})
	return nil
}

// readModule reads the module's path and what it requires from go.mod.
func (h *house) readModule(tree fs.FS) error {
	source, err := fs.ReadFile(tree, "go.mod")
	if err != nil {
		return fmt.Errorf("reading the module: %w", err)
	}
	for line := range strings.Lines(string(source)) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		switch {
		case len(words) == 2 && words[0] == "module":
			h.module = words[1]
		case len(words) >= 2 && strings.HasPrefix(words[1], "v"):
			h.libraries = append(h.libraries, words[0])
		}
	}
	slices.SortFunc(h.libraries, func(a, b string) int { return len(b) - len(a) })
	return nil
}

// eachImport calls visit for every import of every written file of the room.
func (r *room) eachImport(visit func(spec *ast.ImportSpec, imported string)) {
	for _, file := range r.written() {
		for _, spec := range file.syntax.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
				visit(spec, imported)
			}
		}
	}
}

// under says whether an import path is root or lies below it.
func under(imported, root string) bool {
	return imported == root || strings.HasPrefix(imported, root+"/")
}
