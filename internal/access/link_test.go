package access

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
)

// A link leads to what it was made for, now and for ever, and so does its code, however
// it is typed. To follow one changes nothing.
func TestLinks(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	system := door.System("n1")
	want := Link{Run: "2026-07", Step: "bekraeft", Person: owner, Receiver: "systemejer", Address: "ejer@kommune.test", Notice: 7, Until: h.wall.Add(time.Hour)}
	token, code, err := h.MakeLink(ctx, system, want)
	h.ok(err)
	if !regexp.MustCompile(`^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$`).MatchString(code) {
		t.Errorf("the code is %s", code)
	}
	_, another, err := h.MakeLink(ctx, system, Link{Run: "2026-07", Step: "andet"})
	h.ok(err)
	want.Made, want.Key = h.wall, digest(token)
	for range 2 {
		got, err := h.Follow(ctx, token)
		h.ok(err)
		if got != want {
			t.Errorf("the link is %+v, want %+v", got, want)
		}
		for _, typed := range []string{code, strings.ToLower(code), " " + strings.ReplaceAll(code, "-", "") + " ", strings.ReplaceAll(code, "-", " ")} {
			got, err := h.FollowCode(ctx, typed, "192.0.2.1")
			h.ok(err)
			if got != want {
				t.Errorf("the code %q is of %+v", typed, got)
			}
		}
		h.pass(30 * 24 * time.Hour)
	}
	if got, err := h.FollowCode(ctx, another, "192.0.2.1"); err != nil || got.Step != "andet" || got.Person != "" {
		t.Errorf("the other code is of %+v: %v", got, err)
	}
	for _, typed := range []string{"", "x", digest(token), code} {
		_, err := h.Follow(ctx, typed)
		h.is(err, ErrNoLink)
	}
	if n := len(h.entries(0)); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// Codes are short, so whoever types wrong ones waits ever longer; each has an entry that
// names nobody and no address.
func TestWrongCodesTakeLonger(t *testing.T) {
	h := newHouse(t)
	_, code, err := h.MakeLink(t.Context(), door.System("n1"), Link{Run: "2026-07", Step: "x"})
	h.ok(err)
	for range freeTries {
		_, err := h.FollowCode(t.Context(), "AAA-AAA", "192.0.2.1")
		h.is(err, ErrNoLink)
	}
	if e := h.entries(1)[0]; len(h.entries(0)) != freeTries || e.Act != "link.follow" || e.Outcome != "refused" || e.Actor != nobody || has(e, "192.0") || has(e, "AAA") {
		t.Errorf("the log says %s", e.Bytes)
	}
	var wait *Wait
	if _, err := h.FollowCode(t.Context(), code, "192.0.2.1"); !errors.As(err, &wait) {
		t.Errorf("after five wrong ones: %v", err)
	}
	_, err = h.FollowCode(t.Context(), code, "192.0.2.2")
	h.ok(err)
	h.pass(firstWait)
	_, err = h.FollowCode(t.Context(), code, "192.0.2.1")
	h.ok(err)
	if all := inAll("code", 100); all.wait(99) != 0 || all.wait(100) != firstWait || all.wait(1000) != mostWait {
		t.Error("everybody together waits otherwise")
	}
}

// A token acts for its person, for what it says, until it ends, is revoked, or its
// person is disabled.
func TestTokens(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	for _, c := range []struct {
		name   string
		scopes []string
		until  time.Time
	}{
		{"", []string{"read"}, h.wall.AddDate(0, 1, 0)},
		{"x", nil, h.wall.AddDate(0, 1, 0)},
		{"x", []string{"write"}, h.wall.AddDate(0, 1, 0)},
		{"x", []string{"read", "signal:"}, h.wall.AddDate(0, 1, 0)},
		{"x", []string{"read"}, h.wall},
		{"x", []string{"read"}, h.wall.AddDate(2, 0, 0)},
		{"x", []string{"read"}, time.Time{}},
	} {
		if token, err := h.MakeToken(ctx, as(owner, "login"), c.name, c.scopes, c.until); err == nil || token != "" {
			t.Errorf("%+v: a token was made", c)
		}
	}
	token, err := h.MakeToken(ctx, as(owner, "login"), "Overvågningens alarm", []string{"read", "signal:backup"}, h.wall.AddDate(0, 1, 0))
	h.ok(err)
	h.logged("token.make done p-2")
	if e := h.entries(1)[0]; !strings.HasPrefix(token, "brd_") || has(e, "alarm") || has(e, token[4:]) {
		t.Errorf("%s: the log says %s", token, e.Bytes)
	}
	who, scopes, err := h.Token(ctx, token)
	h.ok(err)
	if who != owner || strings.Join(scopes, " ") != "read signal:backup" {
		t.Errorf("%s may %v", who, scopes)
	}
	list, err := h.Tokens(ctx, owner)
	h.ok(err)
	if len(list) != 1 || list[0].Name != "Overvågningens alarm" {
		t.Fatalf("%+v", list)
	}
	h.ok(h.RevokeToken(ctx, as(admin, "login"), list[0].Key))
	h.ok(h.RevokeToken(ctx, as(owner, "login"), list[0].Key))
	h.logged("token.revoke done p-1", "token.make done p-2")
	h.is(h.RevokeToken(ctx, as(owner, "login"), "x"), kept.ErrNotFound)

	late, err := h.MakeToken(ctx, as(owner, "login"), "x", []string{"drill"}, h.wall.Add(time.Hour))
	h.ok(err)
	theirs, err := h.MakeToken(ctx, as(auditor, "login"), "x", []string{"read"}, h.wall.AddDate(0, 1, 0))
	h.ok(err)
	h.pass(time.Hour)
	h.disable(auditor)
	for _, token := range []string{token, late, theirs, "", list[0].Key} {
		who, scopes, err := h.Token(ctx, token)
		if h.is(err, ErrNoToken); who != "" || scopes != nil {
			t.Errorf("%s may %v", who, scopes)
		}
	}
}

// Whom the provider vouches for is found by issuer and subject alone.
func TestByAccount(t *testing.T) {
	h := newHouse(t)
	who, err := h.ByAccount(t.Context(), issuer, "af3c")
	h.ok(err)
	if who != owner {
		t.Errorf("%s signs in", who)
	}
	for i, c := range []struct{ issuer, subject string }{
		{issuer, "nogen"},
		{issuer, "p-2@kommune.test"},
		{issuer, "Name of p-2"},
		{issuer, ""},
		{"", "af3c"},
		{"https://anden.test", "af3c"},
		{"local", "ejer"},
		{issuer + "/", "af3c"},
	} {
		who, err := h.ByAccount(t.Context(), c.issuer, c.subject)
		h.is(err, door.ErrNotAllowed)
		if e := h.entries(1)[0]; who != "" || len(h.entries(0)) != i+1 || e.Act != "session.refused" || e.Actor != nobody || c.subject != "" && has(e, c.subject) {
			t.Errorf("%+v is %q, and the log says %s", c, who, e.Bytes)
		}
	}
	h.disable(owner)
	_, err = h.ByAccount(t.Context(), issuer, "af3c")
	h.is(err, door.ErrNotAllowed)
}

// Who is erased from the register is erased from his links and tokens too.
func TestErasedFromLinksAndTokens(t *testing.T) {
	h := newHouse(t)
	link, _, err := h.MakeLink(t.Context(), door.System("n1"), Link{Run: "2026-07", Step: "x", Person: owner, Address: owner + "@kommune.test"})
	h.ok(err)
	_, err = h.MakeToken(t.Context(), as(owner, "login"), "Alarm for Name of p-2", []string{"read"}, h.wall.Add(time.Hour))
	h.ok(err)
	_, err = governance.New(h.door).ErasePerson(t.Context(), as(admin, "login"), owner)
	h.ok(err)
	got, err := h.Follow(t.Context(), link)
	h.ok(err)
	list, err := h.Tokens(t.Context(), owner)
	h.ok(err)
	if got.Address != owner || got.Person != owner || list[0].Name != "Alarm for "+owner {
		t.Errorf("still there: %+v, %+v", got, list)
	}
}
