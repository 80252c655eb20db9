package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// ErrNoLink says that nothing was ever sent with that link or code.
var ErrNoLink = errors.New("this link or code is unknown: look whether it was copied whole, or ask the one who leads the drill")

const (
	kindLink = "link"
	kindCode = "code"
)

// Link is what one person was sent about one step. It is never lost: after its end
// the page that it leads to says what became of the step. What may still be done by it
// is decided at the act, by the step and by Until.
type Link struct {
	Key      string    `json:"key"` // SHA-256 of its token
	Run      string    `json:"run"`
	Step     string    `json:"step"`
	Person   string    `json:"person,omitzero"`   // ID; empty: somebody without an account, whose name is not verified
	Receiver string    `json:"receiver,omitzero"` // the role that was asked
	Address  string    `json:"address,omitzero"`  // that it was sent to
	Notice   int64     `json:"notice,omitzero"`   // the message that it stands in
	Coded    bool      `json:"coded,omitzero"`    // whoever has it typed the short code of a message
	Made     time.Time `json:"made"`
	Until    time.Time `json:"until,omitzero"` // the step's deadline
}

func (l Link) row() record.Row {
	return record.Row{Kind: kindLink, Key: l.Key, System: l.Run, Person: l.Person, State: "made", Due: l.Until}
}

// short leads from the hash of a short code to its link.
type short struct {
	Key  string `json:"key"`
	Link string `json:"link"`
}

func (s short) row() record.Row { return record.Row{Kind: kindCode, Key: s.Key} }

// letters are those of short codes: none looks like another.
const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeLength is how many letters a short code has.
const codeLength = 6

func shortCode() string {
	code := make([]byte, codeLength)
	for i := range code {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err) // which never happens: the program ends instead
		}
		code[i] = letters[n.Int64()]
	}
	return string(code)
}

// plain is a short code as it is kept, of one that somebody typed.
func plain(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '.' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}

// MakeLink makes the link and the short code, shown as K7M-2QD, of a message. The
// program alone may do it, for a message that it sends: whoever else held a link could
// answer in another's name. It has no entry of its own, because the message that it
// stands in is kept with whom it was sent to; a refusal has one.
func (g *Gate) MakeLink(ctx context.Context, a door.Actor, l Link) (token, code string, err error) {
	if a.Assurance != "system" || a.Person != "" {
		return "", "", g.door.Admit(ctx, a, "link.make", l.Run+"/"+l.Step, door.Wish{Decide: func(_ *rights.Book, who string, _ time.Time) (rights.Basis, error) {
			return rights.Basis{}, fmt.Errorf("%s makes no links, the program does when it sends a message: %w", who, door.ErrNotAllowed)
		}})
	}
	token = secret()
	err = g.door.Update(ctx, func(tx door.Tx) error { // a code that is taken is a conflict, and another is tried
		now := g.door.Now().Wall
		l.Key, l.Made = digest(token), now
		code = shortCode()
		return errors.Join(put(ctx, tx, l, 0, now), put(ctx, tx, short{Key: digest(code), Link: l.Key}, 0, now))
	})
	if err != nil {
		return "", "", fmt.Errorf("making a link: %w", err)
	}
	return token, code[:codeLength/2] + "-" + code[codeLength/2:], nil
}

// Follow gives the link of that token, also after its end; ErrNoLink when there never
// was one. It changes nothing.
func (g *Gate) Follow(ctx context.Context, token string) (Link, error) {
	return door.Read(ctx, g.door, func(tx door.Tx) (Link, error) { return linked(ctx, tx, digest(token)) })
}

func linked(ctx context.Context, tx door.Tx, key string) (Link, error) {
	l, _, err := get[Link](ctx, tx, kindLink, key)
	if errors.Is(err, kept.ErrNotFound) {
		return l, ErrNoLink
	}
	return l, err
}

// FollowCode gives the link of a short code that somebody typed. After five wrong ones
// from one address, or a hundred from everybody, the error is a Wait. Each wrong one
// has an entry.
func (g *Gate) FollowCode(ctx context.Context, code, from string) (l Link, err error) {
	const freeForAll = 100
	limits := []limit{byPlace("code", from), inAll("code", freeForAll)}
	if err := g.claim(ctx, limits...); err != nil {
		return l, err
	}
	found := false
	err = g.door.Update(ctx, func(tx door.Tx) error {
		found = false
		s, _, err := get[short](ctx, tx, kindCode, digest(plain(code)))
		if errors.Is(err, kept.ErrNotFound) {
			place, err := door.Say(ctx, tx, "", "", from)
			if err != nil {
				return err
			}
			a := door.Actor{Name: nobody, Assurance: "code"}
			return door.Log(ctx, tx, g.door.Now().Wall, a, "link.follow", "code", "refused", map[string]string{"from": place})
		}
		if err != nil {
			return err
		}
		if l, err = linked(ctx, tx, s.Link); err != nil {
			return err
		}
		found = true
		return g.succeeded(ctx, tx, limits...)
	})
	if err == nil && !found {
		return Link{}, ErrNoLink
	}
	return l, err
}
