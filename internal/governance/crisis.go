package governance

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/emergency"
	"beredskab/internal/followup"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// activating is the ground to declare and to lead a crisis: whoever carries an
// activation out, or decides it (spec/domain.md 5.2).
func activating(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
	basis, err := b.Decide(who, matrix.Activation, matrix.Execute, rights.Object{}, at)
	if decided, errA := b.Decide(who, matrix.Activation, matrix.Approve, rights.Object{}, at); err != nil && errA == nil {
		return decided, nil
	}
	return basis, err
}

// DeclareCrisis declares beredskab and gives the crisis with its number, K-2026-1 for
// the first of a year. Of the draft, all that emergency.Declare takes but the ID is
// taken. A second one beside one of the same kind, real or exercise, is refused: what
// happens belongs in the log of the first.
func (o *Office) DeclareCrisis(ctx context.Context, a door.Actor, draft emergency.Crisis) (declared emergency.Crisis, err error) {
	w := wish{act: "crisis.declare", object: draft.Kind, decide: activating}
	err = o.do(ctx, a, w, func(d *desk) (any, error) {
		open, err := door.Every[emergency.Crisis](ctx, d.tx, emergency.CrisisKind, record.Filter{State: emergency.Open})
		if err != nil {
			return nil, err
		}
		next := draft
		if i := slices.IndexFunc(open, func(c emergency.Crisis) bool { return c.Exercise == draft.Exercise }); i >= 0 {
			return nil, &followup.Refusal{Act: "declare", Object: "crisis", Why: open[i].ID + " goes on; write in its log what has happened since"}
		}
		if next.ID, err = d.number(emergency.CrisisKind, "K"); err != nil {
			return nil, err
		}
		if declared, err = emergency.Declare(next, d.hand()); err != nil {
			return nil, err
		}
		var first emergency.Line
		declared, first = declared.Note("declared", declared.Reason, d.hand())
		if err := d.keep(first, 0); err != nil {
			return nil, err
		}
		return declared, d.keep(declared, 0)
	})
	return declared, err
}

// WidenCrisis says that more systems are hit.
func (o *Office) WidenCrisis(ctx context.Context, a door.Actor, id string, systems []string) error {
	return o.onCrisis(ctx, a, "crisis.widen", id, activating, func(d *desk, c emergency.Crisis) (emergency.Crisis, emergency.Line, error) {
		c, err := c.Widen(systems, d.hand())
		if err != nil {
			return c, emergency.Line{}, err
		}
		c, l := c.Note("systems", strings.Join(systems, " "), d.hand())
		return c, l, nil
	})
}

// StaffCrisis puts a person on a role of the staff, and says where he is.
func (o *Office) StaffCrisis(ctx context.Context, a door.Actor, id string, p emergency.Post) error {
	return o.onCrisis(ctx, a, "crisis.staff", id, activating, func(d *desk, c emergency.Crisis) (emergency.Crisis, emergency.Line, error) {
		who, err := d.somebody(p.Person)
		if err != nil {
			return c, emergency.Line{}, err
		}
		p.Person = who
		if c, err = c.Assign(p, d.hand()); err != nil {
			return c, emergency.Line{}, err
		}
		c, l := c.Note("staff", p.Role+" "+who, d.hand())
		return c, l, nil
	})
}

// LogCrisis writes a line of the situation log: a note, a decision, a question, or
// the answer to the line of that number. Whoever may raise an alarm may write.
func (o *Office) LogCrisis(ctx context.Context, a door.Actor, id, kind, text string, to int) error {
	ground := func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		return b.Decide(who, matrix.Alarm, matrix.Execute, rights.Object{}, at)
	}
	return o.onCrisis(ctx, a, "crisis.log", id, ground, func(d *desk, c emergency.Crisis) (emergency.Crisis, emergency.Line, error) {
		return c.Say(kind, text, to, d.hand())
	})
}

// ReportCrisis switches the reports that a law asks for on, when no stage is named,
// or says that the one of that stage was sent, to whom and under which number.
func (o *Office) ReportCrisis(ctx context.Context, a door.Actor, id, law, stage, note string) error {
	return o.onCrisis(ctx, a, "crisis.report", id, activating, func(d *desk, c emergency.Crisis) (next emergency.Crisis, l emergency.Line, err error) {
		if stage == "" {
			if next, err = c.SwitchOn(law, d.hand()); err == nil {
				next, l = next.Note("duty", law, d.hand())
			}
			return next, l, err
		}
		if next, err = c.Report(law, stage, note, d.hand()); err == nil {
			next, l = next.Note("sent", law+" "+stage+" "+note, d.hand())
		}
		return next, l, err
	})
}

// StandDown ends a crisis, with a reason.
func (o *Office) StandDown(ctx context.Context, a door.Actor, id, reason string) error {
	ground := func(b *rights.Book, who string, at time.Time) (rights.Basis, error) {
		return b.Decide(who, matrix.StandDown, matrix.Approve, rights.Object{}, at)
	}
	return o.onCrisis(ctx, a, "crisis.stand_down", id, ground, func(d *desk, c emergency.Crisis) (emergency.Crisis, emergency.Line, error) {
		c, err := c.StandDown(reason, d.hand())
		if err != nil {
			return c, emergency.Line{}, err
		}
		c, l := c.Note("stood_down", reason, d.hand())
		return c, l, nil
	})
}

// onCrisis does one act to a crisis that there is, with its line of the log.
func (o *Office) onCrisis(ctx context.Context, a door.Actor, act, id string, ground door.Decide, fn func(*desk, emergency.Crisis) (emergency.Crisis, emergency.Line, error)) error {
	return o.do(ctx, a, wish{act: act, object: id, decide: ground}, func(d *desk) (any, error) {
		c, rev, err := get[emergency.Crisis](d, emergency.CrisisKind, id)
		if err != nil {
			return nil, fmt.Errorf("crisis %q: %w", id, err)
		}
		next, line, err := fn(d, c)
		if err != nil {
			return nil, err
		}
		if err := d.keep(line, 0); err != nil {
			return nil, err
		}
		return line, d.keep(next, rev)
	})
}

// Crises lists crises, the newest first; State narrows.
func (o *Office) Crises(ctx context.Context, f record.Filter) ([]emergency.Crisis, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]emergency.Crisis, error) {
		list, err := door.Every[emergency.Crisis](ctx, tx, emergency.CrisisKind, f)
		slices.SortStableFunc(list, func(x, y emergency.Crisis) int { return y.Declared.At.Compare(x.Declared.At) })
		return list, err
	})
}

// Crisis is one crisis with the newest lines of its log, newest first; limit 0 is all
// of them.
func (o *Office) Crisis(ctx context.Context, id string, limit int) (c emergency.Crisis, lines []emergency.Line, err error) {
	err = o.door.View(ctx, func(tx door.Tx) error {
		row, err := tx.Record(ctx, emergency.CrisisKind, id)
		if err != nil {
			return fmt.Errorf("crisis %q: %w", id, err)
		}
		if c, err = record.Read[emergency.Crisis](row); err != nil {
			return err
		}
		lines, err = door.Every[emergency.Line](ctx, tx, emergency.LineKind, record.Filter{State: id, Limit: limit})
		return err
	})
	slices.SortFunc(lines, func(x, y emergency.Line) int { return y.Number - x.Number })
	return c, lines, err
}
