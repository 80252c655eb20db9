package simulation_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/proof"
	"beredskab/internal/register"
)

// What a channel's far end does to a message.
type fate int

const (
	takes fate = iota
	silence2h
	limits // 429 with Retry-After
	breaks // 500
	takesSilently
	overtakes // answers late, or not at once: the next message is there first
)

// timeLimit is how long a sender waits for an answer.
const timeLimit = notify.DefaultTimeout

// wire is one channel with a far end that fails by the day's plan. It keeps what
// arrived, and what was done to it that it did not want.
type wire struct {
	town  *town
	day   func(at time.Duration) fate // nil: it always takes
	fault fault                       // of the program, for the control
	whose func() *server

	mu      sync.Mutex
	tries   int
	arrived map[string]int // by key
	unsure  map[string]int // of those, how often the sender could not know
	order   []string       // in which they arrived
	sums    map[int64]bool // when summaries arrived, in microseconds, as the register keeps it
	last    time.Time
	shut    time.Time // until when it wants to be left alone
	hurried int       // tries less than a second after the last, or before the end of a pause
}

// fault is one rule of the program broken on purpose.
type fault string

const (
	believing fault = "takes silence for delivered"
	hurrying  fault = "keeps no pace and has no fallback"
	waiting   fault = "lets the drill wait for the message"
)

func newWire(w *town, day func(time.Duration) fate) *wire {
	return &wire{town: w, day: day, arrived: map[string]int{}, unsure: map[string]int{}, sums: map[int64]bool{}}
}

func (w *wire) Form() notify.Form { return notify.FormText }

// Send is notify.Sender.
func (w *wire) Send(ctx context.Context, n outbox.Notice, _ notify.Message) notify.Receipt {
	now := time.Now()
	does := takes
	if w.day != nil {
		does = w.day(now.Sub(w.town.begin))
	}
	w.mu.Lock()
	w.tries++
	if w.day != nil && (now.Sub(w.last) < time.Second || now.Before(w.shut)) {
		w.hurried++
	}
	w.last = now
	luck := w.town.chance("fate", n.Key, w.tries)
	w.mu.Unlock()
	if w.fault == waiting && does != takes {
		s := w.whose()
		s.pause()
		defer s.goOn()
	}
	r := w.answer(ctx, n, does, luck)
	if w.fault == believing && r.Silent {
		return notify.Accepted("it was sent, was it not")
	}
	return r
}

// answer is what the far end says, and when.
func (w *wire) answer(ctx context.Context, n outbox.Notice, does fate, luck float64) notify.Receipt {
	switch {
	case does == silence2h:
		sleep(ctx, timeLimit)
		return notify.JudgeError(context.DeadlineExceeded)
	case does == limits && luck < 0.3:
		pause := time.Duration(1+int(luck*100)) * time.Second
		w.mu.Lock()
		w.shut = time.Now().Add(pause)
		w.mu.Unlock()
		return notify.JudgeStatus(429, pause)
	case does == breaks && luck < 0.5:
		return notify.JudgeStatus(500, 0)
	case does == takesSilently && luck < 0.4:
		w.arrives(n.Key, 1)
		sleep(ctx, timeLimit)
		return notify.JudgeError(context.DeadlineExceeded)
	case does == overtakes && luck < 0.3:
		return notify.Later("the connection was cut")
	case does == overtakes:
		sleep(ctx, time.Duration(luck*float64(timeLimit)))
	}
	w.arrives(n.Key, 0)
	return notify.JudgeStatus(200, 0)
}

func (w *wire) arrives(key string, unsure int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.arrived[key]++
	w.unsure[key] += unsure
	w.order = append(w.order, key)
	if strings.HasPrefix(key, "digest ") {
		w.sums[time.Now().UnixMicro()] = true
	}
}

// drills are the systems of this test: all due at nine, where people are at work.
func drills(systems int) *plan.Set {
	set := files()
	set.Plans = nil
	set.Organisation.Checks = plan.Schedule{}
	for i := range systems {
		set.Plans = append(set.Plans, system(fmt.Sprintf("s%d", i+1), "0 9 * * 1-5", "run_once"))
	}
	return set
}

