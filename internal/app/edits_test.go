package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// R12: whatever happens to the plan files and to the settings while drills go
// on, each drill keeps the version that it began with, to its end and after a
// restart; each reload takes the whole folder over in one step, where a file
// with errors keeps its last good version and hides no other; and the settings
// are those of the start.
func TestEditsDuringRuns(t *testing.T) {
	seed := proof.Seed(t)
	e := newEditor(t, seed)
	e.serve()
	for range proof.Size(40, 200, 1000) / editsARound {
		e.round()
	}
	foreign := e.restart()
	if e.naive == 0 || e.together == 0 {
		t.Errorf("the control: %d drills would have ended with another plan, %d reloads changed more than one file", e.naive, e.together)
	}
	proof.Report(t, proof.Figure{
		ID: "R12", What: "edits of plans and settings during drills", Seed: seed, Count: e.edits, Unit: "edits", Failed: e.failed,
		Found:   fmt.Sprintf("%d drills kept their version, also after a restart; %d reloads took several changed files over, each in one step", len(e.pins), e.together),
		Control: fmt.Sprintf("who reads the file when a drill ends finds no plan or another one at %d of %d; a restart on the edited settings reads the plan %q", e.naive, len(e.pins), foreign),
	})
}

// editsARound is how many edits fall into the time of two drills.
const editsARound = 20

// editor is somebody who works in the plan repository of a town whose server
// runs.
type editor struct {
	*town
	random   *rand.Rand
	branches []map[string]string // files of each branch
	disk     map[string]draft    // what stands in each plan file now
	pins     map[string]string   // hash of each drill's plan

	edits, failed, together, naive int
}

// draft is the text of a plan file.
type draft struct {
	text, name string
	bad        bool
}

// The files that are edited, in the municipality's folder.
const (
	planA, planB, organisation = "plans/a.yaml", "plans/b.yaml", "plans/organisation.yaml"
	settings, actions          = "beredskab.yaml", "actions.yaml"
)

// newEditor makes a plan repository with two branches; one has no system b.
func newEditor(t *testing.T, seed uint64) *editor {
	w := newTown(t, "")
	w.commands(map[string]string{"quick": "true", "other": `touch "$1/other"; false`})
	w.write("foreign/organisation.yaml", townOrganisation)
	w.write("foreign/x.yaml", planText("x", "Fremmed", []string{manual("s1")}))
	e := &editor{town: w, random: rand.New(rand.NewPCG(seed, 12)), pins: map[string]string{}}
	main := map[string]string{planA: e.fresh(planA, "quick").text, planB: e.fresh(planB, "quick").text, organisation: townOrganisation, settings: readText(t, w.path(settings))}
	other := map[string]string{planA: e.fresh(planA, "other").text, organisation: e.fresh(organisation, "").text, settings: e.fresh(settings, "").text}
	e.git("init", "-q", "-b", "other")
	for name, files := range map[string]map[string]string{"main": main, "other": other} {
		e.git("checkout", "-q", "--orphan", name)
		e.git("rm", "-r", "-q", "--cached", "--ignore-unmatch", ".")
		for file, text := range files {
			w.write(file, text)
			e.git("add", file)
		}
		e.git("commit", "-q", "-m", name)
		e.branches = append(e.branches, map[string]string{"": name})
		maps.Copy(e.branches[len(e.branches)-1], files)
	}
	e.git("checkout", "-q", "-f", "main")
	e.disk = drafts(main)
	return e
}

