package app

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"

	"beredskab/internal/address"
	"beredskab/internal/channels"
	"beredskab/internal/disk"
	"beredskab/internal/kept"
	"beredskab/internal/ops"
	"beredskab/internal/plan"
)

// unreadable says which setting cannot be taken over: where it stands, or which
// flag or variable gave it, and what is wrong with it.
func (s *Settings) unreadable(file string, err error) error {
	text := err.Error()
	if found := regexp.MustCompile(`'([^']*)' has invalid keys: (.*)`).FindStringSubmatch(text); found != nil {
		key, _, _ := strings.Cut(found[2], ",")
		return fmt.Errorf("%s: %w: unknown key %q; `beredskab config show` lists all keys", place(file, found[1], key), ErrSettings, key)
	}
	found := regexp.MustCompile(`'([^']+)':? (.*)`).FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("%s: %w: %w", file, ErrSettings, err)
	}
	path, key := found[1], found[1]
	if dot := strings.LastIndexByte(path, '.'); dot >= 0 {
		path, key = path[:dot], path[dot+1:]
	} else {
		path = ""
	}
	where := s.origins[key]
	if path != "" || where == file {
		where = place(file, path, key)
	}
	return fmt.Errorf("%s: %w: %s: %s", where, ErrSettings, found[1], found[2])
}

// place is where a key of the settings file stands: file, line and column.
// Viper knows keys in small letters only, so the text is searched from the
// entry that holds the key.
func place(file, within, key string) string {
	src, err := os.ReadFile(file)
	if err != nil {
		return file
	}
	key, _, _ = strings.Cut(key, "[")
	lines := strings.Split(string(src), "\n")
	first, _ := plan.Locate(src)(within)
	named := regexp.MustCompile(`(?i)(?:^|[\s,{])(` + regexp.QuoteMeta(key) + `)["']?\s*:`)
	for i := max(first-1, 0); i < len(lines); i++ {
		if at := named.FindStringSubmatchIndex(lines[i]); at != nil {
			return fmt.Sprintf("%s:%d:%d", file, i+1, at[2]+1)
		}
	}
	return fmt.Sprintf("%s:%d:1", file, max(first, 1))
}

// check refuses settings that cannot work, each with what to write instead.
func (s *Settings) check() error {
	if err := channels.Check(s.Channels); err != nil {
		return fmt.Errorf("%s: %w: %w", s.File, ErrSettings, err)
	}
	if err := s.checkTargets(); err != nil {
		return err
	}
	if s.Database != "" && !isPostgres(s.Database) {
		return fmt.Errorf("%s: %w: the database is %q; write postgres://user@host/name, or leave it out for a file in %s",
			s.origins["database"], ErrSettings, address.Shown(s.Database), s.Dir)
	}
	if s.Parallel < 0 {
		return fmt.Errorf("%s: %w: parallel is %d; write a number of steps, such as 8", s.origins["parallel"], ErrSettings, s.Parallel)
	}
	if err := s.checkRole(); err != nil {
		return err
	}
	return errors.Join(s.checkOperation(), s.checkWeb(), s.checkSecrets())
}

// listenOff turns health and figures off.
const listenOff = "off"

// checkOperation reads what an operator set.
func (s *Settings) checkOperation() (err error) {
	if s.Listen != listenOff {
		if err := ops.CheckAddress(s.Listen); err != nil {
			return fmt.Errorf("%s: %w: listen is %w", s.origins["listen"], ErrSettings, err)
		}
	}
	if s.room, err = disk.ParseRoom(s.MinFree); err != nil {
		return fmt.Errorf("%s: %w: min_free: %w; write 500MiB, 5%%, both as 5%%,500MiB, or 0", s.origins["min_free"], ErrSettings, err)
	}
	if _, err := s.Ping.Often(); err != nil {
		return fmt.Errorf("%s: %w: %w", s.File, ErrSettings, err)
	}
	limit, err := disk.ParseSize(s.Evidence)
	if s.limit = int64(limit); err != nil || limit == 0 || limit > 4<<30 {
		return fmt.Errorf("%s: %w: evidence_limit is %q; write a size such as 25MiB, at most 4GiB", s.origins["evidence_limit"], ErrSettings, s.Evidence)
	}
	return nil
}

