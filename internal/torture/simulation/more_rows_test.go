package simulation_test

import (
	"cmp"
	"context"
	"slices"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

func (t *tx) AddOccurrence(_ context.Context, o kept.Occurrence) (bool, error) {
	out := t.write(func() outcome {
		key := occurrenceKey{o.Schedule, o.Nominal, o.Zone}
		if !occurrenceState(o.State) {
			return outcome{err: errConstraint}
		}
		if _, there := t.db.occurrences[key]; there && t.db.mutant != noFences {
			return outcome{}
		}
		put(t, t.db.occurrences, key, plainOccurrence(o))
		return outcome{added: true}
	})
	return out.added, out.err
}

func occurrenceState(s kept.OccurrenceState) bool {
	return s == kept.OccurrenceAsked || s == kept.OccurrenceStarted || s == kept.OccurrenceMissed || s == kept.OccurrenceSkipped
}

func plainOccurrence(o kept.Occurrence) kept.Occurrence {
	o.Due, o.At = stored(o.Due), stored(o.At)
	return o
}

func (t *tx) SaveOccurrence(_ context.Context, o kept.Occurrence) error {
	return t.write(func() outcome {
		key := occurrenceKey{o.Schedule, o.Nominal, o.Zone}
		switch _, there := t.db.occurrences[key]; {
		case !there:
			return outcome{err: kept.ErrNotFound}
		case !occurrenceState(o.State):
			return outcome{err: errConstraint}
		}
		put(t, t.db.occurrences, key, plainOccurrence(o))
		return outcome{}
	}).err
}

func (t *tx) Occurrence(_ context.Context, schedule, nominal, zone string) (kept.Occurrence, error) {
	return find(t.db.occurrences, occurrenceKey{schedule, nominal, zone})
}

func (t *tx) Occurrences(_ context.Context, schedule string, limit int) ([]kept.Occurrence, error) {
	return limited(listed(t.db.occurrences, func(o kept.Occurrence) bool { return schedule == "" || o.Schedule == schedule },
		func(a, b kept.Occurrence) int {
			return cmp.Or(b.Due.Compare(a.Due), cmp.Compare(a.Schedule, b.Schedule), cmp.Compare(b.Nominal, a.Nominal), cmp.Compare(a.Zone, b.Zone))
		}), limit), nil
}

func (t *tx) PutSchedule(_ context.Context, s kept.Schedule) error {
	return t.write(func() outcome {
		row := s
		row.Spec, row.Born, row.Followed, row.Next, row.Due = text(s.Spec), stored(s.Born), stored(s.Followed), stored(s.Next), stored(s.Due)
		put(t, t.db.schedules, s.Key, row)
		return outcome{}
	}).err
}

func (t *tx) DeleteSchedule(_ context.Context, key string) error {
	return t.write(func() outcome { drop(t, t.db.schedules, key); return outcome{} }).err
}

func (t *tx) Schedules(context.Context) ([]kept.Schedule, error) {
	return listed(t.db.schedules, func(kept.Schedule) bool { return true }, func(a, b kept.Schedule) int { return cmp.Compare(a.Key, b.Key) }), nil
}

func (t *tx) DueSchedules(_ context.Context, now time.Time, limit int) ([]kept.Schedule, error) {
	return limited(listed(t.db.schedules, func(s kept.Schedule) bool { return !s.Next.IsZero() && !s.Next.After(now) },
		func(a, b kept.Schedule) int { return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.Key, b.Key)) }), limit), nil
}

func (t *tx) NextDue(context.Context) (next time.Time, _ error) {
	for _, s := range t.db.schedules {
		if !s.Next.IsZero() && (next.IsZero() || s.Next.Before(next)) {
			next = s.Next
		}
	}
	return next, nil
}

func (t *tx) AddNotice(_ context.Context, n outbox.Notice) (id int64, added bool, err error) {
	out := t.write(func() outcome {
		known, there := t.db.noticeIDs[n.Key]
		switch {
		case !noticeState(n.State), n.Tries < 0:
			return outcome{err: errConstraint}
		case there:
			id = known
			return outcome{}
		}
		id = int64(len(t.db.notices) + 1)
		put(t, t.db.noticeIDs, n.Key, id)
		grow(t, &t.db.notices, outbox.Notice{})
		t.keepNotice(id, n)
		return outcome{added: true}
	})
	return id, out.added, out.err
}

