package notary_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/notary"
)

func (h *house) git(dir string, args ...string) string {
	h.t.Helper()
	out, err := exec.CommandContext(h.t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("git %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// A clone gets a commit for each checkpoint, and its remote gets it too; a register
// that is older than the clone is refused; a remote that is away is only told of.
func TestClone(t *testing.T) {
	h := newHouse(t)
	remote, clone := filepath.Join(t.TempDir(), "remote.git"), filepath.Join(t.TempDir(), "clone")
	h.git(t.TempDir(), "init", "--quiet", "--bare", "--initial-branch=main", remote)
	h.git(t.TempDir(), "clone", "--quiet", remote, clone)
	h.anchors = []string{notary.ClonePrefix + clone}
	h.Notary = h.at(h.dir)
	h.append(2).sign()
	h.sign() // nothing is new
	last, _ := h.append(1).sign()
	if log := h.git(remote, "log", "--format=%an %s", "main"); strings.Count(log, "beredskab Checkpoint of the log") != 2 {
		t.Errorf("the remote has %q", log)
	}
	if kept := h.git(remote, "show", "main:beredskab-checkpoints.txt"); !strings.HasSuffix(kept+"\n", last) {
		t.Errorf("the remote holds %q", kept)
	}
	h.ok(os.RemoveAll(remote))
	h.append(1).sign()
	if said := h.journal.String(); !strings.Contains(said, "could not be pushed") || !strings.Contains(said, "next=") {
		t.Errorf("a remote that is away: %s", said)
	}
	h.older(func() { h.append(1).sign() })
	if err := h.Prove(t.Context()); err == nil || !strings.Contains(err.Error(), clone) {
		t.Errorf("a register older than its clone: %v", err)
	}
	h.anchors = []string{notary.ClonePrefix + t.TempDir()}
	h.Notary = h.at(h.dir)
	h.sign()
	if said := h.journal.String(); !strings.Contains(said, "could not be committed") {
		t.Errorf("a folder that is no clone: %s", said)
	}
}
