package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"beredskab/internal/plan"
)

// Diff is what `beredskab plan diff` answers.
type Diff struct {
	Schema       string   `json:"schema"`
	Old          string   `json:"old"` // hashes
	New          string   `json:"new"`
	StepsChanged bool     `json:"steps_changed"` // what was measured on the old ones no longer counts
	Changes      []string `json:"changes"`       // sentences
}

// Diff compares two versions in sentences of a language, da or en. A version is
// a file, a system (its file now), or SYSTEM@N with the number or the hash of a
// version in the register, the newest without one.
func (f *Folder) Diff(ctx context.Context, before, after, lang string) (*Diff, error) {
	if lang != "da" && lang != "en" {
		return nil, fmt.Errorf("%w: --lang %q is not known; write da or en", ErrUsage, lang)
	}
	var sides [2]*plan.Plan
	for i, word := range [2]string{before, after} {
		var err error
		if sides[i], err = f.version(ctx, word); err != nil {
			return nil, err
		}
	}
	return &Diff{
		"beredskab.diff.v1", sides[0].Hash(), sides[1].Hash(), sides[0].StepsHash() != sides[1].StepsHash(),
		append([]string{}, plan.Diff(sides[0], sides[1], lang)...),
	}, nil
}

// Text prints the sentences.
func (v *Diff) Text(out io.Writer) {
	if len(v.Changes) == 0 {
		fmt.Fprintln(out, "No difference.")
	}
	for _, line := range v.Changes {
		fmt.Fprintln(out, line)
	}
	if v.StepsChanged {
		fmt.Fprintln(out, "\nThe recovery steps differ: what was measured on the old ones no longer counts.")
	}
}

// version finds a version of a plan by what the person wrote.
func (f *Folder) version(ctx context.Context, word string) (*plan.Plan, error) {
	isPath := strings.ContainsRune(word, filepath.Separator)
	if id, which, ok := strings.Cut(word, "@"); ok && !isPath {
		return f.held(ctx, id, which)
	}
	path := word
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.workDir, word)
	}
	src, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isPath:
		return f.System(word)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w: there is no file %s", ErrNotFound, word)
	case err != nil:
		return nil, fmt.Errorf("reading a plan: %w", err)
	}
	p, problems := plan.Parse(filepath.Base(path), src)
	if p == nil || problems.Failed() {
		return nil, fmt.Errorf("%s cannot be compared:\n%w", word, problems)
	}
	return p, nil
}

// held finds a version in the register by number or hash.
func (f *Folder) held(ctx context.Context, id, which string) (*plan.Plan, error) {
	list, err := f.versions(ctx, id)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		v := list[i]
		if which == "" || which == strconv.Itoa(v.Number) || len(which) >= 6 && strings.HasPrefix(v.Hash, which) {
			return plan.ParseCanonical(v.Canonical)
		}
	}
	if len(list) > 0 {
		return nil, fmt.Errorf("%w: %s has no version %q; `beredskab plan history %s` lists them", ErrNotFound, id, which, id)
	}
	if _, err := f.System(id); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: the register holds no version of %s yet; name a file to compare with", ErrNotFound, id)
}
