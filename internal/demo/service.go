package demo

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"beredskab/internal/store"
)

// Service is the business system: it answers on its address while it is
// started, out of its database, and is told to stop and start on a socket of
// its own, as a service manager would.
type Service struct {
	sample *Sample

	mu     sync.Mutex
	db     *sql.DB
	server *http.Server
	ended  chan struct{}
}

// Run runs the business system until ctx ends; ready is called once it answers.
func Run(ctx context.Context, sample *Sample, ready func()) error {
	s := &Service{sample: sample}
	socket := filepath.Join(sample.ESDH, socketFile)
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing an old control socket: %w", err)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("listening for orders: %w", err)
	}
	if err := s.start(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	orders := &http.Server{Handler: s.orders(ctx), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- orders.Serve(l) }()
	ready()
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	return errors.Join(err, orders.Close(), s.stop())
}

// orders answers on the control socket.
func (s *Service) orders(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	answer := func(do func() error) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if err := do(); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	mux.HandleFunc("POST /stop", answer(s.stop))
	mux.HandleFunc("POST /start", answer(func() error { return s.start(ctx) }))
	return mux
}

// start opens the database and listens; a started service stays started.
func (s *Service) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	db, err := store.OpenForReading("sqlite", filepath.Join(s.sample.ESDH, liveFile))
	if err != nil {
		return fmt.Errorf("opening the cases: %w", err)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.sample.Address)
	if err != nil {
		return errors.Join(fmt.Errorf("ESDH cannot listen on %s; end what listens there, or prepare the demo anew: %w", s.sample.Address, err), db.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sundhed", func(w http.ResponseWriter, r *http.Request) { health(w, r, db) })
	s.db, s.server, s.ended = db, &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}, make(chan struct{})
	go func(server *http.Server, ended chan struct{}) {
		defer close(ended)
		_ = server.Serve(l) // it ends by being closed
	}(s.server, s.ended)
	return nil
}

// health says how many cases the database holds, so that it only answers ok
// when the data can really be read.
func health(w http.ResponseWriter, r *http.Request, db *sql.DB) {
	var cases int
	if err := db.QueryRowContext(r.Context(), `select count(*) from sag`).Scan(&cases); err != nil {
		http.Error(w, "ESDH cannot read its cases", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "ok, %d sager\n", cases)
}

// stop closes the listener and the database; a stopped service stays stopped.
func (s *Service) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	err := s.server.Close()
	<-s.ended
	err = errors.Join(err, s.db.Close())
	s.server, s.db = nil, nil
	return err
}

// control gives an order to the running business system.
func control(dir, order string) error {
	client := &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(dir, socketFile))
		}},
	}
	defer client.CloseIdleConnections()
	res, err := client.Post("http://esdh/"+order, "", nil)
	if err != nil {
		return fmt.Errorf("the business system does not answer; `beredskab demo --service` runs it: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return fmt.Errorf("reading the business system's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the business system could not %s: %s", order, text)
	}
	return nil
}
