package installed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// TestKnownHoles gives .ci/vulnerabilities lists of its own, laid out as the one
// at vuln.go.dev is, so that the way without a network is known to work before
// somebody needs it (S16).
func TestKnownHoles(t *testing.T) {
	if proof.Size(0, 1, 1) == 0 {
		return // reads the program's whole call graph
	}
	const module = "github.com/robfig/cron/v3"
	wrong := 0
	cases := []struct {
		name, symbol, events string
		found                bool
	}{
		{"called", "Parser.Parse", `{"introduced": "0"}`, true},
		{"mended", "Parser.Parse", `{"introduced": "0"}, {"fixed": "2.0.0"}`, false},
		{"not called", "Cron.Stop", `{"introduced": "0"}`, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out, err := look(t, holes(t, module, c.symbol, c.events))
			if found := err != nil && strings.Contains(out, "GO-2026-9001") && strings.Contains(out, c.symbol); found != c.found || !found && err != nil {
				wrong++
				t.Errorf("found %v, want %v: %v\n%s", found, c.found, err, out)
			}
		})
	}
	proof.Report(t, proof.Figure{
		ID: "S16", What: "known holes looked for without a network", Count: len(cases), Unit: "lists with an invented hole", Failed: wrong,
		Found: "the one that is called was found", Control: "one that is mended and one that is not called let it pass",
	})
}

// look runs the check on the package that uses the module.
func look(t *testing.T, database string) (string, error) {
	t.Helper()
	cmd := exec.Command(".ci/vulnerabilities", "./internal/schedule")
	cmd.Dir = proof.Root(t)
	cmd.Env = append(os.Environ(), "BEREDSKAB_VULNDB="+database)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// holes makes a list with one hole in it.
func holes(t *testing.T, module, symbol, events string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index/db.json":      `{"modified": "2026-01-01T00:00:00Z"}`,
		"index/modules.json": fmt.Sprintf(`[{"path": %q, "vulns": [{"id": "GO-2026-9001", "modified": "2026-01-01T00:00:00Z"}]}]`, module),
		"ID/GO-2026-9001.json": fmt.Sprintf(`{"schema_version": "1.3.1", "id": "GO-2026-9001", "modified": "2026-01-01T00:00:00Z",
			"published": "2026-01-01T00:00:00Z", "summary": "Invented", "details": "Invented for a test.",
			"affected": [{"package": {"name": %q, "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [%s]}],
				"ecosystem_specific": {"imports": [{"path": %q, "symbols": [%q]}]}}],
			"database_specific": {"url": "https://pkg.go.dev/vuln/GO-2026-9001", "review_status": "REVIEWED"}}`, module, events, module, symbol),
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
