package access

import (
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/kept"
)

const goodPassword = "fire gule heste løber"

func key(t *testing.T, secret string) []byte {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func has(e kept.Entry, text string) bool { return strings.Contains(string(e.Bytes), text) }

// These are the values of RFC 6238, appendix B, of their last six digits.
func TestCodes(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := codeAt([]byte("12345678901234567890"), stepOf(time.Unix(at, 0))); got != want {
			t.Errorf("at %d the code is %s, want %s", at, got, want)
		}
	}
}

// What was shown well lets somebody in; everything else is refused with one error and
// one entry, whatever of it was wrong, and whether there is such an account or not.
func TestSignIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	mine := h.invite(owner, goodPassword)
	theirs := h.invite(auditor, goodPassword+"!")
	who, err := h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.ok(err)
	if who != owner {
		t.Fatalf("%s signed in", who)
	}
	for i, c := range []struct{ what, account, password, code, logged string }{
		{"the same code again", "ejer", goodPassword, h.code(mine), owner},
		{"no code", "ejer", goodPassword, "", owner},
		{"another's code", "ejer", goodPassword, h.code(theirs), owner},
		{"the code of two minutes ago", owner, goodPassword, codeAt(mine.key, stepOf(h.wall)-4), owner},
		{"another's password", owner, theirs.password, codeAt(mine.key, stepOf(h.wall)+1), owner},
		{"no password", "ejer", "", codeAt(mine.key, stepOf(h.wall)+1), owner},
		{"what is kept of the password", owner, h.keptOf(owner), codeAt(mine.key, stepOf(h.wall)+1), owner},
		{"an account without a password", "account-" + admin, goodPassword, "123456", admin},
		{"a disabled person's account", "account-" + gone, goodPassword, "123456", nobody},
		{"a mail address", "p-2@kommune.test", goodPassword, h.code(mine), nobody},
		{"nobody's account", "nogen", goodPassword, h.code(mine), nobody},
		{"no account", "", goodPassword, h.code(mine), nobody},
	} {
		before := len(h.entries(0))
		_, err := h.SignIn(ctx, c.account, c.password, c.code, fmt.Sprintf("192.0.2.%d", 20+i%8))
		if !errors.Is(err, ErrWrong) || err.Error() != ErrWrong.Error() {
			t.Errorf("%s: %v", c.what, err)
		}
		e := h.entries(1)[0]
		if len(h.entries(0)) != before+1 || e.Act != "session.refused" || e.Outcome != "refused" || e.Actor != c.logged || has(e, "nogen") || has(e, "192.0.2") {
			t.Errorf("%s: the log says %s", c.what, e.Bytes)
		}
		h.pass(2 * time.Minute) // until somebody may try again, and other codes
	}
	h.pass(mostWait)
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.ok(err)
	h.disable(owner)
	h.pass(time.Minute)
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.is(err, ErrWrong)
}

// keptOf is what the register has of somebody's password.
func (h *house) keptOf(person string) string {
	_, c, err := h.credential(h.t.Context(), person)
	h.ok(err)
	return c.Password
}

// S9: after five tries in vain nothing is looked at for thirty seconds, then for twice
// as long each time, up to a quarter of an hour: in one name, whether it is somebody's
// or not, and from one address. All nodes count together.
func TestTriesTakeLonger(t *testing.T) {
	for _, c := range []struct {
		what          string
		account, from func(i int) string
	}{
		{"one account from many addresses", func(int) string { return "ejer" }, func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }},
		{"nobody's account from many addresses", func(int) string { return "nogen" }, func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }},
		{"many accounts from one address", func(i int) string { return fmt.Sprintf("konto-%d", i) }, func(int) string { return "192.0.2.1" }},
		{"many accounts from one network", func(i int) string { return fmt.Sprintf("konto-%d", i) }, func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHouse(t)
			other := New(h.door, Options{}) // a second node
			waits := []time.Duration{0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900}
			for i, seconds := range waits {
				gate := []*Gate{h.Gate, other}[i%2]
				_, err := gate.SignIn(t.Context(), c.account(i), "x", "1", c.from(i))
				if !errors.Is(err, ErrWrong) {
					t.Fatalf("try %d: %v", i+1, err)
				}
				if seconds == 0 {
					continue
				}
				entries := len(h.entries(0))
				h.pass(seconds*time.Second - time.Second)
				var wait *Wait
				_, err = other.SignIn(t.Context(), c.account(i), goodPassword, "1", c.from(i))
				if !errors.As(err, &wait) || !wait.Until.Equal(h.wall.Add(time.Second)) || len(h.entries(0)) != entries {
					t.Fatalf("a second before the end of the wait after try %d: %v", i+1, err)
				}
				h.pass(time.Second)
			}
			h.pass(forgotten + time.Second)
			for range 2 { // all is forgotten: no wait comes between
				_, err := h.SignIn(t.Context(), c.account(0), "x", "1", c.from(0))
				h.is(err, ErrWrong)
			}
		})
	}
}

