package picture

import (
	"cmp"
	"slices"
)

// inALayer is how many systems stand beside each other on a page of A4.
const inALayer = 6

// net is a graph made ready to draw: each node on a layer below all that it
// waits for, long edges led through places of their own.
type net struct {
	layer  []int   // of each place
	above  [][]int // the places that each one hangs on
	below  [][]int
	rows   [][]int // places by layer, from left to right
	x      []int   // middle of each place
	width  []int   // of each place
	system int     // places below this number are systems, the rest are bends
}

// arrange lays out n systems; edges go from what is needed to who needs it.
// A system is width wide, a bend at most bend, all together at most whole. An
// edge of a circle is left out, for nothing can stand below itself.
func arrange(n int, edges [][2]int, width, bend, whole int) *net {
	g := &net{layer: make([]int, n), above: make([][]int, n), below: make([][]int, n), system: n}
	needs := make([][]int, n)
	for _, e := range edges {
		needs[e[1]] = append(needs[e[1]], e[0])
	}
	g.stack(needs)
	for _, e := range edges {
		if g.layer[e[0]] < g.layer[e[1]] {
			g.thread(e[0], e[1])
		}
	}
	for place, l := range g.layer {
		for len(g.rows) <= l {
			g.rows = append(g.rows, nil)
		}
		g.rows[l] = append(g.rows[l], place)
	}
	g.untangle()
	g.widen(width, bend, whole)
	g.place(whole)
	return g
}

// stack gives each system the first layer below all it needs that has room.
func (g *net) stack(needs [][]int) {
	placed, room := make([]bool, g.system), map[int]int{}
	for left := g.system; left > 0; {
		next, at := -1, 0
		for i := range g.system {
			if placed[i] {
				continue
			}
			lowest, ready := 0, true
			for _, d := range needs[i] {
				ready = ready && placed[d]
				lowest = max(lowest, g.layer[d]+1)
			}
			if ready && (next < 0 || lowest < at) {
				next, at = i, lowest
			}
		}
		if next < 0 { // A circle: the first of those left breaks it.
			next, at = slices.Index(placed, false), 0
		}
		for room[at] >= inALayer {
			at++
		}
		room[at]++
		g.layer[next], placed[next] = at, true
		left--
	}
}

// thread leads an edge through one bend on each layer that it passes.
func (g *net) thread(from, to int) {
	for l := g.layer[from] + 1; l < g.layer[to]; l++ {
		bend := len(g.layer)
		g.layer, g.above, g.below = append(g.layer, l), append(g.above, nil), append(g.below, nil)
		g.join(from, bend)
		from = bend
	}
	g.join(from, to)
}

func (g *net) join(from, to int) {
	g.below[from] = append(g.below[from], to)
	g.above[to] = append(g.above[to], from)
}

// untangle puts each place near the middle of what it hangs together with, down
// and up a few times, so that few edges cross.
func (g *net) untangle() {
	at := make([]int, len(g.layer))
	number := func(row []int) {
		for i, place := range row {
			at[place] = i
		}
	}
	for _, row := range g.rows {
		number(row)
	}
	by := func(row []int, other [][]int) {
		middle := map[int]float64{}
		for _, place := range row {
			middle[place] = float64(at[place])
			if len(other[place]) > 0 {
				sum := 0.0
				for _, o := range other[place] {
					sum += float64(at[o])
				}
				middle[place] = sum / float64(len(other[place]))
			}
		}
		slices.SortStableFunc(row, func(a, b int) int { return cmp.Or(cmp.Compare(middle[a], middle[b]), cmp.Compare(a, b)) })
		number(row)
	}
	for range 6 {
		for _, row := range g.rows {
			by(row, g.above)
		}
		for _, row := range slices.Backward(g.rows) {
			by(row, g.below)
		}
	}
}

// widen gives systems their width, and bends what is left of it in their row.
func (g *net) widen(width, bend, whole int) {
	g.width = make([]int, len(g.layer))
	for _, row := range g.rows {
		systems := 0
		for _, p := range row {
			if p < g.system {
				systems++
			}
		}
		for _, p := range row {
			g.width[p] = width
			if p >= g.system {
				g.width[p] = min(bend, (whole-systems*width)/(len(row)-systems))
			}
		}
	}
}

// place gives each place its middle: where its neighbours want it, without
// touching those beside it.
func (g *net) place(whole int) {
	g.x = make([]int, len(g.layer))
	for _, row := range g.rows {
		total := 0
		for _, p := range row {
			total += g.width[p]
		}
		x := (whole - total) / 2
		for _, p := range row {
			g.x[p] = x + g.width[p]/2
			x += g.width[p]
		}
	}
	for turn := range 8 {
		for i := range g.rows {
			row, other := g.rows[i], g.above
			if turn%2 == 1 {
				row, other = g.rows[len(g.rows)-1-i], g.below
			}
			g.settle(row, other, whole)
		}
	}
}

// settle moves the places of a row to the mean of their neighbours, pushes apart
// those that would touch, moves the row back to where it wanted to be, and keeps
// it on the page.
func (g *net) settle(row []int, other [][]int, whole int) {
	edge, off := 0, 0
	for i, p := range row {
		want := g.x[p]
		if len(other[p]) > 0 {
			want = 0
			for _, o := range other[p] {
				want += g.x[o]
			}
			want /= len(other[p])
		}
		g.x[p] = want
		if i > 0 {
			g.x[p] = max(want, edge+g.width[p]/2)
		}
		edge = g.x[p] + g.width[p]/2
		off += want - g.x[p]
	}
	low := 0
	for _, p := range row {
		g.x[p] = max(g.x[p]+off/len(row), low+g.width[p]/2)
		low = g.x[p] + g.width[p]/2
	}
	high := whole
	for _, p := range slices.Backward(row) {
		g.x[p] = min(g.x[p], high-g.width[p]/2)
		high = g.x[p] - g.width[p]/2
	}
}
