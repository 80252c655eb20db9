package powerloss_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// systems is how many plans the municipality has.
const systems = 4

// municipality writes the plans, the catalogue and the settings into a folder;
// all that the program writes goes into the state folder.
func municipality(t *testing.T, dir, state string) {
	t.Helper()
	write(t, dir, "plans/organisation.yaml", "schema: 1\norganisation: Test\nteams:\n  - {id: drift, capacity: 8}\ncadence:\n  - {class: 2, exercise: 365d, measured: 365d}\n")
	for i := range systems {
		write(t, dir, fmt.Sprintf("plans/system-%d.yaml", i), fmt.Sprintf(plan, i))
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
	write(t, dir, "beredskab.yaml", "dir: "+state+"\nplans: plans\nactions: actions.yaml\nnode: test\nparallel: 4\nlisten: off\n")
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

const plan = `schema: 1
id: system-%[1]d
name: System %[1]d
owner: {role: systemejer, unit: Test}
criticality: ikke_kritisk
recovery_class: 2
hosting: on_premise
objectives: {mtpd: 2d, rto: 1d, wrt: 1h, rpo: 1d}
depends_on: []
drills:
  - {id: gendan, title: Gendan, type: restore, allow_parallel: true}
recovery:
  steps:
    - {id: s0, title: Trin 0, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask}
    - {id: s1, title: Trin 1, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask}
    - {id: s2, title: Trin 2, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s0]}
    - {id: s3, title: Trin 3, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s1]}
    - {id: m1, title: Se efter, team: drift, estimate: 1m, after: [s2]}
    - id: k1
      title: Bekræft
      team: drift
      estimate: 1m
      after: [s3]
      confirm: {by: systemejer, question: Virker det?, within: 30m}
    - {id: s4, title: Trin 4, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [m1, k1]}
    - {id: s5, title: Trin 5, team: drift, estimate: 1m, action: mark, timeout: 1m, rerun: ask, after: [s4]}
`
