package app

import (
	"fmt"
	"os"

	"beredskab/internal/address"
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
	for key, text := range addresses {
		if address.HoldsSecret(text) {
			return fmt.Errorf("%s: %w: %s holds a secret, and everybody can read the file (mode %04o); write the secret into a file of its own, or run chmod 640 %s",
				s.File, ErrSettings, key, info.Mode().Perm(), s.File)
		}
	}
	return nil
}
