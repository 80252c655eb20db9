package access

import (
	"testing"
	"time"

	"beredskab/internal/door"
)

// S8: each sign-in has a session and a token of its own; it ends when somebody signs
// out, when it is idle, when it is old, and when its person is disabled.
func TestSessionEnds(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	first, second := h.begin(owner), h.begin(owner)
	if first == second || len(first) < 43 {
		t.Fatalf("two sign-ins have the tokens %q and %q", first, second)
	}
	h.logged("session.begin done p-2", "session.begin done p-2")
	h.ok(h.End(ctx, as(owner, "login"), first))
	h.ok(h.End(ctx, as(owner, "login"), first)) // again
	h.logged("session.end done p-2", "session.begin done p-2")
	_, err := h.Session(ctx, first)
	h.is(err, ErrNoSession)
	s, err := h.Session(ctx, second)
	h.ok(err)
	if s.Person != owner || s.Assurance != "login" || !s.Proved.Equal(h.wall) || !s.Until.Equal(h.wall.Add(12*time.Hour)) {
		t.Errorf("the session is %+v", s)
	}

	h.pass(2 * time.Hour)
	_, err = h.Session(ctx, second) // at the very end, and seen again
	h.ok(err)
	h.pass(2*time.Hour + time.Second)
	_, err = h.Session(ctx, second)
	h.is(err, ErrNoSession)

	third := h.begin(owner)
	for range 11 {
		h.pass(time.Hour)
		_, err = h.Session(ctx, third)
		h.ok(err)
	}
	h.pass(time.Hour)
	_, err = h.Session(ctx, third)
	h.is(err, ErrNoSession)

	fourth := h.begin(owner)
	h.disable(owner)
	_, err = h.Session(ctx, fourth)
	h.is(err, ErrNoSession)
	for _, token := range []string{"", "x", digest(fourth)} {
		_, err = h.Session(ctx, token)
		h.is(err, ErrNoSession)
	}
}

// That a session was seen is written every five minutes, and leaves no entry.
func TestSessionSeen(t *testing.T) {
	h := newHouse(t)
	token, began := h.begin(owner), h.wall
	for _, c := range []struct{ pass, seen time.Duration }{{4 * time.Minute, 0}, {time.Minute, 5 * time.Minute}, {4 * time.Minute, 5 * time.Minute}} {
		h.pass(c.pass)
		_, err := h.Session(t.Context(), token)
		h.ok(err)
		list, err := h.Sessions(t.Context(), owner)
		h.ok(err)
		if len(list) != 1 || !list[0].Seen.Equal(began.Add(c.seen)) {
			t.Errorf("at %s the register has %+v", h.wall, list)
		}
	}
	h.logged("session.begin done p-2")
}

// All sessions of a person end at once, and those of others go on.
func TestEndAll(t *testing.T) {
	h := newHouse(t)
	mine, also, theirs := h.begin(owner), h.begin(owner), h.begin(auditor)
	h.ok(h.EndAll(t.Context(), as(owner, "login"), owner))
	h.ok(h.EndAll(t.Context(), as(owner, "login"), owner))
	h.logged("session.end_all done p-2", "session.begin done p-3")
	for _, token := range []string{mine, also} {
		_, err := h.Session(t.Context(), token)
		h.is(err, ErrNoSession)
	}
	_, err := h.Session(t.Context(), theirs)
	h.ok(err)
	h.ok(h.EndAll(t.Context(), as(admin, "login"), auditor))
	_, err = h.Session(t.Context(), theirs)
	h.is(err, ErrNoSession)
}

// Whoever is disabled or unknown is refused at the door, and the log says so; how
// somebody came in stands there too.
func TestBegin(t *testing.T) {
	h := newHouse(t)
	for _, person := range []string{gone, stray, ""} {
		token, err := h.Begin(t.Context(), person, ByProvider)
		h.is(err, door.ErrNotAllowed)
		if token != "" {
			t.Errorf("%q was refused and has the token %q", person, token)
		}
	}
	h.logged("session.begin refused p-9", "session.begin refused p-4")
	for way, assurance := range map[string]string{ByPassword: "login", ByDemo: "demo"} {
		token, err := h.Begin(t.Context(), owner, way)
		h.ok(err)
		s, err := h.Session(t.Context(), token)
		h.ok(err)
		if e := h.entries(1)[0]; s.Assurance != assurance || !has(e, `"way":"`+way+`"`) {
			t.Errorf("%s: %+v, %s", way, s, e.Bytes)
		}
	}
}
