package web

import (
	"net/http/httptest"
	"testing"
)

// Only a proxy that the settings name is believed, and only what it added itself.
func TestReached(t *testing.T) {
	for _, c := range []struct{ remote, said, want string }{
		{"192.0.2.9:55", "203.0.113.7", "192.0.2.9"},
		{"127.0.0.1:55", "203.0.113.7", "203.0.113.7"},
		{"127.0.0.1:55", "10.0.0.1, 203.0.113.7", "203.0.113.7"},
		{"127.0.0.1:55", "203.0.113.7, 192.0.2.1", "203.0.113.7"},
		{"127.0.0.1:55", "nonsense", "127.0.0.1"},
		{"127.0.0.1:55", "", "127.0.0.1"},
		{"[2001:db8::1]:55", "203.0.113.7", "2001:db8::1"},
		{"@", "203.0.113.7", "203.0.113.7"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.said)
		if got := reached([]string{"127.0.0.1", "192.0.2.1", "local"})(r); got != c.want {
			t.Errorf("from %s, said %q: %s, want %s", c.remote, c.said, got, c.want)
		}
	}
}
