package governance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// ApplyForDispensation asks that a system may break a rule for a time, and gives
// the application with its number, D-2026-1 for the first of a year. Of the draft,
// all that followup.Apply takes but the ID is taken.
func (o *Office) ApplyForDispensation(ctx context.Context, a door.Actor, draft followup.Dispensation) (applied followup.Dispensation, err error) {
	if !slices.Contains(check.Codes(), draft.Code) {
		return draft, fmt.Errorf("there is no rule %q to be dispensed from: write one of C1 to C12 or G1 to G9", draft.Code)
	}
	err = o.do(ctx, a, about("dispensation.apply", draft.Code+" "+draft.System, matrix.Dispensation, matrix.Write, draft.System), func(d *desk) (any, error) {
		next := draft
		if next.From.IsZero() {
			next.From = d.now
		}
		if next.ID, err = d.number(followup.DispensationKind, "D"); err != nil {
			return nil, err
		}
		if applied, err = followup.Apply(next, d.hand(), 0); err != nil {
			return nil, err
		}
		return applied, d.keep(dated{applied, d.now}, 0)
	})
	return applied, err
}

// GrantDispensation is the decider's yes. Who asked for it never decides, and an
// attempt is kept in the log as one.
func (o *Office) GrantDispensation(ctx context.Context, a door.Actor, id, words string) error {
	return o.decide(ctx, a, "dispensation.grant", id, func(d followup.Dispensation, by followup.By) (followup.Dispensation, error) {
		return d.Grant(by, words)
	})
}

// RefuseDispensation is the decider's no, with a reason.
func (o *Office) RefuseDispensation(ctx context.Context, a door.Actor, id, reason string) error {
	return o.decide(ctx, a, "dispensation.refuse", id, func(d followup.Dispensation, by followup.By) (followup.Dispensation, error) {
		return d.Refuse(by, reason)
	})
}

func (o *Office) decide(ctx context.Context, a door.Actor, act, id string, fn func(followup.Dispensation, followup.By) (followup.Dispensation, error)) error {
	was, err := o.dispensation(ctx, id)
	if err != nil {
		return err
	}
	w := about(act, id, matrix.Dispensation, matrix.Approve, was.System)
	if w.on.By = []string{was.Applied.Person}; was.Applied.For != "" {
		w.on.By = append(w.on.By, was.Applied.For)
	}
	return o.onDispensation(ctx, a, w, id, fn)
}

// WithdrawDispensation takes an application back, or ends what was granted before
// its time. The first is as asking is, the second is a decision, and one that its
// applicant may take too: it gives nobody anything.
func (o *Office) WithdrawDispensation(ctx context.Context, a door.Actor, id, reason string) error {
	was, err := o.dispensation(ctx, id)
	if err != nil {
		return err
	}
	verb := matrix.Write
	if was.Decided != nil {
		verb = matrix.Approve
	}
	w := about("dispensation.withdraw", id, matrix.Dispensation, verb, was.System)
	return o.onDispensation(ctx, a, w, id, func(d followup.Dispensation, by followup.By) (followup.Dispensation, error) {
		return d.Withdraw(by, reason)
	})
}

func (o *Office) dispensation(ctx context.Context, id string) (followup.Dispensation, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) (followup.Dispensation, error) {
		return one[followup.Dispensation](ctx, tx, followup.DispensationKind, id)
	})
}

func (o *Office) onDispensation(ctx context.Context, a door.Actor, w wish, id string, fn func(followup.Dispensation, followup.By) (followup.Dispensation, error)) error {
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		now, rev, err := get[followup.Dispensation](d, followup.DispensationKind, id)
		if err != nil {
			return nil, err
		}
		if now, err = fn(now, d.hand()); err != nil {
			return nil, err
		}
		return now, d.keep(dated{now, d.now}, rev)
	})
}

// dated is a dispensation as it stands at a moment.
type dated struct {
	followup.Dispensation
	at time.Time
}

// Row is its record at that moment.
func (d dated) Row() (record.Row, error) { return d.Dispensation.Row(d.at) }

// Dispensations lists them by number, in the state that they have now.
func (o *Office) Dispensations(ctx context.Context, f record.Filter) ([]followup.Dispensation, error) {
	now, state := o.door.Now().Wall, followup.State(f.State)
	f.State = "" // One begins and ends by itself: its row only knows how it was.
	return door.Read(ctx, o.door, func(tx door.Tx) ([]followup.Dispensation, error) {
		list, err := door.Every[followup.Dispensation](ctx, tx, followup.DispensationKind, f)
		list = slices.DeleteFunc(list, func(d followup.Dispensation) bool { return state != "" && d.State(now) != state })
		slices.SortFunc(list, func(x, y followup.Dispensation) int { return byNumber(x.ID, y.ID) })
		return list, err
	})
}

// Known is what the checks must know of follow-up at that moment: the
// dispensations that hold, and the actions that somebody still owes something to,
// each with the moment from which it is late (G5).
func (o *Office) Known(ctx context.Context, at time.Time) (waivers []check.Waiver, actions []check.Action, err error) {
	err = o.door.View(ctx, func(tx door.Tx) error {
		waivers, actions = nil, []check.Action{} // none is known to be none
		given, err := door.Every[followup.Dispensation](ctx, tx, followup.DispensationKind, record.Filter{})
		if err != nil {
			return err
		}
		waivers = Waivers(given, at)
		owed, err := door.Every[followup.Action](ctx, tx, followup.ActionKind, record.Filter{})
		for _, a := range owed {
			if late := a.Late(); !late.IsZero() {
				actions = append(actions, check.Action{ID: a.ID, System: a.System, Due: late})
			}
		}
		return err
	})
	return waivers, actions, err
}

// Waivers are those dispensations that hold at that moment, as the checks know them.
func Waivers(given []followup.Dispensation, at time.Time) (list []check.Waiver) {
	for _, d := range given {
		if d.State(at) == followup.Running {
			list = append(list, check.Waiver{Code: d.Code, System: d.System, Bound: int(d.Bound), From: d.From, Until: d.To, Ref: d.ID})
		}
	}
	return list
}
