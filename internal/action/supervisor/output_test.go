package supervisor

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"beredskab/internal/proof"
)

// lean builds this test binary without the race detector, which multiplies memory, for the processes that are measured.
func lean(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lean")
	if out, err := exec.Command("go", "test", "-c", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("building without the race detector: %v\n%s", err, out)
	}
	return path
}

// flow is what the nasty program pours, known without it: the first and the last of it, and the hash of all.
type flow struct {
	head, tail []byte
	sum        hash.Hash
}

func pour(kind string, size int64) *flow {
	f := &flow{sum: sha256.New()}
	buffer, state := make([]byte, 1<<16), uint64(88172645463325252)
	for i := range buffer {
		if kind == "line" {
			buffer[i] = 'x'
		}
	}
	for left := size; left > 0; left -= int64(len(buffer)) {
		for i := 0; kind == "random" && i < len(buffer); i += 8 {
			state ^= state >> 12
			state ^= state << 25
			state ^= state >> 27
			binary.LittleEndian.PutUint64(buffer[i:], state*2685821657736338717)
		}
		f.add(buffer[:min(left, int64(len(buffer)))])
	}
	return f
}

func (f *flow) add(p []byte) {
	f.sum.Write(p)
	room := min(keep-len(f.head), len(p))
	f.head = append(f.head, p[:room]...)
	f.tail = append(f.tail, p[room:]...)
	f.tail = f.tail[max(len(f.tail)-keep, 0):]
}

// TestFlood is R10 and F24: whatever a command pours out, memory stays flat, and head, tail, length and hash are right.
func TestFlood(t *testing.T) {
	binary, program := lean(t), nasty(t)
	const mebi = 1 << 20
	floods := []struct {
		kind string
		size int64
	}{
		{"zero", int64(proof.Size(8, 64, 1024)) * mebi},
		{"line", int64(proof.Size(2, 16, 200)) * 1_000_000},
		{"random", int64(proof.Size(2, 16, 256))*mebi + 12345},
	}
	failed, most, found := 0, 0, ""
	for _, one := range floods {
		ok := t.Run(one.kind, func(t *testing.T) {
			grown, elapsed := pourThrough(t, binary, program, one.kind, one.size)
			most = max(most, grown)
			found += fmt.Sprintf("%s at %.1f × the time of sha256sum, ", one.kind, elapsed.Seconds()/plainly(t, program, one.kind, one.size).Seconds())
		})
		if !ok {
			failed++
		}
	}
	held := kept(t, program, floods[1].size)
	proof.Report(t, proof.Figure{
		ID: "R10", What: "output without end", Count: len(floods), Unit: fmt.Sprintf("streams of up to %d MiB", floods[0].size/mebi), Failed: failed,
		Found:   found + fmt.Sprintf("supervisor and server grew by at most %d KiB", most),
		Control: fmt.Sprintf("a shell that keeps its %d KB took %d KiB", floods[1].size/1000, held),
	})
	if int64(held) < floods[1].size>>10 {
		t.Error("the measure of memory does not see what is kept")
	}
}

// pourThrough lets a command pour through a supervisor and gives by how many KiB supervisor and server have grown, and the time that it
// took.
func pourThrough(t *testing.T, binary, program, kind string, size int64) (int, time.Duration) {
	h, _ := newHost(t)
	path := fifo(t)
	c := shell(t, `"$2" pour "$3" "$4"; read x < "$1"; printf end`, path, program, kind, strconv.FormatInt(size, 10))
	c.Timeout = 10 * time.Minute
	if kind == "random" {
		c.Secrets = []string{"a secret that chance does not write"} // the mask must pass everything else on as it is
	}
	begun := time.Now()
	server, from := startServer(t, binary, nil, served{Spool: h.options.Spool, Command: c})
	before := peak(server.Process.Pid)
	process := attemptProcess(t, h, c.Attempt)
	first := peak(process.PID)
	file, err := os.OpenFile(path, os.O_WRONLY, 0) // opens when the command reads, after it has written all
	if err != nil {
		t.Fatal(err)
	}
	elapsed := time.Since(begun)
	grown := peak(process.PID) - first
	if _, err := file.WriteString("go\n"); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	words := ask(t, from)
	if words[0] != "ended" || words[1] != string(OK) {
		t.Fatalf("the server said %q", words)
	}
	_ = server.Wait()
	after, err := strconv.Atoi(words[3])
	if err != nil {
		t.Fatal(err)
	}
	if grown = max(grown, after-before); grown > 64<<10 {
		t.Errorf("supervisor or server grew by %d KiB", grown)
	}
	res, err := h.Adopt(context.Background(), c.Attempt)
	want := pour(kind, size)
	want.add([]byte("end"))
	if err != nil || res.Output.Length != size+3 || res.Output.SHA256 != hex.EncodeToString(want.sum.Sum(nil)) {
		t.Errorf("length %d, hash %s, %v", res.Output.Length, res.Output.SHA256, err)
	}
	if res.Output.Head != visible(want.head) || res.Output.Tail != visible(want.tail) {
		t.Error("the head or the tail is wrong")
	}
	return grown, elapsed
}

