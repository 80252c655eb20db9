package drill_test

import (
	"testing"
	"time"

	"beredskab/internal/drill"
)

func clocks() []scenario {
	return []scenario{
		{"pauses: net without those that the exercise made, gross with all", "d", restore, `
			0m start                  -> start restore#1
			10m pause                 ->
			x 11m begin restore#2: the run is paused
			x 11m pause: the run is paused
			20m end restore ok        ->
			is run=paused restore=done check=waiting
			40m resume                -> ask check
			is check.waited=0m
			50m break                 ->
			x 55m raise check rung=1: the run is paused
			60m resume                ->
			70m pause                 ->
			75m answer check yes      ->
			is rta=40m gross=1h15m check.waited=30m
			90m resume                -> start drop#1
			is rta=40m gross=1h15m run=cleaning
			91m end drop ok           -> end
			is verdict=passed elapsed=1h31m`},
		{"a pause stops the ladder", "d", restore, `
			0m start                  -> start restore#1
			10m end restore ok        -> ask check
			20m break                 ->
			99m now                   ->
			120m resume               ->
			124m now                  ->
			125m now                  -> raise check:1
			139m now                  ->
			140m now                  -> raise check:2
			155m now                  -> raise check:3
			300m now                  ->
			is check.level=3 check=asked
			301m answer check yes     -> start drop#1
			302m end drop ok          -> end
			is findings=D01,D06:check verdict=not_passed`},
		{"the ladder without the plan's own time: 15, 30 and 45 minutes", "d", `
			look manual est=20m`, `
			0m start                  -> ask look
			15m now                   -> raise look:1
			x 16m raise look rung=1: rung 1 does not follow rung 1 of 3
			x 16m raise look rung=4: rung 4 does not follow
			30m now                   -> raise look:2
			31m take look             ->
			95m now                   ->
			96m now                   -> raise look:3
			97m answer look yes       -> end
			is findings=D06:look,D09:look`},
		{"one who has said «jeg er i gang» is left in peace for the estimate", "d", `
			look manual est=20m`, `
			0m start                  -> ask look
			5m take look              ->
			39m now                   ->
			40m now                   -> raise look:1
			55m now                   -> raise look:2
			70m answer look yes       -> end
			is look.worked=1h5m look.waited=5m`},
		{"whole rungs are passed when nobody looked", "d", `
			look manual`, `
			0m start                  -> ask look
			60m now                   -> raise look:3`},
		{"an unknown end goes up the ladder anew", "d", restore, `
			0m start                  -> start restore#1
			60m end restore unknown   ->
			74m now                   ->
			75m now                   -> raise restore:1
			76m settle restore rerun  -> start restore#2
			77m end restore#2 unknown ->
			92m now                   -> raise restore:1`},
		{"injects are late by the pauses before them", "d", `
			one inject at=10m
			two inject at=30m
			drill type=staff`, `
			0m start                  ->
			10m now                   -> ask one
			11m answer one yes        ->
			20m pause                 ->
			35m resume                ->
			44m now                   ->
			45m now                   -> ask two
			is two.waited=0m`},
		{"the wall clock is set in mid-run", "d", restore, `
			0m start                  -> start restore#1
			clock wall+1h
			10m end restore ok        -> ask check
			is elapsed=10m jumps=1 restore.worked=10m
			clock wall-3h
			20m answer check yes      -> start drop#1
			is elapsed=20m jumps=2 rta=20m
			21m end drop ok           -> end
			is verdict=passed_with_remarks findings=D08`},
		{"a restart in mid-run: only the wall clock can bridge it", "d", restore, `
			0m start                  -> start restore#1
			clock boot=b
			10m end restore ok        -> ask check
			is elapsed=10m jumps=0
			clock boot=c
			clock wall-1h
			20m now                   ->
			25m answer check yes      -> start drop#1
			is elapsed=10m jumps=0`},
	}
}

