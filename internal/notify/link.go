package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// Longest facts, in characters. A fact that is longer is cut: a message asks
// for one thing, and the page behind its link holds the rest.
const (
	longestName = 300
	longestText = 1500
	longestLink = 3000 // Slack's limit for the address of a button
)

// webLink returns an address that may stand behind a button: absolute, http or
// https, with a host. Anything else gives "", and the message has no button.
func webLink(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > longestLink || u.Host == "" || u.User != nil || strings.ContainsFunc(s, tidy.Hidden) {
		return ""
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

// hostOf is the host of such an address, as people type it.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}

// originOf is how the program is reached, of a link that it made; "" of none.
func originOf(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// StableID names a notice to other programs: 32 letters and digits that are the same
// at every try, so that a repetition can be told.
func StableID(n outbox.Notice) string { return digestID(n.Key) }

// digestID is a short stable name for a key of any length and content.
func digestID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
