package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// tree is that of RFC 6962, as the roots of the whole subtrees of the leaves
// seen, the largest first: one for each bit that is set in their number.
type tree struct {
	size  uint64
	roots [][sha256.Size]byte
}

func node(left, right [sha256.Size]byte) [sha256.Size]byte {
	both := [1 + 2*sha256.Size]byte{1}
	copy(both[1:], left[:])
	copy(both[1+sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}

func (t *tree) add(leaf [sha256.Size]byte) {
	for range bits.TrailingZeros64(^t.size) {
		leaf = node(t.roots[len(t.roots)-1], leaf)
		t.roots = t.roots[:len(t.roots)-1]
	}
	t.roots = append(t.roots, leaf)
	t.size++
}

func (t *tree) root() string {
	root := sha256.Sum256(nil)
	for i, subtree := range slices.Backward(t.roots) {
		if i == len(t.roots)-1 {
			root = subtree
		} else {
			root = node(subtree, root)
		}
	}
	return base64.StdEncoding.EncodeToString(root[:])
}

// key is a public key: NAME+NUMBER+BASE64, where the number begins a hash of
// name and key, and the first byte of the key says Ed25519.
type key struct {
	text, name, number string
	public             ed25519.PublicKey
}

func parseKey(text, origin string) (key, error) {
	if parts := strings.SplitN(text, "+", 3); len(parts) == 3 && parts[0] == origin {
		raw, err := base64.StdEncoding.Strict().DecodeString(parts[2])
		sum := sha256.Sum256(append([]byte(origin+"\n"), raw...))
		if err == nil && len(raw) == 33 && raw[0] == 1 && parts[1] == hex.EncodeToString(sum[:4]) {
			return key{text: text, name: origin, number: string(sum[:4]), public: raw[1:]}, nil
		}
	}
	return key{}, fmt.Errorf("%.80q is not a public key of the log %q, which has the form NAME+NUMBER+BASE64", text, origin)
}

// signed checks a note: a text, an empty line, and a line "— NAME BASE64" for each signature.
func (k key) signed(note string) bool {
	text, signatures, _ := strings.Cut(note, "\n\n")
	for line := range strings.Lines(signatures) {
		name, coded, _ := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		raw, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(coded, "\n"))
		if err != nil || len(raw) < 4 || !strings.HasPrefix(line, "— ") || !strings.HasSuffix(line, "\n") {
			return false
		}
		if name == k.name && string(raw[:4]) == k.number {
			return ed25519.Verify(k.public, []byte(text+"\n"), raw[4:])
		}
	}
	return false
}

// replace reads an entry. One that replaces a key has a statement signed by the old and the new key.
func (x *export) replace(body []byte) error {
	var said struct {
		Act, Outcome string
		Detail       struct{ Statement string }
	}
	if bytes.Contains(body, []byte(`"key.replace"`)) {
		_ = json.Unmarshal(body, &said) // what cannot be read stays empty
	}
	if said.Act != "key.replace" || said.Outcome != "done" {
		return nil
	}
	note := said.Detail.Statement
	text, _, _ := strings.Cut(note, "\n\n")
	lines := append(strings.Split(text, "\n"), "", "", "", "")
	old := slices.IndexFunc(x.keys, func(k key) bool { return k.text == lines[2] })
	next, err := parseKey(lines[3], x.Origin)
	if err != nil || len(lines) != 5+4 || lines[0] != "beredskab key change" || lines[1] != x.Origin ||
		old < 0 || !x.keys[old].signed(note) || !next.signed(note) {
		return errors.New("it replaces a key, and not one in force with the signatures of both")
	}
	x.keys[old] = next
	return nil
}
