package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"beredskab/internal/address"
	"beredskab/internal/channels"
	"beredskab/internal/notify"
)

// Courier builds the channels that the settings name.
func (s *Settings) Courier() (*notify.Courier, error) {
	return channels.Courier(s.Channels, s.building())
}

// building is what channels are built with.
func (s *Settings) building() channels.Options {
	options := channels.Options{Secret: secret}
	if s.Texts != "" {
		options.Texts = os.DirFS(s.Texts)
	}
	return options
}

// secret reads a secret from its file, which nobody but its owner and group may
// read.
func secret(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: there is no secret file %s; write the secret into it with mode 0600", ErrSettings, file)
	} else if err != nil {
		return "", fmt.Errorf("looking at the secret file: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%w: everybody can read the secret file %s; run chmod 600 on it", ErrSettings, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if found := strings.TrimSpace(string(text)); found != "" {
		return found, nil
	}
	return "", fmt.Errorf("%w: the secret file %s is empty; write the secret into it", ErrSettings, file)
}

// withSecret is a database's address with its password.
func withSecret(text, password string) (string, error) {
	whole, err := address.With(text, password)
	if err != nil {
		return "", fmt.Errorf("%w: the database: %w", ErrSettings, err)
	}
	return whole, nil
}