// git works in the municipality's folder, with no configuration but its own.
func (e *editor) git(args ...string) {
	e.t.Helper()
	cmd := exec.CommandContext(e.t.Context(), "git", append([]string{"-c", "user.name=Prøveby", "-c", "user.email=drift@by.example"}, args...)...)
	cmd.Dir, cmd.Env = e.dir, []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		e.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// drafts are the plan files of a branch, which are all good.
func drafts(files map[string]string) map[string]draft {
	list := map[string]draft{}
	for _, file := range []string{planA, planB, organisation} {
		if text, there := files[file]; there {
			name := strings.SplitN(text, "\n", 4)[1]
			if file != organisation {
				name = strings.SplitN(text, "\n", 4)[2]
			}
			list[file] = draft{text: text, name: name[strings.Index(name, ": ")+2:]}
		}
	}
	return list
}

// fresh is a good text for a file that nobody has written before. An edited plan
// does something else than a drill in progress, and edited settings name
// another folder of plans.
func (e *editor) fresh(file, action string) draft {
	name := fmt.Sprintf("Udgave %d", e.random.Uint32())
	switch file {
	case organisation:
		return draft{text: strings.Replace(townOrganisation, "Prøveby", name, 1), name: name}
	case settings:
		return draft{text: fmt.Sprintf("# %s\ndir: .\nnode: test\nplans: foreign\nactions: foreign/actions.yaml\nallow: {hosts: ['by.example:443']}\n", name)}
	case actions:
		return draft{text: fmt.Sprintf("# %s\nversion: 1\nactions: [{id: quick, description: Test, exec: /bin/false, timeout: 5m}]\n", name)}
	default:
		return draft{name: name, text: planText(idOf(file), name, []string{
			"{id: s0, title: Først, estimate: 1m, confirm: {by: systemejer, question: Klar?}}",
			fmt.Sprintf("{id: s1, title: Derefter, estimate: 1m, action: %s, timeout: 1m, after: [s0]}", action),
		})}
	}
}

func idOf(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(file, "plans/"), ".yaml")
}

// round holds a drill of each system, and edits while they go on. Somewhere
// amid the edits a person lets the drills go on to their command.
func (e *editor) round() {
	for _, file := range []string{organisation, planA, planB} {
		e.put(file, e.fresh(file, "quick"))
	}
	e.settle("everything written anew")
	var runs []string
	for _, file := range []string{planA, planB} {
		id := e.drill(idOf(file))
		runs, e.pins[id] = append(runs, id), e.hashOnDisk(idOf(file))
		e.step(id, "s0", drill.Asked)
	}
	answered := e.random.IntN(editsARound)
	for i := range editsARound {
		e.edits++
		if what := e.edit(); !e.settle(what) || !e.pinned(what, runs) {
			e.failed++
		}
		if i == answered {
			e.goOn(runs)
		}
	}
	for _, id := range runs {
		row, run := e.end(id)
		if outcome(run, "s1") != "done ok" {
			e.failed++
			e.t.Errorf("drill %s did not carry out what it was opened with: s1 is %s", id, outcome(run, "s1"))
		}
		if e.hashOnDisk(row.System) != e.pins[id] {
			e.naive++
		}
	}
}

func (e *editor) goOn(runs []string) {
	for _, id := range runs {
		err := e.app.Register.Answer(e.t.Context(), door.Actor{Name: "systemejer", Assurance: "link"}, register.Answer{Run: id, Step: "s0", Answer: "yes"})
		if err != nil {
			e.t.Fatal(err)
		}
	}
}

// hashOnDisk is what a naive reader takes for the plan: the file as it stands
// now. It is empty when there is none that can be read.
func (e *editor) hashOnDisk(system string) string {
	set, _ := plan.NewReader().Load(os.DirFS(e.path("plans")))
	p, found := set.Plan(system)
	if !found {
		return ""
	}
	return p.Hash()
}

// edit does to the files what people, editors and git do, and says what.
func (e *editor) edit() string {
	files := []string{planA, planB, organisation, settings, actions}
	file := files[e.random.IntN(len(files))]
	text := e.fresh(file, "other")
	switch e.random.IntN(6) {
	case 0:
		e.inTwoMoments(file, text)
		e.note(file, text)
		return file + " written in two moments"
	case 1:
		e.write(file+".new", text.text)
		if err := os.Rename(e.path(file+".new"), e.path(file)); err != nil {
			e.t.Fatal(err)
		}
		e.note(file, text)
		return file + " renamed over"
	case 2:
		e.remove(file)
		delete(e.disk, file)
		return file + " deleted"
	case 3:
		text.text, text.bad = text.text[:half(text.text)], true
		e.put(file, text)
		return file + " half written"
	case 4:
		text = draft{text: "<<<<<<< HEAD\n" + text.text, name: text.name, bad: true}
		e.put(file, text)
		e.put(planB, e.fresh(planB, "other"))
		e.put(planA, text)
		return "plan a with a conflict beside a good edit of b"
	default:
		branch := e.branches[e.random.IntN(len(e.branches))]
		e.git("checkout", "-q", "-f", branch[""])
		e.disk = drafts(branch)
		if _, tracked := branch[planB]; !tracked {
			e.remove(planB) // where it is left over from an edit that git does not know of
		}
		return "branch " + branch[""] + " checked out"
	}
}

