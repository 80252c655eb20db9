package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// reached tells where a visitor comes from. What a proxy says of that counts only
// from those that the settings name (ASVS 4.1.3); it is the last address before them.
func reached(proxies []string) func(*http.Request) string {
	return func(r *http.Request) string {
		from := hostOf(r.RemoteAddr)
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && slices.Contains(proxies, from); i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			from = hop.String()
		}
		return from
	}
}

// hostOf is an address without its port; who comes over a socket comes from "local".
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "local"
	}
	return host
}
