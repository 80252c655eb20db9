package mask

// automaton finds many patterns in one pass (Aho and Corasick). Its trie is sparse, because most of a secret's shapes are long chains.
type automaton struct {
	nodes   []node
	root    [256]int32 // the children of node 0
	longest int32
}

type node struct {
	child, sibling, fail int32
	depth, found         int32 // found is the length of the longest pattern that ends here, 0 if none
	char                 byte
}

func newAutomaton(patterns []string) *automaton {
	a := &automaton{nodes: make([]node, 1)}
	for _, p := range patterns {
		if len(p) >= Least {
			a.add(p)
		}
	}
	a.link()
	return a
}

func (a *automaton) add(pattern string) {
	at := int32(0)
	for i := range len(pattern) {
		to := a.next(at, pattern[i])
		if to == 0 {
			to = int32(len(a.nodes))
			n := node{char: pattern[i], depth: a.nodes[at].depth + 1, sibling: a.nodes[at].child}
			a.nodes = append(a.nodes, n)
			a.nodes[at].child = to
			if at == 0 {
				a.root[pattern[i]] = to
			}
		}
		at = to
	}
	a.nodes[at].found = int32(len(pattern))
	a.longest = max(a.longest, int32(len(pattern)))
}

// link sets where to go on when a node has no child for the next character: to the longest end of what was read that begins a pattern.
func (a *automaton) link() {
	var queue []int32
	for to := a.nodes[0].child; to != 0; to = a.nodes[to].sibling {
		queue = append(queue, to)
	}
	for i := 0; i < len(queue); i++ {
		from := queue[i]
		for to := a.nodes[from].child; to != 0; to = a.nodes[to].sibling {
			fail := a.follow(a.nodes[from].fail, a.nodes[to].char)
			a.nodes[to].fail = fail
			a.nodes[to].found = max(a.nodes[to].found, a.nodes[fail].found)
			queue = append(queue, to)
		}
	}
}

// next is the child of a node, 0 if it has none for this character.
func (a *automaton) next(at int32, c byte) int32 {
	if at == 0 {
		return a.root[c]
	}
	for to := a.nodes[at].child; to != 0; to = a.nodes[to].sibling {
		if a.nodes[to].char == c {
			return to
		}
	}
	return 0
}

// follow is the node that is reached with one more character.
func (a *automaton) follow(at int32, c byte) int32 {
	for {
		if to := a.next(at, c); to != 0 || at == 0 {
			return to
		}
		at = a.nodes[at].fail
	}
}

// matcher is an automaton on its way through a stream.
type matcher struct {
	*automaton
	folds bool  // passes over what tools put between the digits of an encoding
	state int32 // node
	at    []int64
	count int // characters that were followed; the offset of the last is at[(count-1) % len(at)]
}

func newMatcher(patterns []string, folds bool) *matcher {
	a := newAutomaton(patterns)
	return &matcher{automaton: a, folds: folds, at: make([]int64, a.longest+1)}
}

// step reads the character at an offset of the stream, and gives the offset at which a secret begins that ends here, or -1.
func (m *matcher) step(c byte, offset int64) int64 {
	if m.state == 0 && m.root[c] == 0 {
		return -1
	}
	if m.folds && (c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == ':') {
		if offset-m.begin(0) > 4*int64(m.longest) {
			m.state = 0 // no encoding has gaps this wide, and what is kept back is bounded
		}
		return -1
	}
	if m.state = m.follow(m.state, c); m.state == 0 {
		return -1
	}
	m.at[m.count%len(m.at)] = offset
	m.count++
	if found := m.nodes[m.state].found; found > 0 {
		return m.back(found)
	}
	return -1
}

// begin is the offset of the first character that may yet become a secret, or none.
func (m *matcher) begin(none int64) int64 {
	if m.state == 0 {
		return none
	}
	return m.back(m.nodes[m.state].depth)
}

func (m *matcher) back(n int32) int64 { return m.at[(m.count-int(n))%len(m.at)] }
