package internal

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// houseMap is what doc.go says: the single source of every rule checked here.
type houseMap struct {
	floors  map[string]int      // package to floor
	touches map[string]bool     // packages whose row says that they touch the world themselves
	shut    map[string][]string // package to the packages it never imports
	impure  []impurity
	shared  map[string][]string // library from outside to the packages that may import it
	names   map[string]string   // forbidden package name to what to write instead
	budgets map[string]int      // budget to its limit
}

// impurity is one name that the pure floors must not use: an import path with
// all that lies under it, or one function of a package.
type impurity struct {
	path     string
	function string // empty: the whole package
	lowest   int
	highest  int
	instead  string
}

// readMap reads the tables out of the package comment of internal/doc.go.
func readMap(tree fs.FS) (houseMap, error) {
	source, err := fs.ReadFile(tree, "internal/doc.go")
	if err != nil {
		return houseMap{}, fmt.Errorf("reading the floor map: %w", err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "internal/doc.go", source, parser.ParseComments)
	if err != nil {
		return houseMap{}, fmt.Errorf("reading the floor map: %w", err)
	}
	tables := tablesUnderHeadings(file.Doc.Text())
	for _, heading := range []string{"Floors", "Shut doors", "Pure floors", "Shared libraries", "Names", "Budgets"} {
		if len(tables[heading]) == 0 {
			return houseMap{}, fmt.Errorf("internal/doc.go: no table under the heading %q", heading)
		}
	}
	return newMap(tables)
}

func newMap(tables map[string][][]string) (houseMap, error) {
	m := houseMap{
		floors:  map[string]int{},
		touches: map[string]bool{},
		shut:    lists(tables["Shut doors"]),
		shared:  lists(tables["Shared libraries"]),
		names:   map[string]string{},
		budgets: map[string]int{},
	}
	for _, row := range tables["Floors"] {
		floor, err := strconv.Atoi(row[0])
		if err != nil {
			return houseMap{}, fmt.Errorf("internal/doc.go: floor of %s: %w", row[1], err)
		}
		m.floors[row[1]] = floor
		m.touches[row[1]] = touches(row)
	}
	for _, row := range tables["Names"] {
		m.names[row[0]] = row[1]
	}
	for _, row := range tables["Budgets"] {
		limit, err := strconv.Atoi(row[2])
		if err != nil {
			return houseMap{}, fmt.Errorf("internal/doc.go: limit of %s: %w", row[0], err)
		}
		m.budgets[row[0]] = limit
	}
	for _, row := range tables["Pure floors"] {
		name, err := newImpurity(row)
		if err != nil {
			return houseMap{}, err
		}
		m.impure = append(m.impure, name)
	}
	return m, nil
}

// touches reads the last column of a floor: what is reached through a seam that
// others fill is not touched.
func touches(row []string) bool {
	return len(row) > 3 && row[3] != "no" && !strings.HasPrefix(row[3], "through ")
}

func newImpurity(row []string) (impurity, error) {
	i := impurity{path: row[0], instead: row[2]}
	if dot := strings.LastIndex(row[0], "."); dot > strings.LastIndex(row[0], "/") {
		i.path, i.function = row[0][:dot], row[0][dot+1:]
	}
	if _, err := fmt.Sscanf(row[1], "%d-%d", &i.lowest, &i.highest); err != nil {
		return impurity{}, fmt.Errorf("internal/doc.go: floors of %s: want LOW-HIGH, found %q", row[0], row[1])
	}
	return i, nil
}

// tablesUnderHeadings returns the rows, without the two header lines, of the
// first table after each "# Heading" of a package comment.
func tablesUnderHeadings(comment string) map[string][][]string {
	tables := map[string][][]string{}
	heading := ""
	for line := range strings.Lines(comment) {
		line = strings.TrimSpace(line)
		if title, found := strings.CutPrefix(line, "# "); found {
			heading = title
		}
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		tables[heading] = append(tables[heading], cells)
	}
	for heading, rows := range tables {
		tables[heading] = rows[min(2, len(rows)):]
	}
	return tables
}

// lists reads a table whose second column is a list with commas.
func lists(rows [][]string) map[string][]string {
	m := map[string][]string{}
	for _, row := range rows {
		names := strings.Split(row[1], ",")
		for i := range names {
			names[i] = strings.TrimSpace(names[i])
		}
		slices.Sort(names)
		m[row[0]] = names
	}
	return m
}
