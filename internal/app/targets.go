package app

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"beredskab/internal/store"
)

// targets are the databases that sql probes may ask, opened when first wanted.
type targets struct {
	byName map[string]Target

	mu      sync.Mutex
	handles map[string]*sql.DB
}

func newTargets(list []Target) *targets {
	t := &targets{byName: map[string]Target{}, handles: map[string]*sql.DB{}}
	for _, target := range list {
		t.byName[target.Name] = target
	}
	return t
}

// open gives the read-only handle of a target.
func (t *targets) open(name string) (*sql.DB, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if db, ok := t.handles[name]; ok {
		return db, nil
	}
	target, ok := t.byName[name]
	if !ok {
		return nil, fmt.Errorf("there is no target %q in the settings; add it under `targets:`", name)
	}
	where := target.File
	if target.Driver == "postgres" {
		password, err := secret(target.PasswordFile)
		if err != nil {
			return nil, err
		}
		if where, err = withSecret(target.URL, password); err != nil {
			return nil, err
		}
	}
	db, err := store.OpenForReading(target.Driver, where)
	if err != nil {
		return nil, fmt.Errorf("opening target %s: %w", name, err)
	}
	t.handles[name] = db
	return db, nil
}

func (t *targets) close() (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, db := range t.handles {
		err = errors.Join(err, db.Close())
	}
	return err
}
