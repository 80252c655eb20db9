package rule

import clock "time"

func stamp() func() clock.Time { return clock.Now }
