package notary

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
	"time"

	"beredskab/internal/disk"
	"beredskab/internal/ledger"
)

// ErrAnchor says that a file named as an anchor holds something else.
var ErrAnchor = errors.New("holds something other than checkpoints of this log; name a new file for the anchor")

// Anchor adds a checkpoint to those files that do not end in it, and to those of
// repositories by a commit. A file that cannot be written is told of, after all
// others have been tried.
func (n *Notary) Anchor(ctx context.Context, text string, anchors ...string) (err error) {
	for _, anchor := range anchors {
		file := fileOf(anchor)
		notes, failed := notesOf(file)
		if failed == nil && (len(notes) == 0 || notes[len(notes)-1].text != text) {
			failed = disk.Append(file, separated(file)+text)
		}
		if failed == nil {
			n.commit(ctx, anchor)
			n.note(anchor, text)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("keeping the checkpoint in the anchor %s: %w", file, failed))
		}
	}
	return err
}

// separated gives the empty line between two checkpoints, which also ends what a
// power loss left half written.
func separated(file string) string {
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		return ""
	}
	return "\n"
}

// outside gives the last checkpoint in each anchor. An anchor that cannot be
// reached is told of and not waited for: a machine that is away must not keep the
// plan from those who need it.
func (n *Notary) outside() (list []note, err error) {
	for _, anchor := range n.Anchors {
		file := fileOf(anchor)
		notes, err := notesOf(file)
		switch {
		case errors.Is(err, ErrAnchor):
			return nil, err
		case err != nil:
			n.Log.Error("an anchor of the log cannot be read, so the log is not held against it", "anchor", file, "error", err)
		case len(notes) > 0:
			list = append(list, notes[len(notes)-1])
		}
	}
	return list, nil
}

// notesOf reads an anchor. A checkpoint that was only half written is passed over.
func notesOf(file string) (list []note, err error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(data) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(data), "beredskab/") {
		return nil, fmt.Errorf("%s %w", file, ErrAnchor)
	}
	lines := strings.SplitAfter(string(data), "\n")
	for i, line := range lines {
		if !strings.HasPrefix(line, "beredskab/") {
			continue
		}
		for end := i + 1; end < len(lines) && !strings.HasPrefix(lines[end], "beredskab/"); end++ {
			if !strings.HasPrefix(lines[end], "— ") {
				continue
			}
			text := strings.Join(lines[i:end+1], "")
			if c, err := ledger.ReadCheckpoint(text); err == nil && strings.HasSuffix(text, "\n") {
				list = append(list, note{file, text, c})
			}
			break
		}
	}
	return list, nil
}

// note remembers that an anchor has a checkpoint.
func (n *Notary) note(anchor, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c, err := ledger.ReadCheckpoint(text); err == nil {
		n.anchored[anchor] = c.At
	}
}

// Anchored says of when the newest checkpoint is that this process put into each
// anchor of the settings; zero: none yet.
func (n *Notary) Anchored() map[string]time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.anchored)
}

// Place is an anchor, and of when the newest checkpoint in it is.
type Place struct {
	Anchor  string
	At      time.Time // zero: it has none
	Problem error     // it cannot be read
}

// Places looks into every anchor of the settings.
func (n *Notary) Places() (list []Place) {
	for _, anchor := range n.Anchors {
		notes, err := notesOf(fileOf(anchor))
		p := Place{Anchor: anchor, Problem: err}
		if len(notes) > 0 {
			p.At = notes[len(notes)-1].At
		}
		list = append(list, p)
	}
	return list
}
