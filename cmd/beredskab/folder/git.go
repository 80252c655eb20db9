package folder

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// changes lists the commits that touched a file; none where git knows nothing of
// it.
func changes(ctx context.Context, file string) ([]commitRow, error) {
	out, err := git(ctx, filepath.Dir(file), "log", "-n", "200", "--follow", "--no-show-signature", "--no-ext-diff", "--no-textconv",
		"--format=%h%x09%aI%x09%an%x09%s", "--", filepath.Base(file))
	var ended *exec.ExitError
	if errors.Is(err, exec.ErrNotFound) || errors.As(err, &ended) {
		return []commitRow{}, nil
	} else if err != nil {
		return nil, fmt.Errorf("asking git for the history of %s: %w", file, err)
	}
	list := []commitRow{}
	for line := range strings.Lines(out) {
		if f := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 4); len(f) == 4 {
			list = append(list, commitRow{f[0], f[1], f[2], f[3]})
		}
	}
	return list, nil
}

const (
	gitPatience = 20 * time.Second
	gitAnswer   = 1 << 20 // bytes that are read
)

// git asks the git program. A repository may come from a stranger, so nothing
// that it configures is run, and neither time nor answer is unlimited
// (spec/stack.md 3.5).
func git(ctx context.Context, dir string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	fixed := []string{"--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-C", dir}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.Env = append(cmd.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	out := limited{room: gitAnswer}
	cmd.Stdout = &out
	err := cmd.Run()
	return out.String(), err
}

// limited keeps the first bytes that are written to it and lets go of the rest.
type limited struct {
	strings.Builder
	room int
}

func (l *limited) Write(p []byte) (int, error) {
	keep := min(len(p), l.room-l.Len())
	l.Builder.Write(p[:keep]) // A Builder's Write never fails.
	return len(p), nil
}
