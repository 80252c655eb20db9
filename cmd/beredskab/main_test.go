package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary be the program: scripts call it as beredskab,
// and drills held within a test start it as their supervisor and their tool.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "supervise" || os.Args[1] == "demo-tool") {
		main()
	}
	testscript.Main(m, map[string]func(){"beredskab": main})
}