// Many tries at one moment are no way around: each is counted before it is looked at.
func TestTriesAtOnce(t *testing.T) {
	h := newHouse(t)
	var looked, waited atomic.Int32
	var all sync.WaitGroup
	const many = 12
	for range many {
		all.Go(func() {
			_, err := h.SignIn(t.Context(), "ejer", "x", "1", "192.0.2.1")
			var wait *Wait
			if errors.As(err, &wait) {
				waited.Add(1)
			} else if errors.Is(err, ErrWrong) {
				looked.Add(1)
			}
		})
	}
	all.Wait()
	if looked.Load() != freeTries || waited.Load() != many-freeTries {
		t.Errorf("%d of %d tries were looked at, %d had to wait", looked.Load(), many, waited.Load())
	}
}

// A good sign-in takes back what was tried in that name, and from its address itself
// alone: an account of one's own is no way to guess another's.
func TestGoodSignInTakesBack(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	mine := h.invite(owner, goodPassword)
	const here = "192.0.2.1"
	for range freeTries - 1 {
		_, err := h.SignIn(ctx, "nogen", "x", "1", here)
		h.is(err, ErrWrong)
		_, err = h.SignIn(ctx, "ejer", "x", "1", "192.0.2.9")
		h.is(err, ErrWrong)
	}
	_, err := h.SignIn(ctx, "ejer", goodPassword, h.code(mine), here)
	h.ok(err)
	for range freeTries - 1 { // the name is free again
		_, err = h.SignIn(ctx, "ejer", "x", "1", "198.51.100.7")
		h.is(err, ErrWrong)
	}
	_, err = h.SignIn(ctx, "nogen-anden", "x", "1", here) // the fifth in vain from here
	h.is(err, ErrWrong)
	var wait *Wait
	if _, err = h.SignIn(ctx, "en-tredje", "x", "1", here); !errors.As(err, &wait) {
		t.Errorf("the address is free again: %v", err)
	}
}

// Who shows again who he is has proved it from that moment on; another password takes
// the old one, and ends every session (S8).
func TestProveAndSetPassword(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	mine := h.invite(owner, goodPassword)
	token, other := h.begin(owner), h.begin(owner)
	h.pass(time.Hour)
	h.is(h.Prove(ctx, as(owner, "login"), token, "x", h.code(mine)), ErrWrong)
	h.logged("session.refused refused p-2")
	h.ok(h.Prove(ctx, as(owner, "login"), token, goodPassword, h.code(mine)))
	h.logged("session.prove done p-2", "session.refused refused p-2")
	s, err := h.Session(ctx, token)
	h.ok(err)
	if o, err := h.Session(ctx, other); err != nil || !s.Proved.Equal(h.wall) || o.Proved.Equal(h.wall) {
		t.Errorf("proved %s and %s: %v", s.Proved, o.Proved, err)
	}
	h.is(h.Prove(ctx, as(owner, "login"), "x", goodPassword, h.code(mine)), ErrNoSession)

	h.pass(time.Minute)
	var weak *Weak
	if err := h.SetPassword(ctx, as(owner, "login"), token, goodPassword, h.code(mine), "kort"); !errors.As(err, &weak) || weak.Code != "short" {
		t.Errorf("a short password: %v", err)
	}
	h.is(h.SetPassword(ctx, as(owner, "login"), token, "x", h.code(mine), "et helt andet ord"), ErrWrong)
	h.ok(h.SetPassword(ctx, as(owner, "login"), token, goodPassword, h.code(mine), "et helt andet ord"))
	h.logged("password.set done p-2", "session.refused refused p-2")
	for _, token := range []string{token, other} {
		_, err := h.Session(ctx, token)
		h.is(err, ErrNoSession)
	}
	h.pass(time.Minute)
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.is(err, ErrWrong)
	_, err = h.SignIn(ctx, "ejer", "et helt andet ord", h.code(mine), "192.0.2.1")
	h.ok(err)
	if has, err := h.HasPassword(ctx, auditor); err != nil || has {
		t.Errorf("the auditor has a password: %v, %v", has, err)
	}
}

func TestWeakPasswords(t *testing.T) {
	for password, want := range map[string]string{
		"": "short", "ellevetegn1": "short", "tolv tegn æø": "", "Password1234": "common", "correct horse battery staple": "common", "aaaabbbbaaaabbbb": "common",
		"ejer-af-systemet": "account", "EJER-af-systemet": "account", strings.Repeat("langt ord ", 21): "long", goodPassword: "",
	} {
		var weak *Weak
		if err := strong(password, "ejer-af-systemet"); (want != "") != errors.As(err, &weak) || want != "" && (weak.Code != want || weak.Error() == "") {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
	if right, err := matches("$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA", "x"); right || err == nil {
		t.Errorf("a text of another kind: %v, %v", right, err)
	}
}
