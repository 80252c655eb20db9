package kept

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"time"
)

// Identity is what a server says of itself as it joins the register.
type Identity struct {
	Name, Site    string
	Role          Role
	Version, Boot string
	Key           ed25519.PrivateKey // nil: its name is bound to no key
}

// Node is the row of that server as of a start at that moment, without epoch.
func (id Identity) Node(started time.Time) Node {
	n := Node{Name: id.Name, Site: id.Site, Role: cmp.Or(id.Role, Everything), Version: id.Version, Boot: id.Boot, Started: started}
	if id.Key != nil {
		n.Key = "ed25519:" + base64.StdEncoding.EncodeToString(id.Key.Public().(ed25519.PublicKey))
	}
	return n
}

// Statement is what the log keeps of a start: the server's own words, and their
// signature by its key.
func (id Identity) Statement(n Node) map[string]any {
	detail := map[string]any{"epoch": n.Epoch, "site": n.Site, "role": n.Role, "version": n.Version}
	if id.Key != nil {
		words := fmt.Sprintf("node.start %q epoch %d boot %s at %s", n.Name, n.Epoch, n.Boot, n.Started.Format(time.RFC3339Nano))
		detail["public_key"], detail["signed"] = n.Key, words
		detail["signature"] = base64.StdEncoding.EncodeToString(ed25519.Sign(id.Key, []byte(words)))
	}
	return detail
}
