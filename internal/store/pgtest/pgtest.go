// Package pgtest gives tests a real PostgreSQL: its own cluster, from the
// programs that the operating system installed, on the loopback interface only,
// started by the first test of a process that asks and stopped with it.
package pgtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = 60 * time.Second
	folderPrefix = "beredskab-pgtest-"
)

// Place is where a cluster runs: the zero Place is the loopback interface.
type Place struct {
	Namespace string // network namespace, as `ip netns` names it; needs root
	Host      string // its address there
	Network   string // who may connect, as 10.1.2.0/24
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	place    Place
	folder   string
	programs string
	port     int
	user     *syscall.Credential
	server   *exec.Cmd
	watcher  *exec.Cmd
	output   bytes.Buffer
}

// Main runs the tests of a package beside one cluster and gives their exit code:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
// Its tests then call Start.
func Main(m *testing.M) int {
	if fuzzing() {
		return m.Run()
	}
	cluster, err := Launch()
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting PostgreSQL for the tests:", err)
		return 1
	}
	defer cluster.Stop()
	if err := os.Setenv(environment, cluster.folder+"\n"+cluster.programs+"\n"+strconv.Itoa(cluster.port)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// fuzzing tells whether this process fuzzes: that needs no PostgreSQL, and go
// test kills a process whose input was too much for it.
func fuzzing() bool {
	return slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.fuzz=") })
}

// environment hands the cluster from Main to Start without a variable of this
// package.
const environment = "BEREDSKAB_PGTEST_CLUSTER"

// Start makes a fresh, empty database in the cluster that Main runs and gives
// its address. It is dropped with the cluster.
func Start(t testing.TB) (url string) {
	t.Helper()
	parts := strings.Split(os.Getenv(environment), "\n")
	if len(parts) != 3 {
		t.Fatal("no PostgreSQL runs: give this package func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }")
	}
	name := "t" + strings.ToLower(rand.Text())
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	create := exec.CommandContext(ctx, filepath.Join(parts[1], "createdb"), "-h", "127.0.0.1", "-p", parts[2], "-U", "postgres", name)
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("making a database: %v: %s", err, out)
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%s/%s?sslmode=disable", parts[2], name)
}

// Launch starts a cluster. Main does so for most tests; a test that kills its
// PostgreSQL has one of its own.
func Launch() (*Cluster, error) { return LaunchAt(Place{}) }

// LaunchAt starts a cluster in a place of its own.
func LaunchAt(place Place) (*Cluster, error) {
	return launch(place, func(c *Cluster) error { return c.init() })
}

// launch makes a cluster's folder, has its data filled, and starts it.
func launch(place Place, fill func(*Cluster) error) (*Cluster, error) {
	if place == (Place{}) {
		place = Place{Host: "127.0.0.1", Network: "127.0.0.1/32"}
	}
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	c := &Cluster{place: place, programs: programs}
	if c.user, err = unprivileged(); err != nil {
		return nil, err
	}
	if c.folder, err = os.MkdirTemp("", folderPrefix); err != nil {
		return nil, err
	}
	if c.user != nil {
		if err := os.Chown(c.folder, int(c.user.Uid), int(c.user.Gid)); err != nil {
			return nil, err
		}
	}
	if err := fill(c); err != nil {
		_ = os.RemoveAll(c.folder)
		return nil, err
	}
	if err := c.Run(); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// URL is the address of a database of the cluster.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", c.Address(), database)
}

// Address is the cluster's host and port.
func (c *Cluster) Address() string { return net.JoinHostPort(c.place.Host, strconv.Itoa(c.port)) }

// findPrograms gives the folder of the newest PostgreSQL, as Debian lays it out.
func findPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("no /usr/lib/postgresql/*/bin/initdb: install PostgreSQL 15 or newer (%w)", os.ErrNotExist)
	}
	version := func(path string) int {
		number, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return number
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// unprivileged is the user that PostgreSQL runs as when the tests run as root,
// whom it refuses.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root cannot run PostgreSQL: %w", err)
	}
	uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
	if errUID != nil || errGID != nil {
		return nil, fmt.Errorf("user postgres has the ids %s and %s", account.Uid, account.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// command runs as the unprivileged user and dies with the tests.
func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.programs, program), args...)
	cmd.Dir = c.folder
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.user, Setpgid: true}
	return cmd
}

func (c *Cluster) init() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	data := filepath.Join(c.folder, "data")
	out, err := c.command(ctx, "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-instructions", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	rules := fmt.Sprintf("host all postgres %[1]s trust\nhost replication postgres %[1]s trust\n", c.place.Network)
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600)
}

