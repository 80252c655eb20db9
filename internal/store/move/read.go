package move

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"beredskab/internal/ledger"
)

// proof is a table's content, whatever the order of its rows: their number, and
// the exclusive or of their hashes. No two rows of a table are the same.
type proof struct {
	rows int
	sum  [sha256.Size]byte
}

// values bounds how many values go out with one statement; SQLite takes 32,766,
// PostgreSQL 65,535.
const values = 8000

// read hands the table's rows out in batches and proves what it read.
func (t table) read(ctx context.Context, from Side, batch func(rows [][]any) error) (p proof, err error) {
	rows, err := from.QueryContext(ctx, "SELECT "+join(t.columns)+" FROM "+t.name)
	if err != nil {
		return p, err
	}
	defer func() { _ = rows.Close() }()
	var held [][]any
	for rows.Next() {
		row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return p, err
		}
		if err := p.add(row); err != nil {
			return p, fmt.Errorf("row %d: %w", p.rows, err)
		}
		if held = append(held, row); len(held)*len(row) >= values {
			if err := batch(held); err != nil {
				return p, err
			}
			held = held[:0]
		}
	}
	if err := rows.Err(); err != nil || len(held) == 0 {
		return p, err
	}
	return p, batch(held)
}

func join(columns []string) string {
	var text bytes.Buffer
	for i, c := range columns {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(c)
	}
	return text.String()
}

// add puts one row into the proof. Each value goes in with its kind and length,
// so that no two rows read alike; text and bytes count as the same kind.
func (p *proof) add(row []any) error {
	hash := sha256.New()
	var number [9]byte
	write := func(kind byte, n int64, body []byte) {
		number[0] = kind
		binary.BigEndian.PutUint64(number[1:], uint64(n))
		hash.Write(number[:])
		hash.Write(body)
	}
	for _, value := range row {
		switch v := value.(type) {
		case nil:
			write('n', 0, nil)
		case int64:
			write('i', v, nil)
		case string:
			write('t', int64(len(v)), []byte(v))
		case []byte:
			write('t', int64(len(v)), v)
		default:
			return fmt.Errorf("a value of kind %T, which no register holds", value)
		}
	}
	for i, b := range hash.Sum(nil) {
		p.sum[i] ^= b
	}
	p.rows++
	return nil
}

// Log is how far a log has come.
type Log struct {
	Entries int64
	Hash    []byte // of the entry that was asked for
}

// ErrLog says that a log is not as it was written.
var ErrLog = errors.New("the log is not as it was written")

// ReadLog reads the whole log: no number is missing, every entry still has the
// hash of its bytes, and the counter stands at the newest. It gives the hash of
// the entry of that number; 0 for the newest.
func ReadLog(ctx context.Context, in Statements, number int64) (l Log, err error) {
	rows, err := in.QueryContext(ctx, "SELECT seq, bytes, hash FROM entry ORDER BY seq")
	if err != nil {
		return l, fmt.Errorf("reading the log: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		var body, hash []byte
		if err := rows.Scan(&seq, &body, &hash); err != nil {
			return l, fmt.Errorf("reading the log: %w", err)
		}
		if l.Entries++; seq != l.Entries {
			return l, fmt.Errorf("%w: entry %d is missing", ErrLog, l.Entries)
		}
		if !bytes.Equal(ledger.Leaf(body), hash) {
			return l, fmt.Errorf("%w: entry %d was changed", ErrLog, seq)
		}
		if number == 0 || number == seq {
			l.Hash = hash
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return l, fmt.Errorf("reading the log: %w", err)
	}
	var counted int64
	if err := in.QueryRowContext(ctx, "SELECT seq FROM "+head).Scan(&counted); err != nil {
		return l, fmt.Errorf("reading the log's counter: %w", err)
	}
	if counted != l.Entries {
		return l, fmt.Errorf("%w: %d entries are counted, %d are there", ErrLog, counted, l.Entries)
	}
	return l, nil
}
