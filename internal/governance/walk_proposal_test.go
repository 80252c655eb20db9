package governance_test

import (
	"errors"
	"strings"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/hamlet"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// suggestion proposes a plan for the system.
func suggestion(system string) governance.Proposal {
	text := hamlet.System{ID: system, Steps: []string{"id: a, title: A, team: drift, estimate: 5m"}}.Plan()
	text = strings.Replace(text, "drills:\n", "", 1)
	return governance.Proposal{System: system, File: system + ".yaml", Base: strings.Repeat("0", 64), Text: text, Sentences: []string{"RTO: 4h → 1d"}, Reason: "r"}
}

// suggest makes one on each side that can be ended.
func (w *ward) suggest(out *walk, side string) {
	p, err := w.Propose(w.t.Context(), by("spare"), suggestion(side+drafted))
	w.fine(err)
	out.proposals[side] = p.ID
}

// proposalActs are the acts on suggested changes.
func proposalActs() []act {
	drafts := just(matrix.PlanDraft, matrix.Write)
	return []act{
		{method: "Office.Propose", needs: drafts, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.office.Propose(ctx(), a, suggestion(side+drafted))
			return err
		}},
		{method: "Office.WithdrawProposal", needs: drafts, do: func(w *walk, a door.Actor, side string) error {
			return w.office.WithdrawProposal(ctx(), a, w.proposals[side])
		}},
		{method: "Office.TakeProposal", needs: drafts, do: func(w *walk, a door.Actor, side string) error {
			return w.office.TakeProposal(ctx(), a, w.proposals[side])
		}},
	}
}

// A proposal changes nothing by itself; it is taken or withdrawn once, and one that
// is no plan is none.
func TestProposal(t *testing.T) {
	w := newWalk(t)
	real := governance.New(w.lasting)
	draft := suggestion(own + drafted)
	for what, spoil := range map[string]func(*governance.Proposal){
		"no plan":     func(p *governance.Proposal) { p.Text = "x: [" },
		"another's":   func(p *governance.Proposal) { p.Text = suggestion(foreign + drafted).Text },
		"no reason":   func(p *governance.Proposal) { p.Reason = " " },
		"no change":   func(p *governance.Proposal) { p.Sentences = nil },
		"no base":     func(p *governance.Proposal) { p.Base = "" },
		"no such one": func(p *governance.Proposal) { p.System = "nowhere" },
	} {
		spoiled := draft
		spoil(&spoiled)
		if _, err := real.Propose(ctx(), by("spare"), spoiled); !errors.Is(err, governance.ErrProposal) && !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	p, err := real.Propose(ctx(), by("spare"), draft)
	if err != nil || p.ID == "" || !p.Open() || p.By.Person == "" {
		t.Fatal(p, err)
	}
	if err := real.TakeProposal(ctx(), by("spare"), p.ID); err != nil {
		t.Fatal(err)
	}
	for _, again := range []func() error{
		func() error { return real.TakeProposal(ctx(), by("spare"), p.ID) },
		func() error { return real.WithdrawProposal(ctx(), by("spare"), p.ID) },
	} {
		if err := again(); !errors.Is(err, governance.ErrProposal) {
			t.Errorf("once more: %v", err)
		}
	}
	if err := real.TakeProposal(ctx(), by("spare"), "P-1-1"); !errors.Is(err, kept.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
	list, err := real.Proposals(ctx(), record.Filter{System: own + drafted})
	if err != nil || len(list) != 2 || list[1].Ended == nil || list[1].Text != draft.Text {
		t.Errorf("%+v: %v", list, err)
	}
}
