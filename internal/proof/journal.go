package proof

import (
	"bytes"
	"sync"
)

// Journal keeps what a program logs, for a test that reads it meanwhile.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it.
func (j *Journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// String gives all of it.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