// Run starts the server, after Launch or Kill, and waits until it answers. What
// a killed server left behind may hold its shared memory for a moment; until
// then a new one refuses to start and is started again.
func (c *Cluster) Run() error {
	if c.port == 0 {
		port, err := c.freePort()
		if err != nil {
			return err
		}
		c.port = port
	}
	for end := time.Now().Add(startTimeout); ; time.Sleep(100 * time.Millisecond) {
		err := c.start()
		if err == nil {
			return nil
		}
		c.end(syscall.SIGQUIT)
		if time.Now().After(end) {
			return fmt.Errorf("%w: %s", err, c.output.String())
		}
	}
}

// start makes one attempt.
func (c *Cluster) start() error {
	c.output.Reset()
	c.server = c.within(c.command(context.Background(), "postgres", "-D", filepath.Join(c.folder, "data"),
		"-p", strconv.Itoa(c.port), "-c", "listen_addresses="+c.place.Host, "-c", "unix_socket_directories=",
		"-c", "fsync=on", "-c", "shared_buffers=32MB", "-c", "max_connections=200"))
	c.server.Stdout, c.server.Stderr = &c.output, &c.output
	if err := c.server.Start(); err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	return c.answer()
}

// within puts a command into the cluster's network namespace. Only root may
// enter it, so the change to the unprivileged user comes after that.
func (c *Cluster) within(cmd *exec.Cmd) *exec.Cmd {
	if c.place.Namespace == "" {
		return cmd
	}
	enter := []string{"ip", "netns", "exec", c.place.Namespace}
	if c.user != nil {
		uid, gid := strconv.FormatUint(uint64(c.user.Uid), 10), strconv.FormatUint(uint64(c.user.Gid), 10)
		enter = append(enter, "setpriv", "--reuid", uid, "--regid", gid, "--clear-groups")
	}
	inside := exec.Command(enter[0], append(append(enter[1:], cmd.Path), cmd.Args[1:]...)...)
	inside.Dir, inside.Env, inside.SysProcAttr = cmd.Dir, cmd.Env, &syscall.SysProcAttr{Setpgid: true}
	return inside
}

// watch starts a process that ends the server when the tests die without
// stopping it: it reads a pipe that only their death closes.
func (c *Cluster) watch() error {
	const script = `cat >/dev/null; kill -QUIT "$0"; rm -rf "$1"`
	c.watcher = c.command(context.Background(), "postgres")
	c.watcher.Path, c.watcher.Args = "/bin/sh", []string{"sh", "-c", script, strconv.Itoa(c.server.Process.Pid), c.folder}
	if _, err := c.watcher.StdinPipe(); err != nil {
		return err
	}
	return c.watcher.Start()
}

// answer waits until the server does, or has ended.
func (c *Cluster) answer() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	ready := time.NewTicker(50 * time.Millisecond)
	defer ready.Stop()
	for c.command(ctx, "pg_isready", "-q", "-h", c.place.Host, "-p", strconv.Itoa(c.port), "-U", "postgres").Run() != nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", ctx.Err())
		case <-ready.C:
		}
		if ended(c.server.Process.Pid) {
			return errors.New("PostgreSQL has ended")
		}
	}
	return nil
}

// ended tells whether a process is gone, or dead and not waited for.
func ended(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(rest, "Z")
}

// Kill ends the server and all its processes at once, as a crash of its machine
// would; Run starts it again.
func (c *Cluster) Kill() { c.end(syscall.SIGKILL) }

// Stop ends the server and removes its files.
func (c *Cluster) Stop() {
	c.end(syscall.SIGQUIT)
	_ = os.RemoveAll(c.folder)
}

func (c *Cluster) end(signal syscall.Signal) {
	if c.server == nil {
		return
	}
	if c.watcher != nil && c.watcher.Process != nil {
		_ = syscall.Kill(-c.watcher.Process.Pid, syscall.SIGKILL)
		_ = c.watcher.Wait()
		c.watcher = nil
	}
	pid := c.server.Process.Pid
	// Each backend is a session of its own, so that no signal to a group reaches it.
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", pid))
	_ = c.server.Process.Signal(signal)
	if signal == syscall.SIGKILL {
		for child := range strings.FieldsSeq(string(children)) {
			if number, err := strconv.Atoi(child); err == nil {
				_ = syscall.Kill(number, syscall.SIGKILL)
			}
		}
	}
	_ = c.server.Wait()
	c.server = nil
}

// freePort asks the kernel for one on the loopback interface; in a namespace of
// its own the cluster is alone.
func (c *Cluster) freePort() (int, error) {
	if c.place.Namespace != "" {
		return 5432, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
