package ops

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// stale is how long the register may be without a change before something must
// be wrong: each node writes its sign of life every five seconds.
const stale = time.Minute

// stuck is how long a loop may be without a sign of life. While the database is
// away a round takes its whole patience several times over, and the loop that
// follows the schedules also runs the checks.
func stuck(loop string) time.Duration {
	if loop == "tick" {
		return 10 * time.Minute
	}
	return 3 * time.Minute
}

// loops tells which loops of the program stand still. Only those that have begun
// are judged: not every node has all of them.
func (w *Watch) loops(now time.Time) (list []Trouble) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(w.beats)) {
		if beat := w.beats[name]; now.Sub(beat) > stuck(name) {
			list = append(list, Trouble{
				Name: "loop " + name, Text: "it stands still", Since: beat,
				Next: "restart the server; steps in hand go on under their supervisors",
			})
		}
	}
	return list
}

// started tells whether the server has begun its work.
func (w *Watch) started() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.beats) > 0
}

// judge says what keeps this node from its work, and what is worth a look.
func (w *Watch) judge(s sight) []Trouble {
	list := w.loops(s.at)
	if !w.started() {
		list = append(list, Trouble{Name: "server", Text: "it is starting", Since: w.born, Next: "wait; the server's log says what it does"})
	}
	list = append(list, w.register(s)...)
	if s.blind != nil {
		list = append(list, Trouble{Name: "disk", Text: s.blind.Error(), Next: "see that the state folder is mounted and belongs to the server's user"})
	}
	list = append(list, w.Doubts()...)
	slices.SortStableFunc(list, func(a, b Trouble) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

func rank(t Trouble) int {
	if t.Minor {
		return 1
	}
	return 0
}

// register judges whether the register can be read and written.
func (w *Watch) register(s sight) (list []Trouble) {
	good, bad, why := w.Meter.state()
	switch {
	case !bad.IsZero():
		list = append(list, Trouble{
			Name: "register", Since: bad, Text: fmt.Sprintf("not reachable since %s: %v", stamp(bad), why),
			Next: "see that the database runs and its disk is sound and has room; the server tries again by itself",
		})
	case s.lost != nil:
		list = append(list, Trouble{
			Name: "register", Since: good, Text: fmt.Sprintf("cannot be read: %v", s.lost),
			Next: "see that the database runs and answers; the server tries again by itself",
		})
	case w.started() && s.at.Sub(latest(good, w.born)) > stale:
		list = append(list, Trouble{
			Name: "register", Since: good, Text: fmt.Sprintf("has taken no change since %s", stamp(good)),
			Next: "see what holds the database: a long transaction, a lock, a stalled disk",
		})
	}
	if s.lost != nil {
		return list
	}
	if s.census.Schema != w.Schema {
		list = append(list, Trouble{
			Name: "tables", Text: fmt.Sprintf("the register's tables are at version %d, this server began at %d", s.census.Schema, w.Schema),
			Next: "upgrade this server to the version of the others", Minor: s.census.Schema > w.Schema, // a rolling upgrade
		})
	}
	if s.census.Waiting > 0 {
		list = append(list, Trouble{
			Name: "commits", Text: fmt.Sprintf("%d commits are waiting for a standby that does not answer", s.census.Waiting),
			Next: "bring the standby back, or take it out of synchronous_standby_names on the primary and reload",
		})
	}
	return list
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "the start"
	}
	return t.UTC().Format(time.RFC3339)
}
