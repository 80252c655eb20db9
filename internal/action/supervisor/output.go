package supervisor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keep is how many bytes of output are kept from its beginning and from its end (F24).
const keep = 64 << 10

// collector keeps the head, the tail, the length and the hash of a stream in bounded memory. With a file it also keeps the bytes
// in the spool as they come, so that an operator can read them after the supervisor was killed (F2).
type collector struct {
	head, tail []byte // tail is a ring that begins at offset keep of the stream
	length     int64
	sum        hash.Hash
	file       io.WriterAt // nil for a command without spool
	lost       error       // first failed write to the file
}

func newCollector(file io.WriterAt) *collector {
	return &collector{sum: sha256.New(), file: file}
}

// Write never fails: losing the spool copy must not stop the command (F10).
func (c *collector) Write(p []byte) (int, error) {
	total := len(p)
	c.sum.Write(p)
	if room := keep - len(c.head); room > 0 {
		n := min(room, len(p))
		c.store(p[:n], headAt+int64(len(c.head)))
		c.head = append(c.head, p[:n]...)
		c.length += int64(n)
		p = p[n:]
	}
	c.length += int64(len(p))
	if len(p) > 0 {
		c.ring(p)
	}
	if c.file != nil {
		c.store(binary.BigEndian.AppendUint64(nil, uint64(c.length)), lengthAt)
	}
	return total, nil
}

// ring puts p, which ends at c.length, into the tail.
func (c *collector) ring(p []byte) {
	if c.tail == nil {
		c.tail = make([]byte, keep)
	}
	if len(p) > keep {
		p = p[len(p)-keep:]
	}
	at := int((c.length - int64(len(p))) % keep)
	n := copy(c.tail[at:], p)
	c.store(p[:n], tailAt+int64(at))
	if n < len(p) {
		copy(c.tail, p[n:])
		c.store(p[n:], tailAt)
	}
}

func (c *collector) store(p []byte, at int64) {
	if c.file == nil || c.lost != nil {
		return
	}
	if _, err := c.file.WriteAt(p, at); err != nil {
		c.lost = err
	}
}

func (c *collector) output() Output {
	return Output{
		Head: visible(c.head), Tail: visible(unroll(c.tail, c.length)),
		Length: c.length, SHA256: hex.EncodeToString(c.sum.Sum(nil)),
	}
}

// unroll puts the ring of a stream of the given length into reading order.
func unroll(ring []byte, length int64) []byte {
	past := length - keep
	if past <= 0 || len(ring) < keep {
		return nil
	}
	if past <= keep {
		return ring[:past]
	}
	at := int(length % keep)
	return append(append(make([]byte, 0, keep), ring[at:]...), ring[:at]...)
}

// visible shows bytes as text in which nothing can act on a terminal or reorder a line: control characters, ESC, C1, bidirectional
// marks, invisible characters and invalid UTF-8 become escapes (S5). Newline and tab stay.
func visible(p []byte) string {
	var b strings.Builder
	b.Grow(len(p))
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, p[0])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.Write(p[:n])
		}
		p = p[n:]
	}
	return b.String()
}

// OneLine makes text fit for a Message: visible, on one line and at most 1,000 characters.
func OneLine(text string) string {
	text = strings.Join(strings.Fields(visible([]byte(text))), " ")
	if r := []rune(text); len(r) > 1000 {
		return string(r[:999]) + "…"
	}
	return text
}
