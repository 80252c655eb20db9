package slack

import (
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/drill"

	"github.com/gorilla/websocket"
)

// A socket that says nothing more, not even a ping, is given up, and another one takes
// its place; one over which pings come is kept. The second is the control.
func TestSilentSocketIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", true)
	h.Silence = 400 * time.Millisecond
	h.work()
	h.fake.await("a socket", func() bool { return h.fake.opened == 1 })
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() { // Slack pings for a while, and then falls silent
		defer close(done)
		tick := time.NewTicker(h.Silence / 20)
		defer tick.Stop()
		for pings := 0; pings < 60; pings++ {
			select {
			case <-tick.C:
			case <-stop:
				return
			}
			h.fake.mu.Lock()
			_ = h.fake.socket.WriteControl(websocket.PingMessage, []byte("Ping from x"), time.Now().Add(time.Second))
			h.fake.mu.Unlock()
		}
	}()
	defer close(stop)
	<-done
	h.fake.mu.Lock()
	kept := h.fake.opened
	h.fake.mu.Unlock()
	if kept != 1 {
		t.Errorf("of a socket with pings %d were opened", kept)
	}
	h.fake.await("another socket", func() bool { return h.fake.opened >= 2 })
	h.deliver(interactivity, h.press("ejer", "ja", "yes"), 1)
	h.fake.got("chat.update", 1)
	if s := h.State(); h.step("ja").State != drill.Done || !s.Socket || !s.HTTP || !s.Leads {
		t.Errorf("the step is %s, the socket %+v", h.step("ja").State, s)
	}
}

// One node holds the socket: whoever does not lead opens none, and whoever leads no
// longer lets it go.
func TestOneNodeHoldsTheSocket(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", true)
	var leads atomic.Bool
	asked := make(chan struct{}, 1)
	h.Silence, h.Leads = 4*time.Second, func() bool {
		select {
		case asked <- struct{}{}:
		default:
		}
		return leads.Load()
	}
	h.work()
	<-asked
	<-asked
	if h.State().Leads || h.fake.count("apps.connections.open") != 0 {
		t.Fatalf("a node that follows opens a socket: %+v", h.State())
	}
	leads.Store(true)
	h.fake.await("a socket", func() bool { return h.fake.opened == 1 })
	leads.Store(false)
	for h.State().Leads {
		<-asked
	}
	if h.State().Connected {
		t.Errorf("a node that leads no longer keeps its socket: %+v", h.State())
	}
}

// A socket that Slack closes, or does not give, is opened again, and why it is not there
// can be read without its address, which holds a secret.
func TestSocketComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "da", true)
	var broken atomic.Bool
	broken.Store(true)
	h.fake.refuse = func(method string) any {
		if method == "apps.connections.open" && broken.Load() {
			return map[string]any{"ok": false, "error": "invalid_auth"}
		}
		return nil
	}
	h.work()
	h.fake.got("apps.connections.open", 1)
	h.fake.got("apps.connections.open", 2)
	if why := h.State().Why; why == "" || h.State().Connected {
		t.Errorf("the socket stands as %+v", h.State())
	}
	broken.Store(false)
	h.fake.await("a socket", func() bool { return h.fake.opened == 1 })
	h.fake.mu.Lock()
	_ = h.fake.socket.WriteMessage(websocket.TextMessage, []byte(`{"type":"disconnect","reason":"refresh_requested"}`))
	h.fake.mu.Unlock()
	h.fake.await("another socket", func() bool { return h.fake.opened == 2 })
	h.deliver(interactivity, h.press("ejer", "ja", "yes"), 1)
	h.fake.got("chat.update", 1)
}
