package drill_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// base is when the runs of these tests begin.
var base = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

// planOf reads a plan from short lines, one step each:
//
//	id kind [after=a,b] [est=10m] [by=role] [within=30m] [at=15m] [rerun=safe] [options=a,b] [verifies] [cleanup] [only=drill]
//
// and settings of its drill «d» and its objectives: `drill type=restore stop max=4h t0=id point=id`, `goals rto=2h rpo=1d wrt=1h anchor=activation`.
func planOf(t testing.TB, text string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{ID: "esdh", Name: "ESDH", Objectives: plan.Objectives{RTO: 120, RPO: 1440, WRT: 60, MTPD: 480}}
	d := plan.Drill{ID: "d", Title: "Gendannelse", Type: "restore"}
	d.Participants.Director = "leder"
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch options := optionsOf(words); words[0] {
		case "drill":
			setDrill(t, &d, options)
		case "goals":
			p.Objectives = plan.Objectives{
				RTO: length(t, options["rto"]), RPO: length(t, options["rpo"]), WRT: length(t, options["wrt"]), Anchor: options["anchor"],
			}
		default:
			addStep(t, p, &d, words, options)
		}
	}
	p.Drills = []plan.Drill{d}
	return p
}

func optionsOf(words []string) map[string]string {
	options := map[string]string{}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		options[key] = value
	}
	return options
}

func setDrill(t testing.TB, d *plan.Drill, options map[string]string) {
	if kind := options["type"]; kind != "" {
		d.Type = kind
	}
	_, d.StopOnFailure = options["stop"]
	d.MaxDuration, d.DisruptedAtT0, d.RecoveryPoint = length(t, options["max"]), options["t0"], options["point"]
	d.Steps = list(options["steps"])
	d.AssessedAt, d.DeclaredAt, d.Alarm.Within = options["assessed"], options["declared"], length(t, options["within"])
}

func addStep(t testing.TB, p *plan.Plan, d *plan.Drill, words []string, options map[string]string) {
	t.Helper()
	s := plan.Step{
		ID: words[0], Title: words[0], After: list(options["after"]), Estimate: length(t, options["est"]),
		Rerun: options["rerun"], Only: options["only"],
	}
	_, s.Verifies = options["verifies"]
	within, by := length(t, options["within"]), options["by"]
	switch words[1] {
	case "action":
		s.Action, s.Timeout = "wait", 60
	case "manual":
		s.Team = "drift"
	case "confirm":
		s.Confirm = &plan.Confirm{By: by, Question: "?", Within: within}
	case "decision":
		s.Decision = &plan.Decision{By: by, Text: "?", Options: list(options["options"]), Within: within}
	case "inject":
		s.Inject = &plan.Inject{Offset: length(t, options["at"]), Text: "!"}
	default:
		t.Fatalf("no such kind of step: %q", words)
	}
	_, cleanup := options["cleanup"]
	switch {
	case s.Inject != nil:
		d.Injects = append(d.Injects, s)
	case cleanup:
		p.Recovery.Cleanup = append(p.Recovery.Cleanup, s)
	default:
		p.Recovery.Steps = append(p.Recovery.Steps, s)
	}
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func length(t testing.TB, text string) plan.Duration {
	t.Helper()
	if text == "" {
		return 0
	}
	d, err := plan.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t testing.TB, p *plan.Plan, drillID string) drill.Run {
	t.Helper()
	run, err := drill.Open("2026-01", p, drillID, "vagt")
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// stage plays a script: one act a line, with the minutes since the start, and
// behind an arrow what the machine did about it at once.
//
//	0m  start                 -> start restore#1
//	40m end restore ok        -> ask check
//	x 41m answer check maybe: not one of the choices
//	is check=asked run=running
//	clock wall+10m | clock boot=b | clock wait
type stage struct {
	t      testing.TB
	start  drill.Run
	run    drill.Run
	events []event.Event
	now    event.Moment
	since  time.Duration // what has really passed since the start
	shift  time.Duration // what the wall clock was set by
	still  bool          // the machine does nothing by itself
}

func newStage(t testing.TB, p *plan.Plan, drillID string) *stage {
	run := open(t, p, drillID)
	return &stage{t: t, start: run, run: run, now: event.Moment{Wall: base, Boot: "a"}}
}

func (s *stage) play(script string) {
	s.t.Helper()
	for line := range strings.Lines(script) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " //")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "is":
			s.check(words[1:])
		case words[0] == "clock":
			s.turn(words[1])
		case words[0] == "x":
			act, why, _ := strings.Cut(line, ": ")
			s.refused(strings.Fields(act)[1:], why)
		default:
			act, want, _ := strings.Cut(line, "->")
			s.act(line, strings.Fields(act), strings.TrimSpace(want))
		}
		if s.t.Failed() {
			s.t.Fatalf("at the line: %s", line)
		}
	}
}

