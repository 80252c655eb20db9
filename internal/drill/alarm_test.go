package drill_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/proof"
)

// chained is an exercise of the alarm with steps of its own.
const chained = `
	vurder confirm by=vagt est=5m within=20m
	beslut decision by=chef options=ja,nej within=20m
	kryds confirm by=leder within=20m
	drill type=alert steps=vurder,beslut,kryds assessed=vurder declared=beslut within=10m`

// Each link is called when the one before it is over: through the first channel, the
// second, and then through its deputy. The points follow from who answered what.
func TestTheChainIsCalled(t *testing.T) {
	s := newStage(t, planOf(t, chained), "d")
	s.play(`
		0m start chain=vagt,chef*,ejer,presse -> ask alarm-vagt
		is run=running t1=0m t2=open t5=open verdict=
		3m answer alarm-vagt yes -> ask alarm-chef, ask vurder
		is t2=3m t3=open
		x 4m answer alarm-chef no: answered with yes
		x 4m take alarm-chef: answers yes
		x 4m give kryds: it is waiting
		7m answer vurder yes ->
		is t3=7m alarm-ejer=waiting
		13m now -> raise alarm-chef:1
		15m answer alarm-chef yes -> ask beslut
		is t4=open t5=open alarm-chef.level=1
		18m answer beslut ja -> ask alarm-ejer
		is t4=18m t5=18m t5b=open
		28m now -> raise alarm-ejer:1
		38m now -> raise alarm-ejer:2
		40m answer alarm-ejer yes -> ask alarm-presse
		is t5b=40m
		41m answer alarm-presse yes -> ask kryds
		42m answer kryds yes -> end
		is run=ended verdict=passed_with_remarks findings=D17:alarm-chef,D06:alarm-ejer t8=open rta=unknown`)
	c := s.run.Calling()
	if c.Called != 4 || c.Reached != 4 || c.First.Length != 3*time.Minute || c.Decider.Length != 15*time.Minute || c.Last.Length != 41*time.Minute {
		t.Errorf("%+v", c)
	}
	if c.Ways["first"] != 2 || c.Ways["second"] != 1 || c.Ways["deputy"] != 1 {
		t.Errorf("%v", c.Ways)
	}
}

// Whoever cannot be reached holds nothing up, and an answer that comes too late is kept.
func TestTheChainGoesOnWithout(t *testing.T) {
	s := newStage(t, planOf(t, "kryds confirm by=leder within=20m\ndrill type=alert steps=kryds within=10m"), "d")
	s.play(`
		0m start chain=vagt,chef*,ejer -> ask alarm-vagt
		10m now -> raise alarm-vagt:1
		20m now -> raise alarm-vagt:2
		30m now -> give up alarm-vagt, ask alarm-chef
		is alarm-vagt=failed t2=open
		40m now -> raise alarm-chef:1
		50m now -> raise alarm-chef:2
		60m now -> give up alarm-chef, ask alarm-ejer
		62m answer alarm-ejer yes -> ask kryds
		is t2=1h2m t5=open t5b=open
		70m answer alarm-vagt yes ->
		is alarm-vagt=done
		x 71m answer alarm-vagt yes: it is done already
		72m now -> raise kryds:1
		82m now -> raise kryds:2
		92m now -> raise kryds:3
		102m now -> give up kryds, end
		is run=ended verdict=not_passed findings=D16:alarm-chef,D16:kryds,D06:alarm-vagt`)
	if c := s.run.Calling(); c.Called != 3 || c.Reached != 1 || c.Last.Known || c.Ways["late"] != 1 || c.Ways["never"] != 1 {
		t.Errorf("%+v", c)
	}
}

// A link may pass the alarm on, be passed over, and be called again; only such an
// exercise goes on without an answer, and one without a chain is none.
func TestTheChainByHand(t *testing.T) {
	s := newStage(t, planOf(t, "drill type=alert within=10m"), "d")
	s.play(`
		0m start chain=vagt,chef* -> ask alarm-vagt
		1m raise alarm-vagt rung=2 ->
		2m answer alarm-vagt yes -> ask alarm-chef
		3m skip alarm-chef -> end
		is verdict=passed_with_remarks findings=D05:alarm-chef`)
	s = newStage(t, planOf(t, "drill type=alert within=10m"), "d")
	s.play(`
		0m start chain=vagt,chef* -> ask alarm-vagt
		5m answer alarm-vagt yes -> ask alarm-chef
		6m reopen alarm-vagt -> ask alarm-vagt
		is alarm-chef=asked
		7m answer alarm-vagt yes ->
		8m answer alarm-chef yes -> end
		is verdict=passed t2=7m`)
	if _, err := open(t, planOf(t, "drill type=alert"), "d").Apply(event.Event{Seq: 1, Kind: event.RunStarted, Actor: "mette"}); err == nil {
		t.Error("an exercise of the alarm began that calls nobody")
	}
	s = newStage(t, planOf(t, "check confirm by=ejer\ndrill type=restore"), "d")
	s.play(`
		0m start chain=vagt -> ask check
		x 1m give check: only an exercise of the alarm
		is check=asked`)
}

// Where the telephone net is down everybody sets out at once, and the times come from
// paper: who came too late is told by what stands there.
func TestTheChainOnFoot(t *testing.T) {
	p := planOf(t, "drill type=alert within=30m")
	p.Drills[0].Alarm.PhonesDown = true
	s := newStage(t, p, "d")
	s.play(`
		0m start chain=vagt,chef*,ejer -> ask alarm-vagt, ask alarm-chef, ask alarm-ejer
		60m now ->
		x 61m answer alarm-vagt yes at=70m: lies in the future
		x 61m answer alarm-vagt yes at=-1m: before the alarm
		61m answer alarm-vagt yes at=12m by=paper ->
		62m answer alarm-chef yes at=40m by=paper ->
		is t2=12m t5=open t5b=open
		24h now -> give up alarm-ejer, end
		is verdict=not_passed findings=D16:alarm-ejer,D06:alarm-chef`)
	if c := s.run.Calling(); c.First.Length != 12*time.Minute || c.Reached != 1 || c.Ways["late"] != 1 {
		t.Errorf("%+v", c)
	}
}