func noticeState(s outbox.State) bool {
	return s == outbox.Owed || s == outbox.Delivered || s == outbox.Expired || s == outbox.Refused
}

// keepNotice writes the row and whether it is owed. The key is never changed.
func (t *tx) keepNotice(id int64, n outbox.Notice) {
	before := t.db.notices[id-1]
	t.undo = append(t.undo, func() { t.db.notices[id-1] = before })
	n.ID, n.Key = id, cmp.Or(before.Key, n.Key)
	n.CreatedAt, n.ExpiresAt, n.NextTry = stored(n.CreatedAt), stored(n.ExpiresAt), stored(n.NextTry)
	t.db.notices[id-1] = n
	if n.State == outbox.Owed {
		put(t, t.db.owed, id, true)
	} else {
		drop(t, t.db.owed, id)
	}
}

func (t *tx) SaveNotice(_ context.Context, n outbox.Notice) error {
	return t.write(func() outcome {
		switch {
		case n.ID < 1 || n.ID > int64(len(t.db.notices)):
			return outcome{err: kept.ErrNotFound}
		case !noticeState(n.State), n.Tries < 0:
			return outcome{err: errConstraint}
		}
		t.keepNotice(n.ID, n)
		return outcome{}
	}).err
}

func (t *tx) Notice(_ context.Context, id int64) (outbox.Notice, error) {
	if id < 1 || id > int64(len(t.db.notices)) {
		return outbox.Notice{}, kept.ErrNotFound
	}
	return t.db.notices[id-1], nil
}

func (t *tx) OwedNotices(_ context.Context, now time.Time, limit int) ([]outbox.Notice, error) {
	list := []outbox.Notice{}
	for id := range t.db.owed {
		if n := t.db.notices[id-1]; !n.NextTry.After(now) {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b outbox.Notice) int { return cmp.Compare(a.ID, b.ID) })
	return limited(list, limit), nil
}

func (t *tx) Notices(_ context.Context, f outbox.Filter) ([]outbox.Notice, error) {
	list := []outbox.Notice{}
	for _, n := range slices.Backward(t.db.notices) {
		if (f.State == "" || n.State == f.State) && (f.Run == "" || n.Facts.Run == f.Run) {
			list = append(list, n)
		}
	}
	return limited(list, f.Limit), nil
}

func (t *tx) NextNotice(context.Context) (next time.Time, _ error) {
	none := true
	for id := range t.db.owed {
		try := t.db.notices[id-1].NextTry
		if try.IsZero() {
			return time.UnixMicro(0).UTC(), nil // due, which no time at all would not say
		}
		if none || try.Before(next) {
			none, next = false, try
		}
	}
	return next, nil
}

func (t *tx) AddDelivery(_ context.Context, d outbox.Delivery) error {
	return t.write(func() outcome {
		key := deliveryKey{d.Notice, d.Try}
		_, there := t.db.deliveries[key]
		switch {
		case d.Notice < 1, d.Notice > int64(len(t.db.notices)), d.Try < 1,
			d.Outcome != outbox.Accepted && d.Outcome != outbox.TryAgain && d.Outcome != outbox.GiveUp:
			return outcome{err: errConstraint}
		case there:
			return outcome{err: kept.ErrConflict}
		}
		row := d
		row.At, row.RetryAt = stored(d.At), stored(d.RetryAt)
		put(t, t.db.deliveries, key, row)
		return outcome{}
	}).err
}

func (t *tx) Deliveries(_ context.Context, notice int64) ([]outbox.Delivery, error) {
	return listed(t.db.deliveries, func(d outbox.Delivery) bool { return d.Notice == notice },
		func(a, b outbox.Delivery) int { return cmp.Compare(a.Try, b.Try) }), nil
}

func (t *tx) AddEntry(_ context.Context, e kept.Entry) error {
	t.write(func() outcome {
		row := e
		row.Seq = int64(len(t.db.entries) + 1)
		row.At, row.Bytes, row.Hash = stored(e.At), bytesOf(e.Bytes), bytesOf(e.Hash)
		grow(t, &t.db.entries, row)
		return outcome{}
	})
	return nil
}

