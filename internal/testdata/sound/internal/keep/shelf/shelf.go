// Package shelf is a part of keep.
package shelf

import (
	"errors"

	"house/internal/rule"
)

// ErrFull says that nothing more goes in.
var ErrFull = errors.New("full of " + rule.Empty)
