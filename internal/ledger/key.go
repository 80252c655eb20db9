package ledger

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"beredskab/internal/kept"
)

// Key signs checkpoints of one log. It does not show its secret when printed.
type Key struct {
	signer note.Signer
	public string
}

// NewKey makes the secret text of a new Ed25519 key for the log called origin.
// It belongs into a file of mode 0600; ParseKey reads it.
func NewKey(chance io.Reader, origin string) (secret string, err error) {
	secret, _, err = note.GenerateKey(chance, origin)
	if err == nil {
		_, err = ParseKey(secret)
	}
	if err != nil {
		return "", fmt.Errorf("making a key for the log %q, whose name must have no space and no plus sign: %w", origin, err)
	}
	return secret, nil
}

// ParseKey reads what NewKey gave. The error never shows the text.
func ParseKey(secret string) (Key, error) {
	secret = strings.TrimSpace(secret)
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, errors.New("this is not a key of a log: it begins with PRIVATE+KEY+ and the log's name, and is one line")
	}
	seed, err := base64.StdEncoding.DecodeString(secret[len(secret)-publicLen:])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return Key{}, errors.New("the key of the log has a form that this program does not know")
	}
	public, _ := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(signer.Name(), public)
	return Key{signer: signer, public: text}, err
}

// Origin is the name of the log that the key signs for.
func (k Key) Origin() string { return k.signer.Name() }

// Public is the text that auditors get.
func (k Key) Public() string { return k.public }

// String shows the public half.
func (k Key) String() string { return k.public }

// ActKeyReplace is the act of an entry whose detail is a KeyChange.
const ActKeyReplace = "key.replace"

// KeyChange is the detail of the entry by which a key takes the place of
// another. The statement is a note signed by both.
type KeyChange struct {
	Statement string `json:"statement"`
}

// Keys are the one that went and the one that came, as the statement says; that
// both have signed it, Keys.Follow says.
func (c KeyChange) Keys() (old, by string) {
	lines := strings.SplitN(c.Statement, "\n", 5)
	if len(lines) < 5 {
		return "", ""
	}
	return lines[2], lines[3]
}

// change heads each statement.
const change = "beredskab key change"

// Replace states that the other key signs from now on. The statement counts from
// the entry on that carries it.
func (k Key) Replace(by Key, at time.Time) (KeyChange, error) {
	if k.Origin() != by.Origin() || k.public == by.public {
		return KeyChange{}, fmt.Errorf("key %s cannot take the place of %s: want another key for the same log", by, k)
	}
	text := fmt.Sprintf("%s\n%s\n%s\n%s\ntime %s\n", change, k.Origin(), k.public, by.public, at.UTC().Format(time.RFC3339))
	signed, err := note.Sign(&note.Note{Text: text}, k.signer, by.signer)
	if err != nil {
		return KeyChange{}, fmt.Errorf("signing the change of key of %s: %w", k.Origin(), err)
	}
	return KeyChange{Statement: string(signed)}, nil
}

// Keys are the public keys of one log, and over which sizes each was in force.
type Keys struct{ list []term }

// term is a key in force at the sizes from ≤ size < until; until 0 is no end.
type term struct {
	public      string
	from, until int64
	verifier    note.Verifier
}

// ParseKeys takes the public keys that are trusted from the first entry on. One
// is the rule, more are for a log whose key was lost.
func ParseKeys(public ...string) (Keys, error) {
	var keys Keys
	for _, text := range public {
		v, err := parsePublic(text)
		if err != nil {
			return Keys{}, err
		}
		if len(keys.list) > 0 && keys.Origin() != v.Name() {
			return Keys{}, fmt.Errorf("keys of two logs: %s and %s", keys.Origin(), v.Name())
		}
		keys.list = append(keys.list, term{public: text, verifier: v})
	}
	if len(keys.list) == 0 {
		return Keys{}, errors.New("at least one public key is needed to know whose log it is")
	}
	return keys, nil
}

