package simulation_test

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/kept"
)

// stored is a time as the database keeps it.
func stored(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(at.UnixMicro()).UTC()
}

func text(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	return slices.Clone(raw)
}

// bytesOf is never nil, as a column that must not be NULL.
func bytesOf(b []byte) []byte { return append([]byte{}, b...) }

func limited[V any](rows []V, limit int) []V {
	if limit > 0 && len(rows) > limit {
		return rows[:limit]
	}
	return rows
}

// listed gives the rows wanted in that order.
func listed[K comparable, V any](rows table[K, V], want func(V) bool, order func(a, b V) int) []V {
	list := make([]V, 0, 8)
	for _, row := range rows {
		if want(row) {
			list = append(list, row)
		}
	}
	slices.SortFunc(list, order)
	return list
}

func find[K comparable, V any](rows table[K, V], key K) (V, error) {
	row, there := rows[key]
	if !there {
		return row, kept.ErrNotFound
	}
	return row, nil
}

func (t *tx) AddVersion(_ context.Context, v kept.Version) (number int, added bool, err error) {
	out := t.write(func() outcome {
		if known, there := t.db.versions[v.Hash]; there {
			number = known.Number
			return outcome{}
		}
		number = 1
		for _, other := range t.db.versions {
			if other.Kind == v.Kind && other.ID == v.ID {
				number = max(number, other.Number+1)
			}
		}
		row := v
		row.Number, row.Canonical, row.AdoptedAt = number, bytesOf(v.Canonical), stored(v.AdoptedAt)
		put(t, t.db.versions, v.Hash, row)
		return outcome{added: true}
	})
	return number, out.added, out.err
}

func (t *tx) Version(_ context.Context, hash string) (kept.Version, error) {
	return find(t.db.versions, hash)
}

func (t *tx) NewestVersions(ctx context.Context, kind string) ([]kept.Version, error) {
	newest := table[string, kept.Version]{}
	for _, v := range t.db.versions {
		if v.Kind == kind && v.Number > newest[v.ID].Number {
			newest[v.ID] = v
		}
	}
	return listed(newest, func(kept.Version) bool { return true }, func(a, b kept.Version) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) Versions(_ context.Context, kind, id string) ([]kept.Version, error) {
	return listed(t.db.versions, func(v kept.Version) bool { return v.Kind == kind && v.ID == id },
		func(a, b kept.Version) int { return cmp.Compare(a.Number, b.Number) }), nil
}

func (t *tx) SetCurrent(_ context.Context, kind, id, hash string) error {
	return t.write(func() outcome {
		name := versionName{kind, id}
		if hash == "" {
			drop(t, t.db.current, name)
			return outcome{}
		}
		if v, there := t.db.versions[hash]; !there || v.Kind != kind || v.ID != id {
			return outcome{err: kept.ErrNotFound}
		}
		put(t, t.db.current, name, hash)
		return outcome{}
	}).err
}

func (t *tx) Current(_ context.Context, kind string) (list []kept.Version, _ error) {
	list = []kept.Version{}
	for name, hash := range t.db.current {
		if name.kind == kind {
			list = append(list, kept.Version{Kind: kind, ID: name.id, Hash: hash})
		}
	}
	slices.SortFunc(list, func(a, b kept.Version) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}

func (t *tx) AddRun(_ context.Context, r kept.Run) (bool, error) {
	out := t.write(func() outcome {
		switch _, there := t.db.runs[r.ID]; {
		case r.Seq < 0:
			return outcome{err: errConstraint}
		case there && t.db.mutant != noFences:
			return outcome{}
		}
		put(t, t.db.runs, r.ID, plainRun(r))
		return outcome{added: true}
	})
	return out.added, out.err
}

func plainRun(r kept.Run) kept.Run {
	r.OpenedAt, r.StartedAt, r.EndedAt = stored(r.OpenedAt), stored(r.StartedAt), stored(r.EndedAt)
	r.RTA, r.RPA = copied(r.RTA), copied(r.RPA)
	return r
}

func copied(n *int64) *int64 {
	if n == nil {
		return nil
	}
	m := *n
	return &m
}

func (t *tx) SaveRun(_ context.Context, r kept.Run, expected int) error {
	return t.write(func() outcome {
		row, there := t.db.runs[r.ID]
		switch {
		case !there, row.Seq != expected && t.db.mutant != noFences:
			return outcome{err: kept.ErrConflict}
		case r.Seq < 0:
			return outcome{err: errConstraint}
		}
		put(t, t.db.runs, r.ID, plainRun(r))
		return outcome{}
	}).err
}

func (t *tx) Run(_ context.Context, id string) (kept.Run, error) { return find(t.db.runs, id) }

func (t *tx) Runs(_ context.Context, f kept.RunFilter) ([]kept.Run, error) {
	return limited(listed(t.db.runs, func(r kept.Run) bool {
		return (f.System == "" || r.System == f.System) && (!f.Open || r.EndedAt.IsZero())
	}, func(a, b kept.Run) int {
		return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(b.ID, a.ID))
	}), f.Limit), nil
}

func (t *tx) LastRunNumber(_ context.Context, year int) (last int, _ error) {
	for id := range maps.Keys(t.db.runs) {
		front, back, _ := strings.Cut(id, "-")
		of, errOf := strconv.Atoi(front)
		number, errNumber := strconv.Atoi(back)
		if errOf == nil && errNumber == nil && of == year {
			last = max(last, number)
		}
	}
	return last, nil
}

func (t *tx) NewestEvidence(context.Context) ([]kept.Run, error) {
	type subject struct{ system, kind, steps string }
	newest := table[subject, kept.Run]{}
	for _, r := range t.db.runs {
		if r.EndedAt.IsZero() || r.Verdict == "aborted" {
			continue
		}
		key := subject{r.System, r.Type, r.StepsHash}
		if held, there := newest[key]; !there || cmp.Or(r.EndedAt.Compare(held.EndedAt), cmp.Compare(r.ID, held.ID)) > 0 {
			newest[key] = r
		}
	}
	return listed(newest, func(kept.Run) bool { return true }, func(a, b kept.Run) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Type, b.Type), cmp.Compare(a.StepsHash, b.StepsHash))
	}), nil
}

