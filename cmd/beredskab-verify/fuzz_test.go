package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"beredskab/internal/ledger"
)

// FuzzExport: whatever stands in an export, both verifiers give the same verdict
// and none falls over. The line of the end is written anew, so that a change is
// not found by that alone.
func FuzzExport(f *testing.F) {
	b := newBook(f, 3, 2)
	next := newKey(f)
	b.add(f, ledger.ActKeyReplace, "done", must(b.key.Replace(next, noon()))(f))
	b.key = next
	b.sign(f)
	data := b.export(f)
	f.Add(string(data[:bytes.LastIndex(data, []byte(`{"end"`))]))
	f.Add("{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		framing, entries := sha256.New(), 0
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"); strings.HasPrefix(line, `{"seq":`) {
				entries++
			} else {
				fmt.Fprintln(framing, line)
			}
		}
		end := fmt.Sprintf(`{"end":%d,"framing":"%s"}`+"\n", entries, hex.EncodeToString(framing.Sum(nil)))
		verdict(t, []byte(text+"\n"+end), "")
		verdict(t, []byte(text+end), b.first, b.checkpoints...)
	})
}

// FuzzCheckpoint: whatever is held against a log as a checkpoint kept outside,
// both verifiers agree on it, and take none but those that were signed.
func FuzzCheckpoint(f *testing.F) {
	b := newBook(f, 4, 2)
	data := b.export(f)
	for _, signed := range b.checkpoints {
		f.Add(signed)
	}
	f.Add("beredskab/731\n0\nAAAA\n\n— beredskab/731 AAAA\n")
	f.Fuzz(func(t *testing.T, note string) {
		if _, err := sizeOf(note); err != nil {
			return // the program does not begin with it
		}
		if said := verdict(t, data, b.first, note); said == "" && note != b.checkpoints[0] && note != b.checkpoints[1] {
			c, err := ledger.ReadCheckpoint(note)
			if root := b.trees[c.Size].Root(); err != nil || c.Root != root {
				t.Errorf("taken: %q", note)
			}
		}
	})
}
