package page

import "house/internal/keep/rows"

func count() int { return rows.Count() }
