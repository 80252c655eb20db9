package access

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/rights"
)

// acting are the methods through which somebody acts, and by whom beside the owner each
// is done: everybody else is refused, and the log says so.
func acting() []act {
	return []act{
		{method: "End", do: func(h *house, a door.Actor, token string) error { return h.End(h.t.Context(), a, token) }},
		{method: "EndAll", by: []string{admin}, do: func(h *house, a door.Actor, _ string) error { return h.EndAll(h.t.Context(), a, owner) }},
		{method: "Prove", do: func(h *house, a door.Actor, token string) error {
			return h.Prove(h.t.Context(), a, token, "x", "1")
		}},
		{method: "SetPassword", do: func(h *house, a door.Actor, token string) error {
			return h.SetPassword(h.t.Context(), a, token, "x", "1", goodPassword)
		}},
		{method: "Invite", by: []string{admin, "root"}, never: []string{owner}, do: func(h *house, a door.Actor, _ string) error {
			_, _, err := h.Invite(h.t.Context(), a, owner)
			return err
		}},
		{method: "MakeLink", by: []string{"system"}, never: []string{owner}, do: func(h *house, a door.Actor, _ string) error {
			_, _, err := h.MakeLink(h.t.Context(), a, Link{Run: "2026-07", Step: "x", Person: owner})
			return err
		}},
		{method: "OfferAccount", by: []string{"system"}, never: []string{owner}, do: func(h *house, a door.Actor, _ string) error {
			_, err := h.OfferAccount(h.t.Context(), a, rights.Account{Issuer: "slack:T1", Subject: "U1"}, "x", owner+"@kommune.test")
			return err
		}},
		{method: "TieAccount", do: func(h *house, a door.Actor, _ string) error {
			token, err := h.OfferAccount(h.t.Context(), door.System("n1"), rights.Account{Issuer: "slack:T1", Subject: "U9"}, "x", owner+"@kommune.test")
			h.ok(err)
			return h.TieAccount(h.t.Context(), a, token)
		}},
		{method: "UntieAccount", by: []string{admin}, do: func(h *house, a door.Actor, _ string) error {
			return h.UntieAccount(h.t.Context(), a, owner, rights.Account{Issuer: "slack:T1", Subject: "U9"})
		}},
		{method: "MakeToken", by: []string{admin, auditor}, do: func(h *house, a door.Actor, _ string) error {
			_, err := h.MakeToken(h.t.Context(), a, "x", []string{"read"}, h.Now().Wall.Add(time.Hour))
			return err
		}},
		{method: "RevokeToken", by: []string{admin}, do: func(h *house, a door.Actor, _ string) error {
			list, err := h.Tokens(h.t.Context(), owner)
			h.ok(err)
			return h.RevokeToken(h.t.Context(), a, list[0].Key)
		}},
	}
}

type act struct {
	method string
	by     []string
	never  []string // of those who may otherwise
	do     func(h *house, a door.Actor, token string) error
}

// TestEveryMethodByEverybody walks every method of the gate that takes an actor, by the
// one whose it is, an administrator, somebody else, somebody disabled, somebody unknown,
// accounts of the machine and the program itself. A method without a row fails.
func TestEveryMethodByEverybody(t *testing.T) {
	rows := acting()
	of := reflect.TypeFor[*Gate]()
	for i := range of.NumMethod() {
		f := of.Method(i)
		takes := slices.ContainsFunc(slices.Collect(f.Type.Ins()), func(in reflect.Type) bool { return in == reflect.TypeFor[door.Actor]() })
		if known := slices.ContainsFunc(rows, func(x act) bool { return x.method == f.Name }); takes != known {
			t.Errorf("Gate.%s takes an actor: %v, has a row: %v", f.Name, takes, known)
		}
	}
	h := newHouse(t)
	h.disable(gone)
	actors := map[string]door.Actor{
		admin: as(admin, "login"), auditor: as(auditor, "login"), gone: as(gone, "login"), stray: as(stray, "login"),
		"root": {Name: "root", Via: "root", Assurance: "login"}, "system": door.System("n1"),
		"in another's name": {Name: owner, Via: "account-" + auditor, Assurance: "login"},
		owner:               as(owner, "login"),
	}
	token := h.begin(owner)
	if _, err := h.MakeToken(t.Context(), as(owner, "login"), "x", []string{"read"}, h.wall.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, x := range rows {
		for who, a := range actors {
			may := who == owner && !slices.Contains(x.never, owner) || slices.Contains(x.by, who)
			before := len(h.entries(0))
			err := x.do(h, a, token)
			if refused := errors.Is(err, door.ErrNotAllowed); refused == may {
				t.Errorf("%s by %s should be allowed: %v; %v", x.method, who, may, err)
			}
			if e := h.entries(1)[0]; !may && (len(h.entries(0)) != before+1 || e.Outcome != "refused") {
				t.Errorf("%s by %s was refused, and the log says %s", x.method, who, e.Bytes)
			}
			if _, err := h.Session(t.Context(), token); err != nil {
				token = h.begin(owner)
			}
			if list, err := h.Tokens(t.Context(), owner); err != nil || x.method == "RevokeToken" && !list[0].Revoked.IsZero() {
				_, err = h.MakeToken(t.Context(), as(owner, "login"), "x", []string{"read"}, h.wall.Add(time.Hour))
				h.ok(err)
			}
			tried++
		}
	}
	t.Logf("%d methods, %d tried", len(rows), tried)
}

// S17: of no secret that was given out is there a byte in the files of the register.
func TestNoSecretIsKept(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	secrets := map[string]string{"the password": goodPassword}
	keep := func(what, secret string, err error) {
		h.ok(err)
		secrets[what] = secret
	}
	code, _, err := h.Invite(ctx, as(admin, "login"), owner)
	keep("an invitation's code", code, err)
	in, err := h.Invitation(ctx, code)
	keep("the key of the codes", in.Secret, err)
	secrets["the key of the codes, raw"] = string(key(t, in.Secret))
	mine := account{key: key(t, in.Secret)}
	_, err = h.Accept(ctx, code, goodPassword, h.code(mine))
	h.ok(err)
	h.pass(time.Minute)
	_, err = h.SignIn(ctx, "ejer", goodPassword, h.code(mine), "192.0.2.1")
	h.ok(err)
	_, err = h.SignIn(ctx, "kanarie-i-forkert-felt", "kanarie-som-kode", "1", "192.0.2.1")
	h.is(err, ErrWrong)
	secrets["a password in the wrong field"], secrets["a wrong password"] = "kanarie-i-forkert-felt", "kanarie-som-kode"
	token, err := h.Begin(ctx, owner, ByPassword)
	keep("a session's token", token, err)
	link, short, err := h.MakeLink(ctx, door.System("n1"), Link{Run: "2026-07", Step: "x"})
	keep("a link's token", link, err)
	keep("a short code", short, nil)
	secrets["a short code, plain"] = plain(short)
	api, err := h.MakeToken(ctx, as(owner, "login"), "synlig-kanarie", []string{"read"}, h.wall.Add(time.Hour))
	keep("an API token", strings.TrimPrefix(api, tokenPrefix), err)

	var all strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		bytes, err := os.ReadFile(h.path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		all.Write(bytes)
	}
	for what, secret := range secrets {
		if secret == "" || strings.Contains(all.String(), secret) {
			t.Errorf("%s is in the register's files", what)
		}
	}
	if !strings.Contains(all.String(), "synlig-kanarie") || !strings.Contains(all.String(), digest(token)) {
		t.Error("what must be in the files is not found in them")
	}
}
