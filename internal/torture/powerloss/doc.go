// Package powerloss holds the tests that cut the power of the whole program and
// damage its files: what was acknowledged must be there afterwards, or the
// program must say what is wrong (R2, R17 in spec/reliability.md 6).
package powerloss
