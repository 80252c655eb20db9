package drill_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"beredskab/internal/drill"
	"beredskab/internal/event"
)

// FuzzApply gives any events to a run: it refuses or takes them, never falls
// over, and what it took it can replay.
func FuzzApply(f *testing.F) {
	s := newStage(f, planOf(f, restore), "d")
	s.play(`
		0m start -> start restore#1
		5m pause ->
		6m resume ->
		20m end restore ok point=-2h -> ask check
		40m now -> raise check:1
		41m take check ->
		45m answer check yes -> start drop#1
		46m late restore#1 ok ->
		47m end drop ok -> end
		50m set caught_up_at at=49m ->`)
	for n := range s.events {
		body, err := json.Marshal(s.events[:n+1])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`[{"seq":1,"kind":"run_started","at":{"wall":"9999-12-31T23:59:59Z","boot":"a","mono":-5}},{"seq":2,"kind":"note","actor":"m","at":{"boot":"a","mono":9223372036854775807}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var events []event.Event
		if json.Unmarshal(body, &events) != nil {
			return
		}
		start := open(t, planOf(t, restore+"\n drill max=1h"), "d")
		run, taken := start, []event.Event{}
		for _, e := range events {
			e.Seq = run.Seq + 1
			next, err := run.Apply(e)
			var refusal *drill.Refusal
			if err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
			if err == nil {
				run, taken = next, append(taken, e)
			}
			run.Next(e.At, drill.Ladder{})
			run.Findings()
			if run.Elapsed() < 0 {
				t.Fatalf("elapsed %d", run.Elapsed())
			}
		}
		if again, err := drill.Replay(start, taken); err != nil || !reflect.DeepEqual(again, run) {
			t.Fatalf("the replayed run differs: %v", err)
		}
	})
}
