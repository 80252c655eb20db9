package vigil_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
	"beredskab/internal/vigil"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// clock stands still until it is set.
type clock struct {
	mu   sync.Mutex
	wall time.Time
}

func (c *clock) Now() event.Moment {
	c.mu.Lock()
	defer c.mu.Unlock()
	return event.Moment{Wall: c.wall, Boot: "boot"}
}

func (c *clock) set(at string) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		panic(err)
	}
	wall, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall = wall
}

// post is a register on a real database, and one who keeps watch over it.
type post struct {
	*vigil.Vigil
	t     *testing.T
	clock *clock
	db    *store.DB
	door  *door.Door
}

func open(t *testing.T, o store.Options) *post {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p := &post{t: t, clock: &clock{}, db: db}
	p.clock.set("2026-11-24 10:00") // a Tuesday
	p.door = door.New(db, p.clock)
	p.Vigil = p.another("n1")
	set, problems := plan.NewReader().Load(os.DirFS("../../plans"))
	if problems.Failed() {
		t.Fatal(problems)
	}
	_, err = register.New(p.door, register.Options{}).Adopt(t.Context(), by("it-chef"), set)
	p.ok(err)
	return p
}

func sqlite(t *testing.T) *post {
	return open(t, store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
}

// another is the vigil of another node over the same register.
func (p *post) another(node string) *vigil.Vigil {
	return vigil.New(vigil.Options{
		Door: p.door, Node: node, Log: slog.New(slog.DiscardHandler),
		Routes: []outbox.Route{{Channel: "mail", Personal: true}, {Channel: "slack", Language: "en"}},
	})
}

func by(name string) door.Actor { return door.Actor{Name: name, Assurance: "login"} }

func (p *post) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// refused tries what is not allowed.
func (p *post) refused(who string, n int) {
	p.t.Helper()
	for range n {
		err := p.door.Do(p.t.Context(), by(who), "plan.approved", "esdh", func(door.Tx) (any, error) { return nil, door.ErrNotAllowed })
		if !errors.Is(err, door.ErrNotAllowed) {
			p.t.Fatal(err)
		}
	}
}

func (p *post) exported(who string, items int) {
	p.t.Helper()
	p.ok(p.door.Do(p.t.Context(), by(who), "log.export", "log", func(door.Tx) (any, error) { return map[string]int{"items": items}, nil }))
}

// told lists the messages, oldest first, as "channel receiver: signs".
func (p *post) told() (list []string) {
	p.t.Helper()
	notices, err := door.Read(p.t.Context(), p.door, func(tx door.Tx) ([]outbox.Notice, error) {
		return tx.Notices(p.t.Context(), outbox.Filter{})
	})
	p.ok(err)
	for _, n := range slices.Backward(notices) {
		text := n.Channel + " " + n.Receiver + ":"
		for _, s := range n.Facts.Signs {
			text += fmt.Sprintf(" %s %s %d", s.Code, s.Person, s.Count)
		}
		list = append(list, text)
	}
	return list
}

// digests are the lines of the log about digests, oldest first.
func (p *post) digests() (list []map[string]any) {
	p.t.Helper()
	p.ok(p.db.View(p.t.Context(), func(tx door.Tx) error {
		entries, err := tx.Entries(p.t.Context(), kept.EntryFilter{Object: vigil.Object})
		for _, e := range slices.Backward(entries) {
			var body struct {
				Detail map[string]any `json:"detail"`
			}
			if err := json.Unmarshal(e.Bytes, &body); err != nil {
				return err
			}
			list = append(list, body.Detail)
		}
		return err
	}))
	return list
}

// What somebody should look at is told once, in the morning, to the daily IT security
// officer: by name in a mail, without names where others read along (R17, R42).
func TestDailyDigest(t *testing.T) {
	p := sqlite(t)
	p.ok(p.Daily(t.Context()))
	if got := p.digests(); len(got) > 0 {
		t.Errorf("a digest before the log began: %v", got)
	}
	p.refused("nysgerrig", 6)
	p.exported("udtraek", 700)
	p.clock.set("2026-11-25 06:01")
	p.ok(p.Daily(t.Context()))
	if got := p.told(); len(got) > 0 {
		t.Errorf("told before what was done at six may be in the log: %v", got)
	}
	for _, at := range []string{"2026-11-25 06:02", "2026-11-25 06:03", "2026-11-25 23:59"} {
		p.clock.set(at)
		p.ok(p.Daily(t.Context()))
	}
	want := []string{
		"mail Daglig it-sikkerhedsansvarlig: mass_export udtraek 700 refusals nysgerrig 6",
		"slack Daglig it-sikkerhedsansvarlig: mass_export  700 refusals  6",
	}
	if got := p.told(); !slices.Equal(got, want) {
		t.Errorf("told %q", got)
	}
	d := p.digests()
	if len(d) != 1 || d[0]["lines"] != 8.0 || d[0]["refused"] != 6.0 || d[0]["exports"] != 1.0 || d[0]["told"] != true || d[0]["to"] != "2026-11-25T05:00:00Z" {
		t.Errorf("kept %v", d)
	}
}

// A quiet day is kept and not told, but on Mondays; after days without a server one
// digest covers them all.
func TestQuietDays(t *testing.T) {
	p := sqlite(t)
	p.clock.set("2026-11-25 07:00") // Wednesday
	p.ok(p.Daily(t.Context()))
	p.refused("nysgerrig", 1)
	p.clock.set("2026-11-28 07:00") // Saturday; there was no server on two days
	p.ok(p.Daily(t.Context()))
	p.clock.set("2026-11-29 07:00")
	p.ok(p.Daily(t.Context()))
	if got := p.told(); len(got) != 2 {
		t.Errorf("told %q", got)
	}
	p.clock.set("2026-11-30 07:00") // Monday
	p.ok(p.Daily(t.Context()))
	if got := p.told(); len(got) != 4 {
		t.Errorf("told %q", got)
	}
	var from []any
	for _, d := range p.digests() {
		from = append(from, d["from"], d["told"])
	}
	want := "[2026-11-24T05:00:00Z false 2026-11-25T05:00:00Z true 2026-11-28T05:00:00Z false 2026-11-29T05:00:00Z true]"
	if fmt.Sprint(from) != want {
		t.Errorf("digests from %v", from)
	}
}

// Several nodes that ask at once make one digest of a day.
func TestOneDigestADay(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *post{
		"sqlite":   sqlite,
		"postgres": func(t *testing.T) *post { return open(t, store.Options{URL: pgtest.Start(t)}) },
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			p.refused("nysgerrig", 6)
			p.clock.set("2026-11-25 08:00")
			done := make(chan error, 6)
			for i := range cap(done) {
				go func() { done <- p.another(fmt.Sprint("n", i)).Daily(context.WithoutCancel(t.Context())) }()
			}
			for range cap(done) {
				p.ok(<-done)
			}
			if got := p.told(); len(got) != 2 || len(p.digests()) != 1 {
				t.Errorf("%d digests, told %q", len(p.digests()), got)
			}
		})
	}
}

