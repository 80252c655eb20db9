package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"beredskab/internal/app"
)

// FuzzSettings: a file of settings is refused by name, or gives settings that
// stand by themselves: whole paths, and the same when read again.
func FuzzSettings(f *testing.F) {
	for _, text := range []string{
		"dir: state\nplans: planer\nparallel: 4\n", "allow: {hosts: [127.0.0.1:5432], paths: [/srv]}", "targets: [{name: a, driver: sqlite, file: x.db}]",
		"channels: [{name: mail, kind: mail, host: localhost, port: 25, from: a@b.test}]", "channels: [{name: a, kind: folder, dir: ud, fallback: a}]",
		"min_free: 5%,500MiB", "min_free: 999%", "min_free: -1", "listen: off", "listen: 0.0.0.0:1", "database: postgres://a:b@h/x", "database: postgres://%zz",
		"", "dir: [", "dir: {a: b}", "&a [*a]", "parallel: 1e9", "parallel: -1", "node: \"\\u202e\"", "\xff", "dir: ~", "ukendt: 1", "channels: {a: b}", "dir: \"a\\0b\"",
	} {
		f.Add(text)
	}
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(root, "beredskab.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		load := func() (*app.Settings, error) {
			return app.Load(map[string]string{"config": file}, func(string) (string, bool) { return "", false }, root)
		}
		s, err := load()
		if err != nil {
			if !errors.Is(err, app.ErrSettings) || len(err.Error()) > 10_000+100*len(text) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for _, path := range []string{s.Dir, s.Plans, s.Actions, s.Texts, s.Secret} {
			if path != "" && !filepath.IsAbs(path) {
				t.Errorf("%q: path %q", text, path)
			}
		}
		again, err := load()
		if err != nil || !reflect.DeepEqual(again.List(), s.List()) || s.Parallel < 0 || s.Dir == "" || s.Node == "" {
			t.Errorf("%q: %+v, and then %+v (%v)", text, s, again, err)
		}
	})
}
