package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestFullSpoolRefuses is F9 and F10: the space for the end is taken at the beginning, or nothing starts.
func TestFullSpoolRefuses(t *testing.T) {
	h, _ := newHost(t)
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", 0, "size=64k,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(h.options.Spool, 0) })
	file := filepath.Join(t.TempDir(), "ran")
	c := shell(t, `echo x > "$1"`, file)
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrRefused) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Error("the command ran")
	}
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", syscall.MS_REMOUNT, "size=1m"); err != nil {
		t.Fatal(err)
	}
	if res, err := h.Run(context.Background(), c); err != nil || res.Outcome != OK {
		t.Errorf("after there is space again: %+v, %v", res, err)
	}
	h.Close() // a waiting supervisor holds a record open for writing
	if err := syscall.Mount("tmpfs", h.options.Spool, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	c.Attempt.Number = 2
	if _, err := h.Run(context.Background(), c); !errors.Is(err, ErrRefused) || !errors.Is(err, syscall.EROFS) {
		t.Error(err)
	}
}

func TestOpenRefusesBadSpool(t *testing.T) {
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", "spool", open, "/dev/null/spool"} {
		if _, err := Open(Options{Spool: dir}); err == nil {
			t.Errorf("spool %q was accepted", dir)
		}
	}
}

func TestFolderNeverLeavesTheSpool(t *testing.T) {
	s := &spool{dir: "/spool"}
	seen := map[string]string{}
	for _, name := range []string{"a", "b", "../x", "..", ".", "", "a/b", "a~b", "a~b~1", "a\x00", strings.Repeat("x", 300), "æ"} {
		for _, other := range []string{"a", "b~1", "..", ""} {
			dir := s.name(Attempt{Run: name, Step: other, Number: 1})
			if filepath.Dir(dir) != "/spool" || filepath.Clean(dir) != dir {
				t.Errorf("%q: %s", name, dir)
			}
			key := fmt.Sprintf("%q %q", name, other)
			if seen[dir] != "" {
				t.Errorf("%s and %s share %s", key, seen[dir], dir)
			}
			seen[dir] = key
		}
	}
}

// TestDamagedRecord is R17: a flipped bit of a record leads to the same answer or to an error, never to another answer.
func TestDamagedRecord(t *testing.T) {
	h, _ := newHost(t)
	c := shell(t, `echo hello; exit 5`)
	want, err := h.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	path := h.spool.name(c.Attempt)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []int{startAt, endAt, lengthAt} {
		for at := from; at < from+1200 && at < headAt+16; at += 5 {
			bad := append([]byte(nil), good...)
			bad[at] ^= 4
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			res, err := h.Adopt(context.Background(), c.Attempt)
			if err != nil && errors.Is(err, ErrUnknown) {
				continue
			}
			if err != nil || res.ExitCode != want.ExitCode || res.Outcome != want.Outcome || !res.Ended.Equal(want.Ended) {
				t.Fatalf("byte %d: %+v, %v", at, res, err)
			}
			if res.Output.Head != want.Output.Head && !strings.Contains(res.Message, "damaged") {
				t.Fatalf("byte %d: the output changed silently: %+v", at, res)
			}
		}
	}
}

// TestGigabyte is R10 and F24: memory stays flat, and head, tail, length and hash are right.
func TestGigabyte(t *testing.T) {
	h, started := newHost(t)
	path := fifo(t)
	c := shell(t, `head -c 1073741824 /dev/zero; read x < "$1"; printf end`, path)
	most := make(chan int, 1)
	go func() {
		p := <-started
		file, err := os.OpenFile(path, os.O_WRONLY, 0) // opens when the command reads, after it has written all
		if err != nil {
			panic(err)
		}
		most <- peak(p.PID)
		_, _ = file.WriteString("go\n")
		_ = file.Close()
	}()
	res, err := h.Run(context.Background(), c)
	if err != nil || res.Outcome != OK || res.Output.Length != 1<<30+3 {
		t.Fatalf("%v %s %d %v", res.Outcome, res.Message, res.Output.Length, err)
	}
	// What sha256sum says of a gigabyte of zeros and "end".
	if res.Output.SHA256 != "4efa76c6ff84f6c48910f9e2d10f4703f4f03fb833a143544ae13db17f165c33" {
		t.Error("the hash is wrong")
	}
	if want := strings.Repeat(`\x00`, keep-3) + "end"; res.Output.Tail != want {
		t.Error("the tail is wrong")
	}
	// The race detector multiplies memory, so that this bound is wider than what we promise (64 MiB).
	if kib := <-most; kib > 256<<10 {
		t.Errorf("the supervisor took %d KiB", kib)
	}
}

// peak is the greatest resident memory of a process, in KiB.
func peak(pid int) int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, _ := strconv.Atoi(strings.Fields(rest)[0])
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
