package web

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"beredskab/internal/ops"
)

// Place is where the pages answer. With a certificate they speak TLS; without one
// they answer on this machine only, to a proxy that does.
type Place struct {
	Address          string // host:port, or unix:/path
	Certificate, Key string // files
}

// Serve answers at the place until ctx ends.
func (s *Site) Serve(ctx context.Context, p Place) {
	server := &http.Server{
		Handler: s.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	if p.Certificate != "" {
		c := &certificate{Place: p}
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.current}
	}
	ops.Attend(ctx, ops.Place{Name: "pages", Setting: "web", Address: p.Address}, server, s.Log)
}

// certificate is read again when its file has changed, so that a renewed one needs
// no restart.
type certificate struct {
	Place
	mu   sync.Mutex
	read time.Time
	pair *tls.Certificate
}

func (c *certificate) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.Certificate)
	if err == nil && c.pair != nil && info.ModTime().Equal(c.read) {
		return c.pair, nil
	}
	pair, errPair := tls.LoadX509KeyPair(c.Certificate, c.Key)
	if err != nil || errPair != nil {
		if c.pair != nil {
			return c.pair, nil // it is being written just now
		}
		return nil, fmt.Errorf("reading the certificate of the pages: %w", errPair)
	}
	c.pair, c.read = &pair, info.ModTime()
	return c.pair, nil
}
