package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/plan"
)

func manual(id string) string {
	return fmt.Sprintf("{id: %s, title: Trin, team: drift, estimate: 1m}", id)
}

// names gives the names of the plans that the register holds as current.
func names(w *town) (list []string) {
	w.t.Helper()
	set, err := w.app.Register.Set(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range set.Plans {
		list = append(list, p.Name)
	}
	return list
}

func (w *town) remove(name string) {
	w.t.Helper()
	if err := os.RemoveAll(w.path(name)); err != nil {
		w.t.Fatal(err)
	}
}

// While the server runs, a good edit is taken over and a bad one is not: the
// last good version stays, whatever was done to the file or to the folder.
func TestEditsWhileServing(t *testing.T) {
	good := func(id, name string) string { return planText(id, name, []string{manual("s1")}) }
	for _, c := range []struct {
		name string
		edit func(w *town)
		want []string
		says string
	}{
		{"a good edit", func(w *town) { w.write("plans/a.yaml", good("a", "Ny")) }, []string{"Ny", "B"}, ""},
		{"a new file", func(w *town) { w.write("plans/c.yaml", good("c", "C")) }, []string{"A", "B", "C"}, ""},
		{"a deleted file", func(w *town) { w.remove("plans/a.yaml") }, []string{"B"}, ""},
		{"half a file", func(w *town) { w.write("plans/a.yaml", good("a", "Ny")[:120]) }, []string{"A", "B"}, "a.yaml:"},
		{"an empty file", func(w *town) { w.write("plans/a.yaml", "") }, []string{"A", "B"}, "a.yaml"},
		{"a wrong value beside a good edit", func(w *town) {
			w.write("plans/a.yaml", strings.Replace(good("a", "Ny"), "recovery_class: 2", "recovery_class: 9", 1))
			w.write("plans/b.yaml", good("b", "Ny B"))
		}, []string{"A", "Ny B"}, "a.yaml:6"},
		{"bytes", func(w *town) { w.write("plans/a.yaml", "\x00\xff\xfe") }, []string{"A", "B"}, "a.yaml"},
		{"a link", func(w *town) { w.remove("plans/a.yaml"); _ = os.Symlink("/etc/passwd", w.path("plans/a.yaml")) }, []string{"A", "B"}, "a.yaml"},
		{"an editor's own files", func(w *town) {
			w.write("plans/.a.yaml.swp", "x")
			w.write("plans/a.yaml~", "x")
			w.write("plans/4913", "")
		}, []string{"A", "B"}, ""},
		{"a broken organisation beside a good edit", func(w *town) {
			w.write("plans/organisation.yaml", "schema: 1\norganisation: [\n")
			w.write("plans/a.yaml", good("a", "Ny"))
		}, []string{"Ny", "B"}, "organisation.yaml:"},
		{"a folder in exchange", func(w *town) { w.remove("plans/organisation.yaml"); w.remove("plans/a.yaml"); w.remove("plans/b.yaml") }, []string{"A", "B"}, "organisation.yaml"},
		{"no folder", func(w *town) { w.remove("plans") }, []string{"A", "B"}, "there is no plan folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "")
			w.write("plans/a.yaml", good("a", "A"))
			w.write("plans/b.yaml", good("b", "B"))
			w.serve()
			c.edit(w)
			w.reloaded()
			if got := names(w); !slices.Equal(got, c.want) {
				t.Errorf("the register holds %v, want %v", got, c.want)
			}
			if c.says != "" && !strings.Contains(w.log.String(), c.says) {
				t.Errorf("the log does not name %s", c.says)
			}
		})
	}
}

// What is wrong is told once and not each time that the files are looked at;
// when it is right again it counts.
func TestProblemsAreToldOnce(t *testing.T) {
	w := newTown(t, "")
	w.plan("a", []string{manual("s1")})
	w.serve()
	w.write("plans/a.yaml", "schema: 2\n")
	w.reloaded()
	w.reloaded()
	if n := strings.Count(w.log.String(), "plan files have errors"); n != 1 {
		t.Errorf("told %d times", n)
	}
	w.write("plans/a.yaml", planText("a", "Ny", []string{manual("s1")}))
	w.reloaded()
	if got := names(w); !slices.Equal(got, []string{"Ny"}) {
		t.Errorf("the register holds %v", got)
	}
}

// Without any good version of the organisation there is nothing to go on: the
// server says where the file is wrong and does not start.
func TestBrokenOrganisationAtFirstStart(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(w *town)
		want []string
	}{
		{"broken", func(w *town) { w.write("plans/organisation.yaml", "schema: 1\norganisation: By\nteams: 7\n") }, []string{"organisation.yaml:3:", "error BP", "hint: "}},
		{"missing", func(w *town) { w.remove("plans/organisation.yaml") }, []string{"organisation.yaml", "write one"}},
		{"no folder", func(w *town) { w.remove("plans") }, []string{"there is no plan folder", "beredskab init"}},
		{"a file for a folder", func(w *town) { w.remove("plans"); w.write("plans", "x") }, []string{"there is no plan folder"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTown(t, "")
			c.make(w)
			refusal(t, w, c.want...)
		})
	}
}

// refusal wants the server not to start, and to say those words.
func refusal(t *testing.T, w *town, want ...string) {
	t.Helper()
	a, err := w.open(app.Serve)
	if err == nil {
		err = errors.Join(a.Serve(t.Context(), nil), a.Close())
	}
	if err == nil {
		t.Fatal("the server started and ended without an error")
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%v\ndoes not say %q", err, text)
		}
	}
}

// Plans that are gone because the folder cannot be read are not gone: a command
// beside the server must not take them out either.
func TestAdoptKeepsWhatItCannotRead(t *testing.T) {
	w := newTown(t, "")
	w.plan("a", []string{manual("s1")})
	w.plan("b", []string{manual("s1")})
	w.serve()
	var log bytes.Buffer
	s, err := app.Load(map[string]string{"dir": w.dir}, func(string) (string, bool) { return "", false }, w.dir)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := app.Open(t.Context(), s, app.Use, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	w.write("plans/a.yaml", "]")
	out, problems, err := beside.Adopt(t.Context(), w.leader())
	if err != nil || len(out.New)+len(out.Dropped) > 0 || !problems.Failed() || problems[0].File != "plans/a.yaml" {
		t.Errorf("took over %+v with %v, %v", out, problems, err)
	}
	if got := names(w); !slices.Equal(got, []string{"System a", "System b"}) {
		t.Errorf("the register holds %v", got)
	}
	var list plan.Problems
	w.write("plans/organisation.yaml", "]")
	if _, _, err := beside.Adopt(t.Context(), w.leader()); errors.As(err, &list) {
		t.Errorf("a broken organisation stopped the others although the register holds a good one: %v", err)
	}
}
