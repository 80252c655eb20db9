package governance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
	"beredskab/internal/yearly"
)

// FreezeReport freezes the figures of the yearly report, again as long as nobody
// has approved it, and gives their SHA-256 in hexadecimal.
func (o *Office) FreezeReport(ctx context.Context, a door.Actor, year int, figures []byte) (frozen yearly.Report, err error) {
	err = o.onReport(ctx, a, "report.freeze", year, matrix.Write, func(was *yearly.Report, by yearly.By) (yearly.Report, error) {
		frozen, err = yearly.Freeze(was, year, figures, by)
		return frozen, err
	})
	return frozen, err
}

// ApproveReport is IT chefen's word on the frozen figures with that SHA-256; an
// empty one means those that are frozen now.
func (o *Office) ApproveReport(ctx context.Context, a door.Actor, year int, hash string) error {
	return o.onReport(ctx, a, "report.approve", year, matrix.Approve, there(year, func(r yearly.Report, by yearly.By) (yearly.Report, error) {
		return r.Approve(hash, by)
	}))
}

// TreatReport records what the committee decided (R39).
func (o *Office) TreatReport(ctx context.Context, a door.Actor, year int, t yearly.Treatment) error {
	return o.onReport(ctx, a, "report.treat", year, matrix.Write, there(year, func(r yearly.Report, by yearly.By) (yearly.Report, error) {
		return r.Treat(t, by)
	}))
}

// Reports lists the reports that were frozen, by year.
func (o *Office) Reports(ctx context.Context) ([]yearly.Report, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]yearly.Report, error) {
		list, err := door.Every[yearly.Report](ctx, tx, yearly.Kind, record.Filter{})
		slices.SortFunc(list, func(x, y yearly.Report) int { return x.Year - y.Year })
		return list, err
	})
}

// reported is what the log keeps of an act on a report: whose figures, and what
// was decided. The figures themselves stand in the register.
type reported struct {
	SHA256    string            `json:"sha256"`
	State     string            `json:"state"`
	Treatment *yearly.Treatment `json:"treatment,omitempty"`
}

func (o *Office) onReport(ctx context.Context, a door.Actor, act string, year int, verb matrix.Verb, fn func(*yearly.Report, yearly.By) (yearly.Report, error)) error {
	w := wish{act: act, object: "report/" + strconv.Itoa(year), permission: matrix.Report, verb: verb}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		was, rev, err := get[yearly.Report](d, yearly.Kind, strconv.Itoa(year))
		before := &was
		if errors.Is(err, kept.ErrNotFound) {
			before, err = nil, nil
		}
		if err != nil {
			return nil, err
		}
		now, err := fn(before, yearly.By{Basis: d.basis, At: d.now})
		if err != nil {
			return nil, err
		}
		return reported{now.SHA256, now.State(), now.Treatment}, d.keep(now, rev)
	})
}

// there is an act on a report that there is.
func there(year int, fn func(yearly.Report, yearly.By) (yearly.Report, error)) func(*yearly.Report, yearly.By) (yearly.Report, error) {
	return func(r *yearly.Report, by yearly.By) (yearly.Report, error) {
		if r == nil {
			return yearly.Report{}, fmt.Errorf("no report about %d is frozen: `beredskab report freeze %d` freezes its figures: %w", year, year, kept.ErrNotFound)
		}
		return fn(*r, by)
	}
}
