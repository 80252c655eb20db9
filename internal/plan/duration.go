package plan

import "time"

// Duration is a length of elapsed time in whole minutes, written as 15m, 4h,
// 2d, 1w or a sum such as 1h45m. A day is 24 h; there are no months
// (spec/domain.md 4).
type Duration int64

// Minutes is the length in minutes.
func (d Duration) Minutes() int { return int(d) }

// Std is the length as the standard library counts it.
func (d Duration) Std() time.Duration { return time.Duration(d) * time.Minute }
