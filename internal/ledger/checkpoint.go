package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint says what a log was at one moment: as many entries, with that root.
// Signed it is a note of C2SP tlog-checkpoint, some 200 bytes of text that can be
// mailed, printed and kept where nobody who can write in the register can reach.
type Checkpoint struct {
	Origin string // the log's name, "beredskab/" and the municipality
	Size   int64
	Root   Hash
	At     time.Time // whole seconds; zero when it does not say
}

// ErrRewound says that a log has fewer entries than were signed: its end was cut
// off, or an older backup was put back (F15).
var ErrRewound = errors.New("the log was longer: its end was cut off, or an older backup was put back")

// ErrForked says that a log has other entries than were signed.
var ErrForked = errors.New("the log has another past than the one that was signed")

// text is what is signed.
func (c Checkpoint) text() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
	if !c.At.IsZero() {
		text += "time " + c.At.UTC().Format(time.RFC3339) + "\n"
	}
	return text
}

// Sign gives the checkpoint of the key's log as a signed note.
func (k Key) Sign(t Tree, at time.Time) (string, error) {
	c := Checkpoint{Origin: k.Origin(), Size: t.Size, Root: t.Root(), At: at}
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	if err != nil {
		return "", fmt.Errorf("signing the checkpoint of %d entries: %w", c.Size, err)
	}
	return string(signed), nil
}

// ReadCheckpoint reads a signed checkpoint and believes it: who signed it is
// Keys.Open's question.
func ReadCheckpoint(signed string) (Checkpoint, error) {
	text, signatures, _ := strings.Cut(signed, "\n\n")
	if signatures == "" {
		return Checkpoint{}, errors.New("a checkpoint is a text, an empty line, and at least one signature")
	}
	for line := range strings.Lines(signatures) {
		coded := strings.TrimSuffix(line[strings.LastIndex(line, " ")+1:], "\n")
		if raw, err := base64.StdEncoding.DecodeString(coded); err != nil || base64.StdEncoding.EncodeToString(raw) != coded {
			return Checkpoint{}, fmt.Errorf("%.60q is not a signature: want \"— NAME BASE64\"", line)
		}
	}
	return parseCheckpoint(text + "\n")
}

func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 || lines[0] == "" {
		return c, fmt.Errorf("a checkpoint says origin, size and root in three lines, this one has %d", len(lines))
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || c.Size > most || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, fmt.Errorf("line 2 of a checkpoint is the number of entries in plain digits, not %.60q", lines[1])
	}
	if c.Root, err = parseHash(lines[2]); err != nil {
		return c, fmt.Errorf("line 3 of a checkpoint: %w", err)
	}
	for i, line := range lines[3:] {
		at, timed := strings.CutPrefix(line, "time ")
		switch {
		case line == "":
			return c, fmt.Errorf("line %d of a checkpoint is empty", i+4)
		case timed && c.At.IsZero():
			if c.At, err = time.Parse(time.RFC3339, at); err != nil || c.At.UTC().Format(time.RFC3339) != at {
				return c, fmt.Errorf("line %d of a checkpoint: want \"time 2026-11-23T12:00:00Z\", not %.60q", i+4, line)
			}
		}
	}
	return c, nil
}

// Contains proves that this log is the checkpoint's log grown by appending, from
// the nodes kept. Else the error names both sizes and roots: ErrRewound when the
// log is shorter, ErrForked when it was another one, ErrDamaged when the nodes
// kept do not belong to this tree. Whose word the checkpoint is, Keys.Open says.
func (t Tree) Contains(old Checkpoint, read Reader) error {
	if old.Size > t.Size {
		return fmt.Errorf("a checkpoint of %d entries with root %s was signed, and the log has %d entries with root %s: %w", old.Size, old.Root, t.Size, t.Root(), ErrRewound)
	}
	now, err := RootAt(t.Size, read)
	if err != nil {
		return err
	}
	if now != t.Root() {
		return fmt.Errorf("the hashes kept of %d entries have root %s, the log's head says %s: %w", t.Size, now, t.Root(), ErrDamaged)
	}
	proof, err := ProveGrowth(old.Size, t.Size, read)
	if err != nil {
		return err
	}
	if CheckGrowth(proof, t.Size, t.Root(), old.Size, old.Root) == nil {
		return nil
	}
	was, err := RootAt(old.Size, read)
	if err == nil && was == old.Root {
		err = ErrDamaged
	}
	return errors.Join(fmt.Errorf("a checkpoint of %d entries with root %s was signed, and the log, now of %d entries with root %s, had root %s then: %w",
		old.Size, old.Root, t.Size, t.Root(), was, ErrForked), err)
}
