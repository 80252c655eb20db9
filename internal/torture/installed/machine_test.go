package installed

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/proof"
)

// patience is for what hangs; nothing here depends on speed.
const patience = 2 * time.Minute

// machine is a Debian of its own: its root in a folder, and systemd as the first
// process of namespaces of its own, the network's too.
type machine struct {
	t    *testing.T
	root string
	init string // PID of its systemd, as seen from here
}

// boot starts a machine on a clean root.
func boot(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, root: t.TempDir()}
	must(t, "tar", "--extract", "--numeric-owner", "--file", debian(t), "--directory", m.root)
	group := cgroup(t)
	script, err := filepath.Abs("testdata/boot.sh")
	if err != nil {
		t.Fatal(err)
	}
	// The shell steps into the group first, so that the namespace begins there.
	cmd := exec.Command("sh", "-c", `echo $$ > "$1/cgroup.procs" && exec unshare --mount --pid --fork --uts --ipc --cgroup --net --kill-child sh "$2" "$3"`,
		"sh", group, script, m.root)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // takes the first process of the namespace with it
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the machine said:\n%s", said.String())
		}
		if !proof.Await(patience, func() bool { return emptied(group) }) {
			t.Errorf("the group %s is not empty", group)
		}
	})
	parent := strconv.Itoa(cmd.Process.Pid)
	up := proof.Await(patience, func() bool {
		children, _ := os.ReadFile("/proc/" + parent + "/task/" + parent + "/children")
		m.init = strings.TrimSpace(string(children))
		name, _ := os.ReadFile("/proc/" + m.init + "/comm")
		if strings.TrimSpace(string(name)) != "systemd" {
			return false
		}
		_, err := m.try("systemctl is-system-running --wait")
		return err == nil
	})
	if !up {
		t.Fatalf("the machine did not start:\n%s", said.String())
	}
	return m
}

// try types a line as root in the machine's own root folder.
func (m *machine) try(line string) (string, error) {
	cmd := exec.Command("nsenter", "--target", m.init, "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd",
		"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "DEBIAN_FRONTEND=noninteractive", "TZ=UTC", "bash", "-c", "cd /root; "+line)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run is try, and must succeed.
func (m *machine) run(line string) string {
	m.t.Helper()
	out, err := m.try(line)
	if err != nil {
		log, _ := m.try("journalctl --no-pager -n 60 -u 'beredskab*'")
		m.t.Fatalf("%s\n%v\n%s\nthe units' log:\n%s", line, err, out, log)
	}
	return out
}

// until types a line until it succeeds.
func (m *machine) until(what, line string) string {
	m.t.Helper()
	var out string
	done := proof.Await(patience, func() bool {
		var err error
		out, err = m.try(line)
		return err == nil
	})
	if !done {
		log, _ := m.try("journalctl --no-pager -n 60 -u 'beredskab*'")
		m.t.Fatalf("%s never came: %s\n%s\nthe units' log:\n%s", what, line, out, log)
	}
	return out
}

// write puts a file into the machine, as its own processes see it.
func (m *machine) write(path, text string, mode os.FileMode) {
	m.t.Helper()
	file := filepath.Join("/proc", m.init, "root", path)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), mode), os.Chmod(file, mode)); err != nil {
		m.t.Fatal(err)
	}
}

// debian gives the archive of a clean Debian of this machine's own release, so
// that the C library is the one that the program was built with. It is made once
// and kept.
func debian(t *testing.T) string {
	t.Helper()
	release := strings.TrimSpace(must(t, "sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME"))
	archive := filepath.Join(proof.Root(t), ".cache", "debian-"+release+".tar")
	if _, err := os.Stat(archive); err == nil {
		return archive
	}
	root := t.TempDir()
	must(t, "debootstrap", "--variant=minbase", "--include=systemd,dbus,ca-certificates", release, root, mirror(t, release))
	for _, spare := range []string{"var/cache/apt/archives", "var/lib/apt/lists"} {
		if err := os.RemoveAll(filepath.Join(root, spare)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "var/cache/apt/archives/partial"), 0o755); err != nil {
		t.Fatal(err)
	}
	whole := fmt.Sprintf("%s.%d", archive, os.Getpid())
	must(t, "tar", "--create", "--numeric-owner", "--one-file-system", "--file", whole, "--directory", root, ".")
	if err := os.Rename(whole, archive); err != nil {
		t.Fatal(err)
	}
	return archive
}

// mirror is where this machine's own apt gets that release from.
func mirror(t *testing.T, release string) string {
	t.Helper()
	targets := must(t, "apt-get", "indextargets", "--format", "$(RELEASE) $(SITE)", "Created-By: Packages")
	for line := range strings.Lines(targets) {
		if words := strings.Fields(line); len(words) == 2 && words[0] == release {
			return words[1]
		}
	}
	t.Fatalf("apt knows no mirror for %s: see /etc/apt/sources.list", release)
	return ""
}

// cgroup makes an empty group in the second version's tree.
func cgroup(t *testing.T) string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		front, back, _ := strings.Cut(line, " - ")
		if fields := strings.Fields(front); strings.HasPrefix(back, "cgroup2 ") && len(fields) > 4 {
			group, err := os.MkdirTemp(fields[4], "beredskab-test-")
			if err != nil {
				t.Fatalf("making a control group: %v", err)
			}
			return group
		}
	}
	t.Fatal("no cgroup2 file system is mounted here: mount one at /sys/fs/cgroup")
	return ""
}

// emptied removes a group with the groups below it, once nothing lives in them.
func emptied(group string) bool {
	entries, err := os.ReadDir(group)
	for _, e := range entries {
		if e.IsDir() && !emptied(filepath.Join(group, e.Name())) {
			return false
		}
	}
	return errors.Is(err, os.ErrNotExist) || os.Remove(group) == nil
}

// must runs a program of this machine and gives what it printed.
func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = proof.Root(t)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out.String(), said.String())
	}
	return out.String()
}
