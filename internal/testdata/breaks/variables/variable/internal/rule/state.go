package rule

import "errors"

var cache = map[string]int{}

var failed = errors.New("a sentinel is called ErrFailed")

var ErrOther = error(nil)