// A line that is not what was written is itself a sign.
func TestAChangedLineIsASign(t *testing.T) {
	p := sqlite(t)
	p.refused("nysgerrig", 1)
	p.ok(p.db.Update(t.Context(), func(tx door.Tx) error {
		return tx.AddEntry(t.Context(), kept.Entry{At: p.clock.Now().Wall.UTC(), Actor: "x", Act: "plan.adopt", Object: "plans", Outcome: "done", Bytes: []byte("{}"), Hash: make([]byte, 32)})
	}))
	now := p.clock.Now().Wall
	d, err := p.Look(t.Context(), now.Add(-time.Hour), now.Add(time.Hour))
	if err != nil || len(d.Suspicions) != 1 || d.Suspicions[0].Code != "chain_break" {
		t.Errorf("%+v, %v", d, err)
	}
}

// A period is found in a long log without reading it, also when two lines have
// changed places with their times.
func TestALongLog(t *testing.T) {
	p := sqlite(t)
	begin := p.clock.Now().Wall.UTC()
	const lines = 5000
	p.ok(p.db.Update(t.Context(), func(tx door.Tx) error {
		for i := range lines {
			at := begin.Add(time.Duration(i^1) * time.Minute)
			if err := door.Log(t.Context(), tx, at, by("p-1"), "plan.confirmed", "esdh", "done", nil); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, c := range []struct{ from, to, want int }{{0, 10, 11}, {4000, 4010, 10}, {4990, 5100, 10}, {6000, 7000, 0}, {-100, 0, 0}} {
		counted := &counting{Store: p.db}
		v := vigil.New(vigil.Options{Door: door.New(counted, p.clock)})
		d, err := v.Look(t.Context(), begin.Add(time.Duration(c.from)*time.Minute), begin.Add(time.Duration(c.to)*time.Minute))
		if err != nil || d.Entries != c.want {
			t.Errorf("%v: %d lines, %v", c, d.Entries, err)
		}
		if limit := 2*15 + 3; counted.views > limit {
			t.Errorf("%v: %d looks into the log, more than %d", c, counted.views, limit)
		}
	}
}

// counting counts the transactions that read.
type counting struct {
	door.Store
	views int
}

func (c *counting) View(ctx context.Context, fn func(door.Tx) error) error {
	c.views++
	return c.Store.View(ctx, fn)
}

// What keeps the log from being read is an error, and the digest is made later.
func TestADigestThatFailedComesLater(t *testing.T) {
	p := sqlite(t)
	p.refused("nysgerrig", 6)
	p.clock.set("2026-11-25 08:00")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Daily(gone); !errors.Is(err, context.Canceled) && (err == nil || !strings.Contains(err.Error(), "canceled")) {
		t.Errorf("%v", err)
	}
	p.ok(p.Daily(t.Context()))
	if len(p.digests()) != 1 {
		t.Error("no digest after one that failed")
	}
}
