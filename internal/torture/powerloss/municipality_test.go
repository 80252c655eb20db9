package powerloss_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"beredskab/internal/hamlet"
)

// systems is how many plans the municipality has.
const systems = 4

// municipality writes the plans, the catalogue and the settings into a folder;
// all that the program writes goes into the state folder.
func municipality(t *testing.T, dir, state string) {
	t.Helper()
	write(t, dir, "plans/organisation.yaml", "schema: 1\norganisation: Test\nteams:\n  - {id: drift, capacity: 8}\ncadence:\n  - {class: 2, exercise: 365d, measured: 365d}\n")
	for i := range systems {
		id := fmt.Sprintf("system-%d", i)
		write(t, dir, "plans/"+id+".yaml", planOf(id))
	}
	write(t, dir, "actions.yaml", fmt.Sprintf(`version: 1
actions:
  - id: mark
    description: Leave a line that says that the command was started
    exec: /bin/sh
    args: [-c, 'echo "$ATTEMPT" >> started; sleep 0.02']
    dir: %s
    env: ["ATTEMPT=attempt:", PATH]
    timeout: 5m
`, dir))
	write(t, dir, "beredskab.yaml", "dir: "+state+"\nplans: plans\nactions: actions.yaml\nnode: test\nparallel: 4\nlisten: off\nweb: off\n")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// planOf has commands in two chains, which a person's work and answer join.
func planOf(id string) string {
	const command = "action: mark, timeout: 1m, rerun: ask"
	return hamlet.System{
		ID: id, Drills: []string{"id: gendan, title: Gendan, type: restore, allow_parallel: true"},
		Steps: append(hamlet.Chains(4, command),
			"id: m1, title: Se efter, team: drift, estimate: 1m, after: [s2]",
			"id: k1, title: Bekræft, team: drift, estimate: 1m, after: [s3], confirm: {by: systemejer, question: Virker det?, within: 30m}",
			"id: s4, title: Trin 4, team: drift, estimate: 1m, after: [m1, k1], "+command,
			"id: s5, title: Trin 5, team: drift, estimate: 1m, after: [s4], "+command),
	}.Plan()
}
