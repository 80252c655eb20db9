// Package fault names the moments at which a crash would hurt most. In the
// released program a point is an empty function that the compiler leaves out. In
// a program built with the tag "faults" a test chooses one of them, and the
// process that passes it is killed there, as by a power cut to this process alone
// (spec/reliability.md 6, R1).
//
// It stands on the highest of the pure floors: everything that touches the world
// may name its moments, and no pure package can.
package fault
