package drills

import (
	"context"
	"sync"
	"time"
)

// hub watches runs for those who look at them: one watcher for each run however
// many look, which ends when the last one leaves. It asks the register and is told
// nothing, so it is as right on many nodes as on one.
type hub struct {
	every time.Duration
	news  func(ctx context.Context, run string, after int) (*scene, error) // nil: none

	mu   sync.Mutex
	runs map[string]*watch
}

// watch is one run that somebody looks at.
type watch struct {
	viewers int
	leave   context.CancelFunc

	mu    sync.Mutex
	scene *scene
	turn  chan struct{} // closed when there is a newer scene
}

func newHub(every time.Duration, news func(context.Context, string, int) (*scene, error)) *hub {
	return &hub{every: every, news: news, runs: map[string]*watch{}}
}

// join begins to look at a run; the first who does starts its watcher, with what
// there is to be seen now. Every join wants its part.
func (h *hub) join(ctx context.Context, run string, first *scene) *watch {
	h.mu.Lock()
	defer h.mu.Unlock()
	w, there := h.runs[run]
	if !there {
		w = &watch{scene: first, turn: make(chan struct{})}
		watching, leave := context.WithCancel(context.WithoutCancel(ctx))
		w.leave = leave
		h.runs[run] = w
		go h.follow(watching, run, w)
	}
	w.viewers++
	w.show(first)
	return w
}

// known is the newest scene of a run that somebody looks at already; nil: of none.
func (h *hub) known(run string) *scene {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w, there := h.runs[run]; there {
		s, _ := w.now()
		return s
	}
	return nil
}

// part stops looking; the last one takes the watcher along.
func (h *hub) part(run string, w *watch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w.viewers--; w.viewers == 0 {
		w.leave()
		delete(h.runs, run)
	}
}

// follow asks for news until the last one has left. When the register cannot be
// asked, it is asked again the next time: who looks sees the newest that is known.
func (h *hub) follow(ctx context.Context, run string, w *watch) {
	tick := time.NewTicker(h.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		seen, _ := w.now()
		if found, err := h.news(ctx, run, seen.run.Seq); err == nil && found != nil {
			w.show(found)
		}
	}
}

// now is the newest scene, and what is closed when there is a newer one.
func (w *watch) now() (*scene, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scene, w.turn
}

func (w *watch) show(s *scene) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.run.Seq <= w.scene.run.Seq {
		return
	}
	w.scene = s
	close(w.turn)
	w.turn = make(chan struct{})
}

// news asks whether something happened to the run after that event, which costs one
// question, and reads it anew when something did.
func (p *Part) news(ctx context.Context, run string, after int) (*scene, error) {
	rows, err := p.Register.Events(ctx, run, after)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return p.scene(ctx, run)
}
