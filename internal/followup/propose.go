package followup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// Measured is what a run measured of one step.
type Measured struct {
	Step string
	Took time.Duration // work, without waiting for somebody to begin
	Of   string        // the plan.Step.Hash of what was carried out; empty: of what the plan says now
}

// MeasuredSteps is what a run measured: the steps of a run of a measuring type
// that went well at the first go. One that failed first, was skipped, or whose
// outcome a person settled afterwards has no time that an estimate could be
// taken from; a tabletop has none at all.
func MeasuredSteps(run *drill.Run) []Measured {
	var list []Measured
	if !run.Measured() {
		return nil
	}
	for i := range run.Steps {
		s := &run.Steps[i]
		if s.State == drill.Done && s.Failures == 0 && !s.Settled && s.Worked > 0 {
			list = append(list, Measured{s.ID, s.Worked, s.Hash()})
		}
	}
	return list
}

// Departure is where a run did not go as the plan says, so that a person must
// decide whether the plan changes.
type Departure struct {
	Step string `json:"step"`
	What string `json:"what"`
}

// Departures lists them: what the run found about its steps besides how long they
// took, and what those who carried them out noted.
func Departures(run *drill.Run) []Departure {
	list := []Departure{}
	for _, f := range run.Findings() {
		if f.Step != "" && f.Code != drill.OverEstimate {
			list = append(list, Departure{f.Step, f.Text + "; " + f.Hint})
		}
	}
	for i := range run.Steps {
		if s := &run.Steps[i]; s.State == drill.Done && s.Note != "" && s.Human() {
			list = append(list, Departure{s.ID, s.By + " noted: " + s.Note})
		}
	}
	for _, n := range run.Notes {
		if n.Step != "" {
			list = append(list, Departure{n.Step, n.By + " noted: " + n.Text})
		}
	}
	return list
}

// Proposal is a plan's next draft.
type Proposal struct {
	Text    []byte   // the file with the new estimates; nothing else differs
	Diff    string   // unified; empty when no estimate changes
	Changes []change // as the measurements were given
	Left    []left   // what was measured and is not in the draft, and why
}

type change struct {
	Step     string
	Old, New plan.Duration
	Took     time.Duration
}

type left struct{ Step, Why string }

// Propose gives the plan's next draft out of measured times: the file's own text
// with only the values of estimate changed, so that every comment and line
// stays. A time is rounded up, to whole minutes below ten minutes and to five
// from there on: a draft never promises more than was measured. The file must be
// one that plan.Parse takes. The draft is a new version whose steps do what they
// did: what was measured counts for it (plan.StepsHash).
func Propose(file string, src []byte, measured []Measured) (Proposal, error) {
	old, problems := plan.Parse(file, src)
	if problems.Failed() {
		return Proposal{}, fmt.Errorf("proposing a draft of %s: correct the file first: %w", file, problems)
	}
	var out Proposal
	var edits []edit
	places, seen := estimates(old, src), map[string]bool{}
	for _, m := range measured {
		at, took, why := places[m.Step], rounded(m.Took), ""
		switch {
		case m.Took <= 0:
			why = "its time was not measured"
		case seen[m.Step]:
			why = "it was measured twice; the first time is taken"
		case at == nil:
			why = "the plan has no recovery step of that id any more"
		case m.Of != "" && m.Of != at.step.Hash():
			why = "the plan has it do something else now than what was carried out"
		case at.token == "":
			why = "the plan gives it no estimate that can be edited; write estimate: " + took.String() + " by hand"
		case took != at.step.Estimate:
			edits = append(edits, edit{at.offset, at.token, took.String()})
			out.Changes = append(out.Changes, change{m.Step, at.step.Estimate, took, m.Took})
			at.step.Estimate = took
		}
		if seen[m.Step] = true; why != "" {
			out.Left = append(out.Left, left{m.Step, why})
		}
	}
	out.Text = apply(src, edits)
	// The old plan now says what the draft shall say, and that alone.
	if draft, found := plan.Parse(file, out.Text); found.Failed() || !bytes.Equal(draft.Canonical(), old.Canonical()) {
		return Proposal{}, fmt.Errorf("proposing a draft of %s: the file is written in a way that cannot be edited in place; change the estimates by hand", file)
	}
	out.Diff = unified(file, src, out.Text)
	return out, nil
}

// rounded is the estimate that a measured time gives.
func rounded(took time.Duration) plan.Duration {
	minutes := plan.Duration((took + time.Minute - 1) / time.Minute)
	if minutes >= 10 {
		minutes = (minutes + 4) / 5 * 5
	}
	return minutes
}

// estimate is where the estimate of a step stands in the file. An empty token
// says that it stands nowhere, or in a form that is not edited.
type estimate struct {
	step   *plan.Step
	offset int
	token  string // without quotes
}

func estimates(p *plan.Plan, src []byte) map[string]*estimate {
	body := bytes.TrimPrefix(src, []byte("\ufeff"))
	locate, starts := plan.Locate(body), lineStarts(body)
	out := map[string]*estimate{}
	for path, steps := range map[string][]plan.Step{
		"recovery.steps": p.Recovery.Steps, "recovery.security_steps": p.Recovery.SecuritySteps, "recovery.cleanup": p.Recovery.Cleanup,
	} {
		for i := range steps {
			e := &estimate{step: &steps[i]}
			line, column := locate(fmt.Sprintf("%s[%d].estimate", path, i))
			if line > 0 {
				e.find(body[starts[line-1]:], column)
				e.offset += starts[line-1] + len(src) - len(body)
			}
			out[e.step.ID] = e
		}
	}
	return out
}

// find reads the value at a column, counted in characters from 1, of the line
// that the text begins with.
func (e *estimate) find(text []byte, column int) {
	for range column - 1 {
		_, size := utf8.DecodeRune(text[e.offset:])
		e.offset += size
	}
	key := strings.TrimRight(string(text[:e.offset]), " ")
	if !strings.HasSuffix(strings.TrimRight(strings.TrimSuffix(key, ":"), `"'`), "estimate") {
		return
	}
	value := string(text[e.offset:])
	if value == "" {
		return
	}
	if bare := strings.TrimLeft(value[:1], `"'`); bare == "" {
		e.offset, value = e.offset+1, value[1:]
	}
	value = value[:len(value)-len(strings.TrimLeft(value, "0123456789mhdw"))]
	if d, err := plan.ParseDuration(value); err == nil && d == e.step.Estimate {
		e.token = value
	}
}

// edit puts a new text in place of an old one.
type edit struct {
	offset   int
	old, new string
}

func apply(src []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return a.offset - b.offset })
	var out []byte
	from := 0
	for _, e := range edits {
		out = append(append(out, src[from:e.offset]...), e.new...)
		from = e.offset + len(e.old)
	}
	return append(out, src[from:]...)
}

func lineStarts(src []byte) []int {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
