package rule

// Five names with rule.Empty.
const (
	A = 1
	B = 2
)

type C struct{}

func (C) MethodsDoNotCount() {}

func D() {}
