package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"beredskab/internal/channels"
	"beredskab/internal/disk"
	"beredskab/internal/evidence"
	"beredskab/internal/notary"
	"beredskab/internal/ops"
)

// Settings are the program's own settings, never plan content. Paths are
// absolute once loaded; a relative one counts from the folder of its file.
type Settings struct {
	Dir      string             `mapstructure:"dir"`      // all state of the program
	Plans    string             `mapstructure:"plans"`    // folder of the plan files
	Actions  string             `mapstructure:"actions"`  // catalogue of the operating-system administrator
	Texts    string             `mapstructure:"texts"`    // the municipality's own message texts
	Node     string             `mapstructure:"node"`     // name of this server; the host's name by default
	Only     string             `mapstructure:"only"`     // runner or scheduler; empty: all that a server does
	Site     string             `mapstructure:"site"`     // network zone whose steps this server carries out, and nothing else
	Database string             `mapstructure:"database"` // postgres://… instead of the file in Dir
	Secret   string             `mapstructure:"database_password_file"`
	Parallel int                `mapstructure:"parallel"` // automatic steps at once
	Listen   string             `mapstructure:"listen"`   // where operators ask for health and figures; "off": nowhere
	Web      string             `mapstructure:"web"`      // where the pages answer; "off": nowhere
	URL      string             `mapstructure:"url"`      // https://…, where people reach the pages; links in messages begin with it
	WebCert  string             `mapstructure:"web_certificate_file"`
	WebKey   string             `mapstructure:"web_key_file"`
	Proxies  []string           `mapstructure:"proxies"` // addresses whose X-Forwarded-For counts; "local": of the socket
	SignIn   SignIn             `mapstructure:"sign_in"`
	Anchor   []string           `mapstructure:"anchor"`         // files elsewhere, and git:FOLDER of clones, that get each checkpoint of the log
	MinFree  string             `mapstructure:"min_free"`       // room without which no new drill is begun, "5%,500MiB"
	Evidence string             `mapstructure:"evidence_limit"` // greatest size of one file of evidence, "25MiB"
	Allow    Allow              `mapstructure:"allow"`
	Copies   Copies             `mapstructure:"bundle"` // what the server puts into the offline copies that it makes
	Targets  []Target           `mapstructure:"targets"`
	Channels []channels.Channel `mapstructure:"channels"`
	Ping     ops.PingSettings   `mapstructure:"ping"` // an address that is called while the server does its work

	// File is the settings file that was read; empty when there was none.
	File    string            `mapstructure:"-"`
	origins map[string]string `mapstructure:"-"`
	room    disk.Room
	limit   int64 // bytes of one file of evidence
}

// Allow lists what built-in probes may look at.
type Allow struct {
	Hosts []string `mapstructure:"hosts"`
	Paths []string `mapstructure:"paths"`
}

// Copies says what is in each offline copy beside its open part.
type Copies struct {
	Print          bool   `mapstructure:"print"`           // pages to print, with telephone numbers
	PassphraseFile string `mapstructure:"passphrase_file"` // an encrypted copy that the passphrase in this file opens
}

// Target is a database that sql probes may ask, by name.
type Target struct {
	Name         string `mapstructure:"name"`
	Driver       string `mapstructure:"driver"` // sqlite or postgres
	File         string `mapstructure:"file"`
	URL          string `mapstructure:"url"`
	PasswordFile string `mapstructure:"password_file"`
}

// settingsName is the file that is looked for.
const settingsName = "beredskab.yaml"

// ErrSettings says that the settings cannot be used; the text says where and
// what to write instead.
var ErrSettings = errors.New("the settings cannot be used")

