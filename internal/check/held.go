package check

import (
	"time"

	"beredskab/internal/kept"
)

// EvidenceOf reads the evidence out of a run that ended.
func EvidenceOf(row *kept.Run) Evidence {
	return Evidence{
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
