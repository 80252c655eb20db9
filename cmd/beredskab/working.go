package main

import (
	"fmt"
	"sync"
	"time"
)

// patience is how long a person waits before wanting to know what is going on.
const patience = time.Second

// working tells on a terminal what takes long, and wipes it when done is
// called. Off a terminal nothing is written.
func (c *cli) working(what string) (done func()) {
	if !c.live || c.quiet || c.json {
		return func() {}
	}
	var mu sync.Mutex
	told, over := false, false
	timer := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			told = true
			fmt.Fprintf(c.err, "%s …", what)
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; told {
			fmt.Fprint(c.err, "\r\x1b[K")
		}
	}
}
