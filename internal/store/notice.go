package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"beredskab/internal/fault"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/store/queries"
)

func (t *transaction) AddNotice(ctx context.Context, n outbox.Notice) (int64, bool, error) {
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return 0, false, doing(err, "writing the facts of notice", n.Key)
	}
	id, err := t.q.AddNotice(ctx, queries.AddNoticeParams{
		NoticeKey: n.Key, Kind: string(n.Kind), Channel: n.Channel, Receiver: n.Receiver, Address: n.Address,
		Language: n.Language, Facts: string(facts), Run: n.Facts.Run, CreatedAt: micros(n.CreatedAt),
		ExpiresAt: micros(n.ExpiresAt), NextTry: micros(n.NextTry), Tries: int64(n.Tries), State: string(n.State),
		LastError: n.LastError,
	})
	if errors.Is(err, sql.ErrNoRows) {
		id, err = t.q.NoticeID(ctx, n.Key)
		return id, false, doing(err, "finding notice", n.Key)
	}
	return id, err == nil, doing(err, "adding notice", n.Key)
}

func (t *transaction) SaveNotice(ctx context.Context, n outbox.Notice) error {
	facts, err := json.Marshal(n.Facts)
	if err != nil {
		return doing(err, "writing the facts of notice", n.ID)
	}
	rows, err := t.q.SaveNotice(ctx, queries.SaveNoticeParams{
		ID: n.ID, Kind: string(n.Kind), Channel: n.Channel, Receiver: n.Receiver, Address: n.Address,
		Language: n.Language, Facts: string(facts), Run: n.Facts.Run, CreatedAt: micros(n.CreatedAt),
		ExpiresAt: micros(n.ExpiresAt), NextTry: micros(n.NextTry), Tries: int64(n.Tries), State: string(n.State),
		LastError: n.LastError,
	})
	return changed(rows, err, kept.ErrNotFound, "saving notice", n.ID)
}

func (t *transaction) Notice(ctx context.Context, id int64) (outbox.Notice, error) {
	row, err := t.q.Notice(ctx, id)
	if err != nil {
		return outbox.Notice{}, missing(err, "notice", id)
	}
	return notice(row)
}

func (t *transaction) OwedNotices(ctx context.Context, now time.Time, limit int) ([]outbox.Notice, error) {
	rows, err := t.q.OwedNotices(ctx, queries.OwedNoticesParams{Now: micros(now), Most: most(limit)})
	return notices(rows, doing(err, "listing owed notices"))
}

// NextNotice gives the start of 1970 for a notice that was owed without a time:
// it is due, which no time at all would not say.
func (t *transaction) NextNotice(ctx context.Context) (time.Time, error) {
	next, err := t.q.NextNotice(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, doing(err, "finding the next notice")
	}
	return time.UnixMicro(next).UTC(), nil
}

func (t *transaction) Notices(ctx context.Context, f outbox.Filter) ([]outbox.Notice, error) {
	var rows []queries.Notice
	var err error
	switch {
	case f.Run != "":
		rows, err = t.q.NoticesOfRun(ctx, queries.NoticesOfRunParams{Run: f.Run, State: string(f.State), Most: most(f.Limit)})
	case f.State != "":
		rows, err = t.q.NoticesOfState(ctx, queries.NoticesOfStateParams{State: string(f.State), Most: most(f.Limit)})
	default:
		rows, err = t.q.Notices(ctx, most(f.Limit))
	}
	return notices(rows, doing(err, "listing notices"))
}

func notices(rows []queries.Notice, err error) ([]outbox.Notice, error) {
	if err != nil {
		return nil, err
	}
	list := make([]outbox.Notice, 0, len(rows))
	for _, row := range rows {
		n, err := notice(row)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func notice(row queries.Notice) (outbox.Notice, error) {
	n := outbox.Notice{
		ID: row.ID, Key: row.NoticeKey, Kind: outbox.Kind(row.Kind), Channel: row.Channel, Receiver: row.Receiver,
		Address: row.Address, Language: row.Language, CreatedAt: moment(row.CreatedAt),
		ExpiresAt: moment(row.ExpiresAt), NextTry: moment(row.NextTry), Tries: int(row.Tries),
		State: outbox.State(row.State), LastError: row.LastError,
	}
	return n, doing(json.Unmarshal([]byte(row.Facts), &n.Facts), "reading the facts of notice", row.ID)
}

func (t *transaction) AddDelivery(ctx context.Context, d outbox.Delivery) error {
	rows, err := t.q.AddDelivery(ctx, queries.AddDeliveryParams{
		Notice: d.Notice, TryNumber: int64(d.Try), At: micros(d.At), Channel: d.Channel, Outcome: string(d.Outcome),
		Detail: d.Detail, RetryAt: micros(d.RetryAt),
	})
	fault.Point("store.delivery.written")
	return changed(rows, err, kept.ErrConflict, "adding delivery", d.Notice, d.Try)
}

func (t *transaction) Deliveries(ctx context.Context, notice int64) ([]outbox.Delivery, error) {
	rows, err := t.q.Deliveries(ctx, notice)
	return each(rows, doing(err, "listing deliveries", notice), func(row queries.Delivery) outbox.Delivery {
		return outbox.Delivery{
			Notice: row.Notice, Try: int(row.TryNumber), At: moment(row.At), Channel: row.Channel,
			Outcome: outbox.Outcome(row.Outcome), Detail: row.Detail, RetryAt: moment(row.RetryAt),
		}
	})
}
