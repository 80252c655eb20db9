package recovery

// heap is a binary heap of numbers, smallest first. It stands here because
// container/heap allocates for each number it is handed.
type heap []int64

func (h *heap) push(v int64) {
	q := append(*h, v)
	at := len(q) - 1
	for at > 0 {
		up := (at - 1) / 2
		if q[up] <= v {
			break
		}
		q[at] = q[up]
		at = up
	}
	q[at] = v
	*h = q
}

// pop takes the smallest number; the heap must not be empty.
func (h *heap) pop() int64 {
	q := *h
	top, v := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	if len(q) == 0 {
		return top
	}
	at := 0
	for {
		down := 2*at + 1
		if down >= len(q) {
			break
		}
		if right := down + 1; right < len(q) && q[right] < q[down] {
			down = right
		}
		if v <= q[down] {
			break
		}
		q[at] = q[down]
		at = down
	}
	q[at] = v
	return top
}
