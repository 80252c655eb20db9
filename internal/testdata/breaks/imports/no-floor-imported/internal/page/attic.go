package page

import "house/internal/nowhere"

func attic() { nowhere.Look() }
