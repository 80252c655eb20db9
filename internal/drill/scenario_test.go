package drill_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"beredskab/internal/drill"
	"beredskab/internal/event"
)

// restore is the ordinary drill: a machine's step, the owner's word, cleanup.
const restore = `
	restore action est=90m rerun=ask
	check confirm by=systemejer within=30m after=restore
	drop action cleanup est=5m`

// TestRuns plays the whole runs of testdata. Each begins with its name behind #;
// then = says drill or incident, and restore where its plan begins with that of
// the ordinary drill; lines behind + are the rest of the plan (planOf), and all
// others the script (stage).
func TestRuns(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for scenario := range strings.SplitSeq(strings.TrimPrefix(string(text), "# "), "\n# ") {
			name, body, _ := strings.Cut(scenario, "\n")
			count++
			t.Run(name, func(t *testing.T) { playScenario(t, body) })
		}
	}
	if count < 40 {
		t.Errorf("only %d runs were found", count)
	}
}

func playScenario(t *testing.T, body string) {
	var planText, script strings.Builder
	id := "d"
	for line := range strings.Lines(body) {
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "=":
			if strings.Contains(rest, "restore") {
				planText.WriteString(restore + "\n")
			}
			if strings.Contains(rest, "incident") {
				id = ""
			}
		case "+":
			planText.WriteString(rest)
		default:
			script.WriteString(line)
		}
	}
	s := newStage(t, planOf(t, planText.String()), id)
	s.play(script.String())
	sameWhenReplayed(t, s)
}

// sameWhenReplayed folds the events as they come back from storage.
func sameWhenReplayed(t *testing.T, s *stage) {
	t.Helper()
	body, err := json.Marshal(s.events)
	if err != nil {
		t.Fatal(err)
	}
	var events []event.Event
	if err := json.Unmarshal(body, &events); err != nil {
		t.Fatal(err)
	}
	again, err := drill.Replay(s.start, events)
	if err != nil || !reflect.DeepEqual(again, s.run) {
		t.Errorf("the replayed run differs: %v\n%+v\n%+v", err, again, s.run)
	}
}