// publicLen is the length of a key without its name and number, in base64.
const publicLen = 44

// parsePublic reads a public key in the one way in which it is written, so that
// equal keys are equal texts.
func parsePublic(text string) (note.Verifier, error) {
	v, err := note.NewVerifier(text)
	if err == nil {
		prefix := fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash())
		if strings.HasPrefix(text, prefix) && len(text) == len(prefix)+publicLen {
			return v, nil
		}
	}
	return nil, fmt.Errorf("%.80q is not a public key: want NAME+NUMBER+BASE64 as the server gave it", text)
}

// Origin is the name of the log.
func (k Keys) Origin() string { return k.list[0].verifier.Name() }

// Follow takes an entry in: when it replaces a key, the keys in force change
// from it on. Entries come in their order, and others than these may be left out.
func (k *Keys) Follow(e kept.Entry) error {
	if !bytes.Contains(e.Bytes, []byte(`"`+ActKeyReplace+`"`)) {
		return nil // not worth reading: canonical bytes say it so
	}
	var said struct {
		Act, Outcome string
		Detail       json.RawMessage
	}
	var detail KeyChange
	if err := json.Unmarshal(e.Bytes, &said); err != nil || said.Act != ActKeyReplace || said.Outcome != "done" {
		return nil
	}
	err := json.Unmarshal(said.Detail, &detail)
	if err == nil {
		err = k.replace(e.Seq, detail.Statement)
	}
	if err != nil {
		return fmt.Errorf("entry %d replaces the key of the log, and does not hold: %w", e.Seq, err)
	}
	return nil
}

func (k *Keys) replace(seq int64, statement string) error {
	text, _, _ := strings.Cut(statement, "\n\n")
	lines := strings.Split(text, "\n")
	if len(k.list) == 0 {
		return errors.New("no key was in force")
	}
	if len(lines) != 5 || lines[0] != change || lines[1] != k.Origin() {
		return fmt.Errorf("its statement does not begin with %q, %q, the old and the new key, and a time", change, k.Origin())
	}
	old := slices.IndexFunc(k.list, func(t term) bool { return t.public == lines[2] && t.until == 0 })
	next, err := parsePublic(lines[3])
	switch {
	case old < 0:
		return fmt.Errorf("the key %s was not in force", lines[2])
	case err != nil:
		return err
	case next.Name() != k.Origin():
		return fmt.Errorf("the new key is of the log %s, not of %s", next.Name(), k.Origin())
	}
	for _, v := range []note.Verifier{k.list[old].verifier, next} {
		opened, err := note.Open([]byte(statement), note.VerifierList(v))
		if err == nil && opened.Text != text+"\n" {
			err = errors.New("another text is")
		}
		if err != nil {
			return fmt.Errorf("its statement is not signed by %s+%08x: %w", v.Name(), v.KeyHash(), err)
		}
	}
	k.list = slices.Clone(k.list)
	k.list[old].until = seq
	k.list = append(k.list, term{public: lines[3], verifier: next, from: seq})
	return nil
}

// Open reads a signed checkpoint and checks that the key in force at its size
// signed it. The changes of key up to that size must have been followed.
func (k Keys) Open(signed string) (Checkpoint, error) {
	c, err := ReadCheckpoint(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != k.Origin() {
		return Checkpoint{}, fmt.Errorf("the checkpoint is of the log %q, not of %q", c.Origin, k.Origin())
	}
	for _, t := range k.list {
		if c.Size < t.from || t.until > 0 && c.Size >= t.until {
			continue
		}
		opened, failed := note.Open([]byte(signed), note.VerifierList(t.verifier))
		if failed == nil {
			return parseCheckpoint(opened.Text)
		}
		err = cmp.Or(err, failed)
	}
	return Checkpoint{}, fmt.Errorf("the checkpoint of %d entries is not signed by a key in force then: %w", c.Size, err)
}
