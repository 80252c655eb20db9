package app_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/afterrun"
	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
	"beredskab/internal/record"
	"beredskab/internal/register"
)

// drilled is a run whose only step somebody did.
func (w *town) drilled() (run string) {
	w.t.Helper()
	w.plan("a", []string{manual("s1")})
	w.serve()
	run = w.drill("a")
	w.step(run, "s1", drill.Asked)
	if err := w.app.Register.Answer(w.t.Context(), door.Actor{Name: "drift", Assurance: "login"}, register.Answer{Run: run, Step: "s1", Answer: "yes"}); err != nil {
		w.t.Fatal(err)
	}
	w.end(run)
	return run
}

func (w *town) keep(run, name, text string) followup.Evidence {
	w.t.Helper()
	e, err := w.app.After.Keep(w.t.Context(), w.leader(), followup.Evidence{Run: run, Name: name, Class: "internal"}, strings.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// read gives what a file of evidence holds.
func (w *town) read(hash string) (text string, err error) {
	_, file, err := w.app.After.Open(w.t.Context(), w.leader(), hash)
	if err != nil {
		return "", err
	}
	all, err := io.ReadAll(file)
	return string(all), errors.Join(err, file.Close())
}

func TestEvidenceIsKeptAndGoesWithTheBackup(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			w := newTown(t, "listen: off\nevidence_limit: 1KiB\n"+on(t, engine))
			run := w.drilled()
			first, lost, bad := w.keep(run, "log.txt", "restored"), w.keep(run, "lost.txt", "lost"), w.keep(run, "bad.txt", "as it was")
			if first.System != "a" || first.Node != "test" || !strings.HasPrefix(first.Media, "text/plain") || first.By.Person != "oevelsesleder" {
				t.Errorf("%+v", first)
			}
			for what, draft := range map[string]followup.Evidence{
				"too large": {Run: run, Name: "large.txt", Class: "internal"}, "no step": {Run: run, Name: "x.txt", Class: "internal", Step: "s9"},
			} {
				if _, err := w.app.After.Keep(t.Context(), w.leader(), draft, strings.NewReader(strings.Repeat("x", 1025))); err == nil || !strings.Contains(err.Error(), what) {
					t.Errorf("%s: %v", what, err)
				}
			}
			place := func(e followup.Evidence) string { return w.path("evidence/" + e.SHA256) }
			if err := errors.Join(os.Remove(place(lost)), os.WriteFile(place(bad), []byte("As it was"), 0o600)); err != nil {
				t.Fatal(err)
			}
			if text, err := w.read(first.SHA256[:8]); err != nil || text != "restored" {
				t.Errorf("%q, %v", text, err)
			}
			if _, err := w.read(lost.SHA256); !errors.Is(err, evidence.ErrMissing) || !strings.Contains(err.Error(), "lost.txt, added by oevelsesleder") {
				t.Errorf("a file that is gone: %v", err)
			}
			if text, err := w.read(bad.SHA256); !errors.Is(err, evidence.ErrChanged) || text != "" || !strings.Contains(err.Error(), "bad.txt") {
				t.Errorf("a file that was changed: %q, %v", text, err)
			}
			if entries, err := os.ReadDir(w.path("evidence")); err != nil || len(entries) != 2 {
				t.Errorf("%v, %v", entries, err)
			}
			w.backedUp(run, first, lost, bad)
		})
	}
}

