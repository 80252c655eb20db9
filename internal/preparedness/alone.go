package preparedness

import (
	"cmp"
	"context"
	"slices"
)

// Lone is a step of a plan that only one person has ever carried out: what that person
// alone knows is gone when he is.
type Lone struct {
	System, Step, Title string
	Person              string // ID
}

// Alone are those steps of the plans as they are now, by system. What nobody has done
// yet is not among them.
func (f *Facts) Alone() (list []Lone) {
	for _, s := range f.systems {
		people := map[string][]string{}
		for _, h := range s.hands {
			if !slices.Contains(people[h.step], h.person) {
				people[h.step] = append(people[h.step], h.person)
			}
		}
		for _, step := range s.plan.Recovery.Steps {
			if who := people[step.ID]; len(who) == 1 && slices.Contains(peopleSteps(s.plan), step.ID) {
				list = append(list, Lone{s.plan.ID, step.ID, step.Title, who[0]})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Lone) int { return cmp.Compare(a.System, b.System) })
	return list
}

// Alone lists what only one person has ever done, now; of one system, or of all when
// it is empty.
func (b *Bureau) Alone(ctx context.Context, system string) ([]Lone, error) {
	facts, err := Read(ctx, b.Door, b.now())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(facts.Alone(), func(l Lone) bool { return system != "" && l.System != system }), nil
}
