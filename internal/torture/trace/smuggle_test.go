package trace_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// smuggled are more than 100 texts that would begin a line of their own, or hide one,
// where somebody writes them into a log as they are.
func smuggled() (list []string) {
	for _, end := range []string{"\n", "\r\n", "\r", "\u2028", "\u2029", "\u0085", "\v", "\f", "\x00", "\x1b[2K\x1b[1A", "\u202e", "\b\b\b\b", "\\n", "\"}\n{", "%0a"} {
		for _, line := range []string{
			"time=2026-11-23T09:00:00Z level=INFO msg=forged", `{"act":"plan.approve","actor":"p-2","outcome":"done"}`, "2026-11-23 09:00 p-2 approved everything",
			"beredskab: 0 problems", "-- eksempelkommune.dk/log\n12\nAAAA=\n", "</pre><script>alert(1)</script>", "\x1b]0;owned\a",
		} {
			list = append(list, "ringede"+end+line)
		}
	}
	return list
}

// TestSmuggledLines is S18: each text as the name of who acts, in an act that is
// refused, and as a remark of one that is done. An act is one entry, an entry one line
// that says exactly what was written, and so it is in the export and in the program's
// own log.
func TestSmuggledLines(t *testing.T) {
	w := newTown(t)
	p := w.set.Plans[0]
	run, err := w.reg.Open(t.Context(), as("itchef"), register.Opening{System: p.ID, Drill: p.Drills[0].ID})
	w.ok(err)
	before, failed, naive := len(w.entries(0)), 0, 0
	var journal, plain bytes.Buffer
	log := slog.New(slog.NewTextHandler(&journal, nil))
	for _, evil := range smuggled() {
		seen := len(w.entries(0))
		_ = w.reg.Note(t.Context(), door.Actor{Name: evil, Assurance: "login", Via: evil}, run, "", "x")
		if _, err := w.office.AddPerson(t.Context(), door.Actor{Name: evil, Assurance: "login", Via: evil}, rights.Person{Name: "x"}); err == nil {
			t.Errorf("%q may add persons", evil)
		} else {
			log.Error("an act was refused", "error", err, "by", evil)
		}
		w.ok(w.reg.Note(t.Context(), as("itchef"), run, "", evil))
		added := w.entries(int64(seen))
		if len(added) != 3 {
			failed++
			t.Errorf("%q: 3 acts made %d entries", evil, len(added))
		}
		said := false
		for _, e := range added {
			var body map[string]any
			if bytes.ContainsAny(e.Bytes, "\n\r\x00\x1b") || json.Unmarshal(e.Bytes, &body) != nil {
				failed++
				t.Errorf("%q stands in the log as %q", evil, e.Bytes)
			}
			said = said || body["actor"] == evil || e.Actor == evil
		}
		if !said {
			failed++
			t.Errorf("the log does not say that it was %q", evil)
		}
		fmt.Fprintf(&plain, "note %s\n", evil)
	}
	naive = strings.Count(plain.String(), "\n") - len(smuggled())
	if lines := strings.Count(journal.String(), "\n"); lines != len(smuggled()) || strings.ContainsAny(journal.String(), "\x00\x1b\r\u2028\u202e") {
		failed++
		t.Errorf("%d lines in the program's log for %d errors", lines, len(smuggled()))
	}
	var export bytes.Buffer
	if _, err := w.notary.Export(t.Context(), as("itchef"), &export); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(export.String()) {
		if !json.Valid([]byte(line)) || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\n\r\x00\x1b") {
			failed++
			t.Errorf("the export has the line %q", line)
		}
	}
	if verdict, err := w.notary.Audit(t.Context()); err != nil || len(w.entries(0)) < before+3*len(smuggled()) {
		t.Errorf("the log afterwards: %+v, %v", verdict, err)
	}
	proof.Report(t, proof.Figure{
		ID: "S18", What: "texts that forge lines of the log", Count: 3 * len(smuggled()), Unit: "acts", Failed: failed,
		Found: "one entry an act, one line an entry, and in it what was written", Control: fmt.Sprintf("written as they are they make %d lines more", naive),
	})
}