func (s *stage) turn(word string) {
	key, value, _ := strings.Cut(word, "=")
	switch {
	case key == "boot": // another machine, or this one after a restart
		s.now.Boot, s.now.Mono = value, time.Second
	case key == "wait":
		s.still = true
	default:
		by, err := time.ParseDuration(strings.TrimPrefix(word, "wall"))
		if err != nil {
			s.t.Fatal(err)
		}
		s.shift += by
	}
}

// to moves both clocks to that time after the start.
func (s *stage) to(text string) {
	at, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now.Mono += at - s.since
	s.since, s.now.Wall = at, base.Add(at+s.shift)
}

func (s *stage) refused(words []string, why string) {
	s.t.Helper()
	s.to(words[0])
	e := eventOf(s.t, words[1:])
	e.Seq, e.At = s.run.Seq+1, s.now
	_, err := s.run.Apply(e)
	var refusal *drill.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(err.Error(), why) {
		s.t.Errorf("%v gives %v, want a refusal with %q", words, err, why)
	}
}

func (s *stage) act(line string, words []string, want string) {
	s.t.Helper()
	s.to(words[0])
	if words[1] != "now" {
		s.apply(eventOf(s.t, words[1:]))
	}
	var did []string
	for range 50 {
		tasks, _ := s.run.Next(s.now, drill.Standard())
		if len(tasks) == 0 || s.still {
			break
		}
		for _, task := range tasks {
			did = append(did, taskText(task))
			s.apply(event.Event{Kind: task.Kind, Step: task.Step, Attempt: task.Attempt, Level: task.Level, Actor: "system", Assured: "system"})
		}
	}
	if got := strings.Join(did, ", "); got != want {
		s.t.Errorf("%s\nthe machine did: %s", line, got)
	}
}

func (s *stage) apply(e event.Event) {
	s.t.Helper()
	e.Seq, e.At = s.run.Seq+1, s.now
	run, err := s.run.Apply(e)
	if err != nil {
		s.t.Fatal(err)
	}
	s.run, s.events = run, append(s.events, e)
}

func taskText(task drill.Task) string {
	switch task.Kind {
	case event.StepStarted:
		return fmt.Sprintf("start %s#%d", task.Step, task.Attempt)
	case event.StepAsked:
		return "ask " + task.Step
	case event.StepGivenUp:
		return "give up " + task.Step
	case event.StepRaised:
		return strings.TrimSpace(fmt.Sprintf("raise %s", task.Step)) + ":" + strconv.Itoa(task.Level)
	default:
		return "end"
	}
}

// eventOf reads an act: a verb, the step, and what the verb needs.
func eventOf(t testing.TB, words []string) event.Event {
	t.Helper()
	kinds := map[string]event.Kind{
		"start": event.RunStarted, "pause": event.RunPaused, "break": event.RunPaused, "resume": event.RunResumed, "abort": event.RunAborted,
		"real": event.RunBroken, "finish": event.RunEnded, "begin": event.StepStarted, "end": event.StepEnded, "late": event.StepEnded,
		"ask": event.StepAsked, "take": event.StepTaken, "answer": event.StepAnswered, "skip": event.StepSkipped,
		"reopen": event.StepReopened, "give": event.StepGivenUp, "settle": event.StepSettled, "raise": event.StepRaised, "note": event.NoteAdded, "set": event.TimeSet,
	}
	e := event.Event{Kind: kinds[words[0]], Actor: "mette", Assured: "login", Text: "fordi"}
	if e.Kind == "" {
		t.Fatalf("no such act: %q", words)
	}
	e.Artifice, e.Late = words[0] == "pause", words[0] == "late"
	for i, word := range words[1:] {
		key, value, named := strings.Cut(word, "=")
		switch {
		case named:
			setField(t, &e, key, value)
		case e.Kind == event.TimeSet:
			e.Point = word
		case i == 0:
			e.Step = word
			if step, number, ok := strings.Cut(word, "#"); ok {
				e.Step = step
				e.Attempt, _ = strconv.Atoi(number)
			} else if e.Kind == event.StepEnded {
				e.Attempt = 1
			}
		default:
			e.Outcome = word
		}
	}
	return e
}

