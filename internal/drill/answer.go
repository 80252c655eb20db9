package drill

import (
	"cmp"
	"fmt"
	"slices"
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

// Sure refuses an answer of whom the program knows less surely than the plan wants:
// by a link alone, or by a short code, where the plan wants more. A program's token is
// worth no more than a link: it says for whom the program acts, and not that he is
// there. An account in Slack is worth a code: it was tied to its person by a login, and
// whoever holds his telephone has it. Every other way is as good as a login, or has a
// rule of its own.
func (s *Step) Sure(assured string) error {
	ways := []string{"link", "code", "login"}
	if s.Confirm == nil {
		return nil
	}
	got := slices.Index(ways, cmp.Or(map[string]string{"token": "link", "slack": "code"}[assured], assured))
	if got >= 0 && got < slices.Index(ways, s.Confirm.Assurance) {
		why := fmt.Sprintf("the plan wants this answer by %s, and by %s is not enough", s.Confirm.Assurance, assured)
		return &Refusal{Kind: event.StepAnswered, Step: s.ID, Why: why}
	}
	return nil
}

// IDs names the steps of the run in one line.
func (r *Run) IDs() string {
	list := make([]string, len(r.Steps))
	for i, s := range r.Steps {
		list[i] = s.ID
	}
	return strings.Join(list, ", ")
}
