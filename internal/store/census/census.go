// Package census counts in the register what operators watch. Every question is
// answered from an index or from a table that stays small, so that it may be
// asked every few seconds for ever.
package census

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"beredskab/internal/kept"
)

// recent is how far back occurrences are counted, 30 days in microseconds: a
// count of all of them would grow with the register's age.
const recent = 30 * 24 * 3600 * 1_000_000

// overdue is how long a message may be due before it counts as that, 5 minutes in
// microseconds.
const overdue = 5 * 60 * 1_000_000

// Reader runs questions within one read-only transaction.
type Reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// waiting finds commits that wait for a standby. Only this role's own sessions
// can be seen, and they are all that matter.
const waiting = `SELECT '', COUNT(*), 0 FROM pg_stat_activity
	WHERE datname = current_database() AND wait_event = 'SyncRep' AND state_change < now() - interval '5 seconds'`

// Take counts. clock is the statement that reads the database's clock,
// microseconds since 1970.
func Take(ctx context.Context, in Reader, clock string, postgres bool) (kept.Census, error) {
	var now int64
	if err := in.QueryRowContext(ctx, clock).Scan(&now); err != nil {
		return kept.Census{}, fmt.Errorf("reading the database's clock: %w", err)
	}
	c := kept.Census{
		At: time.UnixMicro(now).UTC(), Occurrences: map[kept.OccurrenceState]int{}, Attempts: map[kept.AttemptState]int{},
		Findings: map[string]int{}, Owed: map[string]int{}, OldestOwed: map[string]time.Time{}, Overdue: map[string]int{}, Refused: map[string]int{},
	}
	list := questions(now)
	if postgres {
		list = append(list, question{"commits that wait", waiting, nil, func(c *kept.Census, _ string, n, _ int64) { c.Waiting = int(n) }})
	}
	for _, q := range list {
		if err := each(ctx, in, q, &c); err != nil {
			return c, fmt.Errorf("counting %s: %w", q.what, err)
		}
	}
	return c, nil
}

// question asks for rows of one name and two numbers.
type question struct {
	what, text string
	args       []any
	into       func(c *kept.Census, name string, n, at int64)
}

func questions(now int64) []question {
	return []question{
		{"the tables' version", "SELECT '', COALESCE(MAX(version_id), 0), 0 FROM goose_db_version", nil, func(c *kept.Census, _ string, n, _ int64) { c.Schema = n }},
		{"log entries", "SELECT '', seq, 0 FROM log_head", nil, func(c *kept.Census, _ string, n, _ int64) { c.Head = n }},
		{
			"backups", "SELECT act, seq, at FROM entry WHERE object = ?1 ORDER BY seq DESC LIMIT 1",
			[]any{kept.BackupObject},
			func(c *kept.Census, _ string, _, at int64) { c.Backup = moment(at) },
		},
		{
			"checkpoints", "SELECT state, rev, at FROM record WHERE kind = 'checkpoint' ORDER BY at DESC LIMIT 1", nil,
			func(c *kept.Census, _ string, _, at int64) { c.Signed = moment(at) },
		},
		{
			"occurrences", "SELECT state, COUNT(*), 0 FROM occurrence WHERE due BETWEEN ?1 AND ?2 GROUP BY state",
			[]any{now - recent, now},
			func(c *kept.Census, name string, n, _ int64) { c.Occurrences[kept.OccurrenceState(name)] = int(n) },
		},
		{
			"due schedules", "SELECT '', COUNT(*), 0 FROM schedule WHERE next_at <> 0 AND next_at <= ?1",
			[]any{now},
			func(c *kept.Census, _ string, n, _ int64) { c.Due = int(n) },
		},
		{
			"schedules with problems", "SELECT '', COUNT(*), 0 FROM schedule WHERE problem <> ''", nil,
			func(c *kept.Census, _ string, n, _ int64) { c.Stuck = int(n) },
		},
		{
			"steps in hand", "SELECT state, COUNT(*), 0 FROM attempt WHERE state IN ('starting', 'running') GROUP BY state", nil,
			func(c *kept.Census, name string, n, _ int64) { c.Attempts[kept.AttemptState(name)] = int(n) },
		},
		{
			"steps of which nobody knows the end", "SELECT state, COUNT(*), 0 FROM attempt WHERE state = 'unknown' GROUP BY state", nil,
			func(c *kept.Census, name string, n, _ int64) { c.Attempts[kept.AttemptState(name)] = int(n) },
		},
		{
			"findings", "SELECT state, COUNT(*), 0 FROM finding WHERE closed_at = 0 GROUP BY state", nil,
			func(c *kept.Census, name string, n, _ int64) { c.Findings[name] = int(n) },
		},
		{
			"messages owed", "SELECT channel, COUNT(*), MIN(created_at) FROM notice WHERE state = 'owed' GROUP BY channel", nil,
			func(c *kept.Census, name string, n, at int64) { c.Owed[name], c.OldestOwed[name] = int(n), moment(at) },
		},
		{
			"messages overdue", "SELECT channel, COUNT(*), 0 FROM notice WHERE state = 'owed' AND next_try <= ?1 GROUP BY channel",
			[]any{now - overdue},
			func(c *kept.Census, name string, n, _ int64) { c.Overdue[name] = int(n) },
		},
		{
			"messages refused", "SELECT channel, COUNT(*), 0 FROM notice WHERE state = 'refused' GROUP BY channel", nil,
			func(c *kept.Census, name string, n, _ int64) { c.Refused[name] = int(n) },
		},
		{
			"nodes", "SELECT name, epoch, beat FROM node ORDER BY name", nil,
			func(c *kept.Census, name string, n, at int64) {
				c.Nodes = append(c.Nodes, kept.Node{Name: name, Epoch: n, Beat: moment(at)})
			},
		},
	}
}

func each(ctx context.Context, in Reader, q question, c *kept.Census) error {
	rows, err := in.QueryContext(ctx, q.text, q.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var n, at int64
		if err := rows.Scan(&name, &n, &at); err != nil {
			return err
		}
		q.into(c, name, n, at)
	}
	return rows.Err()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
