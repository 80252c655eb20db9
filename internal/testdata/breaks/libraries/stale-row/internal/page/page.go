// Package page has left the queue to keep.
package page

import "house/internal/rule"

// Empty is shown on a page.
const Empty = rule.Empty
