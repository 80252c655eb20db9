// Package keep touches the world, and owns an annex of generated code.
package keep

import (
	"os"
	"time"

	"example.com/queue"
	"example.com/queue/driver"
	"house/internal/keep/rows"
	"house/internal/keep/shelf"
	"house/internal/rule"
)

// ErrFull is a second door to a part's sentinel.
var ErrFull = shelf.ErrFull

// Queue works, above the pure floors.
func Queue(job queue.Job) int {
	return len(os.Args) + rows.Count(driver.New(job, time.Now(), rule.Empty))
}
