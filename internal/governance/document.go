package governance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// AddDocument registers one version of a governing document as a draft (R1, R35), or
// writes its draft anew; of d, the id, title, version, review period and case are
// taken. It rests on the matrix' row for procedures: drafts are written by IT, and
// the IT manager answers for what is recorded as approved.
func (o *Office) AddDocument(ctx context.Context, a door.Actor, d approval.Document) error {
	d = approval.Document{ID: d.ID, Title: d.Title, Version: d.Version, ReviewEvery: d.ReviewEvery, Case: d.Case}
	return o.onDocument(ctx, a, "document.add", matrix.Write, d.ID, d.Version, func(was approval.Document, rev int) (approval.Document, error) {
		if rev > 0 && was.Approved() {
			return was, fmt.Errorf("%s was approved by %s on %s: a changed document is a new version: %w", was.Key(), was.ApprovedBy, was.ApprovedAt, approval.ErrNotNow)
		}
		return d, nil
	})
}

// Decision is what a body that decides outside the program said of a document. Its
// dates are days, written as 2015-04-22.
type Decision struct {
	By         string // Kommunalbestyrelsen
	At         string
	ValidFrom  string // empty: from that day on
	Supersedes string // empty: the version that was valid last
	Case       string // number in the records system
}

// ApproveDocument records that the body has approved a draft (R2, R25). From its
// first valid day on it takes the place of the version before it, so that exactly
// one is valid at any time (R43).
func (o *Office) ApproveDocument(ctx context.Context, a door.Actor, id, version string, said Decision) error {
	return o.onDocument(ctx, a, "document.approve", matrix.Approve, id, version, func(d approval.Document, rev int) (approval.Document, error) {
		if rev == 0 {
			return d, noDocument(d)
		}
		d.Supersedes = said.Supersedes
		return d.Decide(said.By, said.At, said.ValidFrom, said.Case)
	})
}

// ReviewDocument records that on that day the document was found to need no change.
func (o *Office) ReviewDocument(ctx context.Context, a door.Actor, id, version, day string) error {
	return o.onDocument(ctx, a, "document.review", matrix.Write, id, version, func(d approval.Document, rev int) (approval.Document, error) {
		if rev == 0 {
			return d, noDocument(d)
		}
		return d.Review(day)
	})
}

func noDocument(d approval.Document) error {
	return fmt.Errorf("there is no document %s; `beredskab document list` lists them: %w", d.Key(), kept.ErrNotFound)
}

// onDocument does one act to one version of a document. Those of all versions go one
// after the other, for they must fit each other.
func (o *Office) onDocument(ctx context.Context, a door.Actor, act string, verb matrix.Verb, id, version string, fn func(was approval.Document, rev int) (approval.Document, error)) error {
	key := approval.Document{ID: id, Version: version}
	w := wish{act: act, object: "document/" + key.Key(), permission: matrix.Procedure, verb: verb}
	return o.do(ctx, a, w, func(d *desk) (any, error) {
		if err := d.tx.Lock(ctx, approval.KindDocument); err != nil {
			return nil, err
		}
		was, rev, err := get[approval.Document](d, approval.KindDocument, key.Key())
		if errors.Is(err, kept.ErrNotFound) {
			was, rev, err = key, 0, nil
		}
		if err != nil {
			return nil, err
		}
		now, err := fn(was, rev)
		if err != nil {
			return nil, err
		}
		if now, err = fits(d, now); err != nil {
			return nil, err
		}
		return now, d.put(now.Row(d.now))
	})
}

// fits tells whether the document has its place among the others of its id, and
// fills in what it supersedes where nobody has said.
func fits(d *desk, now approval.Document) (approval.Document, error) {
	list, err := door.Every[approval.Document](d.ctx, d.tx, approval.KindDocument, record.Filter{})
	if err != nil {
		return now, fmt.Errorf("reading the governing documents: %w", err)
	}
	list = slices.DeleteFunc(list, func(o approval.Document) bool { return o.ID != now.ID || o.Version == now.Version })
	if from, err := time.Parse(time.DateOnly, now.ValidFrom); err == nil && now.Supersedes == "" {
		before, _ := approval.ValidOn(list, now.ID, from)
		now.Supersedes = before.Version
	}
	return now, approval.CheckDocuments(append(list, now))
}

// Documents lists every version of every governing document by id, drafts too.
func (o *Office) Documents(ctx context.Context) ([]approval.Document, error) {
	return door.Read(ctx, o.door, func(tx door.Tx) ([]approval.Document, error) {
		return door.Every[approval.Document](ctx, tx, approval.KindDocument, record.Filter{})
	})
}
