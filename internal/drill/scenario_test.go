package drill_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"beredskab/internal/drill"
)

// scenario is one whole run, from its plan to its verdict.
type scenario struct{ name, drill, plan, script string }

// restore is the ordinary drill: a machine's step, the owner's word, cleanup.
const restore = `
	restore action est=90m rerun=ask
	check confirm by=systemejer within=30m after=restore
	drop action cleanup est=5m`

func TestRuns(t *testing.T) {
	var all []scenario
	all = append(all, wholeRuns()...)
	all = append(all, earlyEnds()...)
	all = append(all, doubts()...)
	all = append(all, incidents()...)
	all = append(all, clocks()...)
	all = append(all, measures()...)
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, planOf(t, c.plan), c.drill)
			s.play(c.script)
			sameWhenReplayed(t, s)
		})
	}
}

// sameWhenReplayed folds the events as they come back from storage.
func sameWhenReplayed(t *testing.T, s *stage) {
	t.Helper()
	body, err := json.Marshal(s.events)
	if err != nil {
		t.Fatal(err)
	}
	var events []drill.Event
	if err := json.Unmarshal(body, &events); err != nil {
		t.Fatal(err)
	}
	again, err := drill.Replay(s.start, events)
	if err != nil || !reflect.DeepEqual(again, s.run) {
		t.Errorf("the replayed run differs: %v\n%+v\n%+v", err, again, s.run)
	}
}

func wholeRuns() []scenario {
	return []scenario{
		{"a restore drill that passes", "d", restore, `
			is run=planned verdict= t0=open
			0m start                              -> start restore#1
			is run=running restore=started check=waiting drop=waiting t0=0m t1=0m t2=0m t4=0m t5=0m t6=0m
			80m end restore#1 ok point=-2h        -> ask check
			is t7=1h20m t8=open rta=unknown rpa=2h restore.worked=1h20m restore.waited=0m
			95m answer check yes                  -> start drop#1
			is run=cleaning t8=1h35m rta=1h35m gross=1h35m check.waited=15m check.worked=0m check.by=mette t5b=open
			97m end drop ok                       -> end
			is run=ended verdict=passed finished=1h37m findings=
			x 98m answer check no: the run has ended
			98m note                              ->`},
		{"a failure blocks what needs it, and cleanup still runs", "d", restore + `
			other action`, `
			0m start                  -> start restore#1, start other#1
			10m end restore failed    ->
			is run=running restore=failed check=blocked drop=waiting
			20m end other ok          -> start drop#1
			21m end drop failed       -> end
			is verdict=not_passed findings=D03:restore,D07:drop rta=unknown`},
		{"stop on failure gives up steps that do not need the failed one", "d", restore + `
			then action after=other
			other action
			drill stop`, `
			0m start                  -> start restore#1, start other#1
			10m end restore timed_out ->
			is then=blocked other=started check=blocked
			20m end other ok          -> start drop#1
			21m end drop ok           -> end
			is verdict=not_passed`},
		{"a failed step is tried again, and what it blocked comes back", "d", restore + `
			other manual est=4h`, `
			0m start                  -> start restore#1, ask other
			0m take other             ->
			10m end restore failed    ->
			is check=blocked
			x 11m answer check yes: it is blocked
			20m reopen restore        -> start restore#2
			is check=waiting restore.waited=0m
			60m end restore#2 ok      -> ask check
			70m answer check yes      ->
			80m answer other yes      -> start drop#1
			81m end drop ok           -> end
			is verdict=passed_with_remarks findings=D11:restore rta=1h10m`},
		{"a failed verification: the clock goes on and t7 is set anew", "d", restore + `
			watch manual est=4h`, `
			0m start                  -> start restore#1, ask watch
			0m take watch             ->
			30m end restore ok        -> ask check
			40m answer check no       ->
			is t7=30m t8=open check=failed run=running
			45m reopen restore        -> start restore#2
			is t7=open check=waiting
			x 46m reopen restore: it is started
			70m end restore#2 ok      -> ask check
			is t7=1h10m
			x 71m reopen restore: step "check", which follows from it, is asked
			75m answer check yes      ->
			76m skip watch            -> start drop#1
			77m end drop ok           -> end
			is rta=1h15m verdict=passed_with_remarks restore.worked=55m`},
		{"a skipped failure lets the rest go on, but the drill is not passed", "d", restore + `
			watch manual est=4h`, `
			0m start                  -> start restore#1, ask watch
			0m take watch             ->
			10m end restore failed    ->
			11m skip restore          -> ask check
			20m answer check yes      ->
			21m answer watch yes      -> start drop#1
			22m end drop ok           -> end
			is verdict=not_passed findings=D03:restore rta=unknown`},
		{"a decision takes one of its options", "d", `
			choose decision by=kriseleder options=failover,wait
			move action after=choose verifies`, `
			0m start                  -> ask choose
			x 1m answer choose yes: is not one of the choices: ["failover" "wait"]
			10m answer choose failover -> start move#1
			20m end move ok           -> end
			is choose.outcome=failover rta=20m verdict=passed`},
		{"an early manual step, taken and carried out", "d", `
			stop manual est=10m
			check confirm by=systemejer after=stop
			drill t0=stop`, `
			0m start                  -> ask stop
			is t0=open t6=open t5b=open
			6m take stop by=drift     ->
			is t0=6m t6=6m t5b=6m stop=taken stop.waited=6m stop.by=drift
			x 7m take stop: it is taken
			16m answer stop yes       -> ask check
			is stop.worked=10m stop.waited=6m t7=16m
			20m answer check yes      -> end
			is rta=14m verdict=passed`},
		{"a tabletop measures nothing, and never passes", "d", `
			restore action
			first inject at=0m
			second inject at=30m after=first
			drill type=tabletop`, `
			0m start                  -> ask first
			is t0=0m t1=0m t2=0m t4=open t5=open
			x 1m begin restore#1: the run has no such step
			x 5m ask second: it waits for other steps
			10m answer first yes      ->
			x 20m ask second: its time has not come
			30m now                   -> ask second
			is second.waited=0m
			35m answer second yes     -> end
			is verdict=not_measured rta=unknown t8=open rpa=unknown`},
		{"an alert exercise measures from the alarm to the first who comes", "d", `
			come confirm by=drift within=20m
			drill type=alert steps=come`, `
			0m start                  -> ask come
			is t1=0m t2=0m t5=0m t4=open
			12m answer come yes       -> end
			is t5b=12m verdict=not_measured`},
	}
}

