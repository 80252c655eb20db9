package rule

func init() { println("at start") }