// day draws what Slack does all day, hour by hour, with a hole of two hours in it.
func (t *town) day(at time.Duration) fate {
	day, hour := int(at/(24*time.Hour)), at%(24*time.Hour)
	hole := 9*time.Hour + time.Duration(t.chance("hole", day)*float64(3*time.Hour))
	switch {
	case hour >= hole && hour < hole+2*time.Hour:
		return silence2h
	case hour < 9*time.Hour || hour > 21*time.Hour:
		return takes
	}
	return []fate{takes, limits, breaks, takesSilently, overtakes}[int(t.chance("hour", int(at/time.Hour))*5)]
}

// spoken is what became of the messages of some days.
type spoken struct {
	town        *town
	slack, mail *wire
	ended       map[string]time.Duration // each run's end, from the beginning
	moments     map[string]time.Duration // of all that happened in the runs
}

// speak lives through that many days with a Slack that fails, or one that does not.
func speak(t *testing.T, seed uint64, days, systems int, fails bool, broken fault) (out spoken) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, err := newTown(seed, sound)
		if err != nil {
			t.Fatal(err)
		}
		w.look, w.still, w.parallel, w.nodes, w.routes = 30*time.Second, true, 1000, w.nodes[:1], []register.Route{{Channel: "slack"}}
		w.nodes[0].place = place{}
		time.Sleep(time.Until(mondays()[0].Add(-time.Hour)))
		w.begin = time.Now()
		out = spoken{town: w, slack: newWire(w, nil), mail: newWire(w, nil), ended: map[string]time.Duration{}, moments: map[string]time.Duration{}}
		if fails {
			out.slack.day = func(at time.Duration) fate {
				if at > time.Duration(days)*24*time.Hour {
					return takes
				}
				return w.day(at)
			}
		}
		out.slack.fault, out.slack.whose = broken, w.nodes[0].running
		channels := []notify.Channel{{Name: "slack", Sender: out.slack, Address: "#øvelser", Gap: time.Second, Fallback: "mail"}, {Name: "mail", Sender: out.mail, Address: "alle@kommune.test"}}
		if broken == hurrying {
			channels[0].Gap, channels[0].Fallback = 0, ""
		}
		if w.courier, err = notify.New(notify.Options{Channels: channels}); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		w.quiet = true // the database has no faults here
		w.mu.Unlock()
		out.live(t, days, systems)
	})
	return out
}

func (out *spoken) live(t *testing.T, days, systems int) {
	w := out.town
	if _, err := register.New(door.New(w.db, &node{town: w}), register.Options{}).Adopt(t.Context(), door.Actor{Name: "it-chef"}, drills(systems)); err != nil {
		t.Fatal(err)
	}
	w.nodes[0].reboot(nil)
	w.nodes[0].start()
	ctx, cancel := context.WithCancel(t.Context())
	var people sync.WaitGroup
	people.Go(func() { w.people(ctx) })
	w.direct(time.Duration(days)*24*time.Hour + 4*time.Hour)
	cancel()
	people.Wait()
	w.end()
	for id, run := range w.db.runs {
		if !run.EndedAt.IsZero() {
			out.ended[id] = run.EndedAt.Sub(w.begin)
		}
		for _, row := range w.db.events[id] {
			out.moments[fmt.Sprint(id, row.Kind, row.Step, read(row).Attempt, read(row).Level)] = row.At.Sub(w.begin)
		}
	}
}

// fallback is when mail must have taken over: after ten minutes, and what one round of
// tries takes, in which a slow Slack lets some messages wait for others.
const fallback = 11 * time.Minute

// count is the day's account.
type count struct {
	messages, arrivals, tries, byMail             int
	lost, twice, hurried, overtaken, late, delays int
	worst, slowest                                time.Duration // delay of anything in a drill, and fallback
}

func (c count) bad() int { return c.lost + c.twice + c.hurried + c.late + c.delays }

