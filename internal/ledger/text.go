package ledger

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
)

// saltSize is long enough that nobody finds an erased text by trying.
const saltSize = 16

// Text is free text that can be erased although the log cannot be changed: the
// entry holds its Commitment only, and text and salt stand elsewhere. When they
// are gone the entry is as valid as before and says nothing of the text.
type Text struct {
	Salt []byte
	Text string
}

// NewText salts a text.
func NewText(chance io.Reader, text string) (Text, error) {
	t := Text{Salt: make([]byte, saltSize), Text: text}
	if _, err := io.ReadFull(chance, t.Salt); err != nil {
		return Text{}, fmt.Errorf("drawing the salt of a text: %w", err)
	}
	return t, nil
}

// committed begins what an entry holds in place of a text.
const committed = "commit:"

// Commitment is what an entry holds in place of the text: "commit:" and 64 hex
// digits of SHA-256 over a byte 2 (leaves have 0 and nodes 1), salt and text.
func (t Text) Commitment() string {
	return committed + hex.EncodeToString(sha256Of([]byte{2}, t.Salt, []byte(t.Text)))
}

// IsCommitment tells whether a text stands for another one.
func IsCommitment(text string) bool {
	digits, is := strings.CutPrefix(text, committed)
	raw, err := hex.DecodeString(digits)
	return is && err == nil && len(raw) == 32
}

// Check tells whether it is the text that was committed to.
func (t Text) Check(commitment string) error {
	if len(t.Salt) != saltSize {
		return fmt.Errorf("the salt of a text has %d bytes, not %d", len(t.Salt), saltSize)
	}
	if t.Commitment() != commitment {
		return errors.New("the text is not the one that was written: it does not fit its commitment")
	}
	return nil
}

// Commitments lists those in the bytes of an entry, in their order.
func Commitments(body []byte) (list []string) {
	const length = len(committed) + 2*32
	rest := string(body)
	for {
		_, after, found := strings.Cut(rest, `"`+committed)
		if !found {
			return list
		}
		if digits := length - len(committed); len(after) > digits && after[digits] == '"' {
			if _, err := hex.DecodeString(after[:digits]); err == nil {
				list = append(list, committed+after[:digits])
			}
		}
		rest = after
	}
}
