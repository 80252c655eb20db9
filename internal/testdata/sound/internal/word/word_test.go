package word

import (
	"os"
	"time"

	"example.com/queue"
	"house/internal/keep"
)

// Tests may use the clock, files, every floor and every library.
var started = time.Now()

func init() { os.Exit(keep.Queue(queue.Job{})) }