func (t *tx) AddEvents(_ context.Context, run string, events []kept.Event) error {
	for _, e := range events {
		if out := t.write(func() outcome { return t.addEvent(run, e) }); out.err != nil {
			return out.err
		}
	}
	return nil
}

func (t *tx) addEvent(run string, e kept.Event) outcome {
	if _, there := t.db.runs[run]; !there || e.Seq < 1 {
		return outcome{err: errConstraint}
	}
	list := t.db.events[run]
	at, there := slices.BinarySearchFunc(list, e.Seq, func(e kept.Event, seq int) int { return cmp.Compare(e.Seq, seq) })
	if there && t.db.mutant != noFences {
		return outcome{err: kept.ErrConflict}
	}
	e.At, e.Body = stored(e.At), text(e.Body)
	put(t, t.db.events, run, slices.Insert(slices.Clone(list), at, e))
	return outcome{}
}

func (t *tx) Events(_ context.Context, run string, after int) ([]kept.Event, error) {
	list := []kept.Event{}
	for _, e := range t.db.events[run] {
		if e.Seq > after {
			list = append(list, e)
		}
	}
	return list, nil
}

func attemptState(s kept.AttemptState) bool {
	return s == kept.AttemptStarting || s == kept.AttemptRunning || s == kept.AttemptRecorded || s == kept.AttemptUnknown
}

func (t *tx) AddAttempt(_ context.Context, a kept.Attempt) (bool, error) {
	out := t.write(func() outcome {
		key := attemptKey{a.Run, a.Step, a.Number}
		if _, there := t.db.runs[a.Run]; !attemptState(a.State) || a.Number < 1 || !there {
			return outcome{err: errConstraint}
		}
		if _, there := t.db.attempts[key]; there && t.db.mutant != noFences {
			return outcome{}
		}
		put(t, t.db.attempts, key, plainAttempt(a))
		return outcome{added: true}
	})
	return out.added, out.err
}

func plainAttempt(a kept.Attempt) kept.Attempt {
	a.ClaimedAt, a.EndedAt, a.Process = stored(a.ClaimedAt), stored(a.EndedAt), text(a.Process)
	return a
}

func (t *tx) SaveAttempt(_ context.Context, a kept.Attempt, epoch int64, from ...kept.AttemptState) error {
	return t.write(func() outcome {
		key := attemptKey{a.Run, a.Step, a.Number}
		before, there := t.db.attempts[key]
		fenced := t.db.mutant != noFences
		switch {
		case !there, !slices.Contains(from, before.State) && t.db.mutant != noFences, before.Epoch != epoch && fenced:
			return outcome{err: kept.ErrConflict}
		case !attemptState(a.State):
			return outcome{err: errConstraint}
		}
		row := plainAttempt(a)
		put(t, t.db.attempts, key, row)
		if by := t.by; by != nil {
			t.after = append(t.after, func() { by.town.saved(by, before, row) })
		}
		return outcome{}
	}).err
}

func (t *tx) Attempt(_ context.Context, run, step string, number int) (kept.Attempt, error) {
	return find(t.db.attempts, attemptKey{run, step, number})
}

func (t *tx) OpenAttempts(context.Context) ([]kept.Attempt, error) {
	return listed(t.db.attempts, func(a kept.Attempt) bool {
		return a.State == kept.AttemptStarting || a.State == kept.AttemptRunning
	}, func(a, b kept.Attempt) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Number, b.Number))
	}), nil
}

func (t *tx) UnknownAttempts(_ context.Context, node string) ([]kept.Attempt, error) {
	return listed(t.db.attempts, func(a kept.Attempt) bool { return a.State == kept.AttemptUnknown && a.Node == node },
		func(a, b kept.Attempt) int {
			return cmp.Or(cmp.Compare(a.Run, b.Run), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Number, b.Number))
		}), nil
}
