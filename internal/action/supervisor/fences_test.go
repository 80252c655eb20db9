package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/proof"
)

// look is a step that looks around, and says what it finds as name=value. Its arguments are the server's PID, the spool, the register,
// a port on loopback, a file and a folder outside, and a folder that is given to it.
const look = `
say() { echo "$1=$(echo $2)"; }
say environment "$(tr '\0' '\n' < "/proc/$$/environ" | sort)"
say descriptors "$(for f in /proc/self/fd/*; do [ -e "$f" ] && echo "${f##*/}"; done)"
say server "$(tr '\0' '\n' < "/proc/$1/environ" 2> /dev/null | grep BEREDSKAB_SECRET)"
say signal "$(kill -0 "$1" 2> /dev/null && echo reached)"
say spool "$(ls -A "$2" 2> /dev/null)"
say register "$(cat "$3" 2> /dev/null)"
say steps "$(ls -A "${PWD%/*}" 2> /dev/null | grep -v "^${PWD##*/}$")"
say uncovered "$(umount /proc "$3" 2> /dev/null && echo yes)"
say network "$( (exec 3<> "/dev/tcp/127.0.0.1/$4") 2> /dev/null && echo reached)"
say read "$(cat "$5" 2> /dev/null)"
say write "$( (echo x > "$6/made-$RANDOM") 2> /dev/null && echo written)"
say given "$(cat "$7/given"; echo x > "$7/made-$RANDOM" && echo written)"
say own "$(echo x > own && cat own; ls -A)"
say privileges "$(grep -E 'NoNewPrivs|CapAmb' /proc/self/status)"
say core "$(ulimit -c)"
`

// surroundings are what a step can look at.
type surroundings struct {
	dir, port string
}

