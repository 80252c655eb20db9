package systems

import (
	"strings"

	"beredskab/internal/frame"
	"beredskab/internal/plan"
)

// step is one step of the recovery as people read it.
type step struct {
	ID                            string
	Number                        int
	Title, Who, Estimate, Kind    string
	Text, Verify, Failure, Action string
	Asked                         []string
	After                         string
	Drill, Cleanup                bool
}

type stepsPage struct {
	*system
	Before   []string
	All      []step
	Hidden   bool // how they are carried out is confidential
	PlanTime string
}

func (p *Part) steps(v *frame.Visit) error {
	s, err := p.system(v, "/steps")
	if err != nil {
		return err
	}
	out := &stepsPage{system: s, All: s.steps(v), Hidden: s.confidential(v, "recovery")}
	if !out.Hidden {
		out.Before = s.plan.Recovery.Preconditions
	}
	if s.graph != nil && !s.Old {
		if n, known := s.graph.PlanTime(s.ID); known {
			out.PlanTime = minutes(v.Texts, n)
		}
	}
	return v.Show("systems/steps", out)
}

// steps are those of the plan in its order; how they are carried out only for
// whoever may read it.
func (s *system) steps(v *frame.Visit) (list []step) {
	t, hidden, number := v.Texts, s.confidential(v, "recovery"), map[string]string{}
	r := s.plan.Recovery
	for part, steps := range [][]plan.Step{r.Steps, r.SecuritySteps, r.Cleanup} {
		for i := range steps {
			x := &steps[i]
			one := step{ID: x.ID, Number: len(list) + 1, Title: x.Title, Estimate: length(t, x.Estimate), Kind: string(x.Kind()), Drill: x.Only == "drill", Cleanup: part == 2}
			who := x.Team
			switch {
			case x.Confirm != nil:
				who, one.Text, one.Asked = x.Confirm.By, x.Confirm.Question, x.Confirm.Instructions
			case x.Decision != nil:
				who, one.Text, one.Asked = x.Decision.By, x.Decision.Text, x.Decision.Options
			case x.Action != "":
				one.Action = x.Action
			}
			if one.Text == "" {
				one.Text = x.Instruction
			}
			one.Who, one.Verify, one.Failure = s.role(who), x.Verify, x.OnFailure
			if hidden {
				one.Text, one.Asked, one.Verify, one.Failure, one.Action = "", nil, "", "", ""
			}
			number[x.ID] = t.Say("systems.step.number", one.Number)
			var after []string
			for _, id := range x.After {
				after = append(after, dash(number[id]))
			}
			one.After = strings.Join(after, ", ")
			list = append(list, one)
		}
	}
	return list
}