// The aim of the whole chain is held against what was measured.
func TestTheChainHasAnAim(t *testing.T) {
	for target, findings := range map[string]string{"5m": "D18", "30m": "", "hurtigt": ""} {
		p := planOf(t, "drill type=alert within=10m")
		d := &p.Drills[0]
		d.Objectives = slices.Grow(d.Objectives, 1)[:1]
		d.Objectives[0].Measure, d.Objectives[0].Target = "chain", target
		s := newStage(t, p, "d")
		s.play("0m start chain=vagt -> ask alarm-vagt\n9m answer alarm-vagt yes -> end")
		if got := s.show("findings"); got != findings {
			t.Errorf("aim %s: findings %q", target, got)
		}
	}
}

// TestAnAlarmAlwaysEnds: whatever people do and leave undone, an exercise of the alarm
// comes to its end in a time that can be told beforehand, its points lie in order, and
// it is the same when it is replayed.
func TestAnAlarmAlwaysEnds(t *testing.T) {
	first := proof.Seed(t)
	exercises := proof.Size(500, 1000, 20000)
	verdicts := map[drill.Verdict]int{}
	for seed := range exercises {
		w := newAlarm(t, first+uint64(seed))
		w.live()
		verdicts[w.run.Verdict]++
	}
	for _, want := range []drill.Verdict{drill.Passed, drill.WithRemarks, drill.NotPassed} {
		if verdicts[want] == 0 {
			t.Errorf("no exercise was %s: %v", want, verdicts)
		}
	}
}

type alarmWalk struct {
	*stage
	rnd   *rand.Rand
	limit time.Duration
}

func newAlarm(t *testing.T, seed uint64) *alarmWalk {
	rnd := rand.New(rand.NewPCG(seed, 21))
	lines := []string{"vurder confirm by=vagt est=5m within=20m", "beslut decision by=chef options=yes,nej", "kryds manual est=10m"}
	own := slices.DeleteFunc([]int{0, 1, 2}, func(int) bool { return rnd.IntN(2) == 0 })
	text, steps := "", []string(nil)
	for _, i := range own {
		text += lines[i] + "\n"
		steps = append(steps, strings.Fields(lines[i])[0])
	}
	settings := "drill type=alert within=10m steps=" + strings.Join(steps, ",")
	if slices.Contains(steps, "vurder") {
		settings += " assessed=vurder"
	}
	if slices.Contains(steps, "beslut") {
		settings += " declared=beslut"
	}
	s := newStage(t, planOf(t, text+settings), "d")
	start := event.Event{Kind: event.RunStarted, Actor: "mette"}
	for i := range 1 + rnd.IntN(6) {
		start.Chain = append(start.Chain, event.Link{Role: string(rune('a' + i)), Decides: rnd.IntN(3) == 0})
	}
	s.apply(start)
	return &alarmWalk{s, rnd, time.Duration(len(start.Chain))*30*time.Minute + 3*90*time.Minute}
}

// live lets the minutes go by. The machine does what is due; people answer now and
// then, also too late, or never.
func (w *alarmWalk) live() {
	w.t.Helper()
	eager := w.rnd.IntN(4) // 0: nobody answers at all
	for w.run.State != drill.Ended {
		for tasks, _ := w.run.Next(w.now, drill.Standard()); len(tasks) > 0; tasks, _ = w.run.Next(w.now, drill.Standard()) {
			w.apply(asEvent(tasks[0]))
		}
		w.order()
		if w.now.Mono > w.limit {
			w.t.Fatalf("it still runs after %s: %+v", w.now.Mono, w.run.Steps)
		}
		for i := range w.run.Steps {
			s := w.run.Steps[i]
			open := s.State == drill.Asked || s.State == drill.Taken || s.GivenUp
			if !open || eager == 0 || w.rnd.IntN(12) >= eager*eager {
				continue
			}
			e := event.Event{Kind: event.StepAnswered, Step: s.ID, Outcome: "yes", Actor: "mette", Seq: w.run.Seq + 1, At: w.now}
			if s.Team != "" && s.State == drill.Asked {
				e.Kind = event.StepTaken
			}
			if _, err := w.run.Apply(e); err == nil {
				w.apply(e)
			}
		}
		w.now.Mono, w.now.Wall = w.now.Mono+time.Minute, w.now.Wall.Add(time.Minute)
	}
	again, err := drill.Replay(w.start, w.events)
	if err != nil || again.Verdict != w.run.Verdict || again.Times.MobilisedAt != w.run.Times.MobilisedAt || len(again.Steps) != len(w.run.Steps) {
		w.t.Fatalf("replayed: %v", err)
	}
}

// order wants the points that are known to follow one another.
func (w *alarmWalk) order() {
	w.t.Helper()
	times := w.run.Times
	last := times.Start
	for i, at := range []time.Time{times.DetectedAt, times.AlertedAt, times.AssessedAt, times.DeclaredAt, times.ActivatedAt, times.MobilisedAt} {
		if at.IsZero() {
			continue
		}
		if at.Before(last) {
			w.t.Fatalf("point %d lies before the one before it: %+v", i, times)
		}
		last = at
	}
}
