package app

import (
	"fmt"
	"net/url"
	"time"

	"beredskab/internal/ops"
)

// Ping names an address of somebody else's that is called while the server does its work.
type Ping struct {
	URLFile string `mapstructure:"url_file"` // holds the address, which is a secret
	Every   string `mapstructure:"every"`    // "5m" by default
}

func (s *Settings) checkPing() error {
	if s.Ping.Every == "" {
		s.Ping.Every = "5m"
	}
	every, err := time.ParseDuration(s.Ping.Every)
	if err != nil || every < time.Minute || every > 24*time.Hour {
		return fmt.Errorf("%s: %w: ping.every is %q; write a length from 1m to 24h, such as 5m", s.File, ErrSettings, s.Ping.Every)
	}
	s.pingEvery = every
	return nil
}

// pinging gives what calls that address; nil when none is named.
func (a *App) pinging(leads func() bool) (*ops.Ping, error) {
	address, err := secret(a.Settings.Ping.URLFile)
	if err != nil || address == "" {
		return nil, err
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("%w: the file %s holds no address; write one that begins with https:// into it", ErrSettings, a.Settings.Ping.URLFile)
	}
	return &ops.Ping{Watch: a.watching.Load(), URL: address, Every: a.Settings.pingEvery, Leads: leads, Log: a.Log}, nil
}
