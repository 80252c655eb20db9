// Package pgtest gives tests a real PostgreSQL: its own cluster, from the
// programs that the operating system installed, on the loopback interface only,
// started by the first test of a process that asks and stopped with it.
package pgtest

import (
	"bytes"
	"context"
	"crypto/rand"
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

// Cluster is a running PostgreSQL.
type Cluster struct {
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
func Launch() (*Cluster, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	c := &Cluster{programs: programs}
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
	if err := c.init(); err != nil {
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
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, database)
}

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
	rules := "host all postgres 127.0.0.1/32 trust\nhost replication postgres 127.0.0.1/32 trust\n"
	return os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(rules), 0o600)
}

// Run starts the server, after Launch or Kill, and waits until it answers.
func (c *Cluster) Run() error {
	if c.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		c.port = port
	}
	c.output.Reset()
	c.server = c.command(context.Background(), "postgres", "-D", filepath.Join(c.folder, "data"),
		"-p", strconv.Itoa(c.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=on", "-c", "shared_buffers=32MB", "-c", "max_connections=200")
	c.server.Stdout, c.server.Stderr = &c.output, &c.output
	if err := c.server.Start(); err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	return c.answer()
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

// answer waits until the server does.
func (c *Cluster) answer() error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	ready := time.NewTicker(50 * time.Millisecond)
	defer ready.Stop()
	for c.command(ctx, "pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "postgres").Run() != nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", ctx.Err())
		case <-ready.C:
		}
	}
	return nil
}

// Kill ends the server as a crash would; Run starts it again.
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
	_ = c.server.Process.Signal(signal)
	_ = c.server.Wait()
	_ = syscall.Kill(-c.server.Process.Pid, syscall.SIGKILL) // Backends that a killed parent left behind.
	c.server = nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
