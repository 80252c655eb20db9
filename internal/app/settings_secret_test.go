package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/app"
)

// A secret in a settings file that everybody can read is refused, and named
// without being told; the same file is taken once only its owner and group read
// it, and one without secrets may be open (S17).
func TestSettingsWithSecretsForEverybody(t *testing.T) {
	const canary = "kanariefugl-7c1"
	for name, c := range map[string]struct {
		text    string
		mode    os.FileMode
		refused bool
	}{
		"database":               {"database: postgres://b:" + canary + "@localhost/b\n", 0o644, true},
		"target":                 {"targets: [{name: a, driver: postgres, url: 'postgres://b:" + canary + "@localhost/b'}]\n", 0o644, true},
		"webhook":                {"channels: [{name: a, kind: webhook, url: 'https://localhost/h?sig=" + canary + "'}]\n", 0o604, true},
		"password in the query":  {"database: postgres://b@localhost/b?password=" + canary + "\n", 0o644, true},
		"for its group only":     {"database: postgres://b:" + canary + "@localhost/b\n", 0o640, false},
		"no secret":              {"database: postgres://b@localhost/b?sslmode=require&sslrootcert=x\n", 0o644, false},
		"file beside, named":     {"database: postgres://b@localhost/b\ndatabase_password_file: p\n", 0o644, false},
		"a name like a password": {"node: " + canary + "\n", 0o644, false},
	} {
		file := filepath.Join(t.TempDir(), "beredskab.yaml")
		if err := errors.Join(os.WriteFile(file, []byte(c.text), 0o600), os.Chmod(file, c.mode)); err != nil {
			t.Fatal(err)
		}
		_, err := app.Load(map[string]string{"config": file}, func(string) (string, bool) { return "", false }, t.TempDir())
		if errors.Is(err, app.ErrSettings) != c.refused || (err != nil && !c.refused) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "chmod 640") || strings.Contains(err.Error(), canary)) {
			t.Errorf("%s: no way out, or it tells the secret: %v", name, err)
		}
	}
}
