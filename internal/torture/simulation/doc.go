// Package simulation runs three nodes, the register and the runner as they are
// released, through simulated weeks in one testing/synctest bubble: on a store, a
// queue, systems under test and people of its own, with faults drawn from a seed
// (R22). It holds tests only. What stands in for the database is itself compared
// with the real one, operation by operation.
//
// What a seed promises: the same seed draws the same week, plans, faults and
// people. It does not promise the same order of what happens at one and the same
// moment, because Go's scheduler, select and the driver's own back-off draw by
// chance of their own. The report says how many seeds gave the same trace twice.
package simulation