func earlyEnds() []scenario {
	return []scenario{
		{"abort in mid-step: the step may finish, cleanup runs", "d", restore + `
			watch manual`, `
			0m start                  -> start restore#1, ask watch
			5m take watch             ->
			10m abort                 ->
			is run=cleaning closing=aborted restore=started check=skipped watch=skipped watch.worked=5m watch.waited=5m drop=waiting
			x 11m skip restore: it is started
			12m end restore aborted   -> start drop#1
			13m end drop ok           -> end
			is verdict=aborted findings=D03:restore`},
		{"a real incident begins in mid-drill", "d", restore, `
			0m start                  -> start restore#1
			5m pause                  ->
			9m real                   ->
			is run=cleaning closing=interrupted check=skipped
			x 10m abort: the run is cleaning
			10m end restore ok        -> start drop#1
			x 10m reopen restore: the run is cleaning up
			11m end drop ok           -> end
			is verdict=aborted`},
		{"aborted before it began", "d", restore, `
			0m abort                  -> end
			is run=ended verdict=aborted started=open elapsed=0m restore=skipped drop=skipped rta=unknown`},
		{"a step given back after an abort is not started again", "d", restore, `
			0m start                  -> start restore#1
			1m abort                  ->
			2m end restore not_started -> start drop#1
			is restore=skipped
			3m end drop not_started   -> start drop#2
			4m end drop#2 ok          -> end
			is drop.attempts=2 drop.worked=1m drop.waited=1m`},
		{"a repeatable step of unknown end is not repeated after an abort", "d", `
			restore action rerun=safe`, `
			0m start                  -> start restore#1
			1m abort                  ->
			2m end restore unknown    -> end
			is restore=skipped verdict=aborted`},
		{"an unknown end outlives the abort, and cleanup waits for the word on it", "d", restore, `
			0m start                  -> start restore#1
			5m end restore unknown    ->
			6m abort                  ->
			is run=cleaning restore=unknown check=skipped
			x 7m settle restore rerun: the run is cleaning up
			x 7m finish: steps are still open
			8m settle restore failed  -> start drop#1
			9m end drop ok            -> end
			is verdict=aborted`},
		{"a drill over its longest time tells the director and goes on", "d", restore + `
			drill max=1h`, `
			0m start                  -> start restore#1
			10m pause                 ->
			30m resume                ->
			79m now                   ->
			x 79m raise rung=3: the run is within its time
			80m now                   -> raise:3
			81m now                   ->
			x 81m raise rung=3: the run is within its time
			90m end restore ok        -> ask check
			91m answer check yes      -> start drop#1
			92m end drop ok           -> end
			is verdict=passed_with_remarks findings=D10`},
	}
}

