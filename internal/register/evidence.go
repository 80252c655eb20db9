package register

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/kept"

	"beredskab/internal/check"
)

// Evidence gives what held exercises and evaluated incidents showed, as the
// checks want it: the newest of each type per system and recovery steps. Only a
// run that ended by itself is evidence; an interrupted one shows nothing.
func (r *Register) Evidence(ctx context.Context) ([]check.Evidence, error) {
	return read(ctx, r, func(tx Tx) ([]check.Evidence, error) {
		rows, err := tx.NewestEvidence(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the evidence: %w", err)
		}
		list := make([]check.Evidence, 0, len(rows))
		for _, row := range rows {
			list = append(list, evidenceOf(&row))
		}
		return list, nil
	})
}

func evidenceOf(row *kept.Run) check.Evidence {
	return check.Evidence{
		System: row.System, Type: row.Type, EndedAt: row.EndedAt, StepsHash: row.StepsHash, Scope: row.Scope,
		RTAMinutes: whole(row.RTA), HasRTA: row.RTA != nil, RPAMinutes: whole(row.RPA), HasRPA: row.RPA != nil,
		Measured: row.Measured && row.RTA != nil,
	}
}

// whole rounds a measured length up to minutes, so that nothing looks quicker
// than it was.
func whole(ns *int64) int {
	if ns == nil {
		return 0
	}
	return int((time.Duration(*ns) + time.Minute - 1) / time.Minute)
}
