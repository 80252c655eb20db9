package cluster

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// people start drills and answer while faults go on, and remember what the
// register has acknowledged to them.
type people struct {
	w     *town
	rerun bool // they sometimes have a step of unknown end done again

	mu       sync.Mutex
	opened   []string          // runs that were acknowledged
	known    map[string]string // RUN/STEP: how it ended, as it was shown
	settled  int               // unknown ends that a person decided
	repeated map[string]int    // RUN/STEP: how often a person had it done again
}

func newPeople(w *town) *people {
	return &people{w: w, known: map[string]string{}, repeated: map[string]int{}}
}

// open starts so many drills, spread over that time, and never lets more than a
// few be open at once.
func (p *people) open(ctx context.Context, runs int, over time.Duration) {
	const most = 60
	for i := range runs {
		begun := time.Now()
		which := i % (kinds * systems)
		id, err := patient(ctx, func(ctx context.Context) (string, error) {
			if list, err := p.w.app.Register.OpenRuns(ctx); err != nil || len(list) > most {
				return "", fmt.Errorf("%d runs are open: %w", len(list), errLater(err))
			}
			return p.w.app.Register.Open(ctx, leader(), register.Opening{System: system(which), Drill: "gendan"})
		})
		if err != nil {
			return
		}
		p.mu.Lock()
		p.opened = append(p.opened, id)
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-time.After(over/time.Duration(runs) - time.Since(begun)):
		}
	}
}

func errLater(err error) error {
	if err == nil {
		return context.DeadlineExceeded
	}
	return err
}

// attend looks at the open runs, answers what is asked, and remembers what is
// shown, until ctx ends.
func (p *people) attend(ctx context.Context) {
	for ctx.Err() == nil {
		p.look(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond): // look again; nothing here says when
		}
	}
}

// look goes through the open runs once and gives how many there are, -1 when
// the register did not say.
func (p *people) look(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	open, err := p.w.app.Register.OpenRuns(ctx)
	if err != nil {
		return -1
	}
	for _, id := range open {
		_, run, err := p.w.app.Register.Run(ctx, id)
		if err != nil {
			continue // a fault goes on
		}
		p.remember(id, &run)
		p.answer(ctx, id, &run)
	}
	return len(open)
}

// remember keeps what was shown first: whatever is shown later must be the same.
func (p *people) remember(id string, run *drill.Run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for step, end := range ends(id, run) {
		if _, before := p.known[step]; !before {
			p.known[step] = end
		}
	}
}

// ends tells of each step that is over how it ended.
func ends(id string, run *drill.Run) map[string]string {
	list := map[string]string{}
	for i := range run.Steps {
		if s := &run.Steps[i]; s.Over() {
			list[id+"/"+s.ID] = fmt.Sprint(s.State, s.Outcome, s.Attempt, s.EndedAt)
		}
	}
	return list
}

// answer says yes to questions, and settles unknown ends as the leader would
// after looking at the system. The fault may swallow the answer; then it is
// given at the next look.
func (p *people) answer(ctx context.Context, id string, run *drill.Run) {
	for i := range run.Steps {
		switch s := &run.Steps[i]; {
		case s.State == drill.Unknown:
			p.settle(ctx, id, s)
		case s.State == drill.Asked:
			_ = p.w.app.Register.Answer(ctx, owner(), register.Answer{Run: id, Step: s.ID, Answer: "yes"})
		}
	}
}

func (p *people) settle(ctx context.Context, id string, s *drill.Step) {
	outcome := "done"
	p.mu.Lock()
	if p.rerun && s.Attempt == 1 && p.settled%4 == 3 {
		outcome = "rerun"
		p.repeated[id+"/"+s.ID] = 1 // counted also when nobody knows whether it was taken
	}
	p.mu.Unlock()
	err := p.w.app.Register.Lead(ctx, leader(), register.Lead{
		Run: id, Step: s.ID, Kind: event.StepSettled, Outcome: outcome, Reason: "looked at the system",
	})
	if err == nil {
		p.mu.Lock()
		p.settled++
		p.mu.Unlock()
	}
}

// finish lets the people go on until no run is open: none may be stuck.
func (p *people) finish() {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.t.Context(), patience)
	defer cancel()
	if proof.Await(patience, func() bool { return p.look(ctx) == 0 }) {
		return
	}
	p.explain()
	p.w.t.Fatal("runs stay open for ever")
}

// explain says what each run that stays open waits for.
func (p *people) explain() {
	ctx, cancel := context.WithTimeout(p.w.t.Context(), patience)
	defer cancel()
	open, err := p.w.app.Register.OpenRuns(ctx)
	p.w.t.Logf("open: %v, %v", open, err)
	for _, id := range open {
		row, run, err := p.w.app.Register.Run(ctx, id)
		p.w.t.Logf("run %s driven by %s, at event %d: %v", id, row.Node, row.Seq, err)
		for i := range run.Steps {
			s := &run.Steps[i]
			p.w.t.Logf("  step %s: %s, attempt %d, %s", s.ID, s.State, s.Attempt, s.Outcome)
		}
	}
	for _, question := range []string{
		"SELECT run, step, number, node, epoch, state, process FROM attempt WHERE state NOT IN ('recorded')",
		"SELECT name, epoch, role, site, beat, clock_timestamp() FROM node",
		"SELECT state, queue, args, attempt, attempted_by, scheduled_at FROM river_job WHERE state <> 'completed'",
		"SELECT pid, state, wait_event_type, wait_event, left(query, 80) FROM pg_stat_activity WHERE state <> 'idle'",
	} {
		answer, err := p.w.cluster.Query("postgres", "SELECT string_agg(q::text, E'\\n') FROM ("+question+") q")
		p.w.t.Logf("%s\n%s %v", question, answer, err)
	}
	for _, n := range p.w.nodes {
		n.end(syscall.SIGQUIT) // says where each of its goroutines stands
	}
}