// checkRole refuses a part of the work that no node can have.
func (s *Settings) checkRole() error {
	switch {
	case s.Only != "" && s.Only != string(kept.Runner) && s.Only != string(kept.Scheduler):
		return fmt.Errorf("%s: %w: only is %q; write runner or scheduler, or leave it out for all that a server does", s.origins["only"], ErrSettings, s.Only)
	case s.Site != "" && !kept.IsSite(s.Site):
		return fmt.Errorf("%s: %w: the site is %q; write up to 32 small letters, digits and single hyphens, such as datacenter-1", s.origins["site"], ErrSettings, s.Site)
	case s.Site != "" && s.Only == string(kept.Scheduler):
		return fmt.Errorf("%s: %w: a scheduler carries no steps out, so it has no site; leave one of the two out", s.origins["site"], ErrSettings)
	}
	return nil
}

func isPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

func (s *Settings) checkTargets() error {
	seen := map[string]bool{}
	for _, t := range s.Targets {
		var wrong string
		switch {
		case t.Name == "" || (t.Driver != "sqlite" && t.Driver != "postgres"):
			wrong = fmt.Sprintf("target %q has driver %q; write a name and driver sqlite or postgres", t.Name, t.Driver)
		case seen[t.Name]:
			wrong = fmt.Sprintf("two targets are called %q", t.Name)
		case t.Driver == "sqlite" && t.File == "":
			wrong = fmt.Sprintf("target %q has no file; write `file: /path/to/database`", t.Name)
		case t.Driver == "postgres" && !isPostgres(t.URL):
			wrong = fmt.Sprintf("target %q has no address; write `url: postgres://reader@host/name`", t.Name)
		}
		if wrong != "" {
			return fmt.Errorf("%s: %w: %s", s.File, ErrSettings, wrong)
		}
		seen[t.Name] = true
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
		"dir": s.Dir, "plans": s.Plans, "actions": s.Actions, "texts": s.Texts, "node": s.Node, "only": s.Only, "site": s.Site,
		"database": address.Shown(s.Database), "database_password_file": s.Secret, "parallel": fmt.Sprint(s.Parallel),
		"listen": s.Listen, "min_free": s.MinFree, "evidence_limit": s.Evidence,
		"web": s.Web, "url": s.URL, "web_certificate_file": s.WebCert, "web_key_file": s.WebKey,
		"ping.url_file": s.Ping.URLFile, "ping.every": s.Ping.Every,
		"sign_in.issuer": s.SignIn.Issuer, "sign_in.client": s.SignIn.Client, "sign_in.secret_file": s.SignIn.SecretFile,
	}
	var list []Setting
	for key, value := range values {
		origin := s.origins[key]
		if strings.Contains(key, ".") {
			origin = s.File
		}
		list = append(list, Setting{Key: key, Value: value, Origin: origin})
	}
	for i, file := range s.Anchor {
		list = append(list, Setting{Key: fmt.Sprintf("anchor[%d]", i), Value: file, Origin: s.File})
	}
	for i, p := range s.Proxies {
		list = append(list, Setting{Key: fmt.Sprintf("proxies[%d]", i), Value: p, Origin: s.File})
	}
	if c := s.Copies; c.Print || c.PassphraseFile != "" {
		list = append(
			list,
			Setting{Key: "bundle.print", Value: fmt.Sprint(c.Print), Origin: s.File},
			Setting{Key: "bundle.passphrase_file", Value: c.PassphraseFile, Origin: s.File},
		)
	}
	for i, h := range s.Allow.Hosts {
		list = append(list, Setting{Key: fmt.Sprintf("allow.hosts[%d]", i), Value: h, Origin: s.File})
	}
	for i, p := range s.Allow.Paths {
		list = append(list, Setting{Key: fmt.Sprintf("allow.paths[%d]", i), Value: p, Origin: s.File})
	}
	for _, t := range s.Targets {
		list = append(list, Setting{Key: "targets." + t.Name, Value: t.Driver + " " + t.File + address.Shown(t.URL), Origin: s.File})
	}
	for _, c := range s.Channels {
		list = append(list, Setting{Key: "channels." + c.Name, Value: c.String(), Origin: s.File})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}
