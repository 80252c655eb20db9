package notify

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beredskab/internal/outbox"
)

// line is a channel that can be cut. It keeps when each message arrived.
type line struct {
	mu      sync.Mutex
	answer  func(at time.Time) Receipt
	arrived map[string]int
	times   []time.Time
}

func (l *line) Form() Form { return FormText }

func (l *line) Send(_ context.Context, n outbox.Notice, _ Message) Receipt {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.times = append(l.times, now)
	r := l.answer(now)
	if r.Outcome == outbox.Accepted || r.Detail == "accepted, then silence" {
		l.arrived[n.Key]++
	}
	return r
}

func newLine(answer func(time.Time) Receipt) *line {
	return &line{answer: answer, arrived: map[string]int{}}
}

// post is the outbox in the small: what the register and the runner do with decisions.
type post struct {
	courier *Courier
	rows    []outbox.Notice
	keys    map[string]bool
}

func (p *post) owe(n outbox.Notice) {
	if p.keys[n.Key] {
		return
	}
	p.keys[n.Key] = true
	n.ID, n.State = int64(len(p.rows)+1), outbox.Owed
	p.rows = append(p.rows, n)
}

// run delivers all that is due, moment by moment, until nothing is owed.
func (p *post) run(t *testing.T) {
	for {
		var owed []outbox.Notice
		next := time.Time{}
		for _, n := range p.rows {
			if n.State != outbox.Owed {
				continue
			}
			owed = append(owed, n)
			if next.IsZero() || n.NextTry.Before(next) {
				next = n.NextTry
			}
		}
		if len(owed) == 0 {
			return
		}
		time.Sleep(time.Until(next)) // simulated time: this test runs inside a bubble
		p.deliver(t, owed)
	}
}

func (p *post) deliver(t *testing.T, owed []outbox.Notice) {
	single, groups := Digest(owed, 5, time.Now())
	for _, n := range single {
		groups = append(groups, []outbox.Notice{n})
	}
	for _, group := range groups {
		for i, d := range p.courier.DeliverDigest(t.Context(), group) {
			row := &p.rows[group[i].ID-1]
			row.Tries, row.State, row.NextTry = d.Delivery.Try, d.State, d.Delivery.RetryAt
			if more, ok := d.Owed(*row, time.Now()); ok {
				p.owe(more)
			}
		}
	}
}

func newPost(t *testing.T, slackLine, mailLine *line) *post {
	t.Helper()
	c, err := New(Options{Zone: copenhagen(t), Channels: []Channel{
		{Name: "slack", Sender: slackLine, Fallback: "mail", Gap: time.Second},
		{Name: "mail", Sender: mailLine},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &post{courier: c, keys: map[string]bool{}}
}

// oweRequests owes count requests on Slack, valid for a day.
func (p *post) oweRequests(count int, kind outbox.Kind) {
	for i := range count {
		n := sample(kind, "da", false)
		n.Key, n.Address = fmt.Sprintf("%s %d", kind, i), "#øvelser"
		n.CreatedAt, n.NextTry, n.ExpiresAt = time.Now(), time.Now(), time.Now().Add(24*time.Hour)
		p.owe(n)
	}
}

// checkPace holds Slack's limit of one message a second and channel.
func checkPace(t *testing.T, times []time.Time) {
	t.Helper()
	for i := 1; i < len(times); i++ {
		if gap := times[i].Sub(times[i-1]); gap < time.Second {
			t.Fatalf("messages %d and %d are %v apart", i-1, i, gap)
		}
	}
}

// TestOutage is R11: Slack is a black hole for two hours. Nothing is lost,
// mail takes over at ten minutes, and each message arrives once per channel.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		slackLine := newLine(func(at time.Time) Receipt {
			if at.Sub(start) < 2*time.Hour {
				return Later("no answer")
			}
			return Accepted("ok")
		})
		mailLine := newLine(func(time.Time) Receipt { return Accepted("ok") })
		p := newPost(t, slackLine, mailLine)
		p.oweRequests(3, outbox.Request)
		p.run(t)
		for i := range 3 {
			key := fmt.Sprintf("request %d", i)
			if slackLine.arrived[key] != 1 || mailLine.arrived[key+" via mail"] != 1 {
				t.Errorf("%s arrived %d times by Slack, %d by mail", key, slackLine.arrived[key], mailLine.arrived[key+" via mail"])
			}
		}
		for _, at := range mailLine.times {
			if after := at.Sub(start); after < 10*time.Minute || after > 10*time.Minute+5*time.Second {
				t.Errorf("mail took over after %v", after)
			}
		}
		checkPace(t, slackLine.times)
	})
}

