package simulation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/outbox"
	"beredskab/internal/proof"
	"beredskab/internal/record"
	"beredskab/internal/store"
)

// TestFakeIsTheStore gives the database of the simulation and a real one the
// same random transactions and wants the same answers: what the weeks show, they
// show of a register on rows that are kept like this.
func TestFakeIsTheStore(t *testing.T) {
	seed, rounds := proof.Seed(t), proof.Size(200, 300, 10_000)
	failed := compare(t, seed, rounds, newDatabase(sound))
	proof.Report(t, proof.Figure{
		ID: "R22", What: "the simulated store beside the real one", Seed: seed, Count: rounds, Unit: "transactions", Failed: failed,
		Found:   "all answers the same",
		Control: fmt.Sprintf("a store without fences answered %d otherwise", compare(t, seed, 300, newDatabase(noFences))),
	})
}

// compare counts the transactions that the two answer differently.
func compare(t *testing.T, seed uint64, rounds int, fake *database) (failed int) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "register.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	dice := rand.New(rand.NewPCG(seed, 22))
	for round := range rounds {
		// Each side draws by dice of its own, so that a difference cannot hide the next.
		start, fails := dice.Uint64(), dice.IntN(10) == 0
		want := play(t.Context(), db, start, fails)
		got := play(t.Context(), fake, start, fails)
		if !reflect.DeepEqual(got, want) {
			if failed++; failed <= 3 && fake.mutant == sound {
				t.Errorf("round %d:\n got %v\nwant %v", round, got, want)
			}
		}
	}
	return failed
}

// errTakeBack ends a transaction that is to leave nothing.
var errTakeBack = errors.New("take back")

// play runs one transaction of random operations and gives what it was told.
func play(ctx context.Context, s door.Store, seed uint64, fails bool) (said []string) {
	err := s.Update(ctx, func(tx door.Tx) error {
		p := &player{ctx: ctx, tx: tx, dice: rand.New(rand.NewPCG(seed, 1))}
		for range 1 + p.dice.IntN(6) {
			p.write()
			p.read()
		}
		if said = p.said; fails {
			return errTakeBack
		}
		return nil
	})
	return append(said, verdict(err))
}

// verdict says which of the register's errors it is.
func verdict(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, kept.ErrNotFound):
		return "not found"
	case errors.Is(err, kept.ErrConflict):
		return "conflict"
	case errors.Is(err, errTakeBack):
		return "taken back"
	default:
		return "refused"
	}
}

// player draws operations on few keys, so that they meet.
type player struct {
	ctx  context.Context
	tx   door.Tx
	dice *rand.Rand
	said []string
}

func (p *player) say(what string, answer any, err error) {
	if err != nil {
		answer = nil
	}
	body, _ := json.Marshal(answer)
	p.said = append(p.said, fmt.Sprintf("%s: %s %s", what, body, verdict(err)))
}

func (p *player) pick(words ...string) string { return words[p.dice.IntN(len(words))] }

func (p *player) key() string { return p.pick("a", "b", "c") }

func (p *player) at() time.Time {
	if p.dice.IntN(5) == 0 {
		return time.Time{}
	}
	return time.Date(2026, 11, 23, 9, 0, p.dice.IntN(6), p.dice.IntN(3)*1500, time.UTC)
}

func (p *player) run() string { return p.pick("2026-01", "2026-02", "2025-10", "brand") }

func (p *player) length() *int64 {
	if p.dice.IntN(2) == 0 {
		return nil
	}
	n := p.dice.Int64N(100)
	return &n
}

func (p *player) aRun() kept.Run {
	return kept.Run{
		ID: p.run(), System: p.key(), PlanHash: p.key(), StepsHash: p.key(), DrillID: p.key(), Type: p.key(), State: "running",
		Verdict: p.pick("", "aborted", "passed"), Seq: p.dice.IntN(3), Node: p.key(), OpenedAt: p.at(), EndedAt: p.at(), RTA: p.length(), Measured: p.dice.IntN(2) == 0,
	}
}

func (p *player) anAttempt() kept.Attempt {
	return kept.Attempt{
		Run: p.run(), Step: p.key(), Number: 1 + p.dice.IntN(2), Node: p.key(), Epoch: int64(p.dice.IntN(3)),
		State: p.state(), Process: json.RawMessage(p.pick("", "{}")), ClaimedAt: p.at(), EndedAt: p.at(),
	}
}

func (p *player) state() kept.AttemptState {
	return kept.AttemptState(p.pick("starting", "running", "recorded", "unknown"))
}

func (p *player) aNotice() outbox.Notice {
	return outbox.Notice{
		ID: int64(p.dice.IntN(5)), Key: p.key(), Kind: outbox.Request, Channel: p.key(), Facts: outbox.Facts{Run: p.run(), StartsAt: p.at()},
		CreatedAt: p.at(), NextTry: p.at(), State: outbox.State(p.pick("owed", "owed", "delivered", "expired")), Tries: p.dice.IntN(2),
	}
}

