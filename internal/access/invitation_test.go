package access

import (
	"errors"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
)

// An invitation is good for one person, once, for an hour; what somebody could do with
// an earlier password or session is over.
func TestInvitation(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	code, until, err := h.Invite(ctx, as(admin, "login"), owner)
	h.ok(err)
	if !until.Equal(h.wall.Add(time.Hour)) {
		t.Errorf("it ends %s", until)
	}
	in, err := h.Invitation(ctx, code)
	h.ok(err)
	again, err := h.Invitation(ctx, code)
	h.ok(err)
	if in != again || in.Person != owner || in.Account != "ejer" || len(in.Secret) != 32 {
		t.Errorf("it shows %+v, then %+v", in, again)
	}
	mine := account{key: key(t, in.Secret)}
	_, err = h.Accept(ctx, code, goodPassword, "000000")
	h.is(err, ErrCode)
	var weak *Weak
	if _, err = h.Accept(ctx, code, "ejer", h.code(mine)); !errors.As(err, &weak) {
		t.Errorf("the account as password: %v", err)
	}
	session := h.begin(owner)
	who, err := h.Accept(ctx, code, goodPassword, h.code(mine))
	h.ok(err)
	if who != owner {
		t.Errorf("%s accepted", who)
	}
	h.logged("invitation.accept done p-2", "session.begin done p-2", "invitation.make done p-1")
	_, err = h.Session(ctx, session)
	h.is(err, ErrNoSession)
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1") // with the code that it was accepted with
	h.is(err, ErrWrong)
	_, err = h.Accept(ctx, code, "et helt andet ord", h.code(mine))
	h.is(err, ErrNoInvitation)

	old, _, err := h.Invite(ctx, as(admin, "login"), owner)
	h.ok(err)
	newer, _, err := h.Invite(ctx, as(admin, "login"), owner)
	h.ok(err)
	h.pass(time.Hour)
	for _, code := range []string{code, old, newer, "", "x", digest(code)} {
		_, err := h.Invitation(ctx, code)
		h.is(err, ErrNoInvitation)
	}
	anew := h.invite(owner, "et helt andet ord")
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.is(err, ErrWrong)
	_, err = h.SignIn(ctx, "ejer", "et helt andet ord", h.code(anew), "192.0.2.1")
	h.ok(err)
}

// Somebody unknown is no one to invite, and somebody disabled neither; an account of
// the machine that is nobody's invites the first administrator.
func TestWhomToInvite(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.Invite(t.Context(), as(admin, "login"), stray)
	h.is(err, kept.ErrNotFound)
	_, _, err = h.Invite(t.Context(), as(admin, "login"), gone)
	h.is(err, door.ErrNotAllowed)
	code, _, err := h.Invite(t.Context(), door.Actor{Name: "root", Via: "root", Assurance: "login"}, admin)
	h.ok(err)
	h.logged("invitation.make done root", "invitation.make refused p-1")
	h.disable(admin)
	_, err = h.Invitation(t.Context(), code)
	h.is(err, ErrNoInvitation)
}
