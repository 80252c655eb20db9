//go:build bench

package drills

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// TestBenchTwoHundredWatch: 200 people look at one run. While nothing happens that
// costs the register one question a second; what happens is told to all of them.
func TestBenchTwoHundredWatch(t *testing.T) {
	h := newHall(t)
	h.pages = h.serve(New(Options{Door: h.door, Register: h.register, Office: h.office}).Routes())
	id := h.open()
	h.drive(id)
	server := httptest.NewServer(h.pages)
	t.Cleanup(server.Close)
	const viewers, window = 200, 10 * time.Second
	list := make([]*viewer, viewers)
	for i := range list {
		list[i] = h.look(server, []string{"koordinator", "ejer", "revisor"}[i%3], "/drills/"+id+"/stream", "")
		list[i].next()
	}
	before := h.reads.Load()
	<-time.After(window)
	asked := h.reads.Load() - before
	fmt.Printf("%-58s %.1f, limit 1.5\n", "live page, 200 viewers: questions a second while idle", float64(asked)/window.Seconds())

	begun := time.Now()
	h.post(http.StatusSeeOther, "koordinator", "/drills/"+id+"/note", "text", "til alle")
	var told sync.WaitGroup
	for _, v := range list {
		told.Go(func() { v.next() })
	}
	told.Wait()
	fmt.Printf("%-58s %s, limit 3s\n", "live page, 200 viewers: until the last one is told", time.Since(begun).Round(time.Millisecond))
	if asked > int64(window.Seconds()*1.5) {
		t.Errorf("%d questions in %s", asked, window)
	}
}
