package powerloss_test

import (
	"fmt"
	"os"
	"testing"
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
	os.Exit(m.Run())
}
