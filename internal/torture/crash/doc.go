// Package crash kills the whole program, fails its system calls and fills its
// disk, and shows each time that nothing acknowledged was lost and nothing was
// started twice: R1, R3 and R4 of spec/reliability.md 6. All of it is tests; they
// work on the program as it is released, as other processes.
package crash
