package fault_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/fault"
)

// A released program pays nothing for its named moments: the compiler has put the
// empty body in the place of every call, so that neither the function nor the
// name of a moment is in it. The program of the crash tests shows that both would
// be seen, and that it dies at the moment.
func TestPointsAreNotInTheReleasedProgram(t *testing.T) {
	for tags, want := range map[string]bool{"": false, "faults": true} {
		program := filepath.Join(t.TempDir(), "one")
		if out, err := exec.Command("go", "build", "-trimpath", "-tags", tags, "-o", program, "./testdata/one").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		symbols, err := exec.Command("go", "tool", "nm", program).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(symbols), "internal/fault.Point"); got != want {
			t.Errorf("tags %q: the function is in the program: %v", tags, got)
		}
		named := exec.Command("grep", "--quiet", "--text", "--fixed-strings", "one.moment", program).Run() == nil
		if named != want {
			t.Errorf("tags %q: the name is in the program: %v", tags, named)
		}
		run := exec.Command(program)
		run.Env = []string{"BEREDSKAB_FAULT_LOG=" + filepath.Join(t.TempDir(), "log"), "BEREDSKAB_FAULT=one.moment:1"}
		if killed := run.Run() != nil; killed != want {
			t.Errorf("tags %q: it is killed at its moment: %v", tags, killed)
		}
	}
}

// The program of this test is a released one, too.
func TestPointDoesNothing(t *testing.T) {
	t.Setenv("BEREDSKAB_FAULT_LOG", "/nonexistent/log")
	t.Setenv("BEREDSKAB_FAULT", "one.moment:1")
	fault.Point("one.moment")
	if list := fault.Environ(); len(list) > 0 {
		t.Errorf("children are told of %q", list)
	}
}
