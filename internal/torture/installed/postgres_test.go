package installed

import (
	"strings"
	"testing"

	"beredskab/internal/store/pgtest"
)

// What the operator's guide has typed into PostgreSQL is taken, in this order, by
// a real one. It has no standby, so the setting that waits for one is taken back
// at once.
func TestGuideOnPostgreSQL(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	statements := strings.Split(strings.Join(blocks(t, "sql"), "\n"), ";")
	if len(statements) < 8 {
		t.Fatalf("only %d statements were found on the page", len(statements))
	}
	for _, s := range statements {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if _, err := cluster.Query("postgres", s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if waits, err := cluster.Query("postgres", "ALTER SYSTEM RESET synchronous_standby_names"); err != nil {
		t.Error(waits, err)
	}
}
