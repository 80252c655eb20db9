// Package address knows where passwords and keys stand in the address of a database
// or a service, so that it can be shown without them and opened with them.
package address

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// ErrUnreadable says that an address cannot be read as one.
var ErrUnreadable = errors.New("the address cannot be read")

// Shown is the address with its passwords hidden. What cannot be read as an address
// is hidden whole, because nobody can tell where its password stands.
func Shown(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "***"
	}
	if _, set := u.User.Password(); set {
		u.User = url.UserPassword(u.User.Username(), "***")
	}
	query := u.Query()
	for key := range query {
		if secret(key) {
			query.Set(key, "***")
		}
	}
	u.RawQuery = query.Encode()
	return strings.ReplaceAll(u.String(), "%2A%2A%2A", "***")
}

// With is the address with that password in it; an empty one changes nothing.
func With(text, password string) (string, error) {
	if password == "" {
		return text, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", ErrUnreadable
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String(), nil
}

// HoldsSecret says whether an address has a password, or a key within its query.
func HoldsSecret(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return true // nobody can tell where its password stands
	}
	if password, set := u.User.Password(); set && password != "" {
		return true
	}
	for key, values := range u.Query() {
		if secret(key) && values[0] != "" {
			return true
		}
	}
	return false
}

// secret says whether what stands under that key of an address is a secret.
func secret(key string) bool {
	return regexp.MustCompile(`(?i)pass|secret|token|key|sig`).MatchString(key)
}
