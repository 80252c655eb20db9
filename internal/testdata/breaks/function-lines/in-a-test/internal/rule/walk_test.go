package rule

func walk(n int) int {
	n++
	n++
	n++
	n++
	n++
	n++
	return n
}
