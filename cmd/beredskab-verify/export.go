package main

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// export is an export in the middle of being read.
type export struct {
	report
	outside []string // checkpoints kept outside
	keys    []key    // in force
	tree    tree
	framing hash.Hash // of the lines that are not entries
	last    []byte    // a zero, and the bytes of the last entry
	fits    uint64    // the largest size at which a checkpoint fits
	ended   bool
}

// frame is a line that is not an entry.
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
	End        *uint64  `json:"end,omitempty"`
	Framing    string   `json:"framing,omitempty"`
}

// read reports the first thing that is wrong with the log; it fails when this is no export.
func (x *export) read(in io.Reader) (wrong error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	x.framing = sha256.New()
	for wrong == nil && lines.Scan() {
		x.Line++
		wrong = x.take(lines.Bytes())
	}
	switch x.Entries, x.Root = x.tree.size, x.tree.root(); {
	case lines.Err() != nil:
		return fmt.Errorf("line %d: %w", x.Line+1, lines.Err())
	case x.keys == nil:
		return cmp.Or(wrong, io.ErrUnexpectedEOF)
	case wrong != nil:
	case !x.ended:
		wrong = errors.New("the export breaks off: it has no line of the end")
	case x.Outside < len(x.outside):
		wrong = fmt.Errorf("the log has %d entries, fewer than a checkpoint kept outside: its end was cut off, or an older backup was put back", x.Entries)
	case x.fits < x.Entries || x.Checkpoints+x.Outside == 0:
		wrong = fmt.Errorf("no signed checkpoint covers the log from entry %d to its end at %d", x.fits+1, x.Entries)
	}
	if x.OK = wrong == nil; !x.OK {
		x.Problem = wrong.Error()
	}
	return nil
}

func (x *export) take(line []byte) error {
	if !x.ended && x.keys != nil && bytes.HasPrefix(line, []byte(`{"seq":`)) {
		return x.entry(line)
	}
	var f frame
	err := json.Unmarshal(line, &f)
	// One way of writing each line, so that no two readers understand it differently.
	if again, _ := json.Marshal(f); x.ended || err != nil || !bytes.Equal(again, line) || (f.Version == 1) != (x.keys == nil) {
		return fmt.Errorf("an export of version 1 has no such line after entry %d: %.60q", x.tree.size, line)
	}
	framing := hex.EncodeToString(x.framing.Sum(nil))
	x.framing.Write(append(bytes.Clone(line), '\n'))
	switch x.ended = f.End != nil; {
	case x.ended && (*f.End != x.tree.size || f.Framing != framing):
		return fmt.Errorf("the export was to have %d entries and has %d, or a line that is no entry was changed", *f.End, x.tree.size)
	case x.ended:
		return nil
	case f.Version > 0:
		return x.head(f)
	case f.Text != nil:
		return x.text(f)
	}
	x.Checkpoints++
	return x.compare(f.Checkpoint)
}

func (x *export) head(f frame) error {
	x.Origin, x.KeyIsGiven = f.Origin, len(x.Keys) > 0
	if !x.KeyIsGiven {
		x.Keys = f.Keys
	}
	for _, text := range x.Keys {
		k, err := parseKey(text, x.Origin)
		if err != nil {
			x.keys = nil
			return err
		}
		x.keys = append(x.keys, k)
	}
	return x.meet()
}

// entry reads {"seq":N,"hash":"HEX","entry":BYTES}.
func (x *export) entry(line []byte) error {
	seq := x.tree.size + 1
	rest, inPlace := bytes.CutPrefix(line, strconv.AppendUint([]byte(`{"seq":`), seq, 10))
	rest, hashed := bytes.CutPrefix(rest, []byte(`,"hash":"`))
	if !inPlace || !hashed {
		return fmt.Errorf("entry %d is not there; in its place stands %.40q", seq, line)
	}
	stated, body, _ := bytes.Cut(rest, []byte(`","entry":`))
	body, closed := bytes.CutSuffix(body, []byte(`}`))
	x.last = append(append(x.last[:0], 0), body...)
	sum := sha256.Sum256(x.last)
	if !closed || !bytes.Equal(hex.AppendEncode(make([]byte, 0, 64), sum[:]), stated) {
		return fmt.Errorf("entry %d was changed: its bytes do not fit its hash", seq)
	}
	x.tree.add(sum)
	if err := x.replace(body); err != nil {
		return fmt.Errorf("entry %d: %w", seq, err)
	}
	return x.meet()
}

// text checks a text that the last entry commits to: "commit:" and the SHA-256
// of a byte 2, the salt of 16 bytes and the text. An erased one is not there.
func (x *export) text(f frame) error {
	sum := sha256.Sum256(slices.Concat([]byte{2}, f.Salt, []byte(*f.Text)))
	if len(f.Salt) != 16 || f.Commitment != "commit:"+hex.EncodeToString(sum[:]) || !bytes.Contains(x.last, []byte(`"`+f.Commitment+`"`)) {
		return fmt.Errorf("the text after entry %d is not the one that it was written with", x.tree.size)
	}
	x.Texts++
	return nil
}

// meet holds the log against the checkpoints kept outside, at their sizes.
func (x *export) meet() error {
	for _, note := range x.outside {
		if size, _ := sizeOf(note); size == x.tree.size {
			if err := x.compare(note); err != nil {
				return fmt.Errorf("against a checkpoint kept outside: %w", err)
			}
			x.Outside++
		}
	}
	return nil
}

// sizeOf reads the second line of a checkpoint, the number of entries.
func sizeOf(note string) (size uint64, err error) {
	if size, err = strconv.ParseUint(strings.Split(note+"\n", "\n")[1], 10, 60); err != nil {
		err = fmt.Errorf("this is not a checkpoint, whose second line is its size: %.60q", note)
	}
	return size, err
}

// compare holds the log against a checkpoint of its present size.
func (x *export) compare(note string) error {
	size, err := sizeOf(note)
	switch {
	case err != nil:
		return err
	case !slices.ContainsFunc(x.keys, func(k key) bool { return k.signed(note) }):
		return fmt.Errorf("a checkpoint is not signed by the key of %s that is in force after entry %d", x.Origin, x.tree.size)
	case size != x.tree.size:
		return fmt.Errorf("a checkpoint of %d entries stands after entry %d", size, x.tree.size)
	case !strings.HasPrefix(note, fmt.Sprintf("%s\n%d\n%s\n", x.Origin, size, x.tree.root())):
		return fmt.Errorf("the %d entries are not those that were signed, but the first %d are: among entries %d to %d something was changed together with its hash, added or taken out",
			size, x.fits, x.fits+1, size)
	}
	x.fits = size
	return nil
}
