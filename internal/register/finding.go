package register

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// told are the states of a finding that somebody is told of.
func told(state check.State) bool { return state == check.Breached || state == check.AtRisk }

// RecordChecks keeps what the checks found: a finding is raised once, seen again
// each time, and closed with a reason when the rule is kept again; one that was
// closed comes back when it is seen again. What is new, and each dispensation that
// soon ends, goes into the outbox, in the same transaction.
func (r *Register) RecordChecks(ctx context.Context, a door.Actor, set *plan.Set, report check.Report) (raised, closed int, err error) {
	err = r.door.Do(ctx, a, "check.record", "findings", func(tx door.Tx) (any, error) {
		raised, closed = 0, 0
		if _, err := r.door.May(ctx, tx, a, door.Wish{Permission: matrix.Upkeep, Verb: matrix.Execute, Program: true}); err != nil {
			return nil, err
		}
		now := r.door.Now().Wall
		all, err := tx.Findings(ctx, kept.FindingFilter{})
		if err != nil {
			return nil, fmt.Errorf("reading the findings: %w", err)
		}
		held := map[string]kept.Finding{}
		for _, f := range all {
			if f.Run == "" {
				held[f.Key] = f
			}
		}
		for _, c := range report.Findings {
			isNew, err := r.keepFinding(ctx, tx, set, held, c, now)
			if err != nil {
				return nil, err
			}
			if isNew {
				raised++
			}
		}
		for _, f := range held {
			if !f.ClosedAt.IsZero() {
				continue
			}
			f.ClosedAt, f.Reason = now, "the rule is kept again"
			if err := tx.PutFinding(ctx, f); err != nil {
				return nil, err
			}
			closed++
		}
		return map[string]int{"raised": raised, "closed": closed, "open": len(report.Findings)}, r.warn(ctx, tx, set, now)
	})
	return raised, closed, err
}

// keepFinding writes one finding and takes it out of those still to be closed.
func (r *Register) keepFinding(ctx context.Context, tx door.Tx, set *plan.Set, held map[string]kept.Finding, c check.Finding, now time.Time) (isNew bool, err error) {
	key := fmt.Sprintf("%s/%s/%s", c.Code, c.System, c.Subject)
	f, there := held[key]
	delete(held, key)
	before := f
	if back, ok := followup.SeenAgain(f, now); there && ok {
		f, there, before = back, false, kept.Finding{}
	}
	f.Key, f.Code, f.System, f.Severity, f.State = key, c.Code, c.System, string(c.Severity), string(c.State)
	f.Text, f.Hint, f.Value, f.Limit, f.SeenAt = c.Message, c.Hint, int64(c.Value), int64(c.Limit), now
	if f.RaisedAt.IsZero() {
		f.RaisedAt = now
	}
	// A sighting a day is enough to show that the finding still stands.
	if there && f.State == before.State && f.Text == before.Text && now.Sub(before.SeenAt) < 24*time.Hour {
		return false, nil
	}
	if err := tx.PutFinding(ctx, f); err != nil {
		return false, fmt.Errorf("keeping finding %s: %w", key, err)
	}
	if (there && f.State == before.State) || !told(c.State) {
		return !there, nil
	}
	return !there, r.tellFinding(ctx, tx, set, c, fmt.Sprintf("%s/%s/%s", key, c.State, now.Format(time.DateOnly)), now)
}

func (r *Register) tellFinding(ctx context.Context, tx door.Tx, set *plan.Set, c check.Finding, key string, now time.Time) error {
	org := set.Organisation
	facts := outbox.Facts{System: c.System, Code: c.Code, Text: c.Message, Hint: c.Hint, Phone: org.DutyPhone, Command: cmp.Or(r.options.Command, "beredskab") + " explain " + c.Code}
	var to []plan.Contact
	if p, ok := set.Plan(c.System); ok {
		facts.SystemName = p.Name
		to = append(to, org.Reach("systemejer", p))
	}
	to = append(to, org.Reach("beredskabskoordinator", nil))
	return r.Spread(ctx, tx, org, outbox.Notice{
		Key: "finding/" + key, Kind: outbox.Finding, Facts: facts,
		CreatedAt: now, ExpiresAt: now.Add(resultLives),
	}, to)
}

// warn owes a word on each dispensation 30 and 7 days before it ends, once.
func (r *Register) warn(ctx context.Context, tx door.Tx, set *plan.Set, now time.Time) error {
	given, err := door.Every[followup.Dispensation](ctx, tx, followup.DispensationKind, record.Filter{})
	if err != nil {
		return err
	}
	for _, w := range followup.WarnBefore(given, now) {
		c := check.Finding{
			Code: w.Code, System: w.System, Hint: "keep the rule by then, or apply anew",
			Message: fmt.Sprintf("the dispensation %s ends on %s; from then on the rule counts as broken again", w.ID, w.To.Format(time.DateOnly)),
		}
		if err := r.tellFinding(ctx, tx, set, c, fmt.Sprintf("%s/%d", w.ID, w.Days), now); err != nil {
			return err
		}
	}
	return nil
}

// Findings lists what checks and runs showed, by key.
func (r *Register) Findings(ctx context.Context, f kept.FindingFilter) ([]kept.Finding, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]kept.Finding, error) { return tx.Findings(ctx, f) })
}

// raise keeps the findings of a run that has ended.
func (s *session) raise(now time.Time) error {
	for _, f := range s.run.Findings() {
		row := kept.Finding{
			Key: fmt.Sprintf("%s/%s/%s/%s", s.row.ID, f.Code, s.row.System, f.Step), Code: f.Code, System: s.row.System, Run: s.row.ID,
			Severity: f.Severity, State: string(check.Breached), Text: f.Text, Hint: f.Hint, Value: int64(f.Value), Limit: int64(f.Limit),
			RaisedAt: now, SeenAt: now,
		}
		if f.Severity != "error" {
			row.State = string(check.AtRisk)
		}
		if err := s.tx.PutFinding(s.ctx, row); err != nil {
			return fmt.Errorf("keeping finding %s of run %s: %w", f.Code, s.row.ID, err)
		}
	}
	return nil
}

// Evidence gives what held exercises and evaluated incidents showed, as the
// checks want it: the newest of each type per system and recovery steps. Only a
// run that ended by itself is evidence; an interrupted one shows nothing, and
// neither does one of a draft.
func (r *Register) Evidence(ctx context.Context) ([]check.Evidence, error) {
	return door.Read(ctx, r.door, func(tx door.Tx) ([]check.Evidence, error) {
		rows, err := tx.NewestEvidence(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the evidence: %w", err)
		}
		list, drafted := make([]check.Evidence, 0, len(rows)), r.door.Drafts(ctx, tx)
		for _, row := range rows {
			if draft, err := drafted(row); err != nil {
				return nil, fmt.Errorf("asking what run %s was of: %w", row.ID, err)
			} else if draft {
				continue
			}
			if row.StepsHash, err = r.door.Rests(ctx, tx, row); err != nil {
				return nil, fmt.Errorf("reading the evidence of run %s: %w", row.ID, err)
			}
			list = append(list, check.EvidenceOf(&row))
		}
		return list, nil
	})
}
