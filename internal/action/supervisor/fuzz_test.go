package supervisor

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzRecord: a record of the spool with any bytes in it is read as what was
// written, as nothing, or as damaged; never as something else, and never as more
// than it can hold.
func FuzzRecord(f *testing.F) {
	part := func(write func(*os.File) error) []byte {
		file := record(f, nil)
		if err := write(file); err != nil {
			f.Fatal(err)
		}
		body, err := os.ReadFile(file.Name())
		if err != nil {
			f.Fatal(err)
		}
		return body
	}
	whole := part(func(file *os.File) error {
		return writePart(file, startAt, startRecord{Attempt: Attempt{Run: "2026-07", Step: "gendan", Number: 1}, WorkDir: "/tmp/x", Fences: []string{"pid"}})
	})
	f.Add(whole, []byte("output\x1b[31m"), int64(12))
	f.Add(whole[:100], []byte{0xff}, int64(-1))
	f.Add([]byte{}, []byte{}, int64(0))
	f.Add(part(func(file *os.File) error { return writePart(file, startAt, endRecord{Outcome: OK, Length: 3}) }), []byte("abc"), int64(1<<62))
	f.Fuzz(func(t *testing.T, head, output []byte, length int64) {
		file := record(t, head)
		var start startRecord
		if there, err := readPart(file, startAt, &start); there && err == nil {
			mustStay(t, start)
		}
		c := newCollector(file)
		_, _ = c.Write(output)
		if length >= 0 {
			c.length = length // as a file that lies about it
			_, _ = c.Write(nil)
		}
		said, sum, err := readOutput(file)
		if err != nil || length < 0 && (said.Length != int64(len(output)) || said.Head != visible(output[:min(len(output), keep)])) {
			t.Errorf("%d bytes are read as %d (%v)", len(output), said.Length, err)
		}
		if len(sum) != 64 || hidden(said.Head) || hidden(said.Tail) || len(said.Head) > 10*keep || len(said.Tail) > 10*keep {
			t.Errorf("hash %q, %d and %d bytes shown", sum, len(said.Head), len(said.Tail))
		}
	})
}

// record is a spare record with these bytes at its beginning.
func record(t testing.TB, head []byte) *os.File {
	t.Helper()
	file, err := os.CreateTemp("/dev/shm", "record-") // in memory: a fuzz target should be fast
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = os.Remove(file.Name()), file.Close() })
	if err := file.Truncate(recordSize); err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(head[:min(len(head), lengthAt)], startAt); err != nil {
		t.Fatal(err)
	}
	return file
}

// mustStay writes what was read and reads it again.
func mustStay(t *testing.T, start startRecord) {
	t.Helper()
	file := record(t, nil)
	var again startRecord
	if err := writePart(file, startAt, start); err != nil {
		return // it was longer than its place: as JSON it may be written longer than it was
	}
	if there, err := readPart(file, startAt, &again); !there || err != nil || !reflect.DeepEqual(again, start) {
		t.Errorf("%+v is read as %+v (%v)", start, again, err)
	}
}

// hidden tells whether something in the text can act on a terminal or reorder a
// line.
func hidden(text string) bool {
	return !utf8.ValidString(text) || strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
	}) >= 0
}

// FuzzOutput: however a command cuts its output into writes, its head, tail,
// length and hash are those of the whole, and nothing of it acts on a terminal.
func FuzzOutput(f *testing.F) {
	f.Add([]byte("line\nother\ttab\n"), uint16(1), uint8(3))
	f.Add([]byte("\x1b]0;title\x07\u202eabc\u200b\xff\xfe\x00\x7f\u009b31m"), uint16(4000), uint8(7))
	f.Add([]byte("é"), uint16(40000), uint8(1))
	f.Fuzz(func(t *testing.T, piece []byte, times uint16, cut uint8) {
		if len(piece) > 1<<10 {
			piece = piece[:1<<10]
		}
		whole := bytes.Repeat(piece, min(int(times), 4*keep/max(len(piece), 1)))
		c := newCollector(nil)
		for rest := whole; len(rest) > 0; {
			n := min(len(rest), 1+int(cut)*997)
			if wrote, err := c.Write(rest[:n]); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		got, sum := c.output(), sha256.Sum256(whole)
		head, tail := whole[:min(len(whole), keep)], whole[min(len(whole), keep):]
		tail = tail[max(0, len(tail)-keep):]
		if got.Length != int64(len(whole)) || got.SHA256 != hex.EncodeToString(sum[:]) || got.Head != visible(head) || got.Tail != visible(tail) {
			t.Errorf("%d bytes: length %d, head %d, tail %d", len(whole), got.Length, len(got.Head), len(got.Tail))
		}
		if hidden(got.Head) || hidden(got.Tail) {
			t.Errorf("%q keeps a hidden character", piece)
		}
		if line := OneLine(string(piece)); hidden(line) || strings.ContainsAny(line, "\n\t") || utf8.RuneCountInString(line) > 1000 || OneLine(line) != line {
			t.Errorf("%q on one line is %q", piece, line)
		}
	})
}
