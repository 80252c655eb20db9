// Package site is the place where the program works: it makes a new plan
// repository, begins plans from starters, and examines an installation. It takes
// no words from the command line; that is its parent's.
package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"beredskab/internal/plan"
	"beredskab/templates"
)

// ErrWords says that a plan cannot be made with these words.
var ErrWords = errors.New("no plan can be made")

// ErrExists says that a file is there already.
var ErrExists = errors.New("left alone")

// System is what a new plan is begun with.
type System struct {
	Kind   string // one of Kinds
	ID     string
	Name   string
	Unit   string // that owns it; may be empty
	Domain string // of the mailboxes; may be empty
}

// Kinds are the starters that there are.
func Kinds() (names []string) {
	entries, err := templates.FS.ReadDir("plan")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	return names
}

// Begin gives the text of a new plan: the starter of its kind under its own
// name. Errors wrap ErrWords.
func Begin(s System) ([]byte, error) {
	for _, f := range [][2]string{{"kind", s.Kind}, {"id", s.ID}, {"name", s.Name}} {
		if f[1] == "" {
			return nil, fmt.Errorf("%w: --%s is missing; write --kind on-premise --id byggesag --name \"Byggesag\"", ErrWords, f[0])
		}
	}
	src, err := templates.FS.ReadFile("plan/" + path.Base(s.Kind) + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("%w: there is no kind %q; write one of %s", ErrWords, s.Kind, strings.Join(Kinds(), ", "))
	}
	replace := []string{"name: \"Nyt system\"", "name: " + strconv.Quote(s.Name), "nyt-system", s.ID}
	if s.Unit != "" {
		replace = append(replace, "unit: \"Ejerenhed\"", "unit: "+strconv.Quote(s.Unit))
	}
	if s.Domain != "" {
		replace = append(replace, "eksempelkommune.dk", s.Domain)
	}
	text := strings.NewReplacer(replace...).Replace(string(src))
	if _, problems := plan.Parse(s.ID+".yaml", []byte(text)); problems.Failed() {
		return nil, fmt.Errorf("%w:\n%w", ErrWords, problems)
	}
	return []byte(text), nil
}

// WriteNew writes a file that must not exist yet; ErrExists when it does.
func WriteNew(file string, text []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", file, err)
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s exists already", ErrExists, file)
	} else if err != nil {
		return fmt.Errorf("writing a new file: %w", err)
	}
	_, err = out.Write(text)
	return errors.Join(err, out.Close())
}