// Load reads the settings: flag > environment (BEREDSKAB_…) > file > default.
// flags holds the flags that were given, by key. The file is --config, else
// beredskab.yaml in the state folder or beside it, else in this folder or one
// above, else of the system.
func Load(flags map[string]string, environ func(string) (string, bool), workDir string) (*Settings, error) {
	v := viper.New()
	s := &Settings{origins: map[string]string{}}
	file, err := findFile(flags, environ, workDir)
	if err != nil {
		return nil, err
	}
	base := workDir
	if file != "" {
		v.SetConfigFile(file)
		v.SetConfigType("yaml")
		if err := v.ReadInConfig(); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", file, ErrSettings, err)
		}
		s.File, base = file, filepath.Dir(file)
	}
	for _, key := range scalarKeys() {
		s.origins[key] = "default"
		if v.InConfig(key) {
			s.origins[key] = file
		}
		name := "BEREDSKAB_" + strings.ToUpper(key)
		if value := given(environ, name); value != "" {
			v.Set(key, absolute(workDir, key, value))
			s.origins[key] = "environment " + name
		}
		if value, ok := flags[key]; ok {
			v.Set(key, absolute(workDir, key, value))
			s.origins[key] = "flag --" + key
		}
	}
	if err := v.UnmarshalExact(s, func(c *mapstructure.DecoderConfig) { c.WeaklyTypedInput = false; c.DecodeHook = numbers }); err != nil {
		return nil, s.unreadable(file, err)
	}
	s.complete(base, environ)
	return s, s.check()
}

// given reads a variable of the environment. One that is empty counts as not
// set, as everywhere: `BEREDSKAB_DIR= beredskab …` must not mean this folder.
func given(environ func(string) (string, bool), name string) string {
	value, _ := environ(name)
	return value
}

// numbers lets a number come from an environment variable, and a text be one.
func numbers(from, to reflect.Type, value any) (any, error) {
	if from.Kind() == reflect.Int && to.Kind() == reflect.String {
		return fmt.Sprint(value), nil
	}
	if from.Kind() != reflect.String || to.Kind() != reflect.Int {
		return value, nil
	}
	n, err := strconv.Atoi(value.(string))
	if err != nil {
		return nil, fmt.Errorf("%q is no whole number", value)
	}
	return n, nil
}

// scalarKeys are the settings that a flag or the environment may set.
func scalarKeys() []string {
	return []string{"dir", "plans", "actions", "texts", "node", "only", "site", "database", "database_password_file", "parallel", "listen", "min_free", "evidence_limit", "web", "url", "web_certificate_file", "web_key_file"}
}

func absolute(base, key, value string) string {
	if slices.Contains([]string{"dir", "plans", "actions", "texts", "database_password_file", "web_certificate_file", "web_key_file"}, key) && value != "" && !filepath.IsAbs(value) {
		return filepath.Join(base, value)
	}
	return value
}

func findFile(flags map[string]string, environ func(string) (string, bool), workDir string) (string, error) {
	if file, ok := flags["config"]; ok {
		return exists(absolute(workDir, "dir", file))
	}
	if file := given(environ, "BEREDSKAB_CONFIG"); file != "" {
		return exists(absolute(workDir, "dir", file))
	}
	var candidates []string
	dir := flags["dir"]
	if dir == "" {
		dir = given(environ, "BEREDSKAB_DIR")
	}
	if dir != "" {
		dir = absolute(workDir, "dir", dir)
		candidates = append(candidates, filepath.Join(dir, settingsName))
		if filepath.Base(dir) == stateName {
			candidates = append(candidates, filepath.Join(filepath.Dir(dir), settingsName))
		}
	} else {
		for at := workDir; ; at = filepath.Dir(at) {
			candidates = append(candidates, filepath.Join(at, settingsName))
			if at == filepath.Dir(at) {
				break
			}
		}
		if home := given(environ, "XDG_CONFIG_HOME"); home != "" {
			candidates = append(candidates, filepath.Join(home, "beredskab", settingsName))
		} else if home := given(environ, "HOME"); home != "" {
			candidates = append(candidates, filepath.Join(home, ".config", "beredskab", settingsName))
		}
		candidates = append(candidates, filepath.Join("/etc/beredskab", settingsName))
	}
	for _, c := range candidates {
		if info, err := os.Stat(c); err == nil && info.Mode().IsRegular() {
			return c, nil
		}
	}
	return "", nil
}

