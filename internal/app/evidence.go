package app

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

// evidenceFolder holds the files of evidence in the state folder.
const evidenceFolder = "evidence"

// maxEvidence is the greatest limit that can be set for one file: 4 GiB.
const maxEvidence = 4 << 30

func (s *Settings) evidence() evidence.Shelf {
	return evidence.In(filepath.Join(s.Dir, evidenceFolder))
}

// KeepEvidence takes a file in as evidence: the file first, then what is known of
// it, so that the register never knows of a file that is not on the disk. Of the
// draft, all is taken but what the file and the actor say themselves. Whoever may
// not do it leaves no file behind.
func (a *App) KeepEvidence(ctx context.Context, by door.Actor, draft followup.Evidence, src io.ReadSeeker) (e followup.Evidence, err error) {
	if draft, err = a.Office.MayAddEvidence(ctx, by, draft); err != nil {
		return draft, err
	}
	if draft.SHA256, draft.Size, err = a.Settings.evidence().Put(src, a.Settings.limit); err != nil {
		return draft, fmt.Errorf("%s: %w", draft.Name, err)
	}
	if draft.Media == "" {
		draft.Media = mime.TypeByExtension(filepath.Ext(draft.Name))
	}
	draft.Node = a.Settings.Node
	return a.Office.AddEvidence(ctx, by, draft, a.Settings.limit)
}

// OpenEvidence finds a file of evidence by its hash or the beginning of it, and
// opens it for somebody who may see it; close it. One that is not what was kept any
// more is never opened.
func (a *App) OpenEvidence(ctx context.Context, by door.Actor, hash string) (e followup.Evidence, file *os.File, err error) {
	if e, err = a.Office.ReadEvidence(ctx, by, hash); err != nil {
		return e, nil, err
	}
	file, err = a.Settings.evidence().Open(e.SHA256)
	if errors.Is(err, evidence.ErrMissing) && e.Node != "" && e.Node != a.Settings.Node {
		err = fmt.Errorf("%w: it was taken in on %s, and is kept there", err, e.Node)
	}
	if err != nil {
		err = fmt.Errorf("%s, added by %s: %w", e.Name, e.By.Person, err)
	}
	return e, file, err
}

// CheckEvidence tells whether a file of evidence is there and is what was kept.
func (a *App) CheckEvidence(e followup.Evidence) error { return a.Settings.evidence().Check(e.SHA256) }