// account holds the days with a failing Slack against the same days without.
func (out spoken) account(calm spoken) (c count) {
	db := out.town.db
	c.tries, c.hurried = out.slack.tries, out.slack.hurried
	for i, n := range db.notices {
		c.messages++
		if n.Channel == "mail" {
			c.byMail++
			first := db.deliveries[deliveryKey{db.noticeIDs[strings.TrimSuffix(n.Key, " via mail")], 1}]
			c.slowest = max(c.slowest, n.CreatedAt.Sub(first.At))
		}
		switch {
		case n.State == outbox.Owed, n.State == outbox.Refused:
			c.lost++
		case n.State == outbox.Delivered && n.Channel == "slack" && out.slack.arrived[n.Key] == 0 && !out.inDigest(int64(i+1)):
			c.lost++
		case n.State == outbox.Expired && !out.answered(n):
			c.lost++
		}
		failing := out.failedFor(int64(i + 1))
		if _, other := db.noticeIDs[n.Key+" via mail"]; n.Channel == "slack" && failing > fallback && !other {
			c.late++
		}
	}
	if c.slowest > fallback {
		c.late++
	}
	seen := -1
	for key, times := range out.slack.arrived {
		c.arrivals += times
		if times > 1+out.slack.unsure[key] {
			c.twice++
		}
	}
	for _, key := range out.slack.order {
		if id := int(db.noticeIDs[key]); id > 0 && id < seen {
			c.overtaken++
		} else if id > 0 {
			seen = id
		}
	}
	for what, at := range calm.moments {
		delay := at - out.moments[what]
		if c.worst = max(c.worst, delay.Abs()); delay.Abs() > time.Second {
			c.delays++
		}
	}
	if len(calm.moments) != len(out.moments) || len(calm.ended) == 0 {
		c.delays++
	}
	return c
}

// inDigest tells whether the message was delivered as part of a summary.
func (out spoken) inDigest(id int64) bool {
	last := out.town.db.notices[id-1].Tries
	return out.slack.sums[out.town.db.deliveries[deliveryKey{id, last}].At.UnixMicro()]
}

// answered tells whether the step that the message asked about needs no answer any more.
func (out spoken) answered(n outbox.Notice) bool {
	return n.Facts.Step != "" && out.ended[n.Facts.Run] > 0
}

// failedFor is how long a message was tried in vain.
func (out spoken) failedFor(id int64) (longest time.Duration) {
	var begun time.Time
	for try := 1; ; try++ {
		d, there := out.town.db.deliveries[deliveryKey{id, try}]
		if !there {
			return longest
		}
		if begun.IsZero() {
			begun = d.At
		}
		longest = d.At.Sub(begun)
	}
}

// TestMessagesFail is R11 with the whole program: runner, register, outbox and courier
// through days in which Slack is a black hole for two hours, says 429 and 500, takes
// messages without saying so and lets them overtake each other.
func TestMessagesFail(t *testing.T) {
	seed, days, systems := proof.Seed(t), proof.Size(1, 1, 7), proof.Size(6, 8, 30)
	if raced {
		days, systems = 1, 4 // the rest is lived without the race detector, by make simulate
	}
	calm := speak(t, seed, days, systems, false, "")
	c := speak(t, seed, days, systems, true, "").account(calm)
	var controls []string
	for _, broken := range []fault{believing, hurrying, waiting} {
		found := speak(t, seed, days, systems, true, broken).account(calm)
		seen := map[fault]int{believing: found.lost, hurrying: found.hurried + found.late, waiting: found.delays}[broken]
		if seen == 0 {
			t.Errorf("a program that %s was not found out: %+v", broken, found)
		}
		controls = append(controls, fmt.Sprintf("one that %s: %d lost, %d too soon, %d late by mail, %d moments of drills delayed", broken, found.lost, found.hurried, found.late, found.delays))
	}
	proof.Report(t, proof.Figure{
		ID: "R11", What: "a Slack that fails all day", Seed: seed, Count: c.messages, Unit: "messages", Failed: c.bad(),
		Found: fmt.Sprintf("%d lost, %d twice without cause, %d sooner than 1 s or a pause allows, %d overtaken; %d by mail, the last %s after its first failure; %d drills, of which nothing moved by more than %s",
			c.lost, c.twice, c.hurried, c.overtaken, c.byMail, c.slowest.Round(time.Second), len(calm.ended), c.worst),
		Control: strings.Join(controls, "; "),
	})
	if c.byMail == 0 || c.overtaken == 0 || c.tries <= c.arrivals {
		t.Errorf("the days had too few faults: %+v", c)
	}
}