// TestOutageEndsInOneSummary: 200 reminders that waited become few messages (F16).
func TestOutageEndsInOneSummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		slackLine := newLine(func(at time.Time) Receipt {
			if at.Sub(start) < 2*time.Hour {
				return Later("no answer")
			}
			return Accepted("ok")
		})
		p := newPost(t, slackLine, newLine(func(time.Time) Receipt { return Accepted("ok") }))
		p.oweRequests(200, outbox.Reminder)
		p.run(t)
		after := 0
		for _, at := range slackLine.times {
			if at.Sub(start) >= 2*time.Hour {
				after++
			}
		}
		if after != 1 {
			t.Errorf("%d messages after the outage for 200 reminders, want one summary", after)
		}
		for _, n := range p.rows {
			if n.State != outbox.Delivered {
				t.Errorf("%s is %s", n.Key, n.State)
			}
		}
		checkPace(t, slackLine.times)
	})
}

// TestRateLimit: a 429 delays every message to that place as long as it asks,
// and duplicates nothing.
func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked time.Time
		slackLine := newLine(nil)
		slackLine.answer = func(at time.Time) Receipt {
			switch {
			case asked.IsZero():
				asked = at
				return Receipt{Outcome: outbox.TryAgain, RetryAfter: 30 * time.Second}
			case at.Sub(asked) < 30*time.Second:
				return Later("too soon")
			}
			return Accepted("ok")
		}
		p := newPost(t, slackLine, newLine(func(time.Time) Receipt { return Accepted("ok") }))
		p.oweRequests(2, outbox.Request)
		p.run(t)
		if len(slackLine.times) != 3 || slackLine.times[1].Sub(slackLine.times[0]) < 30*time.Second ||
			slackLine.arrived["request 0"] != 1 || slackLine.arrived["request 1"] != 1 {
			t.Errorf("tried at %v, arrived %v", slackLine.times, slackLine.arrived)
		}
	})
}

// TestAcceptedThenSilence is F17: twice at most, never zero times, and only then.
func TestAcceptedThenSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slackLine := newLine(nil)
		slackLine.answer = func(time.Time) Receipt {
			if len(slackLine.times) == 1 {
				return Later("accepted, then silence")
			}
			return Accepted("ok")
		}
		p := newPost(t, slackLine, newLine(func(time.Time) Receipt { return Accepted("ok") }))
		p.oweRequests(2, outbox.Request)
		p.run(t)
		if slackLine.arrived["request 0"] != 2 || slackLine.arrived["request 1"] != 1 {
			t.Errorf("arrived %v", slackLine.arrived)
		}
	})
}

// TestManyInABlackHole: each try waits for the time limit, and 100 messages that all
// wait for it must not keep each other from the mail that is due after ten minutes.
// The control is a sender that does not say that nobody answered.
func TestManyInABlackHole(t *testing.T) {
	for silent, wanted := range map[bool]bool{true: true, false: false} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			slackLine := newLine(func(at time.Time) Receipt {
				if at.Sub(start) >= 2*time.Hour {
					return Accepted("ok")
				}
				time.Sleep(DefaultTimeout)
				r := JudgeError(context.DeadlineExceeded)
				r.Silent = silent
				return r
			})
			mailLine := newLine(func(time.Time) Receipt { return Accepted("ok") })
			p := newPost(t, slackLine, mailLine)
			p.oweRequests(100, outbox.Request)
			p.run(t)
			last := mailLine.times[len(mailLine.times)-1].Sub(start)
			if onTime := last <= 11*time.Minute; onTime != wanted || silent && len(mailLine.arrived) != 100 || len(slackLine.arrived) != 100 {
				t.Errorf("silence told %v: the last of %d mails left after %v, %d arrived by Slack", silent, len(mailLine.arrived), last, len(slackLine.arrived))
			}
		})
	}
}

// TestPacerGivesTurns: many at once get one turn a second each, others do not wait.
func TestPacerGivesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPacer(time.Second), time.Now()
		var mu sync.Mutex
		var turns []time.Duration
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if err := p.wait(t.Context(), "#a"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				turns = append(turns, time.Since(start))
			})
		}
		all.Wait()
		slices.Sort(turns)
		if want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}; !slices.Equal(turns, want) {
			t.Errorf("turns at %v", turns)
		}
		if err := p.wait(t.Context(), "#b"); err != nil || time.Since(start) != 4*time.Second {
			t.Errorf("another place had to wait: %v, %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := p.wait(ctx, "#a"); err == nil {
			t.Error("a turn that came too late was given")
		}
	})
}
