package ledger_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"beredskab/internal/ledger"
)

// FuzzSeal: the bytes of an entry are one line of JSON that says what was sealed,
// the same each time, with a hash that is theirs alone.
func FuzzSeal(f *testing.F) {
	f.Add("it-chef", "drill.start", "esdh", "done", "hash", int64(1795426496123456789))
	f.Add("\xff", "\x00", "\u202e", "</script>", "\n\r\u2028", int64(-1))
	f.Add("", "", "", "", "", int64(0))
	f.Fuzz(func(t *testing.T, actor, act, object, outcome, detail string, at int64) {
		e := ledger.Entry{Actor: map[string]string{"name": actor}, Act: act, Object: object, Outcome: outcome, Detail: map[string]string{"why": detail}}
		moment := time.Unix(0, at)
		body, hash, err := ledger.Seal(e, moment)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, _ := ledger.Seal(e, moment.In(time.FixedZone("", 3600))); !bytes.Equal(again, body) {
			t.Errorf("sealed again it is %q, not %q", again, body)
		}
		if bytes.ContainsAny(body, "\n\r") || !bytes.Equal(hash, ledger.Leaf(body)) || bytes.Equal(ledger.Leaf(append(bytes.Clone(body), ' ')), hash) {
			t.Errorf("%q has the hash %x", body, hash)
		}
		var said struct {
			V                        int
			At, Act, Object, Outcome string
			Actor, Detail            map[string]string
		}
		if err := json.Unmarshal(body, &said); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		read, err := time.Parse(time.RFC3339Nano, said.At)
		if err != nil || !read.Equal(moment) || said.V != 1 {
			t.Errorf("%q was sealed at %v (%v)", body, moment, err)
		}
		for _, word := range [][2]string{{said.Act, act}, {said.Object, object}, {said.Outcome, outcome}, {said.Actor["name"], actor}, {said.Detail["why"], detail}} {
			if valid(word[1]) && word[0] != word[1] {
				t.Errorf("%q says %q, not %q", body, word[0], word[1])
			}
		}
	})
}

// valid tells whether JSON can carry the text as it is.
func valid(text string) bool { return utf8.ValidString(text) }
