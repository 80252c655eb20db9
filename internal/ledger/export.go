package ledger

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"iter"
	"time"
	"unicode/utf8"

	"beredskab/internal/kept"
)

// Export is a log in the form in which auditors get it: JSON lines, version 1,
// described in docs/audit.md. It is checked by ReadExport, and by a program of
// its own, cmd/beredskab-verify, which shares no code with this package.
type Export struct {
	Origin  string
	Keys    []string // public keys trusted from the first entry on
	Made    time.Time
	Entries iter.Seq2[kept.Entry, error] // all of them, by number from 1
	// Text gives the text of a commitment, and false when it was erased. Nil: the
	// export has no texts.
	Text        func(commitment string) (Text, bool, error)
	Checkpoints []string // signed, by size; the last must cover the last entry
	Anchors     []Anchor // by size
}

// Anchor is a checkpoint that was kept outside, and where.
type Anchor struct {
	Place      string
	At         time.Time
	Checkpoint string // signed
}

// frame is a line of an export that is not an entry. It stands there exactly as
// json.Marshal writes it.
type frame struct {
	Version    int      `json:"beredskab-log,omitempty"`
	Origin     string   `json:"origin,omitempty"`
	Keys       []string `json:"keys,omitempty"`
	Made       string   `json:"made,omitempty"`
	Text       *string  `json:"text,omitempty"`
	Salt       []byte   `json:"salt,omitempty"`
	Commitment string   `json:"commitment,omitempty"`
	Checkpoint string   `json:"checkpoint,omitempty"`
	Anchor     string   `json:"anchor,omitempty"`
	At         string   `json:"at,omitempty"`
	End        *int64   `json:"end,omitempty"`     // entries
	Framing    string   `json:"framing,omitempty"` // SHA-256 of all lines but entries and this one
}

// Write writes the export. It holds one entry at a time.
func (x Export) Write(w io.Writer) error {
	out := exporter{Export: x, w: bufio.NewWriterSize(w, 1<<16), framing: sha256.New()}
	if err := out.write(); err != nil {
		return fmt.Errorf("exporting the log after entry %d: %w", out.seq, err)
	}
	return nil
}

// exporter is an export in the middle of being written.
type exporter struct {
	Export
	w       *bufio.Writer
	framing hash.Hash
	seq     int64
}

func (x *exporter) write() error {
	if err := x.line(frame{Version: 1, Origin: x.Origin, Keys: x.Keys, Made: x.Made.UTC().Format(time.RFC3339)}); err != nil {
		return err
	}
	if err := x.signed(); err != nil {
		return err
	}
	for e, err := range x.Entries {
		if err == nil && e.Seq != x.seq+1 {
			err = fmt.Errorf("entry %d comes next: %w", e.Seq, ErrDamaged)
		}
		if err == nil {
			err = x.entry(e)
		}
		if err == nil {
			err = x.signed()
		}
		if err != nil {
			return err
		}
	}
	if len(x.Checkpoints)+len(x.Anchors) > 0 {
		return fmt.Errorf("%d checkpoints and %d anchors are of more entries than the log has, not by size, or no checkpoints", len(x.Checkpoints), len(x.Anchors))
	}
	sum := hex.EncodeToString(x.framing.Sum(nil))
	if err := x.line(frame{End: &x.seq, Framing: sum}); err != nil {
		return err
	}
	return x.w.Flush()
}

// line writes any line that is not an entry.
func (x *exporter) line(f frame) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	x.framing.Write(text)
	_, err = x.w.Write(text)
	return err
}

// entry writes the entry in the very bytes that were sealed, which are always
// one line of JSON.
func (x *exporter) entry(e kept.Entry) error {
	if !json.Valid(e.Bytes) || !utf8.Valid(e.Bytes) || bytes.ContainsAny(e.Bytes, "\r\n") {
		return fmt.Errorf("entry %d is not one line of JSON: %w", e.Seq, ErrDamaged)
	}
	x.seq = e.Seq
	fmt.Fprintf(x.w, `{"seq":%d,"hash":"%x","entry":%s}`+"\n", e.Seq, e.Hash, e.Bytes)
	if x.Text == nil {
		return nil
	}
	for _, commitment := range Commitments(e.Bytes) {
		text, there, err := x.Text(commitment)
		if err == nil && there {
			err = text.Check(commitment)
		}
		if err == nil && there {
			err = x.line(frame{Text: &text.Text, Salt: text.Salt, Commitment: commitment})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// signed writes the checkpoints and anchors of the size that is reached.
func (x *exporter) signed() (err error) {
	for ; err == nil && len(x.Checkpoints) > 0 && x.reached(x.Checkpoints[0]); x.Checkpoints = x.Checkpoints[1:] {
		err = x.line(frame{Checkpoint: x.Checkpoints[0]})
	}
	for ; err == nil && len(x.Anchors) > 0 && x.reached(x.Anchors[0].Checkpoint); x.Anchors = x.Anchors[1:] {
		a := x.Anchors[0]
		err = x.line(frame{Checkpoint: a.Checkpoint, Anchor: a.Place, At: a.At.UTC().Format(time.RFC3339)})
	}
	return err
}

func (x *exporter) reached(signed string) bool {
	c, err := ReadCheckpoint(signed)
	return err == nil && c.Size == x.seq
}
