package app_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/app"
)

// desk is a place to load settings in: files, flags and an environment of its
// own. Nothing from around the test gets in.
type desk struct {
	t     *testing.T
	root  string
	flags map[string]string
	env   map[string]string
}

func newDesk(t *testing.T) *desk {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, root: root, flags: map[string]string{}, env: map[string]string{}}
}

func (d *desk) path(name string) string { return filepath.Join(d.root, name) }

// write puts a file below the root; only its owner may read it.
func (d *desk) write(name, text string) string {
	d.t.Helper()
	path := d.path(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d *desk) load(workDir string) (*app.Settings, error) {
	return app.Load(d.flags, func(name string) (string, bool) { value, ok := d.env[name]; return value, ok }, d.path(workDir))
}

func (d *desk) must(workDir string) *app.Settings {
	d.t.Helper()
	s, err := d.load(workDir)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// shown gives every setting as `config show` lists it.
func shown(s *app.Settings) map[string]app.Setting {
	all := map[string]app.Setting{}
	for _, one := range s.List() {
		all[one.Key] = one
	}
	return all
}

// Each key is taken from the flag, else the environment, else the file, else
// the default, and the list says which it was.
func TestPrecedenceOfEverySetting(t *testing.T) {
	keys := map[string][3]string{ // file, environment, flag
		"dir":                    {"a", "b", "c"},
		"plans":                  {"a", "b", "c"},
		"actions":                {"a", "b", "c"},
		"texts":                  {"a", "b", "c"},
		"node":                   {"one", "two", "three"},
		"database":               {"postgres://h/one", "postgres://h/two", "postgres://h/three"},
		"database_password_file": {"a", "b", "c"},
		"parallel":               {"1", "2", "3"},
	}
	paths := []string{"dir", "plans", "actions", "texts", "database_password_file"}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		t.Run(key, func(t *testing.T) {
			d := newDesk(t)
			file := d.write("etc/beredskab.yaml", "")
			d.env["HOME"], d.flags["config"] = d.path("home"), file
			variable := "BEREDSKAB_" + strings.ToUpper(key)
			from := func(place, value string) string {
				if slices.Contains(paths, key) {
					return d.path(place + "/" + value)
				}
				return value
			}
			expect := func(value, origin string) {
				t.Helper()
				if got := shown(d.must("work"))[key]; got.Origin != origin || (value != "" && got.Value != value) {
					t.Errorf("%s is %q from %q; want %q from %q", key, got.Value, got.Origin, value, origin)
				}
			}
			expect("", "default")
			d.env[variable] = "" // an empty variable is as good as none
			expect("", "default")
			d.write("etc/beredskab.yaml", key+": "+keys[key][0]+"\n")
			expect(from("etc", keys[key][0]), file)
			d.env[variable] = keys[key][1]
			expect(from("work", keys[key][1]), "environment "+variable)
			d.flags[key] = keys[key][2]
			expect(from("work", keys[key][2]), "flag --"+key)
		})
	}
}

// The file is looked for in one order; the first that is there counts.
func TestWhereTheSettingsFileIsSought(t *testing.T) {
	const state = "srv/plans/.beredskab"
	for _, c := range []struct {
		name       string
		files      []string
		flags, env map[string]string
		want       string
	}{
		{"the flag", []string{"own.yaml", "env.yaml", "work/beredskab.yaml"}, map[string]string{"config": "../own.yaml"}, map[string]string{"BEREDSKAB_CONFIG": "../env.yaml"}, "own.yaml"},
		{"the environment", []string{"env.yaml", "work/beredskab.yaml"}, nil, map[string]string{"BEREDSKAB_CONFIG": "../env.yaml"}, "env.yaml"},
		{"an empty variable", []string{"work/beredskab.yaml"}, nil, map[string]string{"BEREDSKAB_CONFIG": ""}, "work/beredskab.yaml"},
		{"the state folder", []string{state + "/beredskab.yaml", "srv/plans/beredskab.yaml", "work/beredskab.yaml"}, map[string]string{"dir": "../" + state}, nil, state + "/beredskab.yaml"},
		{"beside the state folder", []string{"srv/plans/beredskab.yaml", "work/beredskab.yaml"}, map[string]string{"dir": "../" + state}, nil, "srv/plans/beredskab.yaml"},
		{"the state folder of the environment", []string{"srv/plans/beredskab.yaml"}, nil, map[string]string{"BEREDSKAB_DIR": "../" + state}, "srv/plans/beredskab.yaml"},
		{"a state folder never looks around", []string{"srv/beredskab.yaml", "work/beredskab.yaml", "xdg/beredskab/beredskab.yaml"}, map[string]string{"dir": "../srv/data"}, nil, ""},
		{"this folder", []string{"work/beredskab.yaml", "beredskab.yaml"}, nil, nil, "work/beredskab.yaml"},
		{"a folder above", []string{"beredskab.yaml", "xdg/beredskab/beredskab.yaml"}, nil, nil, "beredskab.yaml"},
		{"a folder of that name is none", []string{"work/beredskab.yaml/x", "beredskab.yaml"}, nil, nil, "beredskab.yaml"},
		{"the user's", []string{"xdg/beredskab/beredskab.yaml", "home/.config/beredskab/beredskab.yaml"}, nil, nil, "xdg/beredskab/beredskab.yaml"},
		{"the user's without a variable", []string{"home/.config/beredskab/beredskab.yaml"}, nil, map[string]string{"XDG_CONFIG_HOME": ""}, "home/.config/beredskab/beredskab.yaml"},
		{"none", nil, nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			for _, file := range c.files {
				d.write(file, "parallel: 3\n")
			}
			d.env["XDG_CONFIG_HOME"], d.env["HOME"] = d.path("xdg"), d.path("home")
			maps.Copy(d.env, c.env)
			d.flags = c.flags
			s := d.must("work")
			want := ""
			if c.want != "" {
				want = d.path(c.want)
			}
			if s.File != want {
				t.Errorf("read %q, want %q", s.File, want)
			}
		})
	}
}

