package notary

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

// keyFile is the key in the data folder. It is in no backup of the register: who
// holds both could write the log anew.
const keyFile = "log.key"

// actBegin is the entry by which a key begins to sign.
const actBegin = "key.begin"

// beginning is its detail.
type beginning struct {
	Public string `json:"public"`
	Node   string `json:"node"`
}

// Key gives the public key that this folder signs with, made and recorded at first
// need, and those that auditors trust from the first entry on, the first one first.
func (n *Notary) Key(ctx context.Context) (own string, first []string, err error) {
	key, err := n.begun(ctx)
	if err != nil {
		return "", nil, err
	}
	h, err := door.Read(ctx, n.Door, func(tx door.Tx) (history, error) { return historyOf(ctx, tx) })
	return key.Public(), h.begun, err
}

// begun gives this folder's key once the log knows it.
func (n *Notary) begun(ctx context.Context) (ledger.Key, error) {
	h, err := door.Read(ctx, n.Door, func(tx door.Tx) (history, error) { return historyOf(ctx, tx) })
	if err != nil {
		return ledger.Key{}, err
	}
	key, err := n.key()
	if errors.Is(err, fs.ErrNotExist) {
		if err = n.makeKey(ctx, h.begun); err == nil {
			key, err = n.key()
		}
	}
	if err == nil && h.gone(key.Public()) {
		return n.takeUp(h.next[key.Public()])
	}
	if err != nil || h.knows(key.Public()) {
		return key, err
	}
	return key, n.Door.Do(ctx, door.System(n.Node), actBegin, object, func(tx door.Tx) (any, error) {
		h, err := historyOf(ctx, tx)
		if err == nil && h.knows(key.Public()) {
			err = door.ErrNothing
		}
		return beginning{key.Public(), n.Node}, err
	})
}

// key reads the key of this folder.
func (n *Notary) key() (ledger.Key, error) {
	return readKey(filepath.Join(n.Folder, keyFile))
}

// readKey reads a key of a log that nobody else may read.
func readKey(path string) (ledger.Key, error) {
	text, err := disk.ReadOwn(path, "the key of the log", "move it away: a new one is made and recorded")
	if err != nil {
		return ledger.Key{}, err
	}
	key, err := ledger.ParseKey(string(text))
	if err != nil {
		return key, fmt.Errorf("%s: %w; restore it, or move it away: a new one is made and recorded", path, err)
	}
	return key, nil
}

// makeKey puts a new key on disk, whole or not at all, and never over another.
func (n *Notary) makeKey(ctx context.Context, known []string) error {
	origin, err := n.origin(ctx, known)
	if err != nil {
		return err
	}
	secret, err := ledger.NewKey(rand.Reader, origin)
	if err != nil {
		return err
	}
	if err = disk.MakeFolder(n.Folder); err == nil {
		err = disk.WriteFirst(filepath.Join(n.Folder, keyFile), func(out io.Writer) error {
			_, err := io.WriteString(out, secret+"\n")
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("making the key of the log: %w", err)
	}
	return nil
}

// origin names the log: as its first key did, else after the municipality.
func (n *Notary) origin(ctx context.Context, known []string) (string, error) {
	if len(known) > 0 {
		name, _, _ := strings.Cut(known[0], "+")
		return name, nil
	}
	name, err := n.Name(ctx)
	if err != nil {
		return "", fmt.Errorf("asking for the municipality's name, to name its log: %w", err)
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		words = []string{"register"}
	}
	return "beredskab/" + strings.Join(words, "-"), nil
}

// known are the keys that count: those that the log tells of, and this folder's.
func (n *Notary) known(ctx context.Context, tx door.Tx) (history, error) {
	h, err := historyOf(ctx, tx)
	if err != nil {
		return h, err
	}
	key, err := n.key()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return h, nil
	case err != nil:
		return h, err
	case !h.knows(key.Public()):
		h.begun = append(h.begun, key.Public())
	}
	return h, nil
}

// about reads what was done to the log itself, the first one first.
func about(ctx context.Context, tx door.Tx, act string, visit func(e kept.Entry, detail json.RawMessage) error) error {
	entries, err := tx.Entries(ctx, kept.EntryFilter{Object: object})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(entries) {
		if e.Act != act || e.Outcome != "done" {
			continue
		}
		var said struct{ Detail json.RawMessage }
		err := ledger.Fits(e)
		if err == nil {
			err = json.Unmarshal(e.Bytes, &said)
		}
		if err == nil {
			err = visit(e, said.Detail)
		}
		if err != nil {
			return fmt.Errorf("reading entry %d, %s: %w", e.Seq, act, err)
		}
	}
	return nil
}
