// Package proof is what a fault test says: how large it is to be in this set of
// tests, by which seed it draws, and what it found. Each figure is one printed
// line, and one row of docs/reliability.md when a release is tortured
// (spec/reliability.md 6). Only tests import it.
package proof
