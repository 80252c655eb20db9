package action

import (
	"context"
	"slices"

	"beredskab/internal/action/supervisor"
)

// Survey says how well commands are fenced in on this host, before any is asked for. A command that requires a missing fence is
// refused when it is asked for, whatever was said here.
type Survey struct {
	Held, Missing []string            // fences, in the order in which they are reported
	Refused       map[string][]string // actions of the catalogue that cannot run here, with the fences that each lacks
	Actions       int                 // in the catalogue
}

// None tells whether the catalogue has actions and not one of them can run here.
func (s Survey) None() bool { return s.Actions > 0 && len(s.Refused) == s.Actions }

// Survey raises the fences once without a command. A nil catalogue has no actions. argv starts the supervisor, as in Options; without
// it our own binary does.
func (c *Catalogue) Survey(ctx context.Context, argv ...string) (s Survey, err error) {
	if len(argv) == 0 {
		argv = []string{"/proc/self/exe", "supervise"}
	}
	if s.Held, s.Missing, err = supervisor.Report(ctx, argv); err != nil || c == nil {
		return s, err
	}
	s.Actions, s.Refused = len(c.entries), map[string][]string{}
	for id, e := range c.entries {
		for _, name := range e.Fences {
			if slices.Contains(s.Missing, name) {
				s.Refused[id] = append(s.Refused[id], name)
			}
		}
	}
	return s, nil
}
