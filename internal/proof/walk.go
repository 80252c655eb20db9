package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
)

// Walk lets a browser walk through pages, as a script of .ci/pages says: it is given the
// address of the pages, a folder for pictures, and what it is told, as JSON. Lines are what
// the walk writes; problems is what it said beside them, and empty when it came to its end.
func Walk[T any](t testing.TB, script, origin, folder string, told any) (lines []T, problems string) {
	t.Helper()
	in, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(Root(t), ".ci", "pages", script), origin, folder)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &said
	if err := cmd.Run(); err != nil && out.Len() == 0 || said.Len() > 0 {
		problems = fmt.Sprintf("%s: %v\n%s\n.ci/setup pages installs what it needs", script, err, &said)
	}
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var line T
		if err := decoder.Decode(&line); err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		lines = append(lines, line)
	}
	return lines, problems
}
