package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/plan"
	"beredskab/internal/register"
)

// ask puts the open questions of a run to whoever sits at the terminal, or
// answers them as --answer says. Without both it leaves them to be answered
// from elsewhere.
func (c *cli) ask(ctx context.Context, reg *register.Register, id, answer string) error {
	if answer == "" && !c.prompt {
		return nil
	}
	asked := map[string]int{}
	for {
		_, run, err := reg.Run(ctx, id)
		if err != nil {
			return err
		}
		for i := range run.Steps {
			s := &run.Steps[i]
			if s.State != drill.Asked || asked[s.ID] > s.Attempt {
				continue
			}
			asked[s.ID] = s.Attempt + 1
			err := c.question(ctx, reg, &run, s, answer)
			if answer == "" && errors.Is(err, door.ErrNotAllowed) {
				c.hint("%v\nThe question stays open: beredskab drill confirm %s %s", err, id, s.ID)
			} else if err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(watchEvery):
		}
	}
}

// question asks one step's question and records the answer as the role asked,
// with the account that typed it kept beside it.
func (c *cli) question(ctx context.Context, reg *register.Register, run *drill.Run, s *drill.Step, answer string) error {
	if answer == "" {
		var err error
		if answer, err = c.typed(run, s); err != nil || answer == "" {
			return err
		}
	}
	if s.Kind() == plan.StepDecision && answer == "yes" {
		answer = s.Decision.Options[0]
	}
	actor := c.actor()
	if actor.Name = c.as; actor.Name == "" {
		actor.Name = run.Asks(s)
	}
	return reg.Answer(ctx, actor, register.Answer{Run: run.ID, Step: s.ID, Answer: answer})
}

// typed reads an answer from the terminal; an empty line leaves the question
// open.
func (c *cli) typed(run *drill.Run, s *drill.Step) (string, error) {
	fmt.Fprintf(c.err, "\n%s · %s\n", word(run), s.Title)
	switch s.Kind() {
	case plan.StepConfirm:
		for i, line := range s.Confirm.Instructions {
			fmt.Fprintf(c.err, "  %d. %s\n", i+1, line)
		}
		fmt.Fprintf(c.err, "%s (%s)\n", s.Confirm.Question, run.Asks(s))
	case plan.StepDecision:
		fmt.Fprintf(c.err, "%s: %s (%s)\n", s.Decision.Text, strings.Join(s.Decision.Options, " | "), run.Asks(s))
	case plan.StepInject:
		fmt.Fprintf(c.err, "%s\nExpected: %s\n", s.Inject.Text, s.Inject.Expected)
	}
	fmt.Fprint(c.err, "Answer [yes/no]: ")
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && line == "" {
		return "", nil // the terminal is gone; the question stays open
	}
	return strings.TrimSpace(line), nil
}