func (t *tx) Entries(_ context.Context, f kept.EntryFilter) ([]kept.Entry, error) {
	if f.Forward {
		return limited(append([]kept.Entry{}, t.db.entries[min(int(f.After), len(t.db.entries)):]...), f.Limit), nil
	}
	list := []kept.Entry{}
	for _, e := range slices.Backward(t.db.entries) {
		if (f.Object == "" || e.Object == f.Object) && (f.Actor == "" || e.Actor == f.Actor) {
			list = append(list, e)
		}
	}
	return limited(list, f.Limit), nil
}

func (t *tx) PutFinding(_ context.Context, f kept.Finding) error {
	return t.write(func() outcome {
		row := f
		row.RaisedAt, row.SeenAt, row.ClosedAt = stored(f.RaisedAt), stored(f.SeenAt), stored(f.ClosedAt)
		put(t, t.db.findings, f.Key, row)
		return outcome{}
	}).err
}

func (t *tx) Findings(_ context.Context, f kept.FindingFilter) ([]kept.Finding, error) {
	return listed(t.db.findings, func(row kept.Finding) bool {
		return (f.System == "" || row.System == f.System) && (f.Run == "" || row.Run == f.Run) && (!f.Open || row.ClosedAt.IsZero())
	}, func(a, b kept.Finding) int { return cmp.Compare(a.Key, b.Key) }), nil
}

// StartNode gives an epoch that no node has had.
func (t *tx) StartNode(_ context.Context, n kept.Node) (epoch int64, err error) {
	t.write(func() outcome {
		epoch = t.newestEpoch() + 1
		row := n
		row.Epoch, row.Beat, row.Quiet, row.Started = epoch, stored(time.Now()), 0, stored(n.Started)
		put(t, t.db.nodes, n.Name, row)
		if by := t.by; by != nil {
			t.after = append(t.after, func() { by.epoch = epoch })
		}
		return outcome{}
	})
	return epoch, nil
}

func (t *tx) newestEpoch() (newest int64) {
	for _, n := range t.db.nodes {
		newest = max(newest, n.Epoch)
	}
	return newest
}

// Beat goes by the database's clock.
func (t *tx) Beat(_ context.Context, node string, epoch int64) error {
	return t.write(func() outcome {
		row, there := t.db.nodes[node]
		if !there || row.Epoch != epoch {
			return outcome{err: kept.ErrConflict}
		}
		row.Beat = stored(time.Now())
		put(t, t.db.nodes, node, row)
		return outcome{}
	}).err
}

// Node keeps the row from changing: a transaction that was overtaken by another
// start of the node, or by its beat, is run again.
func (t *tx) Node(_ context.Context, name string) (row kept.Node, err error) {
	out := t.write(func() outcome {
		row, err = find(t.db.nodes, name)
		row = heard(row)
		return outcome{err: err, seen: row.Epoch}
	})
	return row, out.err
}

// Epoch keeps it from changing as Node does.
func (t *tx) Epoch(ctx context.Context, name string) (int64, error) {
	row, err := t.Node(ctx, name)
	return row.Epoch, err
}

// Together needs no way to anywhere.
func (t *tx) Together(_ context.Context, writes ...func() error) error {
	for _, write := range writes {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// heard says how long ago, by the database's clock.
func heard(n kept.Node) kept.Node {
	n.Quiet = stored(time.Now()).Sub(n.Beat)
	if n.Beat.IsZero() {
		n.Quiet = time.Duration(time.Now().UnixMicro()) * time.Microsecond
	}
	return n
}

func (t *tx) Nodes(context.Context) ([]kept.Node, error) {
	list := listed(t.db.nodes, func(kept.Node) bool { return true }, func(a, b kept.Node) int { return cmp.Compare(a.Name, b.Name) })
	for i := range list {
		list[i] = heard(list[i])
	}
	return list, nil
}

func (t *tx) ForgetNode(_ context.Context, name string) error {
	return t.write(func() outcome {
		row, there := t.db.nodes[name]
		if !there {
			return outcome{err: kept.ErrNotFound}
		}
		row.Epoch, row.Beat, row.Key = t.newestEpoch()+1, time.Time{}, ""
		put(t, t.db.nodes, name, row)
		return outcome{}
	}).err
}

// Lock waits while another transaction that holds it is on its way.
func (t *tx) Lock(_ context.Context, name string) error {
	if held := t.db.locks[name]; held != nil && t.db.mutant != noFences {
		t.blocked = held
		return errOvertaken
	}
	t.holds = append(t.holds, name)
	return nil
}
