package sign_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

func (h *house) accountsOf(person string) (list []string) {
	h.t.Helper()
	p, err := door.Read(h.t.Context(), h.door, func(tx door.Tx) (rights.Person, error) {
		row, err := tx.Record(h.t.Context(), rights.KindPerson, person)
		if err != nil {
			return rights.Person{}, err
		}
		return record.Read[rights.Person](row)
	})
	h.ok(err)
	for _, a := range p.Accounts {
		list = append(list, a.String())
	}
	return list
}

// writtenTo gives a person a mailbox.
func (h *house) writtenTo(id, mail string) {
	h.ok(h.door.Update(h.t.Context(), func(tx door.Tx) error {
		row, err := tx.Record(h.t.Context(), rights.KindPerson, id)
		if err != nil {
			return err
		}
		p, err := record.Read[rights.Person](row)
		if err != nil {
			return err
		}
		p.Mail = mail
		next, err := p.Row(h.wall)
		next.Rev = row.Rev + 1
		if err != nil {
			return err
		}
		return tx.PutRecord(h.t.Context(), next)
	}))
}

// An account in Slack becomes a person's when he signs in, shows again who he is, and
// says so; to look at the link changes nothing. He can take it away again.
func TestAccountOfAChat(t *testing.T) {
	h := newHouse(t, nil)
	book := func() string { return strings.Join(h.accountsOf(owner), " ") }
	h.writtenTo(owner, "ejer@kommune.test")
	account := rights.Account{Issuer: rights.Slack + "T024BE7LD", Subject: "U017"}
	token, err := h.gate.OfferAccount(t.Context(), door.System("slack"), account, "Ejer i Slack", "ejer@kommune.test")
	h.ok(err)
	path := "/me/slack/" + token
	b := h.browser("192.0.2.1")
	if w := b.ask(path, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in?to="+url.QueryEscape(path) {
		t.Errorf("whoever is not signed in is sent to %s", w.Header().Get("Location"))
	}
	other := h.browser("192.0.2.2")
	other.invite(admin)
	w := other.ask(path, nil)
	if h.has(other.read(path, w), "Linket virker ikke"); w.Code != http.StatusNotFound {
		t.Errorf("somebody else's offer is shown: %d", w.Code)
	}
	if w := other.ask(path, url.Values{}); w.Code != http.StatusNotFound || strings.Contains(book(), "U017") {
		t.Errorf("somebody else ties it: %d", w.Code)
	}
	b.invite(owner)
	for _, lang := range []string{"en", "da"} {
		b.lang = lang
		b.page(path)
	}
	h.has(b.page(path), "Ejer i Slack", "slack:T024BE7LD|U017", "Systemejer Omsorg", "hvis du selv trykkede")
	if strings.Contains(book(), "U017") {
		t.Fatal("a look at the page ties the account")
	}
	h.wall = h.wall.Add(20 * time.Minute)
	if w := b.ask(path, url.Values{}); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/prove") || strings.Contains(book(), "U017") {
		t.Errorf("an old proof is enough: %d to %s", w.Code, w.Header().Get("Location"))
	}
	fresh := h.browser("192.0.2.3")
	session, err := h.gate.Begin(t.Context(), owner, "login")
	h.ok(err)
	fresh.cookies["__Host-beredskab"] = session
	if w := fresh.ask(path, url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me?done=chat.tied" || !strings.Contains(book(), "U017") {
		t.Fatalf("%d to %s, and has %s", w.Code, w.Header().Get("Location"), book())
	}
	h.has(fresh.page("/me?done=chat.tied"), "Svarer i Slack med", "slack:T024BE7LD|U017", "Gå tilbage til Slack")
	if w := fresh.ask(path, nil); w.Code != http.StatusNotFound {
		t.Errorf("a used link is answered %d", w.Code)
	}
	if w := fresh.ask("/me/slack", url.Values{"account": {"x y z"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("what is no account is answered %d", w.Code)
	}
	if w := fresh.ask("/me/slack", url.Values{"account": {account.String()}}); w.Header().Get("Location") != "/me?done=chat.untied" || strings.Contains(book(), "U017") {
		t.Errorf("%d to %s, and has %s", w.Code, w.Header().Get("Location"), book())
	}
	fresh.ask("/me/slack", url.Values{"account": {"ejer"}})
	if !strings.Contains(book(), "ejer") {
		t.Error("an account to sign in with can be taken away like one of a chat")
	}
}
