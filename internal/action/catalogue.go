package action

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"beredskab/internal/action/supervisor"
)

// Decode reads a document strictly into a value with yaml tags: unknown keys are errors that name file and line. The plan package,
// the only one that knows YAML, gives it.
type Decode func(data []byte, file string, into any) error

// Catalogue holds the commands that may be run: a file of the operating-system administrator, outside every plan (DESIGN 3).
type Catalogue struct {
	path    string
	entries map[string]entry
}

// document is the whole of actions.yaml.
type document struct {
	Version int     `yaml:"version"`
	Actions []entry `yaml:"actions"`
}

// entry is one command of the catalogue.
type entry struct {
	ID          string            `yaml:"id"`
	Description string            `yaml:"description"`
	Exec        string            `yaml:"exec"`
	Args        []string          `yaml:"args,omitempty"`
	Params      map[string]param  `yaml:"params,omitempty"`
	User        string            `yaml:"user,omitempty"`
	Env         []string          `yaml:"env,omitempty"` // see environ
	Dir         string            `yaml:"dir,omitempty"` // empty: a new folder, deleted afterwards
	Limits      supervisor.Limits `yaml:"limits,omitempty"`
	Reads       []string          `yaml:"reads,omitempty"`   // with writes: the only folders that the command can use
	Writes      []string          `yaml:"writes,omitempty"`  // beside its working folder
	Network     string            `yaml:"network,omitempty"` // none, or empty: the host's
	Timeout     string            `yaml:"timeout"`           // the longest that a plan may ask for
	Fence       string            `yaml:"fence,omitempty"`   // none, all, or empty: the usual ones where the host has them
	Fences      []string          `yaml:"fences,omitempty"`  // required by name

	longest time.Duration
	account *supervisor.Account
	program program
}

// program is an executable as it stood when it was hashed.
type program struct {
	stamp string
	sum   string
}

// LoadCatalogue reads and checks actions.yaml. The error joins every problem, each with where it is and what to write instead.
// The file must belong to root or to this process's user, nobody else may be able to write it, and it may not lie below a
// forbidden folder, which is how plan repositories are kept out.
func LoadCatalogue(path string, decode Decode, forbiddenDirs ...string) (*Catalogue, error) {
	if err := outside(path, forbiddenDirs); err != nil {
		return nil, err
	}
	data, err := readOwned(path)
	if err != nil {
		return nil, err
	}
	var doc document
	if err := decode(data, path, &doc); err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	c := &Catalogue{path: path, entries: map[string]entry{}}
	var problems []error
	if doc.Version != 1 {
		problems = append(problems, fmt.Errorf("%s: version is %d; write version: 1", path, doc.Version))
	}
	for i, e := range doc.Actions {
		where := fmt.Sprintf("%s: actions[%d] %s", path, i, e.ID)
		if _, double := c.entries[e.ID]; double {
			problems = append(problems, fmt.Errorf("%s: this id stands twice; give each entry its own", where))
		}
		for _, text := range e.prepare(forbiddenDirs) {
			problems = append(problems, fmt.Errorf("%s: %s", where, text))
		}
		c.entries[e.ID] = e
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return c, nil
}

// Actions are the ids of the entries with their descriptions, for lists and completion.
func (c *Catalogue) Actions() map[string]string {
	list := map[string]string{}
	for id, e := range c.entries {
		list[id] = e.Description
	}
	return list
}

// secretFiles are the files that the catalogue takes secrets from.
func (c *Catalogue) secretFiles() []string {
	var files []string
	for _, id := range sortedKeys(c.entries) {
		for _, item := range c.entries[id].Env {
			_, value, _ := strings.Cut(item, "=")
			if path, ok := strings.CutPrefix(value, fromFile); ok {
				files = append(files, path)
			}
		}
	}
	return files
}

// traceless names the set of commands that run without a supervisor, and so without a trace in the spool.
func (c *Catalogue) traceless() string {
	sum := sha256.New()
	for _, id := range sortedKeys(c.entries) {
		if c.entries[id].Fence == "none" {
			_, _ = fmt.Fprintln(sum, id)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// outside refuses a path that lies in one of the folders, also by way of symbolic links.
func outside(path string, dirs []string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("%q: write an absolute path", path)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("finding %s: %w", path, err)
	}
	for _, dir := range dirs {
		realDir, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return fmt.Errorf("finding the plan folder %s: %w", dir, err)
		}
		if realDir, err = filepath.Abs(realDir); err != nil {
			return fmt.Errorf("finding the plan folder %s: %w", dir, err)
		}
		if within(realDir, real) || within(filepath.Clean(dir), filepath.Clean(path)) {
			return fmt.Errorf("%s lies in the plan folder %s, which many may edit; move it to a folder of the administrator such as /etc/beredskab", path, dir)
		}
	}
	return nil
}

// readOwned reads a file after checking the very file that is open, not its name.
func readOwned(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link; name the file itself", path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the catalogue: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if err := guarded(path, info); err != nil {
		return nil, err
	}
	parent, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue's folder: %w", err)
	}
	if err := guarded(filepath.Dir(path), parent); err != nil && parent.Mode()&os.ModeSticky == 0 {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, 1<<20))
}

// guarded says whether only root or our own user can write the file.
func guarded(path string, info os.FileInfo) error {
	mode := info.Mode().Perm()
	owner := info.Sys().(*syscall.Stat_t)
	switch {
	case owner.Uid != 0 && int(owner.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to user %d, who could change it; run chown root %s", path, owner.Uid, path)
	case mode&0o002 != 0:
		return fmt.Errorf("%s can be written by everybody (mode %04o); run chmod o-w %s", path, mode, path)
	case mode&0o020 != 0 && owner.Gid != 0:
		return fmt.Errorf("%s can be written by group %d (mode %04o); run chmod g-w %s", path, owner.Gid, mode, path)
	}
	return nil
}

// inspect checks an executable and hashes it, unless it is the file that was hashed before.
func inspect(path string, known program) (program, error) {
	info, err := os.Stat(path)
	if err != nil {
		return program{}, fmt.Errorf("executable: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return program{}, fmt.Errorf("%s is not an executable file", path)
	}
	if err := guarded(path, info); err != nil {
		return program{}, err
	}
	s := info.Sys().(*syscall.Stat_t)
	stamp := fmt.Sprint(s.Dev, s.Ino, s.Size, s.Mtim, s.Ctim)
	if stamp == known.stamp {
		return known, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return program{}, fmt.Errorf("executable: %w", err)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return program{}, fmt.Errorf("hashing %s: %w", path, err)
	}
	return program{stamp: stamp, sum: hex.EncodeToString(sum.Sum(nil))}, nil
}