func newSurroundings(t *testing.T) surroundings {
	t.Helper()
	dir, err := os.MkdirTemp("", "beredskab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, folder := range []string{"", "outside", "given"} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, folder), 0o777), os.Chmod(filepath.Join(dir, folder), 0o777)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"register.db": "rows", "outside/canary": "canary", "given/given": "given\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return surroundings{dir: dir, port: port}
}

func (s surroundings) path(name string) string { return filepath.Join(s.dir, name) }

// looks is the step, told where to look.
func (s surroundings) looks(t *testing.T, h *Host) Command {
	c := shell(t, "")
	c.Argv = []string{
		"/bin/bash", "-c", look, "bash", strconv.Itoa(os.Getpid()), h.options.Spool, s.path("register.db"), s.port,
		s.path("outside/canary"), s.path("outside"), s.path("given"),
	}
	c.Hidden = []string{h.options.Spool, s.path("register.db"), s.path("not-there")}
	return c
}

// saw is what the step found.
func saw(t *testing.T, res Result, err error) map[string]string {
	t.Helper()
	if err != nil || res.Outcome != OK {
		t.Fatalf("%+v, %v", res, err)
	}
	found := map[string]string{}
	for line := range strings.Lines(res.Output.Head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		found[name] = value
	}
	return found
}

// fenced is what a step shall see whose entry asks for nothing, and tight what is left when it names its folders and has no network.
func fenced() map[string]string {
	return map[string]string{
		"environment": "PATH=/usr/bin:/bin", "descriptors": "0 1 2", "server": "", "signal": "", "spool": "", "register": "", "steps": "",
		"network": "reached", "read": "canary", "write": "written", "given": "given written", "own": "x own",
		"privileges": "CapAmb: 0000000000000000 NoNewPrivs: 1", "core": "0",
	}
}

func tight() map[string]string {
	want := fenced()
	want["network"], want["read"], want["write"], want["uncovered"] = "", "", "", ""
	return want
}

// TestLooksAround is S15: a step sees what its catalogue entry allows and nothing else, under root and under an ordinary user.
func TestLooksAround(t *testing.T) {
	t.Setenv("BEREDSKAB_SECRET", "of the server")
	around := newSurroundings(t)
	h, started := newHost(t)
	path := fifo(t)
	other := make(chan Result, 1)
	go func() {
		c := shell(t, `read x < "$1"`, path)
		c.Attempt.Step = "other"
		res, _ := h.Run(context.Background(), c)
		other <- res
	}()
	<-started
	count, wrong := 0, 0
	judge := func(who string, got, want map[string]string) {
		for name, value := range want {
			count++
			if got[name] != value {
				t.Errorf("%s: %s is %q, want %q", who, name, got[name], value)
				wrong++
			}
		}
	}
	c := around.looks(t, h)
	res, err := h.Run(context.Background(), c)
	judge("root", saw(t, res, err), fenced())
	c.Attempt.Number, c.Account = 2, &Account{UID: 65534, GID: 65534}
	res, err = h.Run(context.Background(), c)
	want := fenced()
	want["uncovered"] = ""
	judge("nobody", saw(t, res, err), want)
	c.Attempt.Number, c.Account = 3, nil
	c.NoNetwork, c.Reads, c.Writes = true, []string{around.path("not-there")}, []string{around.path("given")}
	res, err = h.Run(context.Background(), c)
	judge("tight", saw(t, res, err), tight())
	if !slices.Contains(res.Fences, fenceNetwork) || !slices.Contains(res.Fences, fenceLandlock) {
		t.Errorf("fences %v", res.Fences)
	}
	judge("tight, without root", withoutRoot(t, around), tight())
	c.NoNetwork, c.Reads, c.Writes = false, nil, nil
	res, err = h.RunPlain(context.Background(), c)
	open, seen := saw(t, res, err), 0
	for name, value := range tight() {
		if open[name] != value {
			seen++
		}
	}
	release(t, path)
	if res := <-other; res.Outcome != OK {
		t.Errorf("the other step: %+v", res)
	}
	proof.Report(t, proof.Figure{
		ID: "S15", What: "a step looks around", Count: count, Unit: "looks", Failed: wrong,
		Found: "nothing but what the catalogue allows", Control: fmt.Sprintf("without fences %d of %d were open to it", seen, len(tight())),
	})
	if seen < 8 {
		t.Errorf("the control saw only %d: %v", seen, open)
	}
}

// withoutRoot lets a server that is an ordinary user run the step as that same user, which may do with the server's files and
// processes whatever it likes but for the fences.
func withoutRoot(t *testing.T, around surroundings) map[string]string {
	t.Helper()
	binary := forEverybody(t)
	spool := filepath.Join(filepath.Dir(binary), "spool")
	if err := errors.Join(os.Mkdir(spool, 0o700), os.Chown(spool, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	h, _ := newHost(t)
	c := around.looks(t, h)
	c.Argv[5], c.Hidden[0] = spool, spool
	c.NoNetwork, c.Writes = true, []string{around.path("given")}
	server, from := startServer(t, binary, &syscall.Credential{Uid: 65534, Gid: 65534}, served{Spool: spool, Command: c})
	if words := ask(t, from); words[0] != "ended" || words[1] != string(OK) {
		t.Fatalf("the server said %q", words)
	}
	if err := server.Wait(); err != nil {
		t.Fatal(err)
	}
	res, err := mustOpen(t, spool).Adopt(context.Background(), c.Attempt)
	for _, fence := range slices.Concat(Fences(), []string{fenceNetwork, fenceLandlock}) {
		if !slices.Contains(res.Fences, fence) {
			t.Errorf("without root the fence %s is missing: %v", fence, res.Missing)
		}
	}
	return saw(t, res, err)
}

// TestSetUIDGivesNoRights runs a set-user-ID program of root's as an ordinary user. The control without fences shows that it works.
func TestSetUIDGivesNoRights(t *testing.T) {
	dir, err := os.MkdirTemp("", "beredskab-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text, err := os.ReadFile("/usr/bin/id")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "id")
	for _, err := range []error{os.Chmod(dir, 0o755), os.WriteFile(path, text, 0o755), os.Chmod(path, 0o755|os.ModeSetuid)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h, _ := newHost(t)
	c := shell(t, "")
	c.Argv, c.Account = []string{path, "-u"}, &Account{UID: 65534, GID: 65534}
	if res, err := h.Run(context.Background(), c); err != nil || res.Output.Head != "65534\n" {
		t.Errorf("fenced: %+v, %v", res, err)
	}
	if res, err := h.RunPlain(context.Background(), c); err != nil || res.Output.Head != "0\n" {
		t.Errorf("the control: %+v, %v", res, err)
	}
}

func TestRequiredFenceRefuses(t *testing.T) {
	h, _ := newHost(t)
	file := filepath.Join(t.TempDir(), "ran")
	c := shell(t, `echo x > "$1"`, file)
	c.Required, h.options.WithoutNamespace = Fences(), true
	res, err := h.Run(context.Background(), c)
	if !errors.Is(err, ErrRefused) || !strings.Contains(res.Message, fenceNamespace) || res.Outcome != Failed {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("the command ran")
	}
	if res, err := h.Adopt(context.Background(), c.Attempt); !errors.Is(err, ErrRefused) {
		t.Errorf("adopting what was refused: %+v, %v", res, err)
	}
}