func (e *editor) put(file string, d draft) {
	e.write(file, d.text)
	e.note(file, d)
}

// note keeps what stands in a plan file; other files are none of the register's.
func (e *editor) note(file string, d draft) {
	if strings.HasPrefix(file, "plans/") {
		e.disk[file] = d
	}
}

// half is a place within the first braces, where a text makes no sense.
func half(text string) int { return (strings.Index(text, "{") + strings.Index(text, "}")) / 2 }

// inTwoMoments empties the file, and writes it while the server reads. What the
// register held of it stays until the file is whole.
func (e *editor) inTwoMoments(file string, d draft) {
	before := e.look()[idOf(file)]
	f, err := os.Create(e.path(file))
	if err != nil {
		e.t.Fatal(err)
	}
	middle := half(d.text)
	for _, part := range []string{d.text[:middle], d.text[middle:]} {
		e.reloading()
		if now := e.look()[idOf(file)]; now != before {
			e.failed++
			e.t.Errorf("half of %s was taken for the whole: %q instead of %q", file, now, before)
		}
		if _, err := f.WriteString(part); err != nil {
			e.t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		e.t.Fatal(err)
	}
}

// settle has the server look at what stands there now, and watches the register
// meanwhile: it changes at most once, to what the files say.
func (e *editor) settle(what string) bool {
	e.reloading() // and nothing that was read before this is still on its way
	was := e.look()
	want, changes := e.expected(was), 0
	for over := false; !over; {
		select {
		case e.reload <- struct{}{}:
			over = true
		default:
		}
		now := e.look()
		if changed := different(was, now); changed > 0 {
			if changes++; changed > 1 {
				e.together++
			}
		}
		was = now
	}
	if changes > 1 || !maps.Equal(was, want) {
		e.t.Errorf("%s: after %d steps the register holds %v, want %v in one", what, changes, was, want)
		return false
	}
	return true
}

// look gives what the register holds now.
func (e *editor) look() map[string]string {
	set, err := e.app.Register.Set(e.t.Context())
	if err != nil {
		e.t.Fatal(err)
	}
	names := map[string]string{idOf(organisation): set.Organisation.Name}
	for _, p := range set.Plans {
		names[p.ID] = p.Name
	}
	return names
}

func different(a, b map[string]string) (count int) {
	for _, id := range []string{idOf(planA), idOf(planB), idOf(organisation)} {
		if a[id] != b[id] {
			count++
		}
	}
	return count
}

// expected is what a reload has to make of the files: the good ones count, the
// bad ones stay as they were, and one that is gone is gone, unless the whole
// folder is just being exchanged.
func (e *editor) expected(was map[string]string) map[string]string {
	want := maps.Clone(was)
	_, whole := e.disk[organisation]
	for _, file := range []string{planA, planB, organisation} {
		d, there := e.disk[file]
		switch {
		case there && !d.bad:
			want[idOf(file)] = d.name
		case !there && whole:
			delete(want, idOf(file))
		}
	}
	return want
}

// pinned wants the drills to be as they were opened.
func (e *editor) pinned(what string, runs []string) bool {
	return !slices.ContainsFunc(runs, func(id string) bool {
		row, run := e.run(id)
		if row.PlanHash == e.pins[id] && run.Plan.Hash() == e.pins[id] && len(run.Steps) == 2 && run.Steps[1].Action == "quick" {
			return false
		}
		e.t.Errorf("%s: drill %s went over from plan %.12s to %.12s, %s", what, id, e.pins[id], row.PlanHash, run.Plan.Name)
		return true
	})
}

// restart starts the server again on edited settings. All drills are still what
// they were, and now the settings count: it gives the plan that only they name.
func (e *editor) restart() string {
	e.t.Helper()
	if _, err := os.Stat(e.path("other")); err == nil {
		e.t.Error("a command was carried out that no drill was opened with")
	}
	if err := e.stop(); err != nil {
		e.t.Fatal(err)
	}
	e.write(settings, e.fresh(settings, "").text)
	e.serve()
	e.reloaded()
	if !e.pinned("after the restart", slices.Collect(maps.Keys(e.pins))) {
		e.failed++
	}
	if got := names(e.town); !slices.Equal(got, []string{"Fremmed"}) {
		e.t.Errorf("the restart did not read the edited settings: the register holds %v", got)
		return ""
	}
	return "Fremmed"
}