func TestPathsCountFromTheFileThatNamesThem(t *testing.T) {
	d := newDesk(t)
	d.write("etc/beredskab.yaml", `
dir: state
plans: p
actions: a.yaml
texts: t
database: postgres://h/db
database_password_file: pw
allow: {paths: [dumps, /abs]}
targets:
  - {name: one, driver: sqlite, file: one.db, password_file: onepw}
channels:
  - {name: s, kind: slack, token_file: tok, webhook_file: hook}
  - {name: m, kind: mail, password_file: mpw}
  - {name: w, kind: webhook, secret_files: [k1, k2]}
  - {name: f, kind: folder, dir: out}
`)
	d.flags["config"] = "../etc/beredskab.yaml"
	s := d.must("work")
	got := []string{
		s.Dir, s.Plans, s.Actions, s.Texts, s.Secret, s.Allow.Paths[0], s.Targets[0].File, s.Targets[0].PasswordFile,
		s.Channels[0].TokenFile, s.Channels[0].WebhookFile, s.Channels[1].PasswordFile, s.Channels[2].SecretFiles[0], s.Channels[2].SecretFiles[1], s.Channels[3].Dir,
	}
	for i, name := range []string{"state", "p", "a.yaml", "t", "pw", "dumps", "one.db", "onepw", "tok", "hook", "mpw", "k1", "k2", "out"} {
		if want := d.path("etc/" + name); got[i] != want {
			t.Errorf("%s became %q, want %q", name, got[i], want)
		}
	}
	if s.Allow.Paths[1] != "/abs" {
		t.Errorf("an absolute path became %q", s.Allow.Paths[1])
	}
}

