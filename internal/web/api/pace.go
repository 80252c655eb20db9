package api

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// pace lets each name through a burst at once, and after that once in every. Each
// node counts for itself: it shields this process, and no rule rests on it.
type pace struct {
	now   func() time.Time
	burst int
	every time.Duration

	mu   sync.Mutex
	full map[string]time.Time // when the burst of that name is whole again
}

// many is how many names are kept; more than that many programs at once there are
// not.
const many = 10_000

func newPace(now func() time.Time, burst int, every time.Duration) *pace {
	return &pace{now: now, burst: burst, every: every, full: map[string]time.Time{}}
}

// take lets one through, or says that it came too soon, and how long to wait.
func (p *pace) take(name string) error {
	wait := p.wait(name)
	if wait <= 0 {
		return nil
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	too := refuse(http.StatusTooManyRequests, "too_many", "Too many requests.", "Ask again after "+strconv.Itoa(seconds)+" s.")
	return &later{too, seconds}
}

func (p *pace) wait(name string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, whole := p.now(), time.Duration(p.burst)*p.every
	full := p.full[name]
	if full.Before(now) || full.Sub(now) > whole { // the clock was put back
		full = now
	}
	if next := full.Add(p.every); next.Sub(now) <= whole {
		p.full[name] = next
		p.forget(now)
		return 0
	}
	return full.Add(p.every).Sub(now) - whole
}

// forget drops the names whose burst is whole, once there are many.
func (p *pace) forget(now time.Time) {
	if len(p.full) <= many {
		return
	}
	for name, full := range p.full {
		if full.Before(now) {
			delete(p.full, name)
		}
	}
	if len(p.full) > many { // all of them are busy: nobody is remembered rather than all refused
		clear(p.full)
	}
}

// later is a refusal that is over after so many seconds.
type later struct {
	*problem
	seconds int
}

func (l *later) Unwrap() error { return l.problem }
