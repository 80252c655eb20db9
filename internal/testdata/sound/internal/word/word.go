// Package word stands at the bottom.
package word

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"example.com/yaml"
)

// Sentinel errors, embedded files and assertions are no variables.
var (
	ErrEmpty      = errors.New("empty")
	errNested     = fmt.Errorf("nested: %w", ErrEmpty)
	_         any = yaml.Node{}
)

//go:embed word.txt
var text string

// Later takes the time as a value.
func Later(now time.Time) time.Time { return now.Add(time.Hour) }
