package drill

import (
	"fmt"
	"strings"

	"beredskab/internal/event"
	"beredskab/internal/plan"
)

// Read takes a person's answer as it was typed, in Danish or English, and gives
// the outcome: yes or no, or one of a decision's options. Apply says which
// options there are when none is meant.
func (s *Step) Read(answer string) (outcome string, err error) {
	if s.Kind() == plan.StepDecision {
		for _, o := range s.Decision.Options {
			if strings.EqualFold(o, answer) {
				return o, nil
			}
		}
		return answer, nil
	}
	switch strings.ToLower(answer) {
	case "yes", "ja", "y", "j", "done":
		return "yes", nil
	case "no", "nej", "n":
		return "no", nil
	default:
		return "", &Refusal{Kind: event.StepAnswered, Step: s.ID, Why: fmt.Sprintf("%q is no answer: write yes or no", answer)}
	}
}
