package recovery

import "slices"

// machine is the simulation in motion.
type machine struct {
	g   *Graph
	now int

	missingStep   []int32 // steps that a step still waits for
	missingSystem []int32 // systems that a system still waits for
	left          []int32 // steps that a system still has to do

	free    []int  // people of a team that stand ready
	waiting []heap // by team: ranks of ready steps
	hungry  []int32
	running heap // finish << 32 | step

	ready, start []int32
	finish       []int
	done         []int32
}

func newMachine(g *Graph) *machine {
	s := &g.steps
	m := &machine{
		g:           g,
		missingStep: s.needs.counts(), missingSystem: g.needs.counts(), left: make([]int32, len(g.plans)),
		free: slices.Clone(g.capacity), waiting: make([]heap, len(g.teams)),
		ready: make([]int32, len(s.ids)), start: make([]int32, len(s.ids)),
		finish: make([]int, len(g.plans)), done: make([]int32, 0, len(s.ids)),
	}
	for i := range m.left {
		m.left[i] = s.first[i+1] - s.first[i]
	}
	return m
}

// begin opens the systems that wait for nothing. They are gathered first, for a
// system without work opens others on the way.
func (m *machine) begin() {
	var roots []int32
	for i, missing := range m.missingSystem {
		if missing == 0 {
			roots = append(roots, int32(i))
		}
	}
	m.open(roots)
	m.staff()
}

// advance goes to the next moment at which a step ends and ends all that end
// then, before anybody is given new work.
func (m *machine) advance() {
	m.now = int(m.running[0] >> 32)
	for len(m.running) > 0 && int(m.running[0]>>32) == m.now {
		n := int32(m.running.pop() & 0xffffffff)
		if t := m.g.steps.team[n]; m.limited(t) {
			m.free[t]++
			m.hungry = append(m.hungry, t)
		}
		m.end([]int32{n})
	}
}

// staff gives the waiting steps of each team that something happened to, to its
// free people.
func (m *machine) staff() {
	for _, t := range m.hungry {
		for m.free[t] > 0 && len(m.waiting[t]) > 0 {
			m.free[t]--
			m.run(int32(m.g.byRank[m.waiting[t].pop()]))
		}
	}
	m.hungry = m.hungry[:0]
}

// open lets systems begin, and those behind them when they have nothing to do.
func (m *machine) open(systems []int32) {
	s := &m.g.steps
	for at := 0; at < len(systems); at++ {
		i := systems[at]
		if m.left[i] == 0 {
			m.finish[i] = m.now
			systems = append(systems, m.released(i)...)
			continue
		}
		var instant []int32
		for n := s.first[i]; n < s.first[i+1]; n++ {
			if m.missingStep[n] == 0 && m.offer(n) {
				instant = append(instant, n)
			}
		}
		systems = append(systems, m.close(instant)...)
	}
}

// end finishes steps and opens the systems that this sets free.
func (m *machine) end(steps []int32) { m.open(m.close(steps)) }

// close finishes steps, and the ones behind them that take no time, and gives
// the systems that may begin now.
func (m *machine) close(steps []int32) (opened []int32) {
	s := &m.g.steps
	for at := 0; at < len(steps); at++ {
		n := steps[at]
		m.done = append(m.done, n)
		i := s.system[n]
		if m.left[i]--; m.left[i] == 0 {
			m.finish[i] = m.now
			opened = append(opened, m.released(i)...)
		}
		for _, next := range s.feeds.of(n) {
			if m.missingStep[next]--; m.missingStep[next] == 0 && m.offer(next) {
				steps = append(steps, next)
			}
		}
	}
	return opened
}

// released are the systems that waited for this one last.
func (m *machine) released(i int32) (out []int32) {
	for _, next := range m.g.feeds.of(i) {
		if m.missingSystem[next]--; m.missingSystem[next] == 0 {
			out = append(out, next)
		}
	}
	return out
}

// offer makes a step ready. A step that takes no time is over at once, which
// the answer tells; one of an unlimited team starts at once; the others queue.
func (m *machine) offer(n int32) (over bool) {
	m.ready[n] = int32(m.now)
	s := &m.g.steps
	switch t := s.team[n]; {
	case s.minutes[n] == 0:
		m.start[n] = int32(m.now)
		return true
	case m.limited(t):
		m.waiting[t].push(int64(m.g.rank[n]))
		m.hungry = append(m.hungry, t)
	default:
		m.run(n)
	}
	return false
}

func (m *machine) run(n int32) {
	m.start[n] = int32(m.now)
	m.running.push(int64(m.now+int(m.g.steps.minutes[n]))<<32 | int64(n))
}

func (m *machine) limited(team int32) bool { return team != noTeam && m.g.capacity[team] > 0 }

func (m *machine) report() *Simulation {
	out := &Simulation{graph: m.g, finish: m.finish, Tasks: make([]Task, 0, len(m.done))}
	s := &m.g.steps
	keys := make([]int64, len(m.done))
	for at, n := range m.done {
		keys[at] = int64(m.start[n])<<32 | int64(m.g.rank[n])
	}
	slices.Sort(keys)
	for _, key := range keys {
		n := m.g.byRank[key&0xffffffff]
		if s.skipped[n] {
			continue
		}
		out.Tasks = append(out.Tasks, Task{
			System: m.g.ids[s.system[n]], Step: s.ids[n], Team: m.g.team(s.team[n]),
			Ready: int(m.ready[n]), Start: int(m.start[n]), Finish: int(m.start[n] + s.minutes[n]),
		})
	}
	return out
}
