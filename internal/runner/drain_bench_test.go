//go:build bench

package runner_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/runner"
)

// drain takes messages as fast as its channel allows, and weighs what is alive on the
// way.
type drain struct {
	mu    sync.Mutex
	taken int
	alive []uint64 // bytes, at each tenth of the way
	done  chan struct{}
}

func (d *drain) Form() notify.Form { return notify.FormMail }

func (d *drain) Send(context.Context, outbox.Notice, notify.Message) notify.Receipt {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.taken++; d.taken%(drained/10) == 0 {
		d.alive = append(d.alive, alive())
	}
	if d.taken == drained {
		close(d.done)
	}
	return notify.Receipt{Outcome: outbox.Accepted}
}

func alive() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// drained is how many messages are due at once, and gap how far apart the channel wants
// them: a thousandth of what Slack does, so that a bench can wait for the end.
const (
	drained = 10_000
	gap     = time.Millisecond
)

// TestBenchTenThousandMessages drains an outbox on a real database. The floor is what
// the channel's own limit makes of it.
func TestBenchTenThousandMessages(t *testing.T) {
	d := &drain{done: make(chan struct{})}
	courier, err := notify.New(notify.Options{Channels: []notify.Channel{{Name: "mail", Sender: d, Address: "alle@kommune.test", Gap: gap}}})
	if err != nil {
		t.Fatal(err)
	}
	s := onSQLite(t).open(newActions(), func(o *runner.Options) { o.Courier = courier })
	for i := range drained {
		n := outbox.Sample(outbox.Request, "da", false)
		n.ID, n.Key, n.Channel, n.Address, n.ExpiresAt = 0, fmt.Sprint("bench/", i), "mail", "alle@kommune.test", time.Time{}
		if _, err := s.Register.Owe(t.Context(), door.System("bench"), n); err != nil {
			t.Fatal(err)
		}
	}
	before, began := alive(), time.Now()
	s.serve()
	<-d.done
	took := time.Since(began)
	s.end()
	const limit, growth = 1.5, 1.1
	ratio, floor := float64(took)/float64(drained*gap), drained*gap
	most, grew := d.alive[0], float64(d.alive[len(d.alive)-2])/float64(d.alive[0])
	for _, bytes := range d.alive {
		most = max(most, bytes)
	}
	word := func(ok bool) string {
		if ok {
			return "within"
		}
		return "OVER"
	}
	fmt.Printf("%-58s %10s  floor %10s  %6.2f x  limit %5.2f x  %s\n", "10,000 messages due at once, at the channel's limit", took.Round(time.Millisecond), floor, ratio, limit, word(ratio <= limit))
	fmt.Printf("%-58s %7d MiB  start %6d MiB  %6.2f x  limit %5.2f x  %s\n", "… alive at most, and from the first tenth to the last", most>>20, before>>20, grew, growth, word(grew <= growth))
	owed, err := s.Register.Notices(context.Background(), outbox.Filter{State: outbox.Owed})
	if err == nil && len(owed) > 0 {
		t.Errorf("%d messages are still owed", len(owed))
	}
}
