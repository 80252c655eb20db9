package kept

import (
	"fmt"
	"time"
)

// Wait is an automatic step that could begin now and that nobody has begun.
type Wait struct {
	Step, Site string
	Served     bool      // some living node carries out such steps
	Heard      time.Time // when such a node was last heard from; zero: never
}

// WaitFor says of a step of that site what those nodes make of it.
func WaitFor(step, site string, nodes []Node) Wait {
	w := Wait{Step: step, Site: site}
	for _, n := range nodes {
		if !n.Carries(site) {
			continue
		}
		w.Served = w.Served || n.Alive()
		if n.Beat.After(w.Heard) {
			w.Heard = n.Beat
		}
	}
	return w
}

// Text says what is missing; at puts a time into words.
func (w Wait) Text(at func(time.Time) string) string {
	who := "a node at site " + w.Site
	if w.Site == "" {
		who = "a node that carries out steps"
	}
	switch {
	case w.Served:
		return "waits for " + who
	case w.Heard.IsZero():
		return fmt.Sprintf("waits for %s (none was ever heard from)", who)
	default:
		return fmt.Sprintf("waits for %s (none has been heard from since %s)", who, at(w.Heard))
	}
}
