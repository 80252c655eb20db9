// Package hamlet is the smallest municipality whose drills a fault test can run:
// its plan files as text. Only tests import it.
package hamlet

import (
	"fmt"
	"strings"
)

// Organisation is its organisation.yaml: one team, drift, and the roles that lead.
// When checks run, and what else a test wants, is written below it.
const Organisation = `schema: 1
organisation: Prøveby
teams:
  - {id: drift, capacity: 4, mailbox: drift@by.example}
roles:
  - {id: oevelsesleder, name: Øvelsesleder, mailbox: leder@by.example}
  - {id: beredskabskoordinator, name: Koordinator, mailbox: koordinator@by.example}
cadence:
  - {class: 2, exercise: 365d, measured: 365d}
`

// System is one of its systems. A drill and a step are their keys and values in
// one line of YAML, such as `id: a, title: A, estimate: 1m, action: mark`.
type System struct {
	ID      string
	Mailbox string // of the owner; empty: none
	Drills  []string
	Steps   []string
}

// Plan is the system's plan file.
func (s System) Plan() string {
	owner := "role: systemejer, unit: Test"
	if s.Mailbox != "" {
		owner += ", mailbox: " + s.Mailbox
	}
	return fmt.Sprintf(`schema: 1
id: %[1]s
name: System %[1]s
owner: {%[2]s}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
%[3]srecovery:
  steps:
%[4]s`, s.ID, owner, items("  ", s.Drills), items("    ", s.Steps))
}

func items(indent string, list []string) string {
	var b strings.Builder
	for _, item := range list {
		fmt.Fprintf(&b, "%s- {%s}\n", indent, item)
	}
	return b.String()
}

// Chains are that many steps, s0 and so on, in two chains that run side by side.
// Each has these keys and values too.
func Chains(steps int, each string) []string {
	list := make([]string, steps)
	for i := range list {
		list[i] = fmt.Sprintf("id: s%d, title: Trin %d, team: drift, estimate: 1m, %s", i, i, each)
		if i > 1 {
			list[i] += fmt.Sprintf(", after: [s%d]", i-2)
		}
	}
	return list
}