// kept is the memory of a shell that keeps a whole stream, in KiB.
func kept(t *testing.T, program string, size int64) int {
	t.Helper()
	path := fifo(t)
	shell := exec.Command("/bin/sh", "-c", `x=$("$1" pour line "$2"); read y < "$3"`, "sh", program, strconv.FormatInt(size, 10), path)
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0) // opens when the shell has it all
	if err != nil {
		t.Fatal(err)
	}
	held := peak(shell.Process.Pid)
	_, _ = file.WriteString("go\n")
	_ = file.Close()
	if err := shell.Wait(); err != nil {
		t.Fatal(err)
	}
	return held
}

// attemptProcess reads from the spool which supervisor has the attempt.
func attemptProcess(t *testing.T, h *Host, a Attempt) Process {
	t.Helper()
	record, err := h.spool.open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = record.Close() }()
	var start startRecord
	if _, err := readPart(record, startAt, &start); err != nil || start.Process.PID == 0 {
		t.Fatalf("%+v, %v", start, err)
	}
	return start.Process
}

// plainly is the time that the same stream takes through sha256sum.
func plainly(t *testing.T, program, kind string, size int64) time.Duration {
	t.Helper()
	begun := time.Now()
	if out, err := exec.Command("/bin/sh", "-c", `"$1" pour "$2" "$3" | sha256sum`, "sh", program, kind, strconv.FormatInt(size, 10)).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return time.Since(begun)
}

// peak is the greatest resident memory of a process, in KiB.
func peak(pid int) int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.Atoi(fields[0])
	return kib
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"æøå 日本\tx\n":     "æøå 日本\tx\n",
		"\x1b[31mred":     `\x1b[31mred`,
		"a\u202eb\u2066c": `a\u{202e}b\u{2066}c`,
		"\xff\xfe":        `\xff\xfe`,
		"\u009b\u200b":    `\u{9b}\u{200b}`,
		"a\rb\x00\x7f":    `a\x0db\x00\x7f`,
		"\u2028\ufeff":    `\u{2028}\u{feff}`,
	} {
		if got := visible([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := OneLine("a\nb\x1b" + strings.Repeat("x", 2000)); len([]rune(got)) != 1000 || strings.ContainsAny(got, "\n\x1b") {
		t.Errorf("%q", got)
	}
}

// TestCollectorKeepsHeadAndTail compares the ring with the plain truth for many ways of cutting a stream.
func TestCollectorKeepsHeadAndTail(t *testing.T) {
	stream := make([]byte, 3*keep+777)
	for i := range stream {
		stream[i] = 'a' + byte(i*i%26)
	}
	for _, length := range []int{0, 1, keep - 1, keep, keep + 1, 2*keep - 1, 2 * keep, 2*keep + 1, len(stream)} {
		for _, chunk := range []int{1 << 20, keep, keep + 1, 32 << 10, 4097, 1000} {
			c := newCollector(nil)
			for rest := stream[:length]; len(rest) > 0; {
				n := min(chunk, len(rest))
				_, _ = c.Write(rest[:n])
				rest = rest[n:]
			}
			out := c.output()
			head := string(stream[:min(length, keep)])
			tail := string(stream[max(min(length, keep), length-keep):length])
			if out.Head != head || out.Tail != tail || out.Length != int64(length) {
				t.Errorf("length %d in chunks of %d: head %d, tail %d, length %d", length, chunk, len(out.Head), len(out.Tail), out.Length)
			}
		}
	}
}
