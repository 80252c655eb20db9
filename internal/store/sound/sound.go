// Package sound looks for what a database's own check cannot see: a value that is
// not the one that was written. It reads what carries a hash: the trace and the
// versions of the plans.
package sound

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

// enough is how many problems are worth telling.
const enough = 20

// Problems reads every entry of the trace and every version, and says of each
// that is damaged which one it is. It reads all of them: seconds, not
// milliseconds, on a large register.
func Problems(ctx context.Context, db *sql.DB) (list []string, err error) {
	// One state of the register: beside a working server, the log grows meanwhile.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("reading what carries a hash: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	for _, read := range []func(context.Context, *sql.Tx, func(error)) error{entries, versions} {
		err := read(ctx, tx, func(problem error) {
			if problem != nil && len(list) < enough {
				list = append(list, problem.Error())
			}
		})
		if err != nil {
			return list, fmt.Errorf("reading what carries a hash: %w", err)
		}
	}
	return list, nil
}

// entries wants each to fit its hash, and no number to be missing.
func entries(ctx context.Context, tx *sql.Tx, tell func(error)) error {
	rows, err := tx.QueryContext(ctx, "SELECT seq, at, actor, act, object, outcome, bytes, hash FROM entry ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	last := int64(0)
	for rows.Next() {
		var e kept.Entry
		var at int64
		if err := rows.Scan(&e.Seq, &at, &e.Actor, &e.Act, &e.Object, &e.Outcome, &e.Bytes, &e.Hash); err != nil {
			return err
		}
		e.At = time.UnixMicro(at).UTC()
		if e.Seq != last+1 {
			tell(fmt.Errorf("entry %d of the log is missing: %w", last+1, ledger.ErrDamaged))
		}
		last = e.Seq
		tell(ledger.Fits(e))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var head int64
	if err := tx.QueryRowContext(ctx, "SELECT seq FROM log_head").Scan(&head); err != nil {
		return err
	}
	if head > last {
		tell(fmt.Errorf("the log ends at entry %d and should end at %d: %w", last, head, ledger.ErrDamaged))
	}
	return nil
}

// versions wants each to be named by the hash of its bytes.
func versions(ctx context.Context, tx *sql.Tx, tell func(error)) error {
	rows, err := tx.QueryContext(ctx, "SELECT kind, id, number, hash, canonical FROM version ORDER BY kind, id, number")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, id, hash string
		var number int
		var canonical []byte
		if err := rows.Scan(&kind, &id, &number, &hash, &canonical); err != nil {
			return err
		}
		if sum := sha256.Sum256(canonical); hex.EncodeToString(sum[:]) != hash {
			tell(fmt.Errorf("version %d of %s %s does not fit its hash: %w", number, kind, id, ledger.ErrDamaged))
		}
	}
	return rows.Err()
}
