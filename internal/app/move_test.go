package app_test

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/store/pgtest"
)

func (w *town) load() *app.Settings {
	w.t.Helper()
	s, err := app.Load(map[string]string{"dir": w.dir}, func(string) (string, bool) { return "", false }, w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// move carries the register to another place, once its servers count as gone.
func (w *town) move(to string) (done app.Move) {
	w.t.Helper()
	w.down = nil // waits without a server
	w.until("the register is moved to "+to, func() bool {
		var err error
		done, err = w.load().Move(w.t.Context(), w.leader(), to, w.dir, slog.New(slog.NewTextHandler(w.log, nil)))
		if err != nil && !errors.Is(err, app.ErrInUse) {
			w.t.Fatal(err)
		}
		return err == nil
	})
	return done
}

// answers is what the register says of itself, in words that can be compared.
func (w *town) answers() (list []string) {
	w.t.Helper()
	rows, err := w.app.Register.Runs(w.t.Context(), kept.RunFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, row := range rows {
		_, run := w.run(row.ID)
		list = append(list, fmt.Sprintf("%s %s %s %d %s %d notes", row.ID, row.State, row.Verdict, row.Seq, outcome(run, "s1"), len(run.Notes)))
	}
	open, err := w.app.Register.Findings(w.t.Context(), kept.FindingFilter{})
	return append(list, fmt.Sprint(len(open), " findings ", err))
}

// A register goes from its folder to PostgreSQL and back into another folder:
// the same log, the same answers; what was open goes on; and no server starts on
// what was left behind.
func TestMoveToPostgresAndBack(t *testing.T) {
	w := newTown(t, "listen: off\n")
	seed := proof.Seed(t)
	draw := rand.New(rand.NewPCG(seed, 0))
	w.plan("a", []string{manual("s1")})
	w.plan("b", []string{manual("s1")})
	w.serve()
	runs := proof.Size(4, 8, 60)
	for range runs {
		w.randomRun(draw, "a")
	}
	open := w.drill("b")
	w.step(open, "s1", drill.Asked)
	before, said := trace(t, w.app), w.answers()
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	url := pgtest.Start(t)
	there := w.move(url)
	if _, err := w.open(app.Serve); !errors.Is(err, kept.ErrMoved) || !strings.Contains(err.Error(), "set `database`") {
		t.Errorf("a server starts on what was left: %v", err)
	}
	w.write("beredskab.yaml", "dir: .\nnode: test\nactions: actions.yaml\nweb: off\nlisten: off\ndatabase: "+url+"\n")
	w.serve()
	w.sameAs(before, said, "on PostgreSQL")
	team := door.Actor{Name: "drift", Assurance: "login"}
	if err := w.app.Register.Answer(t.Context(), team, register.Answer{Run: open, Step: "s1", Answer: "done"}); err != nil {
		t.Fatal(err)
	}
	w.end(open) // the run that was open goes on
	before, said = trace(t, w.app), w.answers()
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	home := townIn(t, w.path("home"), "listen: off\n")
	home.write("node.key", readText(t, w.path("node.key"))) // the same server goes on in another folder
	back := w.move(home.dir)
	home.plan("a", []string{manual("s1")})
	home.plan("b", []string{manual("s1")})
	home.serve()
	home.sameAs(before, said, "back home")
	home.randomRun(draw, "b")
	if h := home.app.Store().Check(t.Context()); len(h.Problems) > 0 {
		t.Errorf("the register's file: %v", h.Problems)
	}
	proof.Report(t, proof.Figure{
		ID: "R15", What: "moved to PostgreSQL and back", Seed: seed, Count: 2, Unit: "moves",
		Found:   fmt.Sprintf("%d and %d rows with the same values, %d log entries with the same hashes", there.Rows, back.Rows, back.Entries),
		Control: "the register that was left refuses to start",
	})
}

// randomRun holds a drill with some notes.
func (w *town) randomRun(draw *rand.Rand, system string) {
	w.t.Helper()
	id := w.drill(system)
	w.step(id, "s1", drill.Asked)
	for i := range draw.IntN(4) {
		if err := w.app.Register.Note(w.t.Context(), w.leader(), id, "", fmt.Sprintf("note %d æøå %d", i, draw.Int())); err != nil {
			w.t.Fatal(err)
		}
	}
	team := door.Actor{Name: "drift", Assurance: "login"}
	if err := w.app.Register.Answer(w.t.Context(), team, register.Answer{Run: id, Step: "s1", Answer: "done"}); err != nil {
		w.t.Fatal(err)
	}
	w.end(id)
}

func (w *town) sameAs(before, said []string, where string) {
	w.t.Helper()
	if now := trace(w.t, w.app); len(now) < len(before) || !slices.Equal(now[:len(before)], before) {
		w.t.Errorf("the log is another one %s", where)
	}
	if now := w.answers(); !slices.Equal(now, said) {
		w.t.Errorf("%s the register says %q instead of %q", where, now, said)
	}
}

// attested gives the log once it is signed, so that a stop has nothing to append.
func (w *town) attested() []string {
	w.t.Helper()
	if _, err := w.app.Notary.Checkpoint(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return trace(w.t, w.app)
}

// A move that is killed leaves the register where it was, or is ended by the same
// command; at no moment could servers start on both places.
func TestKilledMove(t *testing.T) {
	program := proof.Binary(t, "faults")
	points := []string{"move.copied:1", "move.arriving:1", "move.left:1"}
	failed := 0
	for _, point := range points {
		if !t.Run(point, func(t *testing.T) { killedMove(t, program, point) }) {
			failed++
		}
	}
	proof.Report(t, proof.Figure{
		ID: "R15", What: "moves to PostgreSQL killed in the middle", Count: len(points), Unit: "kills", Failed: failed,
		Found: "0 lost, never two registers, each ended by the next command", Control: "without a kill the move ends at once",
	})
}

func killedMove(t *testing.T, program, point string) {
	w := newTown(t, "listen: off\n")
	w.plan("a", []string{manual("s1")})
	w.serve()
	w.randomRun(rand.New(rand.NewPCG(1, 1)), "a")
	before := w.attested()
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	url := pgtest.Start(t)
	migrate := func(to, fault string) (string, error) {
		cmd := exec.Command(program, "--dir", w.dir, "migrate", "--to", to)
		cmd.Dir, cmd.Env = w.dir, append(os.Environ(), "BEREDSKAB_FAULT_LOG="+w.path("faults"+fault), "BEREDSKAB_FAULT="+fault)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	var exit *exec.ExitError
	if out, err := migrate(url, point); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed at %s: %v\n%s", point, err, out)
	}
	old, errOld := w.open(app.Serve)
	if errOld == nil {
		if now := trace(t, old); !slices.Equal(now, before) {
			t.Error("the register was changed")
		}
		errOld = old.Close()
	}
	w.write("new/beredskab.yaml", "dir: .\nplans: ../plans\nactions: actions.yaml\nweb: off\nlisten: off\ndatabase: "+url+"\n")
	elsewhere := &town{t: t, dir: w.path("new"), log: w.log}
	_, errNew := elsewhere.open(app.Serve)
	out, err := migrate(url, "")
	switch point {
	case "move.copied:1": // nothing had arrived: begin again
		if errOld != nil || err != nil {
			t.Errorf("old: %v, again: %v %s", errOld, err, out)
		}
		return
	case "move.arriving:1":
		if errOld != nil || !errors.Is(errNew, kept.ErrHalf) || err == nil || !strings.Contains(out, "drop what a broken move left there and begin again") {
			t.Errorf("old: %v, new: %v, again: %v %s", errOld, errNew, err, out)
		}
		if out, err = migrate(pgtest.Start(t), ""); err != nil {
			t.Errorf("elsewhere: %v %s", err, out)
		}
		return
	}
	if !errors.Is(errOld, kept.ErrMoved) || !errors.Is(errNew, kept.ErrHalf) || err != nil {
		t.Errorf("old: %v, new: %v, again: %v %s", errOld, errNew, err, out)
	}
	now, err := elsewhere.open(app.Serve)
	if err != nil {
		t.Fatal(err)
	}
	if got := trace(t, now); !slices.Equal(got[:len(before)], before) {
		t.Error("the log is another one")
	}
	if err := now.Close(); err != nil {
		t.Error(err)
	}
}
