package pgtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Standby makes a synchronous standby of the cluster in another place and has
// every commit wait for it from now on.
func (c *Cluster) Standby(place Place) (*Cluster, error) {
	// It is set before the copy, so that the standby inherits it, as it does in
	// production (see Promote); the reload puts it in force.
	if _, err := c.Query("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'"); err != nil {
		return nil, err
	}
	standby, err := launch(place, func(s *Cluster) error { return s.copyOf(c) })
	if err != nil {
		return nil, err
	}
	if _, err := c.Query("postgres", "SELECT pg_reload_conf()"); err != nil {
		standby.Stop()
		return nil, err
	}
	return standby, nil
}

// copyOf fills the data folder from a running cluster and has it follow that one.
func (c *Cluster) copyOf(primary *Cluster) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	source := fmt.Sprintf("host=%s port=%d user=postgres application_name=standby", primary.place.Host, primary.port)
	out, err := c.command(ctx, "pg_basebackup", "-d", source, "-D", filepath.Join(c.folder, "data"), "-R", "-X", "stream",
		"-c", "fast", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_basebackup: %w: %s", err, out)
	}
	return nil
}

// Promote makes a standby the primary. It inherited that every commit waits for
// a standby, of which it has none; an operator must put an end to that, and so
// does this.
func (c *Cluster) Promote() error {
	for _, statement := range []string{
		"SELECT pg_promote()", "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()",
	} {
		if _, err := c.Query("postgres", statement); err != nil {
			return err
		}
	}
	return nil
}

// Query runs one statement with psql and gives what it prints, unadorned.
func (c *Cluster) Query(database, statement string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	cmd := c.command(ctx, "psql", "-h", c.place.Host, "-p", strconv.Itoa(c.port), "-U", "postgres", "-XAtq", "-v", "ON_ERROR_STOP=1",
		"-c", statement, database)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", statement, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
