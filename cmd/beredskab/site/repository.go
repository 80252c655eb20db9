package site

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"beredskab/internal/plan"
	"beredskab/plans"
)

//go:embed files
var files embed.FS

// file is one file of a new plan repository.
type file struct {
	path string
	text []byte
	mode os.FileMode
}

// Answers is what a plan repository is made of.
type Answers struct {
	Organisation string // name of the municipality
	System              // the first one; without a name it is a new system
}

// Ask asks for what is not known yet, and stops where no more answers come.
func Ask(in io.Reader, out io.Writer, a *Answers) {
	lines := bufio.NewScanner(in)
	for _, q := range []struct {
		into     *string
		question string
	}{
		{&a.Organisation, "Name of the municipality"},
		{&a.Domain, "Domain of its mailboxes [eksempelkommune.dk]"},
		{&a.Name, "Name of the first system [Nyt system]"},
		{&a.Unit, "Unit that owns it [Ejerenhed]"},
	} {
		if *q.into != "" {
			continue
		}
		if fmt.Fprintf(out, "%s: ", q.question); !lines.Scan() {
			return
		}
		*q.into = strings.TrimSpace(lines.Text())
	}
}

// Make makes a plan repository in a folder: the organisation of the sample under
// this name, one plan, schemas, settings, and what git and a CI want. Nothing
// is overwritten: ErrExists when a file is there already, and then
// nothing was written at all. It gives the files that it wrote.
func Make(dir string, a Answers) (*Made, error) {
	if a.Organisation == "" {
		return nil, fmt.Errorf("%w: --name is missing; write `beredskab init --name \"Eksempel Kommune\"`", ErrWords)
	}
	if a.Name == "" {
		a.Name = "Nyt system"
	}
	if a.ID == "" {
		a.ID = slug(a.Name)
	}
	list, err := repository(a.Organisation, a.System)
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		if _, err := os.Lstat(filepath.Join(dir, f.path)); err == nil {
			return nil, fmt.Errorf("%w: %s exists already in %s; name another folder", ErrExists, f.path, dir)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("looking at the folder: %w", err)
		}
	}
	made := &Made{Schema: "beredskab.init.v1", Dir: dir}
	for _, f := range list {
		if err := WriteNew(filepath.Join(dir, f.path), f.text, f.mode); err != nil {
			return nil, err
		}
		made.Files = append(made.Files, f.path)
	}
	return made, nil
}

// Made is what `beredskab init` and `beredskab plan new` answer.
type Made struct {
	Schema string   `json:"schema"`
	Dir    string   `json:"dir"`
	Files  []string `json:"files"`
}

// Text prints one file a line.
func (v *Made) Text(out io.Writer) {
	for _, f := range v.Files {
		fmt.Fprintln(out, f)
	}
}

// repository is every file of a new plan repository.
func repository(organisation string, first System) ([]file, error) {
	about, err := organise(organisation, first.Domain)
	if err != nil {
		return nil, err
	}
	system, err := Begin(first)
	if err != nil {
		return nil, err
	}
	list := []file{{"plans/organisation.yaml", about, 0o644}, {"plans/" + first.ID + ".yaml", system, 0o644}}
	for _, kind := range []string{"plan", "organisation"} {
		schema, err := plan.Schema(kind)
		if err != nil {
			return nil, err
		}
		list = append(list, file{"plans/schema/" + kind + ".schema.json", schema, 0o644})
	}
	for _, f := range [][2]string{
		{"beredskab.yaml", "beredskab.yaml"},
		{"gitignore", ".gitignore"},
		{"README.md", "README.md"},
		{"pre-commit", ".githooks/pre-commit"},
		{"workflow.yml", ".github/workflows/plans.yml"},
	} {
		text, err := files.ReadFile("files/" + f[0])
		if err != nil {
			return nil, err
		}
		mode := os.FileMode(0o644)
		if f[0] == "pre-commit" {
			mode = 0o755
		}
		list = append(list, file{f[1], []byte(strings.ReplaceAll(string(text), "ORGANISATION", organisation)), mode})
	}
	return list, nil
}

// organise is the sample's organisation file under another name.
func organise(name, domain string) ([]byte, error) {
	src, err := plans.Files.ReadFile("organisation.yaml")
	if err != nil {
		return nil, err
	}
	text := strings.Replace(string(src), "organisation: Eksempel Kommune", "organisation: "+strconv.Quote(name), 1)
	if domain != "" {
		text = strings.ReplaceAll(text, "eksempelkommune.dk", domain)
	}
	if _, problems := plan.ParseOrganisation("organisation.yaml", []byte(text)); problems.Failed() {
		return nil, fmt.Errorf("%w:\n%w", ErrWords, problems)
	}
	return []byte(text), nil
}

// slug makes an id of a name: small letters a–z, digits and hyphens.
func slug(name string) string {
	text := strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "é", "e", "ü", "u", "ö", "oe", "ä", "ae").Replace(strings.ToLower(name))
	words := strings.FieldsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}
