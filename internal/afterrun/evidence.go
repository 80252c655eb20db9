package afterrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"

	"beredskab/internal/door"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
)

// Keep takes a file in as evidence: the file first, then what is known of
// it, so that the register never knows of a file that is not on the disk. Of the
// draft, all is taken but what the file and the actor say themselves. Whoever may
// not do it leaves no file behind.
func (d *Desk) Keep(ctx context.Context, by door.Actor, draft followup.Evidence, src io.ReadSeeker) (e followup.Evidence, err error) {
	if draft, err = d.Office.MayAddEvidence(ctx, by, draft); err != nil {
		return draft, err
	}
	if draft.SHA256, draft.Size, err = d.Shelf.Put(src, d.Limit); err != nil {
		return draft, fmt.Errorf("%s: %w", draft.Name, err)
	}
	if draft.Media == "" {
		draft.Media = mime.TypeByExtension(filepath.Ext(draft.Name))
	}
	draft.Node = d.Node
	return d.Office.AddEvidence(ctx, by, draft, d.Limit)
}

// Open finds a file of evidence by its hash or the beginning of it, and
// opens it for somebody who may see it; close it. One that is not what was kept any
// more is never opened.
func (d *Desk) Open(ctx context.Context, by door.Actor, hash string) (e followup.Evidence, file *os.File, err error) {
	if e, err = d.Office.ReadEvidence(ctx, by, hash); err != nil {
		return e, nil, err
	}
	file, err = d.Shelf.Open(e.SHA256)
	if errors.Is(err, evidence.ErrMissing) && e.Node != "" && e.Node != d.Node {
		err = fmt.Errorf("%w: it was taken in on %s, and is kept there", err, e.Node)
	}
	if err != nil {
		err = fmt.Errorf("%s, added by %s: %w", e.Name, e.By.Person, err)
	}
	return e, file, err
}

// Check tells whether a file of evidence is there and is what was kept.
func (d *Desk) Check(e followup.Evidence) error { return d.Shelf.Check(e.SHA256) }
