package rule

import "example.com/queue/driver"

func work() { driver.Open() }