func measures() []scenario {
	return []scenario{
		{"a person's time points stand against derived ones", "d", restore, `
			0m start                  -> start restore#1
			5m set recovery_point_at at=-10h ->
			10m set disrupted_at at=-5m ->
			x 11m set verified_at at=0m: is not a time point that a person sets
			x 11m set caught_up_at at=13m: lies in the future
			x 11m set caught_up_at: has no time
			30m end restore ok point=-2h -> ask check
			is rpa=9h55m
			40m answer check yes      -> start drop#1
			x 41m set disrupted_at at=41m: cannot lie after the confirmed recovery
			x 41m set caught_up_at at=39m: cannot end before the confirmed recovery
			is rta=45m
			41m end drop ok           -> end
			is verdict=passed
			200m set caught_up_at at=110m ->
			is wra=1h10m verdict=passed_with_remarks findings=D13
			201m set disrupted_at at=-3h ->
			is rta=3h40m verdict=not_passed findings=D01,D13 rpa=7h`},
		{"nobody is named", "d", restore, `
			0m start                  -> start restore#1
			x 1m note by=: nobody is named
			x 1m abort by=: nobody is named
			x 1m note other: the run has no such step
			x 1m answer: no step is named
			x 1m raise rung=1: within its time`},
		{"the oldest of the recovery points counts", "d", `
			backup action
			data action after=backup
			check confirm by=systemejer after=data`, `
			0m start                  -> start backup#1
			1m end backup ok point=-2h -> start data#1
			is point=-2h
			2m end data ok point=-25h -> ask check
			3m answer check yes       -> end
			is rpa=25h verdict=not_passed findings=D02`},
		{"or that of the step which the drill names", "d", `
			backup action
			data action after=backup verifies
			drill point=data`, `
			0m start                  -> start backup#1
			1m end backup ok point=-48h -> start data#1
			is rpa=unknown
			2m end data ok point=-2h  -> end
			is rpa=2h verdict=passed t7=1m t8=2m`},
		{"the accepted time counts from where the plan says", "d", restore + `
			goals rto=30m rpo=1d wrt=1h anchor=activation`, `
			0m start                  -> start restore#1
			20m set activated_at at=15m ->
			30m end restore ok        -> ask check
			40m answer check yes      -> start drop#1
			41m end drop ok           -> end
			is rta=40m verdict=passed`},
		{"steps that nothing waits for do not hold back the confirmation", "d", restore + `
			more action after=check`, `
			0m start                  -> start restore#1
			30m end restore ok        -> ask check
			40m answer check yes      -> start more#1
			is t7=30m t8=40m rta=40m
			100m end more ok          -> start drop#1
			101m end drop ok          -> end
			is rta=40m verdict=passed`},
		{"a skipped technical step: the time is not measured", "d", restore + `
			extra manual`, `
			0m start                  -> start restore#1, ask extra
			1m skip extra             ->
			30m end restore ok        -> ask check
			31m skip check            -> start drop#1
			32m end drop ok           -> end
			is verdict=not_measured findings=D05:check,D05:extra rta=unknown`},
	}
}

// TestNodesTakingTurns has two machines whose wall clocks differ by 40 seconds
// record one run in turn: the difference counts once at most.
func TestNodesTakingTurns(t *testing.T) {
	run := open(t, planOf(t, restore), "d")
	for i := range 60 {
		at, boot, ahead := time.Duration(i)*time.Minute, "a", time.Duration(0)
		if i%2 == 1 {
			boot, ahead = "b", 40*time.Second
		}
		e := drill.Event{Seq: i + 1, Kind: drill.NoteAdded, Actor: "mette", At: drill.Moment{Wall: base.Add(at + ahead), Boot: boot, Mono: at + time.Hour}}
		if i == 0 {
			e.Kind = drill.RunStarted
		}
		var err error
		if run, err = run.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if got, most := run.Elapsed(), 59*time.Minute+40*time.Second; got < 59*time.Minute || got > most || len(run.Jumps) > 0 {
		t.Errorf("an hour of turns counts as %s with jumps %v", got, run.Jumps)
	}
}

// TestReadingsOutOfOrder has a reading of the same machine arrive after a later one.
func TestReadingsOutOfOrder(t *testing.T) {
	run := open(t, planOf(t, restore), "d")
	for i, second := range []time.Duration{0, 100, 90, 110} {
		at := second * time.Second
		e := drill.Event{Seq: i + 1, Kind: drill.NoteAdded, Actor: "mette", At: drill.Moment{Wall: base.Add(at), Boot: "a", Mono: at}}
		if i == 0 {
			e.Kind = drill.RunStarted
		}
		var err error
		if run, err = run.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if run.Elapsed() != 110*time.Second {
		t.Errorf("elapsed %s", run.Elapsed())
	}
}
