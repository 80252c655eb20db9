package site

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
)

// With several servers the doctor says who is silent, and whether one leads.
func TestDoctorCountsServers(t *testing.T) {
	node := func(name string, role kept.Role, quiet time.Duration) kept.Node {
		return kept.Node{Name: name, Role: role, Beat: time.Unix(1_800_000_000, 0), Quiet: quiet}
	}
	for want, nodes := range map[string][]kept.Node{
		"ok 2, all of them living":                                   {node("a", kept.Everything, 0), node("b", kept.Runner, time.Second)},
		"warn silent: b since ":                                      {node("a", kept.Everything, 0), node("b", kept.Runner, kept.Silence)},
		"warn no server follows the schedules and delivers messages": {node("a", kept.Everything, kept.Silence), node("b", kept.Runner, 0)},
	} {
		line := living(nodes)
		if got := string(line.Level) + " " + line.Text; !strings.HasPrefix(got, want) || (line.Next == "") != (line.Level == OK) {
			t.Errorf("%q, next %q; want %q", got, line.Next, want)
		}
	}
}
