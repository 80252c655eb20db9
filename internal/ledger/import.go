package ledger

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"beredskab/internal/kept"
)

// Found is what an export turned out to hold.
type Found struct {
	Origin      string
	Keys        []string // public keys that the export says to trust
	Tree        Tree
	Checkpoints int
	Anchors     int
	Texts       int // free texts that are there
	Erased      int // free texts that entries commit to and that are not there
}

// ReadExport checks an export from its first byte to its last: every line's
// form, every entry's number and hash, every checkpoint's root and signature,
// every text's commitment, and the anchors given, checkpoints that were received
// earlier. Without trusted keys those are taken that stand in the export itself,
// which shows damage but not who wrote it. Errors name the line and the entry.
func ReadExport(r io.Reader, trusted []string, anchors ...string) (Found, error) {
	in := importer{trusted: trusted, given: anchors, framing: sha256.New()}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		in.number++
		if err := in.line(lines.Bytes()); err != nil {
			return in.found, fmt.Errorf("line %d of the export: %w", in.number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return in.found, fmt.Errorf("reading line %d of the export: %w", in.number+1, err)
	}
	if !in.ended {
		return in.found, fmt.Errorf("the export breaks off after line %d, it has no line of the end", in.number)
	}
	return in.found, in.audit.End()
}

// importer is an export in the middle of being read.
type importer struct {
	trusted, given []string
	framing        hash.Hash
	audit          *Audit
	found          Found
	number         int
	last           []byte // of the last entry
	ended          bool
}

func (in *importer) line(text []byte) error {
	if in.audit != nil && !in.ended && bytes.HasPrefix(text, []byte(`{"seq":`)) {
		return in.entry(text)
	}
	f, err := parseFrame(text)
	switch {
	case err != nil:
		return err
	case in.ended:
		return errors.New("nothing may stand after the line of the end")
	case in.audit == nil && f.Version != 1:
		return fmt.Errorf("this is not the first line of an export of version 1: %.60q", text)
	case in.audit != nil && f.Version != 0:
		return fmt.Errorf("a second first line: %.60q", text)
	case f.End != nil:
		return in.end(f)
	}
	in.framing.Write(text)
	in.framing.Write([]byte{'\n'})
	switch {
	case f.Version != 0:
		return in.head(f)
	case f.Text != nil:
		return in.text(f)
	case f.Anchor != "":
		in.found.Anchors++
	default:
		in.found.Checkpoints++
	}
	return in.audit.Checkpoint(f.Checkpoint)
}

// parseFrame reads a line that must be as json.Marshal writes it: whatever else
// reads it reads the same.
func parseFrame(text []byte) (f frame, err error) {
	if err = json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("this is no line of an export: %.60q: %w", text, err)
	}
	again, err := json.Marshal(f)
	if err == nil && !bytes.Equal(again, text) {
		err = fmt.Errorf("this is no line of an export: %.60q", text)
	}
	return f, err
}

func (in *importer) head(f frame) error {
	in.found.Origin, in.found.Keys = f.Origin, f.Keys
	public := in.trusted
	if len(public) == 0 {
		public = f.Keys
	}
	keys, err := ParseKeys(public...)
	if err == nil && keys.Origin() != f.Origin {
		err = fmt.Errorf("the export is of the log %q, the key of %q", f.Origin, keys.Origin())
	}
	if err == nil {
		in.audit, err = NewAudit(keys, in.given...)
	}
	return err
}

// entry reads {"seq":N,"hash":"HEX","entry":BYTES}.
func (in *importer) entry(text []byte) error {
	number, rest, ok1 := bytes.Cut(bytes.TrimPrefix(text, []byte(`{"seq":`)), []byte(`,"hash":"`))
	digits, rest, ok2 := bytes.Cut(rest, []byte(`","entry":`))
	body, ok3 := bytes.CutSuffix(rest, []byte(`}`))
	seq, err1 := strconv.ParseInt(string(number), 10, 64)
	sum, err2 := hex.DecodeString(string(digits))
	again := fmt.Appendf(nil, `{"seq":%d,"hash":"%x",`, seq, sum)
	if !ok1 || !ok2 || !ok3 || err1 != nil || err2 != nil || !bytes.HasPrefix(text, again) {
		return fmt.Errorf("the line of entry %d is damaged: %.60q", in.audit.tree.Size+1, text)
	}
	in.last = append(in.last[:0], body...)
	in.found.Erased += len(Commitments(body))
	err := in.audit.Entry(kept.Entry{Seq: seq, Bytes: body, Hash: sum})
	in.found.Tree = in.audit.tree
	return err
}

// text reads a free text of the last entry.
func (in *importer) text(f frame) error {
	if !bytes.Contains(in.last, []byte(`"`+f.Commitment+`"`)) {
		return fmt.Errorf("entry %d does not hold the commitment %q that the text is said to belong to", in.audit.tree.Size, f.Commitment)
	}
	in.found.Texts++
	in.found.Erased = max(in.found.Erased-1, 0)
	if err := (Text{Salt: f.Salt, Text: *f.Text}).Check(f.Commitment); err != nil {
		return fmt.Errorf("entry %d: %w", in.audit.tree.Size, err)
	}
	return nil
}

func (in *importer) end(f frame) error {
	if *f.End != in.audit.tree.Size {
		return fmt.Errorf("the export has %d entries, and its end says %d", in.audit.tree.Size, *f.End)
	}
	if want := hex.EncodeToString(in.framing.Sum(nil)); f.Framing != want {
		return fmt.Errorf("a line that is no entry was changed: together they have the hash %s, and the end says %s", want, f.Framing)
	}
	in.ended = true
	return nil
}
