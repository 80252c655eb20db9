package runner_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/runner"
)

// refusing is a channel that takes nothing.
type refusing struct{ *sender }

func (s refusing) Send(_ context.Context, n outbox.Notice, _ notify.Message) notify.Receipt {
	s.sent <- n
	return notify.Receipt{Outcome: outbox.GiveUp, Detail: "closed"}
}

// asking is a plan whose only step asks its owner.
func asking() *plan.Plan {
	p := restore("a")
	p.Recovery.Steps = []plan.Step{{ID: "bekraeft", Title: "Bekræft", Confirm: &plan.Confirm{By: "systemejer", Question: "Virker det?"}}}
	return p
}

// Each try to deliver a message gets a link of its own, and the register has none of
// them: neither the message's row nor that of the channel which takes over.
func TestLinksAreInTheMessageAlone(t *testing.T) {
	w, made, first := onSQLite(t), atomic.Int64{}, refusing{newSender(false)}
	second := w.senders["mail"]
	s := w.open(newActions(), func(o *runner.Options) {
		courier, err := notify.New(notify.Options{Channels: []notify.Channel{
			{Name: "mail", Sender: first, Address: "alle", Fallback: "slack"}, {Name: "slack", Sender: second, Address: "alle"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		o.Courier = courier
		o.Link = func(_ context.Context, n outbox.Notice) (link, code string, err error) {
			if n.Kind != outbox.Request {
				return "", "", nil
			}
			if n.Facts.Link != "" {
				t.Errorf("the register has the link %q", n.Facts.Link)
			}
			return fmt.Sprintf("https://b.test/c/%d", made.Add(1)), "K7M-2QD", nil
		}
	}).adopt(asking()).serve()
	defer s.end()
	run := s.start("a")
	for i, from := range []*sender{first.sender, second} {
		for n := range from.sent {
			if n.Kind != outbox.Request {
				continue
			}
			if n.Facts.Link != fmt.Sprintf("https://b.test/c/%d", i+1) || n.Facts.ShortCode != "K7M-2QD" {
				t.Errorf("message %d came with %q and %q", i, n.Facts.Link, n.Facts.ShortCode)
			}
			break
		}
	}
	rows, err := s.Notices(t.Context(), outbox.Filter{Run: run})
	if err != nil || len(rows) < 3 {
		t.Fatalf("%d messages: %v", len(rows), err)
	}
	for _, n := range rows {
		if n.Facts.Link != "" || n.Facts.ShortCode != "" {
			t.Errorf("%s is kept with %q and %q", n.Key, n.Facts.Link, n.Facts.ShortCode)
		}
	}
}

// A message goes out without a link rather than not at all.
func TestNoLinkHoldsUpNoMessage(t *testing.T) {
	w := onSQLite(t)
	s := w.open(newActions(), func(o *runner.Options) {
		o.Link = func(context.Context, outbox.Notice) (link, code string, err error) {
			return "https://b.test/c/1", "", errors.New("no room")
		}
	}).adopt(asking()).serve()
	defer s.end()
	s.start("a")
	for n := range w.senders["mail"].sent {
		if n.Facts.Link != "" {
			t.Errorf("%s has the link %q", n.Kind, n.Facts.Link)
		}
		if n.Kind == outbox.Request {
			break
		}
	}
}
