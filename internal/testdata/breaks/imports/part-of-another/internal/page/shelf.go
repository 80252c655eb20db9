package page

import "house/internal/keep/shelf"

func full() error { return shelf.ErrFull }
