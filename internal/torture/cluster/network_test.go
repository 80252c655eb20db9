package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// network is a switch with one namespace on it for each machine. Only one end of
// a cable, the test's own, is outside namespaces.
type network struct {
	t      *testing.T
	prefix string // of the namespaces: beredskab-PID-CHANCE
	subnet string // "10.200.7"
}

// host is one machine of the network.
type host struct {
	net       *network
	namespace string
	address   string
}

const (
	stalePrefix = "beredskab-"
	ownAddress  = 1 // the test's own last number; machines follow
)

// newNetwork makes the switch and the test's own end. Everything goes with the
// test, also when it is killed: then a watcher does it, and the next test where
// even that was killed.
func newNetwork(t *testing.T) *network {
	t.Helper()
	removeStale(t)
	n := &network{t: t, prefix: fmt.Sprintf("%s%d-%04x", stalePrefix, os.Getpid(), rand.N(1<<16))}
	for {
		n.subnet = fmt.Sprintf("10.%d.%d", 128+rand.N(127), rand.N(256))
		if taken, err := exec.Command("ip", "-4", "-o", "addr").Output(); err != nil {
			t.Fatalf("looking at this machine's addresses: %v", err)
		} else if !bytes.Contains(taken, []byte(" "+n.subnet+".")) {
			break
		}
	}
	n.watch()
	t.Cleanup(func() { removeNamespaces(n.prefix) })
	hub, own := n.prefix+"-switch", fmt.Sprintf("bk%07x", rand.N(1<<28))
	n.ip("netns", "add", hub)
	n.ip("-n", hub, "link", "add", "switch", "type", "bridge")
	n.ip("-n", hub, "link", "set", "switch", "up")
	n.ip("link", "add", own, "type", "veth", "peer", "name", "own", "netns", hub)
	n.plug("own")
	n.ip("addr", "add", n.address(ownAddress)+"/24", "dev", own)
	n.ip("link", "set", own, "up")
	return n
}

// plug puts one end of a cable into the switch.
func (n *network) plug(end string) {
	n.ip("-n", n.prefix+"-switch", "link", "set", end, "master", "switch")
	n.ip("-n", n.prefix+"-switch", "link", "set", end, "up")
}

func (n *network) address(last int) string { return fmt.Sprintf("%s.%d", n.subnet, last) }

// everybody is the whole network, as PostgreSQL's access rules write it.
func (n *network) everybody() string { return n.subnet + ".0/24" }

// host adds a machine.
func (n *network) host(name string, last int) *host {
	n.t.Helper()
	h := &host{net: n, namespace: n.prefix + "-" + name, address: n.address(last)}
	n.ip("netns", "add", h.namespace)
	n.ip("link", "add", "eth0", "netns", h.namespace, "type", "veth", "peer", "name", name, "netns", n.prefix+"-switch")
	n.plug(name)
	n.ip("-n", h.namespace, "addr", "add", h.address+"/24", "dev", "eth0")
	n.ip("-n", h.namespace, "link", "set", "eth0", "up")
	n.ip("-n", h.namespace, "link", "set", "lo", "up")
	return h
}

func (n *network) ip(args ...string) {
	n.t.Helper()
	run(n.t, exec.Command("ip", args...))
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(cmd.Args, " "), err, out)
	}
}

// cut drops packets between the two without a word: all that the host sends, all
// that it should get, or both.
func (h *host) cut(other *host, sent, got bool) {
	h.net.t.Helper()
	if sent {
		h.iptables("-A", "OUTPUT", "-d", other.address, "-j", "DROP")
	}
	if got {
		h.iptables("-A", "INPUT", "-s", other.address, "-j", "DROP")
	}
}

// heal ends every cut of the host.
func (h *host) heal() {
	h.net.t.Helper()
	h.iptables("-F")
}

func (h *host) iptables(args ...string) {
	h.net.t.Helper()
	run(h.net.t, h.exec("iptables", append([]string{"-w"}, args...)...))
}

// exec makes a command of the machine.
func (h *host) exec(program string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", h.namespace, program}, args...)...)
}

// processes are those of the machine: a server with its supervisors and what
// they started.
func (h *host) processes() (list []int) { return processes(h.namespace) }

func processes(namespace string) (list []int) {
	out, _ := exec.Command("ip", "netns", "pids", namespace).Output() // none where it is gone
	for field := range strings.FieldsSeq(string(out)) {
		if pid, err := strconv.Atoi(field); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// watch starts a process that clears up when the test dies without doing so: it
// reads a pipe that only the test's death closes.
func (n *network) watch() {
	n.t.Helper()
	const script = `cat >/dev/null
for ns in $(ip netns list | cut -d' ' -f1 | grep "^$0-"); do
	kill -9 $(ip netns pids "$ns") 2>/dev/null
	ip netns del "$ns"
done`
	watcher := exec.Command("/bin/sh", "-c", script, n.prefix)
	watcher.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	pipe, err := watcher.StdinPipe()
	if err := errors.Join(err, watcher.Start()); err != nil {
		n.t.Fatalf("starting what clears up after a crash: %v", err)
	}
	n.t.Cleanup(func() { _ = pipe.Close(); _ = watcher.Wait() })
}

// removeNamespaces ends all processes of these namespaces and removes them,
// their cables with them.
func removeNamespaces(prefix string) {
	for _, namespace := range namespaces(prefix) {
		for len(processes(namespace)) > 0 {
			for _, pid := range processes(namespace) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		_ = exec.Command("ip", "netns", "del", namespace).Run()
	}
}

func namespaces(prefix string) (list []string) {
	entries, err := os.ReadDir("/run/netns")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			list = append(list, e.Name())
		}
	}
	return list
}

// removeStale removes what tests left that are dead.
func removeStale(t *testing.T) {
	t.Helper()
	for _, namespace := range namespaces(stalePrefix) {
		number, _, _ := strings.Cut(strings.TrimPrefix(namespace, stalePrefix), "-")
		pid, err := strconv.Atoi(number)
		if err != nil {
			continue // somebody else's
		}
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
			removeNamespaces(namespace)
		}
	}
}