func TestDefaultsOfFolders(t *testing.T) {
	d := newDesk(t)
	d.env["HOME"] = d.path("home")
	d.write("repo/beredskab.yaml", "parallel: 2\n")
	if s := d.must("repo/plans"); s.Dir != d.path("repo/.beredskab") || s.Plans != d.path("repo/plans") || s.Node == "" {
		t.Errorf("beside a file: %q, %q, node %q", s.Dir, s.Plans, s.Node)
	}
	if s := d.must("alone"); s.Dir != d.path("home/.local/state/beredskab") || s.Plans != d.path("alone/plans") {
		t.Errorf("without a file: %q, %q", s.Dir, s.Plans)
	}
	d.write("other/plans/organisation.yaml", "")
	if s := d.must("other"); s.Dir != d.path("other/.beredskab") {
		t.Errorf("beside plans: %q", s.Dir)
	}
	d.env["XDG_STATE_HOME"] = d.path("state")
	if s := d.must("alone"); s.Dir != d.path("state/beredskab") {
		t.Errorf("with a state folder of the user: %q", s.Dir)
	}
}

// What cannot be used is refused with its place and what to write instead.
func TestSettingsThatCannotBeUsed(t *testing.T) {
	for _, c := range []struct {
		name, file string
		flags, env map[string]string
		want       []string
	}{
		{"unknown key", "node: a\ncolour: red\n", nil, nil, []string{":2:1: ", `unknown key "colour"`, "config show"}},
		{"unknown key of a channel", "node: a\nchannels:\n  - {name: f, kind: folder, dir: x}\n  - name: m\n    kind: mail\n    hots: h\n", nil, nil, []string{":6:5: ", `unknown key "hots"`}},
		{"a key that is known elsewhere", "channels:\n  - {name: m, kind: mail, host: h}\nallow:\n  hosts: []\n  host: h\n", nil, nil, []string{":5:3: ", `unknown key "host"`}},
		{"unknown key within a line", "targets: [{name: a, driver: sqlite, file: x, mode: rw}]\n", nil, nil, []string{":1:46: ", `unknown key "mode"`}},
		{"no YAML", "node: [a\n", nil, nil, []string{"beredskab.yaml: ", "line 1"}},
		{"a key twice", "node: a\nnode: b\n", nil, nil, []string{"beredskab.yaml: ", "line 2", "already"}},
		{"a list for a text", "node: [a]\n", nil, nil, []string{":1:1: ", "node: ", "string"}},
		{"a word for a number", "node: a\nparallel: many\n", nil, nil, []string{":2:1: ", `"many" is no whole number`}},
		{"a half number", "parallel: 8x\n", nil, nil, []string{`"8x" is no whole number`}},
		{"a word in the environment", "", nil, map[string]string{"BEREDSKAB_PARALLEL": "x"}, []string{"environment BEREDSKAB_PARALLEL: ", `"x" is no whole number`}},
		{"a word in a flag", "", map[string]string{"parallel": "y"}, nil, []string{"flag --parallel: ", `"y" is no whole number`}},
		{"a port that is a word", "channels:\n  - name: m\n    kind: mail\n    port: smtp\n", nil, nil, []string{":4:5: ", "no whole number"}},
		{"below zero", "parallel: -1\n", nil, nil, []string{"beredskab.yaml: ", "parallel is -1", "such as 8"}},
		{"a kind of channel", "channels: [{name: a, kind: pigeon}]\n", nil, nil, []string{`channel "a" has kind "pigeon"`, "slack, mail, teams, sms, webhook or folder"}},
		{"a channel without name", "channels: [{kind: folder}]\n", nil, nil, []string{"has no name", "name: slack"}},
		{"two of one name", "channels: [{name: a, kind: folder}, {name: a, kind: mail}]\n", nil, nil, []string{`two channels are called "a"`}},
		{"a driver", "targets: [{name: a, driver: mysql}]\n", nil, nil, []string{`driver "mysql"`, "sqlite or postgres"}},
		{"two targets", "targets: [{name: a, driver: sqlite, file: x}, {name: a, driver: sqlite, file: y}]\n", nil, nil, []string{`two targets are called "a"`}},
		{"a target without file", "targets: [{name: a, driver: sqlite}]\n", nil, nil, []string{"has no file", "file: "}},
		{"a target without address", "targets: [{name: a, driver: postgres, file: x}]\n", nil, nil, []string{"has no address", "postgres://"}},
		{"another database", "database: mysql://user:hemmelig@h/db\n", nil, nil, []string{"postgres://user@host/name"}},
		{"a database in words", "database: host=h password=hemmelig\n", nil, nil, []string{"postgres://user@host/name"}},
		{"no such file", "", map[string]string{"config": "../missing.yaml"}, nil, []string{"there is no file", "missing.yaml", "beredskab init"}},
		{"no such file in the environment", "", nil, map[string]string{"BEREDSKAB_CONFIG": "/missing/x.yaml"}, []string{"there is no file /missing/x.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.write("work/beredskab.yaml", c.file)
			d.flags = c.flags
			maps.Copy(d.env, c.env)
			_, err := d.load("work")
			if !errors.Is(err, app.ErrSettings) {
				t.Fatalf("the error is %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hemmelig") {
				t.Errorf("the error tells a password: %v", err)
			}
		})
	}
}

// The list is for screens and tickets: it names secrets' files and hides every
// password that stands in an address.
func TestListHidesPasswords(t *testing.T) {
	for i, address := range []string{
		"postgres://user:hemmelig@h/db", "postgres://user:hem@melig@h/db", "postgres://:hemmelig@h/db", "postgres://user:hemmelig%2F@h:5432/db?sslmode=disable",
		"postgres://h/db?user=u&password=hemmelig", "postgresql://u:hemmelig@h1,h2/db?target_session_attrs=read-write", "postgres://user:hem melig@h/db",
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			d := newDesk(t)
			d.write("work/beredskab.yaml", fmt.Sprintf(`
database: %q
database_password_file: pw
targets: [{name: t, driver: postgres, url: %q}]
channels: [{name: w, kind: webhook, url: "https://u:hemmelig@h/x?token=hemmelig"}]
`, address, address))
			for _, one := range d.must("work").List() {
				if strings.Contains(one.Value, "hem") || strings.Contains(one.Value, "melig") {
					t.Errorf("%s shows %q", one.Key, one.Value)
				}
			}
		})
	}
	d := newDesk(t)
	d.write("work/beredskab.yaml", "database: postgres://beredskab@h1/db?sslmode=verify-full\ndatabase_password_file: pw\nallow: {hosts: ['h:443'], paths: [dumps]}\n")
	all := shown(d.must("work"))
	for key, want := range map[string]string{
		"database": "postgres://beredskab@h1/db?sslmode=verify-full", "database_password_file": d.path("work/pw"), "allow.hosts[0]": "h:443", "allow.paths[0]": d.path("work/dumps"),
	} {
		if all[key].Value != want {
			t.Errorf("%s shows %q, want %q", key, all[key].Value, want)
		}
	}
}

// A secret stands in a file that not everybody can read.
func TestSecretFiles(t *testing.T) {
	const key = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		want       string
	}{
		{"its owner only", key, 0o600, ""},
		{"its group too", key + "\n", 0o640, ""},
		{"everybody", key, 0o644, "chmod 600"},
		{"everybody may write", key, 0o602, "chmod 600"},
		{"empty", " \n", 0o600, "is empty"},
		{"missing", "", 0, "there is no secret file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			d.write("work/beredskab.yaml", "channels: [{name: w, kind: webhook, url: 'https://h/x', secret_files: [key]}]\n")
			if c.mode != 0 {
				if err := errors.Join(os.WriteFile(d.path("work/key"), []byte(c.text), 0o600), os.Chmod(d.path("work/key"), c.mode)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := d.must("work").Courier()
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (!errors.Is(err, app.ErrSettings) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "channel w") || strings.Contains(err.Error(), "whsec")):
				t.Errorf("the error is %v; want one about %q", err, c.want)
			}
		})
	}
}
