package app

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"beredskab/internal/ops"
	"beredskab/internal/web"
)

// SignIn is the municipality's own sign-in (OpenID Connect), such as Entra ID.
type SignIn struct {
	Issuer     string `mapstructure:"issuer"` // https://…
	Client     string `mapstructure:"client"` // ID that the issuer gave this program
	SecretFile string `mapstructure:"secret_file"`
}

// signIn is how the municipality's own sign-in is asked; nil when it is not connected.
func (s *Settings) signIn() (*web.Provider, error) {
	if s.SignIn.Issuer == "" {
		return nil, nil
	}
	word, err := secret(s.SignIn.SecretFile)
	if err != nil {
		return nil, err
	}
	return &web.Provider{Issuer: s.SignIn.Issuer, ClientID: s.SignIn.Client, Secret: word, Redirect: s.URL + "/sign-in/callback"}, nil
}

// checkWeb refuses pages that others could listen to: without a certificate they
// answer on this machine only, to a proxy that has one.
func (s *Settings) checkWeb() error {
	if s.URL != "" {
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && !loopback(u.Hostname()) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return fmt.Errorf("%s: %w: url is %q; write https://beredskab.kommunen.dk, without a path", s.origins["url"], ErrSettings, s.URL)
		}
		s.URL = u.Scheme + "://" + u.Host
	}
	if i := s.SignIn; i != (SignIn{}) && (!strings.HasPrefix(i.Issuer, "https://") || i.Client == "" || i.SecretFile == "" || s.URL == "") {
		return fmt.Errorf("%s: %w: sign_in needs issuer (https://…), client and secret_file, and url for the way back", s.File, ErrSettings)
	}
	if (s.WebCert == "") != (s.WebKey == "") {
		return fmt.Errorf("%s: %w: web_certificate_file and web_key_file belong together; give both or neither", s.File, ErrSettings)
	}
	if s.Web == listenOff || s.WebCert != "" {
		return nil
	}
	if err := ops.CheckAddress(s.Web); err != nil {
		return fmt.Errorf("%s: %w: web is %w, or give web_certificate_file and web_key_file", s.origins["web"], ErrSettings, err)
	}
	return nil
}

// loopback tells whether a host is this machine alone.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
