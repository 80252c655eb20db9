package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The figures of argon2id that OWASP asks for: 19 MiB, two passes, one lane.
const (
	memory = 19 * 1024 // KiB
	passes = 2
	lanes  = 1
	length = 32 // bytes of what it makes
)

// commonest are the passwords that are tried first, one a line, none of them short.
//
//go:embed commonest.txt
var commonest string

// Weak says why a password is refused. Code is short, long, common or account.
type Weak struct{ Code string }

func (w *Weak) Error() string {
	switch w.Code {
	case "short":
		return "the password is too short: write at least 12 characters, such as four words that you choose"
	case "long":
		return "the password is too long: write at most 200 characters"
	case "account":
		return "the password is the name of the account: choose another"
	default:
		return "the password is one of those that are guessed first: choose another, such as four words"
	}
}

// strong says why that password will not do for those accounts.
func strong(password string, accounts ...string) error {
	const least, most = 12, 200
	lower := strings.ToLower(strings.TrimSpace(password))
	switch n := utf8.RuneCountInString(password); {
	case n < least:
		return &Weak{"short"}
	case n > most:
		return &Weak{"long"}
	}
	for _, account := range accounts {
		if lower == strings.ToLower(account) {
			return &Weak{"account"}
		}
	}
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	const few = 5
	if len(different) < few || slices.Contains(strings.Fields(commonest), strings.ReplaceAll(lower, " ", "")) {
		return &Weak{"common"}
	}
	return nil
}

// random are that many random bytes.
func random(n int) []byte {
	bytes := make([]byte, n)
	_, _ = rand.Read(bytes) // which never fails: the program ends instead
	return bytes
}

func stretch(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, length)
}

// saltLength is that of every salt, in bytes.
const saltLength = 16

// encode writes what was made of a password with its figures, in the usual form of
// argon2 (PHC).
func encode(salt, made []byte) string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64(salt), b64(made))
}

// hashed is what is kept of a password.
func hashed(password string) string {
	salt := random(saltLength)
	return encode(salt, stretch(password, salt))
}

// decoy is what no password makes; to compare one with it takes as long as ever.
func decoy() string { return encode(random(saltLength), random(length)) }

// matches tells whether the text was made of that password.
func matches(text, password string) (bool, error) {
	var version, m, t, p int
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("what is kept of a password is no argon2id text")
	}
	_, errV := fmt.Sscanf(parts[2], "v=%d", &version)
	_, errP := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p)
	salt, errS := base64.RawStdEncoding.DecodeString(parts[4])
	want, errW := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(errV, errP, errS, errW); err != nil || version != argon2.Version || len(want) != length {
		return false, fmt.Errorf("reading what is kept of a password: %w", errors.Join(err, errors.New("another version of argon2id may have written it")))
	}
	got := argon2.IDKey([]byte(password), salt, uint32(t), uint32(m), uint8(p), length) //#nosec G115 -- our own figures
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// lock keeps the key of somebody's codes so that only his password opens it: who
// reads the register can make no code. The person's ID is bound to it.
func lock(password, person string, key []byte) ([]byte, error) {
	salt := random(saltLength)
	box, err := boxOf(password, salt)
	if err != nil {
		return nil, err
	}
	return append(salt, box.Seal(nil, nil, key, []byte(person))...), nil
}

// unlock gives the key back, and nothing when the password is another. It takes as
// long for what was never locked.
func unlock(locked []byte, password, person string) []byte {
	if len(locked) < saltLength {
		locked = random(saltLength)
	}
	box, err := boxOf(password, locked[:saltLength])
	if err != nil {
		return nil
	}
	key, err := box.Open(nil, nil, locked[saltLength:], []byte(person))
	if err != nil {
		return nil
	}
	return key
}

func boxOf(password string, salt []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(stretch(password, salt))
	if err != nil {
		return nil, fmt.Errorf("locking a key: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
