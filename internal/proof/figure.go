package proof

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Figure is what one fault test found.
type Figure struct {
	ID      string `json:"id"`      // R1 … R22, S1 … S20, A1 … A8
	What    string `json:"what"`    // "killed at random moments", shown beside the ID
	Seed    uint64 `json:"seed"`    // 0: nothing was drawn
	Count   int    `json:"count"`   // rounds, cycles, cases
	Unit    string `json:"unit"`    // what Count counts: "kills"
	Failed  int    `json:"failed"`  // of Count
	Found   string `json:"found"`   // "0 lost, 0 second starts, 0 stuck"
	Control string `json:"control"` // how the failing control failed: "NORMAL lost 412 rows"
}

// Report prints the figure as one line and fails the test when something failed.
// Where BEREDSKAB_FIGURES names a file, the figure is also added to it.
func Report(t testing.TB, f Figure) {
	t.Helper()
	line := fmt.Sprintf("%s %s: %d %s, %d passed, %d failed; %s", f.ID, f.What, f.Count, f.Unit, f.Count-f.Failed, f.Failed, f.Found)
	if f.Control != "" {
		line += "; control: " + f.Control
	}
	if f.Seed != 0 {
		line += fmt.Sprintf("; seed %d", f.Seed)
	}
	fmt.Println(line)
	if f.Failed > 0 || f.Count == 0 {
		t.Errorf("%s %s failed", f.ID, f.What)
	}
	if name := os.Getenv("BEREDSKAB_FIGURES"); name != "" {
		if err := add(name, f); err != nil {
			t.Errorf("keeping the figure of %s: %v", f.ID, err)
		}
	}
}

// add appends one line; a write of one line is not torn by another process's.
func add(name string, f Figure) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return json.NewEncoder(file).Encode(f)
}

// Size picks how much a test does in this set: «fast» (make test, the default),
// «check» (make check) or «torture» (make torture), by BEREDSKAB_SET.
func Size(fast, check, torture int) int {
	switch os.Getenv("BEREDSKAB_SET") {
	case "torture":
		return torture
	case "check":
		return check
	default:
		return fast
	}
}

// Seed gives the number that a test's chance starts from. Each commit and CI use
// the same one, so that a red test means the change; torture draws a new one, to
// find what nobody has seen yet. BEREDSKAB_SEED plays a failure again.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := uint64(Size(20261123, 20261123, rand.IntN(1<<62)|1))
	if given := os.Getenv("BEREDSKAB_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("BEREDSKAB_SEED: %v", err)
		}
	}
	t.Logf("seed %d", seed)
	return seed
}

// Await looks until want is true, at most that long, and says whether it was. It
// is for what another process does, where nothing here says when; the limit is
// for what hangs, so let it be generous.
func Await(limit time.Duration, want func() bool) bool {
	for end := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		if want() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
