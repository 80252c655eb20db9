package crash

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"beredskab/internal/proof"
	"beredskab/internal/store/pgtest"
)

// programs hands the folder of the built programs from TestMain to the tests.
const programs = "BEREDSKAB_TEST_PROGRAMS"

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "beredskab-crash-")
	if err == nil {
		err = os.Setenv(programs, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := pgtest.Main(m)
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// program builds the released program with these tags, once for all tests here.
func program(t *testing.T, tags string) string {
	t.Helper()
	path := filepath.Join(os.Getenv(programs), "beredskab-"+tags)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path
	}
	if err := os.Link(proof.Binary(t, tags), path); err != nil {
		t.Fatal(err)
	}
	return path
}
