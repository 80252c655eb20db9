package recovery

import (
	"fmt"
	"slices"
	"strings"
)

// CycleError says that systems, or the steps of one system, wait for each
// other, so that nothing in the circle can ever start (C4).
type CycleError struct {
	System string   // the system whose steps form the circle; empty for a circle of systems
	Path   []string // ids, each waiting for the next; the first is repeated last
}

// Error names the circle.
func (e *CycleError) Error() string {
	path := strings.Join(e.Path, " → ")
	if e.System != "" {
		return fmt.Sprintf("steps of %s wait for each other: %s; remove one of the after", e.System, path)
	}
	return fmt.Sprintf("systems wait for each other: %s; remove one of the dependencies, or mark it needed_for: operation", path)
}

// pair is one edge before it is packed.
type pair struct{ from, to int32 }

// edges is a graph packed into two slices: what node i points at lies in
// to[start[i]:start[i+1]]. Ten thousand plans stay in a few pages of memory.
type edges struct{ start, to []int32 }

func newEdges(n int, pairs []pair) edges {
	e := edges{start: make([]int32, n+1), to: make([]int32, len(pairs))}
	for _, p := range pairs {
		e.start[p.from+1]++
	}
	for i := range n {
		e.start[i+1] += e.start[i]
	}
	next := slices.Clone(e.start[:n])
	for _, p := range pairs {
		e.to[next[p.from]] = p.to
		next[p.from]++
	}
	return e
}

func (e edges) of(i int32) []int32 { return e.to[e.start[i]:e.start[i+1]] }

func (e edges) len() int { return len(e.start) - 1 }

func reversed(pairs []pair) []pair {
	out := make([]pair, len(pairs))
	for i, p := range pairs {
		out[i] = pair{from: p.to, to: p.from}
	}
	return out
}

// counts is how many edges leave each node.
func (e edges) counts() []int32 {
	out := make([]int32, e.len())
	for i := range out {
		out[i] = e.start[i+1] - e.start[i]
	}
	return out
}

// sortByNeed puts each node after all that it needs. rest are the nodes that
// stand in a circle or behind one; it is empty when all is well.
func sortByNeed(needs, feeds edges) (order, rest []int32) {
	missing := needs.counts()
	order = make([]int32, 0, len(missing))
	for i, m := range missing {
		if m == 0 {
			order = append(order, int32(i))
		}
	}
	for at := 0; at < len(order); at++ {
		for _, next := range feeds.of(order[at]) {
			if missing[next]--; missing[next] == 0 {
				order = append(order, next)
			}
		}
	}
	if len(order) == len(missing) {
		return order, nil
	}
	for i, m := range missing {
		if m > 0 {
			rest = append(rest, int32(i))
		}
	}
	return order, rest
}

// findCycle walks from need to need inside rest until it meets itself. Every
// node in rest needs another one there, so the walk cannot end elsewhere.
func findCycle(needs edges, rest []int32) []int32 {
	inside := make(map[int32]bool, len(rest))
	for _, n := range rest {
		inside[n] = true
	}
	seen := make(map[int32]int, len(rest))
	var path []int32
	for at := rest[0]; ; {
		if first, ok := seen[at]; ok {
			return append(path[first:], at)
		}
		seen[at] = len(path)
		path = append(path, at)
		all := needs.of(at)
		at = all[slices.IndexFunc(all, func(n int32) bool { return inside[n] })]
	}
}
