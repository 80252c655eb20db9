package notify

import (
	"net/url"
	"strings"

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
