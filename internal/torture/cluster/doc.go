// Package cluster holds no code: its tests run three nodes and PostgreSQL, each
// in a network namespace of its own, and kill, freeze and cut them off while
// drills run (R5, R6, F5-F8). The nodes are the released program. Every start of
// a step's command leaves a line in a file, and that is the oracle: what was
// acknowledged is found, no attempt starts twice, nothing is missed and nothing
// is stuck.
package cluster
