package ops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// CheckAddress refuses an address that others could reach: without encryption,
// only this machine may ask. It is host:port with a loopback address, or
// unix:/path of a socket.
func CheckAddress(address string) error {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("%q: write the absolute path of the socket, such as unix:/run/beredskab/ops.sock", address)
		}
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q: write host and port, such as 127.0.0.1:8372", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return fmt.Errorf("%q: the port must be a number from 0 to 65535", address)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q can be reached from other machines, and there is no encryption; write 127.0.0.1:%s and put a proxy with TLS before it", address, port)
	}
	return nil
}

// pause is how long an address that is taken is left alone.
const pause = 15 * time.Second

// Serve answers at the address until ctx ends.
func (w *Watch) Serve(ctx context.Context, address string, log *slog.Logger) {
	server := &http.Server{
		Handler: w.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	Attend(ctx, Place{Name: "health and figures", Setting: "listen", Address: address}, server, log)
}

// Place is where a server of ours answers.
type Place struct {
	Name    string // what answers there
	Setting string // by which the address is set
	Address string // as CheckAddress reads it
}

// Attend lets the server answer at its place until ctx ends. An address that is
// taken does not end the program, whose drills matter more than its pages: it is
// said once in the log, and tried again until it is free. A server with certificates
// speaks TLS.
func Attend(ctx context.Context, place Place, server *http.Server, log *slog.Logger) {
	server.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	for told := false; ctx.Err() == nil; {
		listener, err := listen(ctx, place.Address)
		if err == nil {
			told = false
			if server.TLSConfig != nil {
				log.Info(place.Name, "at", "https://"+listener.Addr().String())
				err = server.ServeTLS(listener, "", "")
			} else {
				log.Info(place.Name, "at", shown(listener.Addr()))
				err = server.Serve(listener)
			}
		}
		if ctx.Err() != nil || errors.Is(err, http.ErrServerClosed) {
			return
		}
		if !told {
			log.Error(place.Name+" cannot be shown; everything else goes on, and it is tried again",
				"address", place.Address, "error", err, "next", "set `"+place.Setting+"` to a free address on this machine, or to \"off\" for none")
			told = true
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// listen opens the address. A socket that nobody answers at was left by a server
// that was killed.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	path, socket := strings.CutPrefix(address, "unix:")
	if !socket {
		return config.Listen(ctx, "tcp", address)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket != 0 {
		if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
			_ = conn.Close()
			return nil, fmt.Errorf("another server answers at %s", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("clearing the socket of a server that is gone: %w", err)
		}
	}
	listener, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

func shown(at net.Addr) string {
	if at.Network() == "unix" {
		return "unix:" + at.String()
	}
	return "http://" + at.String()
}
