package folder

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// patience is how long a person waits before wanting to know what is going on.
const patience = time.Second

// Working tells on a terminal what takes long, and wipes it when done is called.
func Working(out io.Writer, what string) (done func()) {
	var mu sync.Mutex
	told, over := false, false
	timer := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			told = true
			fmt.Fprintf(out, "%s …", what)
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; told {
			fmt.Fprint(out, "\r\x1b[K")
		}
	}
}
