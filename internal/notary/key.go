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

// Key gives the public key of this folder, made and recorded at first need, and
// all others that ever began to sign this log.
func (n *Notary) Key(ctx context.Context) (own string, all []string, err error) {
	key, err := n.begun(ctx)
	if err != nil {
		return "", nil, err
	}
	all, err = door.Read(ctx, n.Door, func(tx door.Tx) ([]string, error) { return recorded(ctx, tx) })
	return key.Public(), all, err
}

// begun gives this folder's key once the log knows it.
func (n *Notary) begun(ctx context.Context) (ledger.Key, error) {
	public, err := door.Read(ctx, n.Door, func(tx door.Tx) ([]string, error) { return recorded(ctx, tx) })
	if err != nil {
		return ledger.Key{}, err
	}
	key, err := n.key()
	if errors.Is(err, fs.ErrNotExist) {
		if err = n.makeKey(ctx, public); err == nil {
			key, err = n.key()
		}
	}
	if err != nil || slices.Contains(public, key.Public()) {
		return key, err
	}
	return key, n.Door.Do(ctx, door.System(n.Node), actBegin, object, func(tx door.Tx) (any, error) {
		public, err := recorded(ctx, tx)
		if err == nil && slices.Contains(public, key.Public()) {
			err = door.ErrNothing
		}
		return beginning{key.Public(), n.Node}, err
	})
}

// key reads the key of this folder.
func (n *Notary) key() (ledger.Key, error) {
	path := filepath.Join(n.Folder, keyFile)
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
func (n *Notary) known(ctx context.Context, tx door.Tx) ([]string, error) {
	list, err := recorded(ctx, tx)
	if err != nil {
		return nil, err
	}
	key, err := n.key()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return list, nil
	case err != nil:
		return nil, err
	case slices.Contains(list, key.Public()):
		return list, nil
	}
	return append(list, key.Public()), nil
}

// recorded lists the keys that the log tells of, the first one first.
func recorded(ctx context.Context, tx door.Tx) (list []string, err error) {
	err = about(ctx, tx, actBegin, func(detail json.RawMessage) error {
		var b beginning
		err := json.Unmarshal(detail, &b)
		list = append(list, b.Public)
		return err
	})
	return list, err
}

// about reads the details of what was done to the log itself, the first one first.
func about(ctx context.Context, tx door.Tx, act string, visit func(detail json.RawMessage) error) error {
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
			err = visit(said.Detail)
		}
		if err != nil {
			return fmt.Errorf("reading entry %d, %s: %w", e.Seq, act, err)
		}
	}
	return nil
}
