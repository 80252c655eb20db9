// Package trace tries to make the register forget: acts without their entry, rows
// that were damaged, ends that were cut off, older copies, halves of an upgrade; and
// to make it remember whom it was told to forget (A2, A5, A7, A8, R14, R15). It
// holds tests only.
package trace
