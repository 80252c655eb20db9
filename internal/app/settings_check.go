package app

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// unknownKeys says which key of the file is not known, and where it stands.
func unknownKeys(file string, err error) error {
	found := regexp.MustCompile(`has invalid keys: (.*)`).FindStringSubmatch(err.Error())
	if found == nil {
		return fmt.Errorf("%s: %w: %w", file, ErrSettings, err)
	}
	key, _, _ := strings.Cut(found[1], ",")
	line := lineOf(file, key)
	return fmt.Errorf("%s:%d:1: %w: unknown key %q; `beredskab config show` lists all keys", file, line, ErrSettings, key)
}

// lineOf finds the line on which a key of the settings file stands.
func lineOf(file, key string) int {
	src, err := os.ReadFile(file)
	if err != nil {
		return 1
	}
	at := regexp.MustCompile(`(?mi)^[\s-]*` + regexp.QuoteMeta(key) + `\s*:`).FindIndex(src)
	if at == nil {
		return 1
	}
	return 1 + strings.Count(string(src[:at[1]]), "\n")
}

// check refuses settings that cannot work, each with what to write instead.
func (s *Settings) check() error {
	seen := map[string]bool{}
	for _, c := range s.Channels {
		switch {
		case c.Name == "":
			return fmt.Errorf("%s: %w: a channel has no name; write `name: slack`", s.File, ErrSettings)
		case seen[c.Name]:
			return fmt.Errorf("%s: %w: two channels are called %q", s.File, ErrSettings, c.Name)
		case !slices.Contains([]string{"slack", "mail", "webhook", "folder"}, c.Kind):
			return fmt.Errorf("%s: %w: channel %q has kind %q; write slack, mail, webhook or folder", s.File, ErrSettings, c.Name, c.Kind)
		}
		seen[c.Name] = true
	}
	for _, t := range s.Targets {
		if t.Name == "" || (t.Driver != "sqlite" && t.Driver != "postgres") {
			return fmt.Errorf("%s: %w: target %q has driver %q; write a name and driver sqlite or postgres", s.File, ErrSettings, t.Name, t.Driver)
		}
	}
	if s.Parallel < 0 {
		return fmt.Errorf("%w: parallel is %d; write a number of steps, such as 8", ErrSettings, s.Parallel)
	}
	return nil
}

// Setting is one setting as it is in force, and where it came from.
type Setting struct {
	Key, Value, Origin string
}

// List gives every setting with its origin. Secrets stand in files and are
// named, never shown.
func (s *Settings) List() []Setting {
	values := map[string]string{
		"dir": s.Dir, "plans": s.Plans, "actions": s.Actions, "texts": s.Texts, "node": s.Node,
		"database": withoutPassword(s.Database), "database_password_file": s.Secret, "parallel": fmt.Sprint(s.Parallel),
	}
	var list []Setting
	for key, value := range values {
		list = append(list, Setting{Key: key, Value: value, Origin: s.origins[key]})
	}
	for i, h := range s.Allow.Hosts {
		list = append(list, Setting{Key: fmt.Sprintf("allow.hosts[%d]", i), Value: h, Origin: s.File})
	}
	for i, p := range s.Allow.Paths {
		list = append(list, Setting{Key: fmt.Sprintf("allow.paths[%d]", i), Value: p, Origin: s.File})
	}
	for _, t := range s.Targets {
		list = append(list, Setting{Key: "targets." + t.Name, Value: t.Driver + " " + t.File + withoutPassword(t.URL), Origin: s.File})
	}
	for _, c := range s.Channels {
		list = append(list, Setting{Key: "channels." + c.Name, Value: c.Kind + " " + c.Address + c.Dir + withoutPassword(c.URL), Origin: s.File})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}

// withoutPassword hides the password of an address.
func withoutPassword(url string) string {
	return regexp.MustCompile(`(://[^:/@]+:)[^@]+@`).ReplaceAllString(url, "${1}***@")
}
