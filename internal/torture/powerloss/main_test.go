package powerloss_test

import (
	"fmt"
	"os"
	"testing"

	"beredskab/internal/action"
)

// TestMain lets the test binary be what runs on the machine that loses its
// power: the first process of its own process and mount namespace.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "machine" {
		if err := boot(os.Args[2]); err != nil {
			fmt.Println(word{Kind: "failed", Text: err.Error()})
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		os.Exit(action.Supervise(os.Args[2:]))
	}
	os.Exit(m.Run())
}