// write draws one change.
func (p *player) write() {
	switch p.dice.IntN(16) {
	case 0:
		number, added, err := p.tx.AddVersion(p.ctx, kept.Version{Hash: p.pick("h1", "h2", "h3"), Kind: "plan", ID: p.key(), Canonical: []byte(p.key()), AdoptedAt: p.at()})
		p.say("AddVersion", []any{number, added}, err)
	case 1:
		p.say("SetCurrent", nil, p.tx.SetCurrent(p.ctx, "plan", p.key(), p.pick("", "h1", "h2", "h3")))
	case 2:
		added, err := p.tx.AddRun(p.ctx, p.aRun())
		p.say("AddRun", added, err)
	case 3:
		p.say("SaveRun", nil, p.tx.SaveRun(p.ctx, p.aRun(), p.dice.IntN(3)))
	case 4:
		p.say("AddEvents", nil, p.tx.AddEvents(p.ctx, p.run(), []kept.Event{{Seq: p.dice.IntN(4), At: p.at(), Kind: "note", Body: json.RawMessage(`{}`)}}))
	case 5, 6:
		added, err := p.tx.AddAttempt(p.ctx, p.anAttempt())
		p.say("AddAttempt", added, err)
	case 7, 8:
		p.say("SaveAttempt", nil, p.tx.SaveAttempt(p.ctx, p.anAttempt(), int64(p.dice.IntN(3)), p.state(), p.state()))
	case 9:
		o := kept.Occurrence{Schedule: p.key(), Nominal: p.key(), Zone: "UTC", Due: p.at(), State: kept.OccurrenceState(p.pick("asked", "started", "odd")), Run: p.run(), At: p.at()}
		added, err := p.tx.AddOccurrence(p.ctx, o)
		p.say("AddOccurrence", added, err)
		p.say("SaveOccurrence", nil, p.tx.SaveOccurrence(p.ctx, kept.Occurrence{Schedule: p.key(), Nominal: p.key(), Zone: "UTC", State: kept.OccurrenceMissed, At: p.at()}))
	case 10:
		p.say("PutSchedule", nil, p.tx.PutSchedule(p.ctx, kept.Schedule{Key: p.key(), Spec: json.RawMessage(`{}`), Born: p.at(), Next: p.at(), Due: p.at(), Nominal: p.key()}))
	case 11:
		p.say("DeleteSchedule", nil, p.tx.DeleteSchedule(p.ctx, p.key()))
	default:
		p.writeMore()
	}
}

func (p *player) writeMore() {
	switch p.dice.IntN(6) {
	case 0:
		id, added, err := p.tx.AddNotice(p.ctx, p.aNotice())
		p.say("AddNotice", []any{added, id > 0}, err)
	case 1:
		p.say("AddDelivery", nil, p.tx.AddDelivery(p.ctx, outbox.Delivery{Notice: p.notice(), Try: p.dice.IntN(3), At: p.at(), Outcome: outbox.Outcome(p.pick("delivered", "try_again", "odd"))}))
	case 2:
		n := p.aNotice()
		n.ID = p.notice()
		p.say("SaveNotice", nil, p.tx.SaveNotice(p.ctx, n))
	case 3:
		p.say("AddEntry", nil, p.tx.AddEntry(p.ctx, kept.Entry{At: p.at(), Actor: p.key(), Act: p.key(), Object: p.key(), Outcome: "done", Bytes: []byte(p.key()), Hash: ledger.Leaf([]byte(p.key()))}))
	case 4:
		p.say("PutFinding", nil, p.tx.PutFinding(p.ctx, kept.Finding{Key: p.key(), Code: "C1", System: p.key(), Run: p.run(), RaisedAt: p.at(), SeenAt: p.at(), ClosedAt: p.at()}))
	case 5:
		epoch, err := p.tx.StartNode(p.ctx, kept.Node{Name: p.key(), Site: p.key(), Key: p.key(), Started: p.at()})
		p.say("StartNode", epoch, err)
		p.say("Beat", nil, p.tx.Beat(p.ctx, p.key(), epoch))
		p.say("PutRecord", nil, p.tx.PutRecord(p.ctx, record.Row{
			Kind: "action", Key: p.key(), System: p.pick("", "a"), Person: p.pick("", "b"), State: p.key(), At: p.at(), Rev: 1 + p.dice.IntN(3), Body: []byte(`{}`),
		}))
		if p.dice.IntN(3) == 0 {
			p.say("ForgetNode", nil, p.tx.ForgetNode(p.ctx, p.key()))
		}
	}
}

