package installed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// TestRPM has rpm itself install, verify, upgrade and erase the package in a
// folder with a clean system and a package database of its own. The scriptlets
// run there for real; no systemd does, and what the package needs is Debian's, so
// that rpm is told not to ask for it.
func TestRPM(t *testing.T) {
	if proof.Size(0, 1, 1) == 0 {
		return // takes a Debian, and two builds of the packages
	}
	old, newer := packages(t, "rpm")
	root := t.TempDir()
	must(t, "tar", "--extract", "--numeric-owner", "--file", debian(t), "--directory", root)
	in := func(args ...string) string { return must(t, "rpm", append([]string{"--root", root}, args...)...) }
	inside := func(line string) string { return must(t, "chroot", root, "/bin/sh", "-c", line) }
	// From here on as an operator would.
	in("--nodeps", "-i", old)
	if got := inside(asInstalled); got != installedAs {
		t.Errorf("installed:\n%swant:\n%s", got, installedAs)
	}
	if got := inside("beredskab version"); !strings.HasPrefix(got, "beredskab ") {
		t.Errorf("the installed program says %q", got)
	}
	in("-V", "--nodeps", "beredskab")
	inside("echo '# ours' >> /etc/beredskab/beredskab.yaml; echo kept > /var/lib/beredskab/register.db; echo spoilt >> /usr/share/doc/beredskab/operate.md")
	spoilt, err := exec.Command("rpm", "--root", root, "-V", "--nodeps", "beredskab").Output()
	if err == nil || !strings.Contains(string(spoilt), "operate.md") || !strings.Contains(string(spoilt), "c /etc/beredskab/beredskab.yaml") {
		t.Errorf("control: rpm does not see what was changed: %v\n%s", err, spoilt)
	}
	in("-U", "--nodeps", newer)
	if got := in("-q", "beredskab"); !strings.HasPrefix(got, "beredskab-1.1.0") {
		t.Errorf("after the upgrade there is %s", got)
	}
	inside("tail -n1 /etc/beredskab/beredskab.yaml | grep -qx '# ours' && grep -qx kept /var/lib/beredskab/register.db && ! grep -qx spoilt /usr/share/doc/beredskab/operate.md")
	if said := in("-e", "--nodeps", "beredskab"); !strings.Contains(said, "the register stays in /var/lib/beredskab") {
		t.Errorf("rpm -e does not say where the register is:\n%s", said)
	}
	inside("tail -n1 /etc/beredskab/beredskab.yaml.rpmsave | grep -qx '# ours' && grep -qx kept /var/lib/beredskab/register.db")
	for _, gone := range []string{"usr/bin/beredskab", "usr/lib/systemd/system/beredskab.service", "usr/share/man/man1/beredskab.1.gz", "etc/beredskab/actions.yaml"} {
		if _, err := os.Lstat(filepath.Join(root, gone)); !os.IsNotExist(err) {
			t.Errorf("/%s is still there after rpm -e: %v", gone, err)
		}
	}
	in("--nodeps", "-i", newer)
	inside("grep -qx kept /var/lib/beredskab/register.db")
	proof.Report(t, proof.Figure{
		ID: "F34", What: "rpm in a folder with a system of its own", Count: 1, Unit: "install, verify, upgrade, erase and install again",
		Found: "owners and modes right, settings and data kept", Control: fmt.Sprintf("rpm -V named the %d files that were changed", strings.Count(string(spoilt), "\n")),
	})
}
