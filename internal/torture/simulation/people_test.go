package simulation_test

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// people look at the runs every now and then, through any node that runs, and
// answer early, late or never.
func (t *town) people(ctx context.Context) {
	for round := 0; ctx.Err() == nil; round++ {
		sleep(ctx, 25*time.Minute)
		s := t.live("people", round)
		if s == nil {
			continue
		}
		call, cancel := context.WithTimeout(ctx, time.Minute)
		runs, err := s.register.Runs(call, kept.RunFilter{Open: true})
		for _, row := range runs {
			if err == nil {
				t.await(call, s, row.ID)
				t.visit(call, s, row.ID, round)
			}
		}
		t.startAsked(call, s)
		cancel()
	}
}

// visit answers what waits for a person in one run.
func (t *town) visit(ctx context.Context, s *server, id string, round int) {
	row, run, err := s.register.Run(ctx, id)
	if err != nil {
		return
	}
	for i := range run.Steps {
		step := &run.Steps[i]
		remark := fmt.Sprintf("%s/%s/%d/%d", id, step.ID, step.Attempt, round)
		patience := t.between(time.Minute, 8*time.Hour, "patience", id, step.ID, step.Attempt)
		never := t.chance("never", id, step.ID, step.Attempt) < 0.02
		waited := time.Since(row.OpenedAt)
		switch {
		case never || waited < patience:
		case step.State == drill.Asked || step.State == drill.Taken:
			t.answer(ctx, s, id, step.ID, remark)
		case step.State == drill.Unknown:
			outcome := []string{"done", "failed", "rerun"}[int(t.chance("settles", remark)*3)]
			t.lead(ctx, s, register.Lead{Run: id, Step: step.ID, Kind: event.StepSettled, Outcome: outcome, Reason: remark})
		case run.Held(step):
			kind := event.StepSkipped
			if t.chance("reopens", remark) < 0.5 {
				kind = event.StepReopened
			}
			t.lead(ctx, s, register.Lead{Run: id, Step: step.ID, Kind: kind, Reason: remark})
		}
	}
}

// answer is the owner's, sometimes given twice at one moment.
func (t *town) answer(ctx context.Context, s *server, run, step, remark string) {
	say := func(s *server, word, remark string) {
		err := s.register.Answer(ctx, door.Actor{Name: owner, Assurance: "link"}, register.Answer{Run: run, Step: step, Answer: word, Note: remark})
		if err == nil {
			t.mu.Lock()
			t.answers[remark] = run
			t.mu.Unlock()
		}
	}
	word := "yes"
	if t.chance("no", remark) < 0.1 {
		word = "no"
	}
	second := t.live("second", remark)
	if second == nil || t.chance("twice", remark) > 0.2 {
		say(s, word, remark)
		return
	}
	done := make(chan struct{})
	go func() { defer close(done); say(second, "no", remark+" again") }()
	say(s, word, remark)
	<-done
}

func (t *town) lead(ctx context.Context, s *server, in register.Lead) {
	if s.register.Lead(ctx, door.Actor{Name: "it-chef", Assurance: "login"}, in) == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.answers[in.Reason] = in.Run
	}
}

// startAsked starts drills whose time passed unheld and that a person may start
// all the same.
func (t *town) startAsked(ctx context.Context, s *server) {
	list, err := s.register.Occurrences(ctx, "", 5)
	if err != nil {
		return
	}
	for _, o := range list {
		if o.State != kept.OccurrenceAsked || t.chance("starts", o.Schedule, o.Nominal) < 0.3 {
			continue
		}
		_, _ = s.register.Open(ctx, door.Actor{Name: "it-chef", Assurance: "login"}, register.Opening{System: o.Schedule[:2], Drill: "gendan"})
		return
	}
}