func exists(file string) (string, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: there is no file %s; `beredskab init` makes one", ErrSettings, file)
	} else if err != nil {
		return "", fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return file, nil
}

// evidenceFolder holds the files of evidence in the state folder.
const evidenceFolder = "evidence"

func (s *Settings) evidence() evidence.Shelf {
	return evidence.In(filepath.Join(s.Dir, evidenceFolder))
}

// stateName is the folder of all state within a plan repository.
const stateName = ".beredskab"

// complete fills defaults and makes every path absolute.
func (s *Settings) complete(base string, environ func(string) (string, bool)) {
	if s.Dir == "" {
		s.Dir = defaultDir(s.File, base, environ)
	}
	if s.Plans == "" {
		s.Plans = "plans"
	}
	if s.Node == "" {
		s.Node, _ = os.Hostname()
	}
	if s.Listen == "" {
		s.Listen = "127.0.0.1:8372"
	}
	if s.Web == "" {
		s.Web = "127.0.0.1:8370"
	}
	if s.MinFree == "" {
		s.MinFree = "5%,500MiB"
	}
	if s.Evidence == "" {
		s.Evidence = "25MiB"
	}
	if s.Actions == "" {
		s.Actions = "/etc/beredskab/actions.yaml"
	}
	s.Dir = absolute(base, "dir", s.Dir)
	for _, p := range []*string{&s.Plans, &s.Actions, &s.Texts, &s.Secret, &s.Copies.PassphraseFile, &s.Ping.URLFile, &s.WebCert, &s.WebKey, &s.SignIn.SecretFile} {
		*p = absolute(base, "dir", *p)
	}
	for i := range s.Targets {
		t := &s.Targets[i]
		t.File, t.PasswordFile = absolute(base, "dir", t.File), absolute(base, "dir", t.PasswordFile)
	}
	for i := range s.Channels {
		for _, p := range s.Channels[i].Paths() {
			*p = absolute(base, "dir", *p)
		}
	}
	for i, p := range s.Allow.Paths {
		s.Allow.Paths[i] = absolute(base, "dir", p)
	}
	for i, p := range s.Anchor {
		clone, is := strings.CutPrefix(p, notary.ClonePrefix)
		if s.Anchor[i] = absolute(base, "dir", clone); is {
			s.Anchor[i] = notary.ClonePrefix + s.Anchor[i]
		}
	}
}

// hidden are the files of the program's own that no step may see: the register, the
// evidence, the keys, the anchors of the log and the secrets (S15). They are patterns
// of filepath.Glob.
func (s *Settings) hidden() []string {
	list := []string{filepath.Join(s.Dir, registerFile+"*"), filepath.Join(s.Dir, evidenceFolder), filepath.Join(s.Dir, "*.key"), s.Secret, s.Copies.PassphraseFile, s.Ping.URLFile, s.WebKey, s.SignIn.SecretFile}
	for _, a := range s.Anchor {
		list = append(list, strings.TrimPrefix(a, notary.ClonePrefix))
	}
	for _, t := range s.Targets {
		list = append(list, t.PasswordFile)
	}
	for _, c := range s.Channels {
		list = append(list, c.Secrets()...)
	}
	return slices.DeleteFunc(list, func(path string) bool { return path == "" })
}

// defaultDir is the plan repository's .beredskab, else the system's folder for
// state.
func defaultDir(file, base string, environ func(string) (string, bool)) string {
	switch {
	case file != "" && !strings.HasPrefix(file, "/etc/"):
		return filepath.Join(base, stateName)
	case os.Geteuid() == 0 && file != "":
		return "/var/lib/beredskab"
	}
	if _, err := os.Stat(filepath.Join(base, "plans", "organisation.yaml")); err == nil {
		return filepath.Join(base, stateName)
	}
	if state := given(environ, "XDG_STATE_HOME"); state != "" {
		return filepath.Join(state, "beredskab")
	}
	if home := given(environ, "HOME"); home != "" {
		return filepath.Join(home, ".local", "state", "beredskab")
	}
	return filepath.Join(base, stateName)
}
