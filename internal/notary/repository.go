package notary

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// ClonePrefix begins an anchor that is a clone of a git repository.
const ClonePrefix = "git:"

// cloneFile is the file of a clone that holds the checkpoints.
const cloneFile = "beredskab-checkpoints.txt"

// gitPatience is how long one command of git may take.
const gitPatience = 30 * time.Second

// fileOf is the file in which an anchor keeps its checkpoints.
func fileOf(anchor string) string {
	if clone, is := strings.CutPrefix(anchor, ClonePrefix); is {
		return filepath.Join(clone, cloneFile)
	}
	return anchor
}

// commit commits the file of a clone when it changed, and pushes what is committed
// where there is a remote. Nothing waits for it: what git says is a warning, and the
// next checkpoint tries again.
func (n *Notary) commit(ctx context.Context, anchor string) {
	clone, is := strings.CutPrefix(anchor, ClonePrefix)
	if !is {
		return
	}
	changed, err := git(ctx, clone, "status", "--porcelain", "--", cloneFile)
	if err == nil && changed != "" {
		_, err = git(ctx, clone, "add", "--", cloneFile)
	}
	if err == nil && changed != "" {
		_, err = git(ctx, clone, "-c", "user.name=beredskab", "-c", "user.email=beredskab@"+n.Node, "-c", "commit.gpgsign=false",
			"commit", "--quiet", "--no-verify", "-m", "Checkpoint of the log", "--", cloneFile)
	}
	if err != nil {
		n.Log.Warn("a checkpoint stands in its clone and could not be committed", "anchor", anchor, "error", err,
			"next", "see that git is installed and that "+clone+" is a clone that belongs to the server's user")
		return
	}
	remote, err := git(ctx, clone, "remote")
	if err == nil && remote != "" {
		_, err = git(ctx, clone, "push", "--quiet", strings.Fields(remote)[0], "HEAD")
	}
	if err != nil {
		n.Log.Warn("a checkpoint was committed and could not be pushed; the next one tries again", "anchor", anchor, "error", err,
			"next", "run `git -C "+clone+" push` as the server's user and see what it says")
	}
}

// git runs one command in a clone and gives what it printed. It asks nobody for a
// password.
func git(ctx context.Context, clone string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", clone, "-c", "core.hooksPath=/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_SSH_COMMAND=ssh -oBatchMode=yes", "LC_ALL=C")
	cmd.WaitDelay = time.Second
	var said, told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &told
	if err := cmd.Run(); err != nil {
		return "", errors.Join(fmt.Errorf("git %s: %.300s", args[0], strings.TrimSpace(told.String())), err)
	}
	return strings.TrimSpace(said.String()), nil
}
