package demo

import (
	"net/http"
	"sync"
)

// front answers at the demo's address for as long as it is held, also while the
// municipality is made anew: visitors wait until it stands again.
type front struct {
	mu    sync.RWMutex // held for writing while there are no pages
	pages http.Handler
	begin http.Handler
	again chan chan struct{} // whoever wants to begin anew waits until what he sends is closed
}

func newFront() *front {
	f := &front{again: make(chan chan struct{})}
	f.begin = http.NewCrossOriginProtection().Handler(http.HandlerFunc(f.reset))
	f.mu.Lock()
	return f
}

// open lets visitors in.
func (f *front) open(pages http.Handler) {
	f.pages = pages
	f.mu.Unlock()
}

// shut lets visitors wait.
func (f *front) shut() { f.mu.Lock() }

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/demo/reset" {
		f.begin.ServeHTTP(w, r)
		return
	}
	f.mu.RLock()
	pages := f.pages
	f.mu.RUnlock()
	pages.ServeHTTP(w, r)
}

// reset has the municipality made anew, and leads to its first page.
func (f *front) reset(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	select {
	case f.again <- done:
	case <-r.Context().Done():
		return
	}
	select {
	case <-done:
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case <-r.Context().Done():
	}
}
