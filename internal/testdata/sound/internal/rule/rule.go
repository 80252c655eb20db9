// Package rule imports downwards.
package rule

import "house/internal/word"

// Empty is a name of a lower floor.
const Empty = word.Empty
