package cluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// enclosed runs a script as root of a machine of its own: its network, its
// mounts and its processes are private and are gone with it, however it ends.
const enclosed = `set -eu
mount -t tmpfs -o mode=1777 walk /mnt
mkdir -p /run/netns /mnt/walk
mount -t tmpfs walk /run/netns
ip link set lo up
cd /mnt/walk
export TMPDIR=/mnt
`

// TestWalkOfManyNodes does what docs/many-nodes.md tells the reader to do.
func TestWalkOfManyNodes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(proof.Root(t), "docs/many-nodes.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := shellBlocks(string(text))
	if len(blocks) < 10 {
		t.Fatalf("only %d blocks were found on the page", len(blocks))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	script := enclosed + "set -x\n" + strings.Join(blocks, "\n")
	cmd := exec.CommandContext(ctx, "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", script)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(proof.Binary(t, ""))+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	said := string(out)
	if err != nil {
		t.Fatalf("the walk stumbled: %v\n%s", err, said)
	}
	failed := 0
	for _, want := range []string{" copies", "unknown", "ended"} {
		if !strings.Contains(said, want) {
			t.Errorf("the walk does not say %q:\n%s", want, said)
			failed = 1
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R5", What: "the written walk: three nodes, one dies, the drill ends", Count: 1, Unit: "walks", Failed: failed,
		Found: "every command of docs/many-nodes.md",
	})
}

// shellBlocks gives the blocks of a page that are marked sh.
func shellBlocks(page string) (list []string) {
	for i, part := range strings.Split(page, "```") {
		if block, ok := strings.CutPrefix(part, "sh\n"); ok && i%2 == 1 {
			list = append(list, block)
		}
	}
	return list
}
