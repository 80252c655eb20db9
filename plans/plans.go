// Package plans holds the sample municipality and the published JSON schemas as
// files of this repository, and embeds them for `beredskab demo` and
// `beredskab init`.
package plans

import "embed"

// Files holds the sample's plan files and the folder schema.
//
//go:embed *.yaml schema
var Files embed.FS