func doubts() []scenario {
	return []scenario{
		{"an unknown end: a person decides, and the register says who", "d", restore, `
			0m start                  -> start restore#1
			20m end restore unknown   ->
			is restore=unknown restore.worked=20m restore.waited=0m
			x 21m begin restore#2: it is unknown
			x 21m settle restore perhaps: is not one of the choices: done, failed, rerun
			30m settle restore rerun  -> start restore#2
			is restore.waited=10m
			50m end restore#2 ok      -> ask check
			51m answer check yes      -> start drop#1
			52m end drop ok           -> end
			is verdict=passed_with_remarks findings=D04:restore restore.worked=40m`},
		{"an unknown end of a step that must never run twice", "d", `
			restore action rerun=never`, `
			0m start                  -> start restore#1
			20m end restore unknown   ->
			x 21m settle restore rerun: never be run again
			22m settle restore done   -> end
			is verdict=passed_with_remarks rta=22m`},
		{"a repeatable step is repeated without asking", "d", `
			restore action rerun=safe`, `
			0m start                  -> start restore#1
			20m end restore unknown   -> start restore#2
			40m end restore#2 ok      -> end
			is verdict=passed rta=40m restore.worked=40m`},
		{"the true end of an unknown attempt is learnt later", "d", `
			restore action`, `
			0m start                  -> start restore#1
			20m end restore unknown   ->
			25m end restore unknown   ->
			30m end restore ok spent=12m -> end
			is restore=done restore.worked=12m restore.waited=10m verdict=passed`},
		{"a skipped doubt is a person's word too", "d", restore, `
			0m start                  -> start restore#1
			20m end restore unknown   ->
			21m skip restore          -> ask check
			22m answer check yes      -> start drop#1
			23m end drop ok           -> end
			is verdict=not_measured findings=D05:restore,D04:restore`},
		{"a late result is kept and not counted", "d", restore, `
			0m start                  -> start restore#1
			20m end restore failed    -> start drop#1
			21m late restore#1 ok     ->
			is restore=failed
			22m end drop ok           -> end
			23m late restore#1 ok     ->
			x 23m end restore#1 ok: the run has ended
			x 23m end restore#2 ok: the run has ended
			is restore=failed verdict=not_passed`},
		{"attempts follow each other", "d", `
			restore action rerun=safe`, `
			clock wait
			0m start                  ->
			x 1m begin restore#2: attempt 2 does not follow attempt 0
			x 1m ask restore: it is a step of kind action
			1m begin restore#1        ->
			2m end restore unknown    ->
			3m begin restore#2        ->
			x 4m end restore#1 ok: attempt 1 has been followed by attempt 2
			4m end restore#2 ok       ->
			5m finish                 ->
			is restore.waited=2m restore.worked=2m`},
		{"two answers at once: the first counts, the second hears who and when", "d", restore, `
			0m start                  -> start restore#1
			1m end restore ok         -> ask check
			2m answer check yes by=ane -> start drop#1
			x 2m answer check no: it is done already, by ane at 2026-03-10T09:02:00Z
			3m end drop ok            -> end`},
	}
}

func incidents() []scenario {
	return []scenario{
		{"in an incident nothing is given up by itself", "", restore + `
			drillonly action only=drill`, `
			0m start                  -> start restore#1
			is t0=0m source=estimated t1=open t4=0m t5=0m
			x 1m real: it is a real incident already
			x 1m pause: a real incident does not pause
			10m end restore failed    -> raise restore:3
			is run=running restore=failed check=waiting
			20m now                   ->
			30m reopen restore        -> start restore#2
			50m end restore#2 failed  -> raise restore:3
			60m skip restore          -> ask check
			70m answer check yes      -> start drop#1
			is rta=1h10m t8=1h10m
			71m set disrupted_at at=-30m ->
			is rta=1h40m
			72m end drop failed       -> raise drop:3
			is run=cleaning
			73m skip drop             -> end
			is verdict=passed_with_remarks findings=D03:restore,D07:drop`},
		{"an incident whose t0 nobody set, ended early", "", restore, `
			0m start                  -> start restore#1
			10m end restore failed    -> raise restore:3
			11m abort                 -> start drop#1
			12m end drop failed       -> end
			is verdict=aborted findings=D03:restore,D12,D07:drop`},
	}
}
