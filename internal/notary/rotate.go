package notary

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/rights"
)

// nextFile is the key that is to take the place of the one in keyFile. It stands
// there until the log tells of the change, so that no crash in between leaves a
// log whose key nobody has.
const nextFile = "next-log.key"

// history is what the log tells of its keys.
type history struct {
	begun   []string          // trusted from the first entry on, the first one first
	changes []kept.Entry      // by which a key took another's place, the first one first
	next    map[string]string // by the key that went: which one came
}

// change is the detail of the entry of a change. The statement stands where whoever
// checks an export looks for it.
type change struct {
	ledger.KeyChange
	Basis rights.Basis `json:"basis"`
}

// historyOf reads it. A change counts when both keys have signed it.
func historyOf(ctx context.Context, tx door.Tx) (h history, err error) {
	h.next = map[string]string{}
	err = about(ctx, tx, actBegin, func(_ kept.Entry, detail json.RawMessage) error {
		var b beginning
		err := json.Unmarshal(detail, &b)
		h.begun = append(h.begun, b.Public)
		return err
	})
	if err != nil {
		return h, err
	}
	err = about(ctx, tx, ledger.ActKeyReplace, func(e kept.Entry, detail json.RawMessage) error {
		var c change
		if err := json.Unmarshal(detail, &c); err != nil {
			return err
		}
		h.changes = append(h.changes, e)
		_, err := h.keys()
		old, by := c.Keys()
		h.next[old] = by
		return err
	})
	return h, err
}

// keys are those in force at each size.
func (h history) keys() (ledger.Keys, error) {
	keys, err := ledger.ParseKeys(h.begun...)
	for _, e := range h.changes {
		if err == nil {
			err = keys.Follow(e)
		}
	}
	return keys, err
}

// gone tells whether another key took that one's place.
func (h history) gone(public string) bool { return h.next[public] != "" }

// knows tells whether the log tells of that key.
func (h history) knows(public string) bool {
	return slices.Contains(h.begun, public) || slices.Contains(slices.Collect(maps.Values(h.next)), public)
}

// Rotate lets a new key sign from now on. The key before it signs the statement,
// which is an entry of the log, and is then deleted: what it signed still counts.
// The keys that auditors have stay the right ones. Administrators may, and who
// works on the machine itself.
func (n *Notary) Rotate(ctx context.Context, by door.Actor) (public string, err error) {
	old, err := n.begun(ctx)
	if err != nil {
		return "", err
	}
	next, err := n.prepare(old)
	if err != nil {
		return "", err
	}
	if _, err := n.Checkpoint(ctx); err != nil { // the last word of the old key
		return "", err
	}
	err = n.Door.Do(ctx, by, ledger.ActKeyReplace, object, func(tx door.Tx) (any, error) {
		basis, err := n.Door.May(ctx, tx, by, door.Operator())
		if err != nil {
			return nil, err
		}
		statement, err := old.Replace(next, n.Door.Now().Wall)
		return change{statement, basis}, err
	})
	if err != nil {
		return "", fmt.Errorf("replacing the key of the log: %w", err)
	}
	if _, err := n.takeUp(next.Public()); err != nil {
		return "", err
	}
	_, err = n.Checkpoint(ctx)
	return next.Public(), err
}

// prepare makes the key that is to come, in a file of its own.
func (n *Notary) prepare(old ledger.Key) (ledger.Key, error) {
	secret, err := ledger.NewKey(rand.Reader, old.Origin())
	if err != nil {
		return ledger.Key{}, err
	}
	path := filepath.Join(n.Folder, nextFile)
	if err := disk.WriteFile(path, func(out io.Writer) error { _, err := io.WriteString(out, secret+"\n"); return err }); err != nil {
		return ledger.Key{}, fmt.Errorf("making the next key of the log: %w", err)
	}
	return readKey(path)
}

// takeUp puts the prepared key into the place of the one that the log says has gone.
func (n *Notary) takeUp(public string) (ledger.Key, error) {
	path := filepath.Join(n.Folder, nextFile)
	key, err := readKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if now, failed := n.key(); failed == nil && now.Public() == public {
			return now, nil // another process was first
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && key.Public() != public:
		return key, fmt.Errorf("%s of this folder was replaced by %s, which is not here: put that file back, or move %s away: a new key is made and recorded",
			keyFile, number(public), filepath.Join(n.Folder, keyFile))
	case err != nil:
		return key, err
	}
	if err := errors.Join(os.Rename(path, filepath.Join(n.Folder, keyFile)), disk.Sync(n.Folder)); err != nil {
		return key, fmt.Errorf("putting the new key of the log in its place: %w", err)
	}
	return key, nil
}

// number is the part of a public key that names it in a line.
func number(public string) string {
	parts := strings.SplitN(public, "+", 3)
	return strings.Join(parts[:min(2, len(parts))], "+")
}
