package crash

import (
	"bytes"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/proof"
)

// A drill that a command carries out itself waits for an answer. Ctrl-C ends the
// command, not the drill: a server goes on from there.
func TestInterruptedCommandEnds(t *testing.T) {
	w := smallTown(t, program(t, ""))
	cmd := exec.Command(w.program(), "drill", "start", "esdh", "--here", "--dir", w.dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	asked := proof.Await(patience, func() (asked bool) {
		if !strings.Contains(w.beside("started"), "gendan") {
			return false
		}
		w.with(func(a *app.App) { asked = w.asks(a) })
		return asked
	})
	if !asked {
		t.Error("nobody is asked")
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("it ended with %d: %s", code, errs.String())
		}
	case <-time.After(patience):
		t.Error("the command does not end")
	}
	for _, problem := range w.carryOn() {
		t.Error(problem)
	}
}