func setField(t testing.TB, e *event.Event, key, value string) {
	by, err := time.ParseDuration(value)
	switch {
	case key == "by" && value == "paper":
		e.Assured = value
	case key == "by":
		e.Actor = value
	case key == "rung":
		e.Level, _ = strconv.Atoi(value)
	case key == "chain": // a star marks who decides
		for _, role := range list(value) {
			role, decides := strings.CutSuffix(role, "*")
			e.Chain = append(e.Chain, event.Link{Role: role, Name: strings.ToUpper(role), Decides: decides})
		}
	case err != nil:
		t.Fatal(err)
	case key == "spent":
		e.Spent = int64(by)
	case key == "point":
		e.Recovery = base.Add(by)
	case key == "at":
		e.Time = base.Add(by)
	default:
		t.Fatalf("no such field: %q", key)
	}
}

// check compares what the run shows: run, verdict, rta, gross, rpa, wra,
// findings, elapsed, a step's state, step.waited, step.worked, step.level, or a
// time point as minutes after the start.
func (s *stage) check(words []string) {
	s.t.Helper()
	for _, word := range words {
		key, want, _ := strings.Cut(word, "=")
		if got := s.show(key); got != want {
			s.t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func (s *stage) show(key string) string {
	rta, gross := s.run.RTA()
	measures := map[string]drill.Measure{"rta": rta, "gross": gross, "rpa": s.run.RPA(), "wra": s.run.WRA()}
	if m, ok := measures[key]; ok {
		if !m.Known {
			return "unknown"
		}
		return short(m.Length)
	}
	if at, ok := pointsOf(&s.run.Times)[key]; ok {
		if at.IsZero() {
			return "open"
		}
		return short(at.Sub(base))
	}
	id, part, _ := strings.Cut(key, ".")
	if step, ok := s.run.Find(id); ok {
		return map[string]string{
			"": string(step.State), "waited": short(step.Waited), "worked": short(step.Worked), "level": strconv.Itoa(step.Level),
			"attempts": strconv.Itoa(step.Attempt), "by": step.By, "outcome": step.Outcome,
		}[part]
	}
	var codes []string
	for _, f := range s.run.Findings() {
		codes = append(codes, strings.TrimSuffix(f.Code+":"+f.Step, ":"))
	}
	return map[string]string{
		"run": string(s.run.State), "verdict": string(s.run.Verdict), "closing": s.run.Closing, "elapsed": short(s.run.Elapsed()),
		"findings": strings.Join(slices.Compact(codes), ","), "jumps": strconv.Itoa(len(s.run.Jumps)), "source": s.run.Times.DisruptedSource,
	}[key]
}

func pointsOf(t *drill.Times) map[string]time.Time {
	return map[string]time.Time{
		"t0": t.DisruptedAt, "t1": t.DetectedAt, "t2": t.AlertedAt, "t3": t.AssessedAt, "t4": t.DeclaredAt, "t5": t.ActivatedAt,
		"t5b": t.MobilisedAt, "t5w": t.WorkaroundAt, "t6": t.RecoveryAt, "t7": t.RestoredAt, "t8": t.VerifiedAt, "t9": t.CaughtUpAt,
		"point": t.RecoveryPointAt, "started": t.Start, "finished": t.End,
	}
}

// short writes 1h30m0s as 1h30m, and 0s as 0.
func short(d time.Duration) string {
	text := strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "h0m")
	if d%time.Minute != 0 {
		return d.String()
	}
	if d == 0 {
		return "0m"
	}
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return text
}
