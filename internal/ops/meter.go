package ops

import (
	"context"
	"errors"
	"sync"
	"time"

	"beredskab/internal/door"

	"github.com/prometheus/client_golang/prometheus"
)

// Meter is a door.Store that watches the one below it: how long changes
// take, and since when they fail (F8). It changes nothing.
type Meter struct {
	door.Store
	faulty   func(error) bool
	took     prometheus.Histogram
	failures prometheus.Counter

	mu   sync.Mutex
	good time.Time // of the newest change that the store took or refused by its rules
	bad  time.Time // since when no change goes through; zero: they do
	why  error
}

// NewMeter watches a store. faulty tells an error of the database from one of
// the register's rules, which says nothing about the store's health.
func NewMeter(below door.Store, faulty func(error) bool) *Meter {
	return &Meter{
		Store: below, faulty: faulty,
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "beredskab_register_change_seconds", Help: "Time that one change of the register took, its commit included.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30},
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "beredskab_register_failures_total", Help: "Changes that the database did not take.",
		}),
	}
}

// Update passes a change on and notes how it went.
func (m *Meter) Update(ctx context.Context, fn func(door.Tx) error) error {
	begun := time.Now()
	err := m.Store.Update(ctx, fn)
	m.note(begun, err)
	return err
}

func (m *Meter) note(begun time.Time, err error) {
	if errors.Is(err, context.Canceled) {
		return // the caller left; that says nothing
	}
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil || !m.faulty(err) {
		m.took.Observe(now.Sub(begun).Seconds())
		m.good, m.bad, m.why = now, time.Time{}, nil
		return
	}
	m.failures.Inc()
	if m.why = err; m.bad.IsZero() {
		m.bad = begun
	}
}

// state gives when the store last took a change, and since when and why it does
// not.
func (m *Meter) state() (good, bad time.Time, why error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.good, m.bad, m.why
}
