package app

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
)

// checkSecrets refuses a settings file that holds a secret while everybody on
// the machine can read it (S17). Secrets belong into files of their own; one that
// stands within an address all the same must at least be nobody else's to read.
func (s *Settings) checkSecrets() error {
	if s.File == "" {
		return nil
	}
	info, err := os.Stat(s.File)
	if err != nil {
		return fmt.Errorf("looking at the settings file: %w", err)
	}
	if info.Mode().Perm()&0o004 == 0 {
		return nil
	}
	addresses := map[string]string{}
	if s.origins["database"] == s.File {
		addresses["database"] = s.Database
	}
	for _, t := range s.Targets {
		addresses["targets."+t.Name] = t.URL
	}
	for _, c := range s.Channels {
		addresses["channels."+c.Name] = c.URL
	}
	for key, address := range addresses {
		if holdsSecret(address) {
			return fmt.Errorf("%s: %w: %s holds a secret, and everybody can read the file (mode %04o); write the secret into a file of its own, or run chmod 640 %s",
				s.File, ErrSettings, key, info.Mode().Perm(), s.File)
		}
	}
	return nil
}

// holdsSecret says whether an address has a password, or a key within its query.
func holdsSecret(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true // nobody can tell where its password stands
	}
	if password, set := u.User.Password(); set && password != "" {
		return true
	}
	for key, values := range u.Query() {
		if secretKey(key) && values[0] != "" {
			return true
		}
	}
	return false
}

// secretKey says whether what stands under that key of an address is a secret.
func secretKey(key string) bool {
	return regexp.MustCompile(`(?i)pass|secret|token|key|sig`).MatchString(key)
}
