package rule

import "house/internal/sign"

func side() { sign.Read() }
