package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"beredskab/internal/kept"
)

// ErrDamaged says that something in the register is not what was written there.
var ErrDamaged = errors.New("damaged, or changed behind the program's back; restore a backup, do not repair it in place")

// ErrUnreadable is the next step for what was written and cannot be read, which
// may be damage, or be newer than this program.
var ErrUnreadable = errors.New("stop the server and look with `beredskab doctor`; if a newer program wrote it, take that one, else restore a backup, do not repair it in place")

// Fit gives what Fits says of the first of them that does not.
func Fit(list []kept.Entry) error {
	for _, e := range list {
		if err := Fits(e); err != nil {
			return err
		}
	}
	return nil
}

// Fits tells whether a kept entry is what was sealed: its hash is that of its
// bytes, and what is listed and searched for stands in the bytes too. Errors wrap
// ErrDamaged and name the entry.
func Fits(e kept.Entry) error {
	if !bytes.Equal(Leaf(e.Bytes), e.Hash) {
		return fmt.Errorf("entry %d of the log does not fit its hash: %w", e.Seq, ErrDamaged)
	}
	var said struct {
		At     time.Time `json:"at"`
		Act    string    `json:"act"`
		Object string    `json:"object"`
		// An entry of an earlier form may name its actor otherwise.
		Actor   json.RawMessage `json:"actor"`
		Outcome string          `json:"outcome"`
	}
	if err := json.Unmarshal(e.Bytes, &said); err != nil {
		return fmt.Errorf("entry %d of the log cannot be read (%w): %w", e.Seq, err, ErrDamaged)
	}
	var who struct {
		Name string `json:"name"`
	}
	named := json.Unmarshal(said.Actor, &who) == nil
	for _, c := range []struct {
		column string
		same   bool
	}{
		{"time", said.At.UnixMicro() == e.At.UnixMicro()},
		{"actor", !named || who.Name == e.Actor},
		{"act", said.Act == e.Act},
		{"object", said.Object == e.Object},
		{"outcome", said.Outcome == e.Outcome},
	} {
		if !c.same {
			return fmt.Errorf("entry %d of the log is listed with another %s than it was written with: %w", e.Seq, c.column, ErrDamaged)
		}
	}
	return nil
}
