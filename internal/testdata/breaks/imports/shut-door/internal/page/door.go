package page

import "house/internal/keep"

func door() { keep.Queue() }
