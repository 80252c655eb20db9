package governance

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// OpenAction opens a corrective action that answers those findings, and gives it
// with its number, A-2026-1 for the first of a year. Of the draft, Findings,
// System, Text, Owner, Due and PlanChange are taken. Without a system it is about
// that of its findings, when it is one and the same.
func (o *Office) OpenAction(ctx context.Context, a door.Actor, draft followup.Action) (opened followup.Action, err error) {
	if draft.System == "" {
		if draft.System, err = door.Read(ctx, o.door, func(tx door.Tx) (string, error) { return systemOf(ctx, tx, draft.Findings) }); err != nil {
			return draft, err
		}
	}
	err = o.do(ctx, a, about("action.open", draft.System, matrix.Action, matrix.Write, draft.System), func(d *desk) (any, error) {
		next := draft
		if _, err := systemOf(ctx, d.tx, draft.Findings); err != nil {
			return nil, err
		}
		if next.Owner, err = d.somebody(draft.Owner); err != nil {
			return nil, err
		}
		if next.ID, err = d.number(followup.ActionKind, "A"); err != nil {
			return nil, err
		}
		if opened, err = followup.NewAction(next, d.hand()); err != nil {
			return nil, err
		}
		return opened, d.keep(opened, 0)
	})
	return opened, err
}

// FinishAction is the owner's word that it is carried out.
func (o *Office) FinishAction(ctx context.Context, a door.Actor, id, note string) error {
	return o.onAction(ctx, a, "action.done", id, matrix.Write, func(_ *desk, act followup.Action, by followup.By) (followup.Action, error) {
		return act.Finish(by, note)
	})
}

// VerifyAction says that the effect was seen, and how. It is never for its owner.
func (o *Office) VerifyAction(ctx context.Context, a door.Actor, id, seen string) error {
	return o.onAction(ctx, a, "action.verify", id, matrix.Confirm, func(_ *desk, act followup.Action, by followup.By) (followup.Action, error) {
		return act.Verify(by, seen)
	})
}

// ReopenAction says that it did not help after all.
func (o *Office) ReopenAction(ctx context.Context, a door.Actor, id, reason string, due time.Time) error {
	return o.onAction(ctx, a, "action.reopen", id, matrix.Write, func(_ *desk, act followup.Action, by followup.By) (followup.Action, error) {
		return act.Reopen(by, reason, due)
	})
}

// MoveAction gives an open action another owner or another due date; an empty
// one and a zero one stay as they are.
func (o *Office) MoveAction(ctx context.Context, a door.Actor, id, owner string, due time.Time, reason string) error {
	return o.onAction(ctx, a, "action.move", id, matrix.Write, func(d *desk, act followup.Action, by followup.By) (moved followup.Action, err error) {
		to := ""
		if owner != "" {
			if to, err = d.somebody(owner); err != nil {
				return act, err
			}
		}
		return act.Move(by, to, due, reason)
	})
}

// CloseAction ends it without effect, which is a decision.
func (o *Office) CloseAction(ctx context.Context, a door.Actor, id, reason string) error {
	return o.onAction(ctx, a, "action.close", id, matrix.Approve, func(_ *desk, act followup.Action, by followup.By) (followup.Action, error) {
		return act.Close(by, reason)
	})
}

// Actions lists corrective actions by number. Person finds those that wait for
// that person.
func (o *Office) Actions(ctx context.Context, f record.Filter) ([]followup.Action, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]followup.Action, error) {
		list, err := door.Every[followup.Action](ctx, tx, followup.ActionKind, f)
		slices.SortFunc(list, func(x, y followup.Action) int { return byNumber(x.ID, y.ID) })
		return list, err
	})
}

// onAction does one act to an action that there is. Its system never changes, so
// it may be read before the act is decided.
func (o *Office) onAction(ctx context.Context, a door.Actor, act, id string, verb matrix.Verb, fn func(*desk, followup.Action, followup.By) (followup.Action, error)) error {
	was, err := door.Read(ctx, o.door, func(tx door.Tx) (followup.Action, error) {
		return one[followup.Action](ctx, tx, followup.ActionKind, id)
	})
	if err != nil {
		return err
	}
	w := about(act, id, matrix.Action, verb, was.System)
	w.on.By = append([]string{was.Owner}, was.Former...)
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		now, rev, err := get[followup.Action](d, followup.ActionKind, id)
		if err != nil {
			return nil, err
		}
		if now, err = fn(d, now, d.hand()); err != nil {
			return nil, err
		}
		return now, d.keep(now, rev)
	})
}

// about is the wish to do something about a system, or about the organisation.
func about(act, object string, p matrix.Permission, v matrix.Verb, system string) wish {
	return wish{act: act, object: object, permission: p, verb: v, on: rights.Object{Scope: rights.Scope{System: system}}}
}

// hand is who acts, as follow-up keeps it.
func (d *desk) hand() followup.By {
	return followup.By{Person: d.basis.Person, For: d.basis.OnBehalfOf, At: d.now}
}

// somebody is the person that those words name. As long as nobody is registered
// they are taken as they are.
func (d *desk) somebody(words string) (id string, err error) {
	if words == "" || !d.book.Governed(d.now) {
		return words, nil
	}
	switch ids := d.book.Named(words); len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		return "", fmt.Errorf("nobody is called %q: write a person's id, mail or account: %w", words, kept.ErrNotFound)
	default:
		return "", fmt.Errorf("%q may be %s: write one of these ids", words, strings.Join(ids, " or "))
	}
}

// number gives the next number of that kind in this year. Two who take the same
// one at a time meet at its key, and one of them decides anew.
func (d *desk) number(kind, letter string) (string, error) {
	rows, err := d.tx.Records(d.ctx, kind, record.Filter{})
	if err != nil {
		return "", fmt.Errorf("reading the numbers that are taken: %w", err)
	}
	year, last := fmt.Sprintf("%s-%d-", letter, d.now.Year()), 0
	for _, row := range rows {
		if text, ours := strings.CutPrefix(row.Key, year); ours {
			n, _ := strconv.Atoi(text) // all of them are ours
			last = max(last, n)
		}
	}
	return year + strconv.Itoa(last+1), nil
}

// byNumber puts A-2026-9 before A-2026-10.
func byNumber(x, y string) int { return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) }

func one[T any](ctx context.Context, tx door.Tx, kind, key string) (body T, err error) {
	row, err := tx.Record(ctx, kind, key)
	if err != nil {
		return body, fmt.Errorf("there is no %s %q; `beredskab %s list` lists them: %w", kind, key, kind, err)
	}
	return record.Read[T](row)
}