// backedUp holds that a backup has the evidence that is sound and names the rest,
// and that a restore brings it back.
func (w *town) backedUp(run string, sound, lost, bad followup.Evidence) {
	t, file := w.t, w.path("backup.tar")
	t.Helper()
	made, err := w.app.Backup(t.Context(), w.leader(), file)
	if err != nil {
		t.Fatal(err)
	}
	lacking := []string{lost.SHA256, bad.SHA256}
	slices.Sort(lacking)
	if made.Evidence.Files != 1 || made.Evidence.Size != sound.Size || !slices.Equal(made.Evidence.Lacking, lacking) {
		t.Errorf("%+v", made.Evidence)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Replace(whole, []byte("restored\x00"), []byte("Restored\x00"), 1)
	if err := os.WriteFile(w.path("damaged.tar"), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	back := filepath.Join(w.dir, "back")
	if _, err := app.VerifyBackup(t.Context(), w.path("damaged.tar")); !errors.Is(err, app.ErrBackup) {
		t.Errorf("damaged evidence in a backup: %v", err)
	}
	if _, err := app.Restore(t.Context(), w.leader(), w.path("damaged.tar"), back, w.app.Log); !errors.Is(err, app.ErrBackup) {
		t.Errorf("damaged evidence in a backup: %v", err)
	}
	if left, err := os.ReadDir(back); err != nil || len(left) > 0 {
		t.Errorf("a damaged backup left %v, %v", left, err)
	}
	if _, err := app.Restore(t.Context(), w.leader(), file, back, w.app.Log); err != nil {
		t.Fatal(err)
	}
	other := townIn(t, back, "listen: off\n")
	if other.app, err = other.open(app.Use); err != nil {
		t.Fatal(err)
	}
	defer other.app.Close()
	if text, err := other.read(sound.SHA256); err != nil || text != "restored" {
		t.Errorf("after the restore: %q, %v", text, err)
	}
	if list, err := other.app.Office.Evidence(t.Context(), record.Filter{}); err != nil || len(list) != 3 || list[0].Run != run {
		t.Errorf("%+v, %v", list, err)
	}
}

// The report that IT chefen approves is the one that was read, and its bytes are
// kept.
func TestTheApprovedReportIsKept(t *testing.T) {
	w := newTown(t, "listen: off\n")
	run := w.drilled()
	ctx, evaluator := t.Context(), door.Actor{Name: "evaluator", Assurance: "login"}
	var refused *followup.Refusal
	if _, _, err := w.app.After.Report(ctx, run); !errors.As(err, &refused) || !strings.Contains(err.Error(), "evaluation assess") {
		t.Errorf("a report of a run that was not evaluated: %v", err)
	}
	if err := errors.Join(w.app.Office.Debrief(ctx, w.leader(), run, "Gik godt"), w.app.Office.Evaluate(ctx, evaluator, run, followup.Assessment{None: true})); err != nil {
		t.Fatal(err)
	}
	read, code, err := w.app.After.Report(ctx, run)
	if err != nil || !strings.Contains(string(read), "Evalueret af evaluator") {
		t.Fatal(err)
	}
	if err := w.app.Office.Evaluate(ctx, evaluator, run, followup.Assessment{Strengths: []string{"Rolig ledelse"}}); err != nil {
		t.Fatal(err)
	}
	chief := door.Actor{Name: "it-chef", Assurance: "login"}
	for _, seen := range []string{code, "", code[:11]} {
		if err := w.app.After.Approve(ctx, chief, run, seen); !errors.Is(err, afterrun.ErrSeen) {
			t.Errorf("approved with the code %q of another report: %v", seen, err)
		}
	}
	if read, code, err = w.app.After.Report(ctx, run); err != nil {
		t.Fatal(err)
	}
	if err := w.app.After.Approve(ctx, chief, run, code[:12]); err != nil {
		t.Fatal(err)
	}
	if text, err := w.read(code); err != nil || text != string(read) {
		t.Errorf("what was approved is not what was read: %v", err)
	}
}

// Evidence may be confidential, and a command of a plan does not see it where the
// host can hide it (S15).
func TestNoCommandSeesTheEvidence(t *testing.T) {
	w := newTown(t, "listen: off\n")
	w.commands(map[string]string{"look": `cat "$1"/evidence/* > "$1/seen" 2>/dev/null; cat "$1"/plans/a.yaml > "$1/control"`})
	w.plan("a", []string{"{id: s1, title: Se, estimate: 1m, action: look, timeout: 5m}"})
	w.serve()
	draft := followup.Evidence{System: "a", Name: "secret.txt", Class: "confidential"}
	if _, err := w.app.After.Keep(t.Context(), w.leader(), draft, strings.NewReader("the key is in the other safe")); err != nil {
		t.Fatal(err)
	}
	_, run := w.end(w.drill("a"))
	step, _ := run.Find("s1")
	seen, control := readText(t, w.path("seen")), readText(t, w.path("control"))
	if hides := slices.Contains(step.Fences, "mount-namespace"); hides == strings.Contains(seen, "safe") || !strings.Contains(control, "schema: 1") {
		t.Errorf("with the fences %v the command saw %q, and as a control %q", step.Fences, seen, control)
	}
}
