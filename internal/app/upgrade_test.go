package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/proof"
	"beredskab/internal/store/pgtest"
)

// F34: a real server is told to stop in mid-drill, as an upgrade does. It begins
// nothing more and ends while the command goes on under its supervisor; the next
// start finds it, and it was started once.
func TestSigtermInMidDrill(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			gate, settings := pipe(t), "listen: off\n"
			if engine == "postgres" {
				settings += "database: " + pgtest.Start(t) + "\n"
			}
			w := newTown(t, settings)
			w.commands(map[string]string{
				"hold": fmt.Sprintf(`echo begun >> "$1/started"; read x < %q; echo over`, gate),
				"mark": `echo marked >> "$1/after"`,
			})
			w.plan("a", []string{
				"{id: s1, title: Trin, estimate: 1m, action: hold, timeout: 5m}",
				"{id: s2, title: Efter, estimate: 1m, action: mark, timeout: 5m, after: [s1]}",
			})
			const upgrades = 3
			var err error
			if w.app, err = w.open(app.Use); err != nil { // before the server, so that one of the two makes the tables
				t.Fatal(err)
			}
			defer w.app.Close()
			server := w.process()
			w.until("the server has the plans", func() bool {
				set, err := w.app.Register.Set(t.Context())
				return err == nil && len(set.Plans) > 0
			})
			id := w.drill("a")
			w.until("the command runs", func() bool { _, err := os.Stat(w.path("started")); return err == nil })
			var slowest time.Duration
			for i := range upgrades {
				w.step(id, "s1", drill.Started)
				w.until("the next server has joined", func() bool {
					nodes, _, err := w.app.Register.Nodes(t.Context())
					return err == nil && len(nodes) == 1 && nodes[0].Epoch == int64(i+1)
				})
				slowest = max(slowest, terminated(t, server))
				if len(w.left()) == 0 {
					t.Fatal("the command ended with its server")
				}
				server = w.process()
			}
			release(t, gate)
			row, _ := w.end(id)
			terminated(t, server)
			starts := strings.Count(readText(t, w.path("started")), "begun")
			after := strings.Count(readText(t, w.path("after")), "marked")
			failed := 0
			if row.Verdict != "passed" || starts != 1 || after != 1 {
				failed = upgrades
				t.Errorf("verdict %q, started %d and %d times", row.Verdict, starts, after)
			}
			proof.Report(t, proof.Figure{
				ID: "F34", What: "servers told to stop in mid-drill, " + engine, Count: upgrades, Unit: "stops", Failed: failed,
				Found: fmt.Sprintf("the slowest ended after %s, command started %d time", slowest.Round(10*time.Millisecond), starts),
			})
		})
	}
}

// process starts the server as a process of its own.
func (w *town) process() *exec.Cmd {
	w.t.Helper()
	program, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(program, "test-serve", w.dir)
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

// terminated tells a server to stop and gives how long it took. No command that
// it has in hand ends meanwhile.
func terminated(t *testing.T, server *exec.Cmd) time.Duration {
	t.Helper()
	begun := time.Now()
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	return time.Since(begun)
}
