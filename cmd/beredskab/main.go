// Command beredskab keeps a municipality's ikt-beredskabsplan, runs its drills
// and its RTO checks, and writes what happened into the register. This package
// turns words on the command line into calls, and results into text, JSON and
// exit codes; it decides nothing.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"beredskab/internal/action"
)

func main() {
	// The supervisor of a step is this program too; it must not pay for, or
	// depend on, anything of the command line.
	if len(os.Args) > 1 && os.Args[1] == "supervise" {
		os.Exit(action.Supervise(os.Args[2:]))
	}
	// People read the clock of the town hall, wherever the server stands
	// (DESIGN 6); who sets TZ has chosen.
	if zone, err := time.LoadLocation("Europe/Copenhagen"); err == nil && os.Getenv("TZ") == "" {
		time.Local = zone
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, terminal(), os.Args[1:])
	stop()
	os.Exit(code)
}
