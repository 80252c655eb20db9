package followup

import (
	"bytes"
	"fmt"
	"strings"
)

// unified is the difference of two texts of which only the content of some lines
// differs, as diff -u writes it, with three lines around; empty when they are
// the same.
func unified(file string, before, after []byte) string {
	old, new := bytes.SplitAfter(before, []byte("\n")), bytes.SplitAfter(after, []byte("\n"))
	if len(old[len(old)-1]) == 0 { // behind a last line break stands no line
		old, new = old[:len(old)-1], new[:len(new)-1]
	}
	var out strings.Builder
	for i := 0; i < len(old); i++ {
		if bytes.Equal(old[i], new[i]) {
			continue
		}
		end := hunkEnd(old, new, i)
		if out.Len() == 0 {
			fmt.Fprintf(&out, "--- a/%s\n+++ b/%s\n", file, file)
		}
		hunk(&out, old[:end], new[:end], max(0, i-around))
		i = end - 1
	}
	return out.String()
}

const around = 3

// hunkEnd is behind the last line of the hunk that begins with a changed line.
func hunkEnd(old, new [][]byte, first int) int {
	last := first
	for i := first; i < len(old) && i <= last+2*around; i++ {
		if !bytes.Equal(old[i], new[i]) {
			last = i
		}
	}
	return min(len(old), last+1+around)
}

func hunk(out *strings.Builder, old, new [][]byte, from int) {
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", from+1, len(old)-from, from+1, len(old)-from)
	line := func(sign byte, text []byte) {
		out.WriteByte(sign)
		out.Write(text)
		if !bytes.HasSuffix(text, []byte("\n")) {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
	for i := from; i < len(old); {
		if bytes.Equal(old[i], new[i]) {
			line(' ', old[i])
			i++
			continue
		}
		end := i
		for end < len(old) && !bytes.Equal(old[end], new[end]) {
			end++
		}
		for _, text := range old[i:end] {
			line('-', text)
		}
		for _, text := range new[i:end] {
			line('+', text)
		}
		i = end
	}
}
