// Package move carries a whole register from one database into another: every
// row of every table, within one transaction on each side, with the proof that
// every value arrived. Half a move cannot exist: what is cut off is rolled back.
//
// One of the two sides is SQLite; its own list of tables says what there is to
// carry, so that a new migration needs no change here. What the queue keeps is
// left behind: the next start of a server asks for every open run anew.
package move

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"beredskab/internal/kept"
)

// ErrDiffers says that what arrived is not what was sent.
var ErrDiffers = errors.New("the copy differs from the original")

// Statements runs SQL within one transaction; the text is SQLite's.
type Statements interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Side is one of the two databases, within its transaction. What is read must be
// as of one moment.
type Side struct {
	Statements
	Postgres bool
}

// Sum is what was carried.
type Sum struct {
	Tables int
	Rows   int
	Log    Log
}

// head is the table that counts log entries; its one row is there from the
// start and only ever grows by one.
const head = "log_head"

// Copy fills the empty target (else kept.ErrNotEmpty) and proves the copy: each table's rows are counted
// and hashed on both sides, and the log is read through. The caller commits.
func Copy(ctx context.Context, from, to Side) (s Sum, err error) {
	lite := from
	if from.Postgres {
		lite = to
	}
	tables, err := list(ctx, lite)
	if err != nil {
		return s, fmt.Errorf("listing the tables: %w", err)
	}
	for _, side := range []Side{from, to} {
		if err := side.patient(ctx); err != nil {
			return s, err
		}
	}
	for _, t := range tables {
		if err := t.empty(ctx, to); err != nil {
			return s, err
		}
	}
	for _, t := range tables {
		n, err := t.carry(ctx, from, to)
		if err != nil {
			return s, fmt.Errorf("copying table %s: %w", t.name, err)
		}
		s.Tables, s.Rows = s.Tables+1, s.Rows+n
	}
	if err := to.count(ctx); err != nil {
		return s, fmt.Errorf("setting the counters: %w", err)
	}
	if s.Log, err = ReadLog(ctx, to, 0); err != nil {
		return s, err
	}
	return s, nil
}

// patient lifts the limits that guard short transactions against hanging.
func (s Side) patient(ctx context.Context) error {
	if !s.Postgres {
		return nil
	}
	for _, name := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
		if _, err := s.ExecContext(ctx, "SET LOCAL "+name+" = 0"); err != nil {
			return fmt.Errorf("lifting %s: %w", name, err)
		}
	}
	return nil
}

// table is one table of the register, its columns in the order of SQLite.
type table struct {
	name    string
	columns []string
}

// list gives the register's own tables in the order in which they were made:
// none refers to a later one.
func list(ctx context.Context, lite Side) (tables []table, err error) {
	names, err := texts(ctx, lite, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
		AND name NOT LIKE 'river\_%' ESCAPE '\' AND name NOT LIKE 'goose\_%' ESCAPE '\' ORDER BY rowid`)
	for _, name := range names {
		t := table{name: name}
		if t.columns, err = texts(ctx, lite, "SELECT name FROM pragma_table_info('"+name+"') ORDER BY cid"); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, err
}

func texts(ctx context.Context, s Side, query string) (list []string, err error) {
	rows, err := s.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

// empty refuses a target that holds something.
func (t table) empty(ctx context.Context, to Side) error {
	query := "SELECT COUNT(*) FROM " + t.name
	if t.name == head {
		query = "SELECT seq FROM " + head
	}
	var n int64
	if err := to.QueryRowContext(ctx, query).Scan(&n); err != nil {
		return fmt.Errorf("looking at table %s of the target: %w", t.name, err)
	}
	if n != 0 {
		return fmt.Errorf("%w: its table %s holds rows", kept.ErrNotEmpty, t.name)
	}
	return nil
}

// carry copies the table and compares what arrived with what was sent.
func (t table) carry(ctx context.Context, from, to Side) (int, error) {
	put := t.insert
	if t.name == head {
		put = t.grow
	}
	sent, err := t.read(ctx, from, func(rows [][]any) error { return put(ctx, to, rows) })
	if err != nil {
		return 0, err
	}
	arrived, err := t.read(ctx, to, func([][]any) error { return nil })
	if err != nil {
		return 0, fmt.Errorf("reading it back: %w", err)
	}
	if sent != arrived {
		return 0, fmt.Errorf("%w: %d rows were sent, %d arrived, or not with the same values", ErrDiffers, sent.rows, arrived.rows)
	}
	return sent.rows, nil
}

// insert adds some rows with one statement.
func (t table) insert(ctx context.Context, to Side, rows [][]any) error {
	var text strings.Builder
	fmt.Fprintf(&text, "INSERT INTO %s (%s) ", t.name, strings.Join(t.columns, ", "))
	if to.Postgres {
		text.WriteString("OVERRIDING SYSTEM VALUE ") // numbers that PostgreSQL would give itself
	}
	text.WriteString("VALUES ")
	args := make([]any, 0, len(rows)*len(t.columns))
	for i, row := range rows {
		if i > 0 {
			text.WriteString(", ")
		}
		for k, value := range row {
			args = append(args, value)
			text.WriteByte("(,"[min(k, 1)])
			fmt.Fprintf(&text, "?%d", len(args))
		}
		text.WriteByte(')')
	}
	_, err := to.ExecContext(ctx, text.String(), args...)
	return err
}

// grow sets the log's counter, past the trigger that lets it grow by one only.
// The trigger is back before the transaction ends.
func (t table) grow(ctx context.Context, to Side, rows [][]any) error {
	before, after := "ALTER TABLE "+head+" DISABLE TRIGGER log_head_grows", "ALTER TABLE "+head+" ENABLE TRIGGER log_head_grows"
	if !to.Postgres {
		before = "DROP TRIGGER log_head_grows"
		if err := to.QueryRowContext(ctx, "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'log_head_grows'").Scan(&after); err != nil {
			return fmt.Errorf("reading the guard of the log's counter: %w", err)
		}
	}
	if _, err := to.ExecContext(ctx, before); err != nil {
		return err
	}
	for k, column := range t.columns {
		if _, err := to.ExecContext(ctx, "UPDATE "+head+" SET "+column+" = ?1", rows[0][k]); err != nil {
			return err
		}
	}
	_, err := to.ExecContext(ctx, after)
	return err
}

// count lets PostgreSQL's own counters go on after the highest number that was
// brought. SQLite does so by itself.
func (s Side) count(ctx context.Context) error {
	if !s.Postgres {
		return nil
	}
	counted, err := texts(ctx, s, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND is_identity = 'YES' AND table_name NOT LIKE 'river%' AND table_name NOT LIKE 'goose%' ORDER BY 1`)
	for _, place := range counted {
		name, column, _ := strings.Cut(place, ".")
		query := fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%s', '%s'), MAX(%s)) FROM %s HAVING MAX(%s) IS NOT NULL", name, column, column, name, column)
		if _, err := s.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("%s: %w", place, err)
		}
	}
	return err
}
