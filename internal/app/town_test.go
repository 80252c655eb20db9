package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// patience bounds every wait of these tests. It says nothing about how fast the
// program is; a test that comes near it hangs.
const patience = 2 * time.Minute

// town is a municipality in a folder, with the whole program over it.
type town struct {
	t      *testing.T
	dir    string
	app    *app.App
	log    *proof.Journal
	reload chan struct{}
	stop   func() error  // ends the server and gives what Serve returned
	down   chan struct{} // closed when Serve has returned
}

const townOrganisation = `schema: 1
organisation: Prøveby
teams:
  - {id: drift, name: Drift, capacity: 4, mailbox: drift@by.example}
roles:
  - {id: oevelsesleder, name: Øvelsesleder, mailbox: leder@by.example}
  - {id: beredskabskoordinator, name: Koordinator, mailbox: koordinator@by.example}
cadence:
  - {class: 2, exercise: 365d, measured: 365d}
`

// newTown makes the folder; the settings are added to the few that every test
// needs.
func newTown(t *testing.T, settings string) *town {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return townIn(t, dir, settings)
}

func townIn(t *testing.T, dir, settings string) *town {
	w := &town{t: t, dir: dir, log: &proof.Journal{}, reload: make(chan struct{})}
	w.write("beredskab.yaml", "dir: .\nnode: test\nactions: actions.yaml\nweb: off\n"+settings)
	w.write("plans/organisation.yaml", townOrganisation)
	return w
}

func (w *town) path(name string) string { return filepath.Join(w.dir, name) }

func (w *town) write(name, text string) {
	w.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(w.path(name)), 0o700), os.WriteFile(w.path(name), []byte(text), 0o600)); err != nil {
		w.t.Fatal(err)
	}
}

// plan writes the plan of one system; steps and cleanup are YAML in one line
// each.
func (w *town) plan(id string, steps []string, cleanup ...string) {
	w.t.Helper()
	w.write("plans/"+id+".yaml", planText(id, "System "+id, steps, cleanup...))
}

func planText(id, name string, steps []string, cleanup ...string) string {
	text := fmt.Sprintf(`schema: 1
id: %s
name: %s
owner: {role: systemejer, unit: Prøveby, mailbox: ejer@by.example, deputy: suppleant@by.example}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan, type: restore, participants: {director: oevelsesleder}}
recovery:
  steps:
`, id, name)
	for _, s := range steps {
		text += "    - " + s + "\n"
	}
	if len(cleanup) > 0 {
		text += "  cleanup:\n"
	}
	for _, s := range cleanup {
		text += "    - " + s + "\n"
	}
	return text
}

// commands writes the catalogue with one shell script for each action. Every
// script finds the town's folder in $1, and all that it starts carries the mark
// that left looks for.
func (w *town) commands(scripts map[string]string) {
	w.t.Helper()
	text := "version: 1\nactions:\n"
	for id, script := range scripts {
		text += fmt.Sprintf("  - {id: %s, description: Test, exec: /bin/sh, args: [-c, %q, sh, %q], env: [%q, PATH], timeout: 5m}\n", id, script, w.dir, w.mark())
	}
	w.write("actions.yaml", text)
}

func (w *town) mark() string { return "TOWN=" + w.dir }

// left gives the processes of steps that are alive.
func (w *town) left() (list []string) {
	w.t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, file := range found {
		if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte(w.mark()+"\x00")) { // else it has ended meanwhile
			command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			list = append(list, string(bytes.ReplaceAll(command, []byte{0}, []byte(" "))))
		}
	}
	return list
}

// open builds the program over the folder.
func (w *town) open(mode app.Mode) (*app.App, error) {
	w.t.Helper()
	s, err := app.Load(map[string]string{"dir": w.dir}, func(string) (string, bool) { return "", false }, w.dir)
	if err != nil {
		return nil, err
	}
	return app.Open(w.t.Context(), s, mode, slog.New(slog.NewTextHandler(w.log, nil)))
}

// serve starts the server in this process and waits until it has the plans.
func (w *town) serve() {
	w.t.Helper()
	w.start()
	w.until("the plans are in the register", func() bool {
		set, err := w.app.Register.Set(w.t.Context())
		return err == nil && len(set.Plans) > 0
	})
}

func (w *town) start() {
	w.t.Helper()
	a, err := w.open(app.Serve)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, down := make(chan error, 1), make(chan struct{})
	w.down = down
	go func() { ended <- a.Serve(ctx, w.reload); close(down) }()
	w.app, w.stop = a, sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return errors.Join(err, a.Close())
		case <-time.After(patience):
			return errors.New("the server does not stop")
		}
	})
	w.t.Cleanup(func() {
		if err := w.stop(); err != nil {
			w.t.Error(err)
		}
		if w.t.Failed() {
			w.t.Log(w.log.String())
		}
	})
}

// until waits for something that nobody signals, such as another process's
// commit.
func (w *town) until(what string, done func() bool) {
	w.t.Helper()
	for end := time.After(patience); !done(); {
		select {
		case <-end:
			w.t.Fatalf("waited in vain until %s", what)
		case <-w.down:
			w.t.Fatalf("the server ended before %s", what)
		case <-time.After(10 * time.Millisecond): // look again
		}
	}
}

// reloaded has the server look at the plan files; when it comes back, the server
// has taken over what was there when it was called.
func (w *town) reloaded() {
	w.t.Helper()
	w.reloading()
	w.reloading() // is only taken once the first is done
}

// reloading has the server begin to look at the plan files.
func (w *town) reloading() {
	w.t.Helper()
	select {
	case w.reload <- struct{}{}:
	case <-w.down:
		w.t.Fatal("the server has ended")
	case <-time.After(patience):
		w.t.Fatal("the server does not look at the plan files")
	}
}

func (w *town) leader() door.Actor {
	return door.Actor{Name: "oevelsesleder", Assurance: "login"}
}

// drill starts the drill of a system.
func (w *town) drill(system string) (id string) {
	w.t.Helper()
	id, err := w.app.Register.Open(w.t.Context(), w.leader(), register.Opening{System: system, Drill: "gendan"})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *town) run(id string) (kept.Run, drill.Run) {
	w.t.Helper()
	row, run, err := w.app.Register.Run(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return row, run
}

// step waits until a step is in that state.
func (w *town) step(id, step string, state drill.StepState) *drill.Step {
	w.t.Helper()
	var found *drill.Step
	w.until(fmt.Sprintf("step %s of %s is %s", step, id, state), func() bool {
		_, run := w.run(id)
		s, ok := run.Find(step)
		if !ok {
			w.t.Fatalf("there is no step %s", step)
		}
		found = s
		return s.State == state
	})
	return found
}

// end waits until the run is over.
func (w *town) end(id string) (kept.Run, drill.Run) {
	w.t.Helper()
	w.until("run "+id+" has ended", func() bool { row, _ := w.run(id); return row.State == string(drill.Ended) })
	return w.run(id)
}

// outcome gives how a step of a run ended, in one word each.
func outcome(run drill.Run, step string) string {
	s, ok := run.Find(step)
	if !ok {
		return "missing"
	}
	return fmt.Sprintf("%s %s", s.State, s.Outcome)
}
