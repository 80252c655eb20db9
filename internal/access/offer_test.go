package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

func slackAccount(user string) rights.Account {
	return rights.Account{Issuer: rights.Slack + "T024BE7LD", Subject: user}
}

// offer makes an offer to whoever has that address.
func (h *house) offer(user, mail string) (token string) {
	h.t.Helper()
	token, err := h.OfferAccount(h.t.Context(), door.System("slack"), slackAccount(user), "Navn i chatten", mail)
	h.ok(err)
	return token
}

func (h *house) accounts(person string) []rights.Account {
	h.t.Helper()
	p, err := door.Read(h.t.Context(), h.door, func(tx door.Tx) (rights.Person, error) {
		row, err := tx.Record(h.t.Context(), rights.KindPerson, person)
		if err != nil {
			return rights.Person{}, err
		}
		return record.Read[rights.Person](row)
	})
	h.ok(err)
	return p.Accounts
}

// A mail address alone ties nothing: the person has to say so, once, in time and himself.
func TestAccountIsTiedByWhoseItIs(t *testing.T) {
	h := newHouse(t)
	for _, mail := range []string{"", "nobody@kommune.test", gone + "@kommune.test"} {
		_, err := h.OfferAccount(t.Context(), door.System("slack"), slackAccount("U1"), "x", mail)
		h.is(err, ErrNoOffer)
	}
	token := h.offer("U1", strings.ToUpper(owner)+"@KOMMUNE.test")
	if got := h.accounts(owner); slices.Contains(got, slackAccount("U1")) {
		t.Fatalf("an offer alone ties the account: %v", got)
	}
	o, err := h.Offer(t.Context(), owner, token)
	h.ok(err)
	if o.Name != "Navn i chatten" || o.Account != slackAccount("U1") || !o.Until.Equal(h.wall.Add(30*time.Minute)) {
		t.Errorf("the offer is %+v", o)
	}
	for _, wrong := range []struct{ person, token string }{{auditor, token}, {owner, "x"}, {owner, ""}} {
		_, err := h.Offer(t.Context(), wrong.person, wrong.token)
		h.is(err, ErrNoOffer)
		h.is(h.TieAccount(t.Context(), as(wrong.person, "login"), wrong.token), ErrNoOffer)
	}
	h.logged("account.tie refused "+owner, "account.tie refused "+owner, "account.tie refused "+auditor)
	h.ok(h.TieAccount(t.Context(), as(owner, "login"), token))
	h.logged("account.tie done " + owner)
	if strings.Contains(string(h.entries(1)[0].Bytes), "U1") {
		t.Error("the log holds the account in clear, so that it cannot be erased")
	}
	h.is(h.TieAccount(t.Context(), as(owner, "login"), token), ErrNoOffer)

	late := h.offer("U2", owner+"@kommune.test")
	h.pass(31 * time.Minute)
	h.is(h.TieAccount(t.Context(), as(owner, "login"), late), ErrNoOffer)

	h.ok(h.TieAccount(t.Context(), as(owner, "login"), h.offer("U2", owner+"@kommune.test")))
	if got := h.accounts(owner); slices.Contains(got, slackAccount("U1")) || !slices.Contains(got, slackAccount("U2")) || len(got) != 3 {
		t.Errorf("a new account does not take the place of the old one: %v", got)
	}
	taken := h.offer("U2", auditor+"@kommune.test")
	h.is(h.TieAccount(t.Context(), as(auditor, "login"), taken), door.ErrNotAllowed)

	h.ok(h.UntieAccount(t.Context(), as(owner, "login"), owner, slackAccount("U2")))
	h.ok(h.UntieAccount(t.Context(), as(owner, "login"), owner, rights.Account{Issuer: issuer, Subject: "af3c"}))
	if got := h.accounts(owner); len(got) != 2 {
		t.Errorf("what is left is %v", got)
	}
	h.logged("account.untie done " + owner)
}

// A second offer takes the first one back, so that no account has two.
func TestOneOfferForAnAccount(t *testing.T) {
	h := newHouse(t)
	old := h.offer("U1", owner+"@kommune.test")
	h.offer("U1", owner+"@kommune.test")
	h.is(h.TieAccount(t.Context(), as(owner, "login"), old), ErrNoOffer)
	rows, err := door.Read(t.Context(), h.door, func(tx door.Tx) ([]record.Row, error) {
		return tx.Records(t.Context(), kindOffer, record.Filter{})
	})
	h.ok(err)
	if len(rows) != 1 || strings.Contains(string(rows[0].Body), old) {
		t.Errorf("%d offers are kept", len(rows))
	}
}
