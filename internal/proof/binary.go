package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Binary builds the program as it is released, without the race detector, with
// these build tags (none when empty), and gives its path. Fault tests kill,
// starve and cut off that program, not the test's own.
func Binary(t testing.TB, tags string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "beredskab")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags, "-o", path, "./cmd/beredskab")
	cmd.Dir = Root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return path
}

// Root is the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		t.Fatal("the repository's folder is not known: run the tests without -trimpath")
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}
