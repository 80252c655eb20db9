package access

import (
	"crypto/hmac"
	"crypto/sha1" //#nosec G505 -- RFC 6238 names it, and every app that shows codes knows it alone
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// The codes of a second factor, as RFC 6238 makes them and every app for them knows:
// six digits of thirty seconds. It is so little that a library would be more.
const (
	codeStep   = 30 * time.Second
	codeDigits = 6
	keyLength  = 20 // bytes
)

// stepOf counts the thirty seconds until that moment.
func stepOf(at time.Time) int64 { return at.Unix() / int64(codeStep/time.Second) }

// codeAt is the code of one step.
func codeAt(key []byte, step int64) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0x0f
	number := binary.BigEndian.Uint32(sum[from:]) & 0x7fffffff
	const million = 1_000_000
	return fmt.Sprintf("%0*d", codeDigits, number%million)
}

// accepts gives the step that the code is of, which must come after the last that was
// used: no code counts twice. The step before and the next count too, because no two
// clocks are alike.
func accepts(key []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	for at := stepOf(now) - 1; at <= stepOf(now)+1; at++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(key, at)), []byte(code)) == 1 && at > last && !ok {
			step, ok = at, true
		}
	}
	return step, ok
}

// written is a key as people type it into such an app.
func written(key []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(key)
}
