package action

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"beredskab/internal/action/supervisor"
)

// The references to a secret. A secret itself stands in no catalogue, plan or setting.
const (
	fromFile       = "file:"       // a file of the administrator
	fromCredential = "credential:" // one that systemd handed to the service (LoadCredential=)
	fromEnv        = "env:"        // a variable of the server
)

// attemptKey stands for the attempt's own name, which no other start ever has: RUN/STEP/NUMBER.
const attemptKey = "attempt:"

// isLiteral says whether a value of env stands in the catalogue itself.
func isLiteral(value string) bool {
	return !strings.HasPrefix(value, fromFile) && !strings.HasPrefix(value, fromCredential) && !strings.HasPrefix(value, fromEnv)
}

func (e *entry) checkEnv() []string {
	var wrong []string
	add := func(i int, format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("env[%d]: ", i)+fmt.Sprintf(format, args...))
	}
	secretive := regexp.MustCompile(`(?i)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)$`)
	for i, item := range e.Env {
		name, value, set := strings.Cut(item, "=")
		if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(name) {
			add(i, "%s is no name of a variable; write NAME or NAME=value", quote(name))
		}
		if path, ok := strings.CutPrefix(value, fromFile); ok && !filepath.IsAbs(path) {
			add(i, "write an absolute path after %s", fromFile)
		}
		if id, ok := strings.CutPrefix(value, fromCredential); ok && (id == "" || filepath.Base(id) != id || id == "..") {
			add(i, "write the name that stands in LoadCredential= after %s", fromCredential)
		}
		if set && isLiteral(value) && value != "" && !filepath.IsAbs(value) && secretive.MatchString(name) {
			// The value is not repeated: problems are shown and logged.
			add(i, "%s looks like a secret in clear text; write %s=file:/etc/beredskab/secrets/… and put it there", name, name)
		}
	}
	return wrong
}

// environ builds the environment from nothing (4.3). NAME takes the server's value, NAME=value stands as it is, and NAME=file:/path,
// NAME=credential:name and NAME=env:OTHER are secrets: references that are read now, given to the command and never kept. What
// comes back second are the secrets, which are masked in the output.
func (e *entry) environ(r Request) (env, secrets []string, err error) {
	for _, item := range e.Env {
		name, value, set := strings.Cut(item, "=")
		switch {
		case !set:
			if value, set = os.LookupEnv(name); !set {
				continue
			}
		case value == attemptKey:
			value = fmt.Sprintf("%s/%s/%d", r.Run, r.Step, r.Attempt)
		case !isLiteral(value):
			if value, err = secret(value); err != nil {
				return nil, nil, fmt.Errorf("environment variable %s: %w", name, err)
			}
			secrets = append(secrets, value)
		}
		if strings.ContainsRune(value, 0) {
			return nil, nil, fmt.Errorf("environment variable %s holds a NUL character", name)
		}
		env = append(env, name+"="+value)
	}
	return env, secrets, nil
}

// secret reads what a reference leads to. No error repeats any of it.
func secret(reference string) (string, error) {
	var text string
	var err error
	if other, ok := strings.CutPrefix(reference, fromEnv); ok {
		var set bool
		if text, set = os.LookupEnv(other); !set {
			return "", fmt.Errorf("the server has no variable %s, which the catalogue names for it", other)
		}
	} else if id, ok := strings.CutPrefix(reference, fromCredential); ok {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", fmt.Errorf("the service has no credentials; write LoadCredential=%s:… into its unit", id)
		}
		text, err = readSecret(filepath.Join(dir, id))
	} else {
		text, err = readSecret(strings.TrimPrefix(reference, fromFile))
	}
	if err != nil {
		return "", err
	}
	text = strings.TrimRight(text, "\r\n")
	switch {
	case len(text) < supervisor.ShortestSecret:
		return "", fmt.Errorf("the secret in %s has fewer than %d characters, which cannot be masked in the output; choose a longer one", reference, supervisor.ShortestSecret)
	case len(text) > supervisor.LongestSecret:
		return "", fmt.Errorf("the secret in %s has more than %d bytes; name its file to the command instead", reference, supervisor.LongestSecret)
	}
	return text, nil
}

// readSecret reads a file after checking the very file that is open: nobody but its owner and its group may read it (S17).
func readSecret(path string) (string, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o007 != 0 {
		return "", fmt.Errorf("%s can be used by everybody (mode %04o); run chmod o= %s, and change the secret", path, mode, path)
	}
	if err := guarded(path, info); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, supervisor.LongestSecret+4))
	if err != nil {
		return "", errors.Join(fmt.Errorf("reading the secret %s", path), err)
	}
	return string(text), nil
}
