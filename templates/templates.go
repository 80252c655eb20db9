// Package templates holds the texts that the program speaks with, built into
// the binary: messages and starters for plans, in Danish and English. It
// imports nothing; the packages that use a folder lay a municipality's own
// folder over it.
package templates

import "embed"

// FS holds one folder per use, one line each. "all:" takes every file of a folder, so that
// no file is left out because of its name.
//
//go:embed all:bundle
//go:embed all:notify
//go:embed all:phrase
//go:embed all:plan
//go:embed all:report
//go:embed all:web
var FS embed.FS
