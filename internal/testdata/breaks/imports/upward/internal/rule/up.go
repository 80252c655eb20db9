package rule

import "house/internal/keep"

func up() { keep.Queue() }
