//go:build !faults

package fault

// Point is a moment at which a test may kill this process. The name says where
// it stands: "store.commit.before". Each name stands in one place only.
func Point(string) {}

// Environ gives what a child process needs to be killed at its own points, as
// "NAME=value"; nothing in the released program.
func Environ() []string { return nil }
