// Package soak lets the released program work under about twenty times the load
// of a municipality for as long as a release wants, and watches that nothing in
// it grows: memory, descriptors, goroutines, child processes, the log file of the
// database (R16). It holds tests only.
package soak