// notice is the number of one that is there, if any is: numbers that were never
// given differ, because a rollback may use one up.
func (p *player) notice() int64 {
	list, _ := p.tx.Notices(p.ctx, outbox.Filter{Limit: 1 + p.dice.IntN(3)})
	if len(list) == 0 {
		return 99
	}
	return list[len(list)-1].ID
}

// read asks what is there.
func (p *player) read() {
	system, limit := p.pick("", "a", "b"), p.dice.IntN(4)
	one, err := p.tx.Version(p.ctx, p.pick("h1", "h2", "h3"))
	p.say("Version", one, err)
	versions, err := p.tx.NewestVersions(p.ctx, "plan")
	p.say("NewestVersions", versions, err)
	versions, err = p.tx.Versions(p.ctx, "plan", p.key())
	p.say("Versions", versions, err)
	versions, err = p.tx.Current(p.ctx, "plan")
	p.say("Current", versions, err)
	run, err := p.tx.Run(p.ctx, p.run())
	p.say("Run", run, err)
	runs, err := p.tx.Runs(p.ctx, kept.RunFilter{System: system, Open: limit == 1, Limit: limit})
	p.say("Runs", runs, err)
	runs, err = p.tx.NewestEvidence(p.ctx)
	p.say("NewestEvidence", runs, err)
	last, err := p.tx.LastRunNumber(p.ctx, 2025+p.dice.IntN(3))
	p.say("LastRunNumber", last, err)
	events, err := p.tx.Events(p.ctx, p.run(), limit)
	p.say("Events", events, err)
	attempt, err := p.tx.Attempt(p.ctx, p.run(), p.key(), 1)
	p.say("Attempt", attempt, err)
	attempts, err := p.tx.OpenAttempts(p.ctx)
	p.say("OpenAttempts", attempts, err)
	attempts, err = p.tx.UnknownAttempts(p.ctx, p.key())
	p.say("UnknownAttempts", attempts, err)
	p.readMore(limit)
}

func (p *player) readMore(limit int) {
	occurrence, err := p.tx.Occurrence(p.ctx, p.key(), p.key(), "UTC")
	p.say("Occurrence", occurrence, err)
	occurrences, err := p.tx.Occurrences(p.ctx, p.pick("", "a"), limit)
	p.say("Occurrences", occurrences, err)
	schedules, err := p.tx.Schedules(p.ctx)
	p.say("Schedules", schedules, err)
	schedules, err = p.tx.DueSchedules(p.ctx, p.at(), limit)
	p.say("DueSchedules", schedules, err)
	next, err := p.tx.NextDue(p.ctx)
	p.say("NextDue", next, err)
	next, err = p.tx.NextNotice(p.ctx)
	p.say("NextNotice", next, err)
	notices, err := p.tx.OwedNotices(p.ctx, p.at(), limit)
	p.say("OwedNotices", unnumbered(notices), err)
	notices, err = p.tx.Notices(p.ctx, outbox.Filter{State: outbox.State(p.pick("", "owed")), Run: p.pick("", "2026-01"), Limit: limit})
	p.say("Notices", unnumbered(notices), err)
	deliveries, err := p.tx.Deliveries(p.ctx, p.notice())
	for i := range deliveries {
		deliveries[i].Notice = 0
	}
	p.say("Deliveries", deliveries, err)
	entries, err := p.tx.Entries(p.ctx, kept.EntryFilter{Object: p.pick("", "a"), Actor: p.pick("", "b"), Limit: limit})
	p.say("Entries", entries, err)
	findings, err := p.tx.Findings(p.ctx, kept.FindingFilter{System: p.pick("", "a"), Run: p.pick("", "2026-01"), Open: limit == 0})
	p.say("Findings", findings, err)
	records, err := p.tx.Records(p.ctx, "action", record.Filter{System: p.pick("", "a"), Person: p.pick("", "b"), State: p.pick("", "c")})
	p.say("Records", records, err)
	one, err := p.tx.Record(p.ctx, "action", p.key())
	p.say("Record", one, err)
	entries, err = p.tx.Entries(p.ctx, kept.EntryFilter{Forward: true, After: int64(limit), Limit: limit})
	p.say("Entries forward", entries, err)
	tree, err := p.tx.Tree(p.ctx)
	p.say("Tree", tree.Root().String(), err)
	node, err := p.tx.Node(p.ctx, p.key())
	p.say("Node", timeless(node), err)
	nodes, err := p.tx.Nodes(p.ctx)
	for i := range nodes {
		nodes[i] = timeless(nodes[i])
	}
	p.say("Nodes", nodes, err)
}

func unnumbered(list []outbox.Notice) []outbox.Notice {
	for i := range list {
		list[i].ID = 0
	}
	return list
}

// timeless leaves out what the two clocks say, but not whether they say it.
func timeless(n kept.Node) kept.Node {
	n.Quiet = 0
	if !n.Beat.IsZero() {
		n.Beat = time.Unix(1, 0).UTC()
	}
	return n
}
