package ops

import (
	"cmp"
	"fmt"
	"net/url"
	"time"
)

// PingSettings name an address of somebody else's that is called while the server does
// its work.
type PingSettings struct {
	URLFile string `mapstructure:"url_file"` // holds the address, which is a secret
	Every   string `mapstructure:"every"`    // "5m" by default
}

// Often reads how often the address is called at most.
func (s PingSettings) Often() (time.Duration, error) {
	every, err := time.ParseDuration(cmp.Or(s.Every, "5m"))
	if err != nil || every < time.Minute || every > 24*time.Hour {
		return 0, fmt.Errorf("ping.every is %q; write a length from 1m to 24h, such as 5m", s.Every)
	}
	return every, nil
}

// New gives what calls that address, without what it watches.
func (s PingSettings) New(address string) (*Ping, error) {
	every, err := s.Often()
	if err != nil {
		return nil, err
	}
	// Without encryption whoever listens could feign that the server lives.
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || CheckAddress(u.Host) != nil) {
		return nil, fmt.Errorf("the file %s holds no address to call; write one that begins with https:// into it", s.URLFile)
	}
	return &Ping{URL: address, Every: every}, nil
}
