package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

// caller is who asks: a person who is signed in, or one whose program shows a token.
type caller struct {
	door.Actor
	scopes  []string // of the token
	session bool
	book    *rights.Book
	at      time.Time
	sees    func(system string) bool // which rows of a list
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	c, _ := ctx.Value(callerKey{}).(*caller)
	return c
}

// may tells whether the person may do that.
func (c *caller) may(p matrix.Permission, v matrix.Verb, on rights.Object) bool {
	_, err := c.book.Decide(c.Person, p, v, on, c.at)
	return err == nil
}

// bodyLimit is the greatest body of a request, in bytes.
const bodyLimit = 64 << 10

// plain answers with what fn makes; what it gives back as an error is the answer.
func (a *API) plain(fn func(w *answer, r *http.Request) error) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w := newAnswer()
		if err := a.whole(w, r, fn); err != nil {
			w.problem(a.problemOf(r.Context(), r.Pattern, err), err)
		}
		w.send(out, r)
	})
}

// whole makes an error of a handler that broke down. The server lives on.
func (a *API) whole(w *answer, r *http.Request, fn func(w *answer, r *http.Request) error) (err error) {
	defer func() {
		if why := recover(); why != nil {
			err = fmt.Errorf("the operation broke down: %v", why)
		}
	}()
	return fn(w, r)
}

// guard lets a request through to an operation, by every rule in turn: who asks,
// how often, in which form, within which scope, and whether he may.
func (a *API) guard(o operation, next http.HandlerFunc) http.Handler {
	return a.plain(func(w *answer, r *http.Request) error {
		c, err := a.recognise(r)
		if err != nil {
			return err
		}
		if err := a.requests.take(c.Person); err != nil {
			return err
		}
		body, err := read(r, "application/json")
		if err != nil {
			return err
		}
		if !c.session && (o.scope == "" || !slices.Contains(c.scopes, o.scope)) {
			return outside(o.scope)
		}
		if err := a.allow(r, c, o); err != nil {
			return err
		}
		ctx := context.WithValue(r.Context(), callerKey{}, c)
		seq, asked, err := seqOf(r.Header.Get("If-Match"))
		if o.method == http.MethodPost && o.need.Run != "" {
			if err != nil {
				return err
			}
			if asked {
				ctx = register.Seen(ctx, seq)
			}
		}
		r = r.WithContext(ctx)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if key := r.Header.Get("Idempotency-Key"); key != "" && o.method == http.MethodPost {
			return a.once(w, r, c, key, body, next)
		}
		next(w, r)
		return nil
	})
}

func outside(scope string) error {
	if scope == "" {
		return refuse(http.StatusForbidden, "scope", "This is not for tokens.", "Sign in, and do it as yourself.")
	}
	return refuse(http.StatusForbidden, "scope", "The token does not have the scope "+scope+".", "Make one with that scope.")
}

// recognise finds out who asks: by the token that is shown, or else by the session.
// A browser sends its session along with whatever a page tells it to ask for, so
// that then the page must be one of ours.
func (a *API) recognise(r *http.Request) (c *caller, err error) {
	shown := r.Header.Values("Authorization")
	c = &caller{at: a.Door.Now().Wall}
	switch {
	case len(shown) == 0:
		if err := a.cross.Check(r); err != nil {
			return nil, refuse(http.StatusForbidden, "cross_site", "The request comes from a page of another site.", "Send it with a token, or from our own pages.")
		}
		if c.Actor, err = a.visitor(r); err != nil {
			return nil, err
		}
		c.session = true
	case len(shown) == 1:
		scheme, token, _ := strings.Cut(shown[0], " ")
		if !strings.EqualFold(scheme, "bearer") {
			return nil, unknown()
		}
		if c.Actor, c.scopes, err = a.holder(r, strings.TrimSpace(token)); err != nil {
			return nil, err
		}
	}
	if c.Person == "" {
		return nil, unknown()
	}
	c.book, err = a.book(r.Context())
	return c, err
}

func (a *API) book(ctx context.Context) (*rights.Book, error) {
	return door.Read(ctx, a.Door, func(tx door.Tx) (*rights.Book, error) { return door.Book(ctx, tx) })
}

func unknown() error {
	return refuse(http.StatusUnauthorized, "unknown", "Nobody is known by this request.", "Send Authorization: Bearer and a token that holds; its owner makes one on his page.")
}

// visitor is who is signed in with the session that a browser sends; nobody, when
// it is over.
func (a *API) visitor(r *http.Request) (door.Actor, error) {
	cookie, err := r.Cookie(frame.Cookie)
	if err != nil {
		return door.Actor{}, nil
	}
	s, err := a.Gate.Session(r.Context(), cookie.Value)
	if errors.Is(err, access.ErrNoSession) {
		return door.Actor{}, nil
	}
	return door.Actor{Name: s.Person, Via: s.Person, Person: s.Person, Assurance: s.Assurance}, err
}

// holder is whose token that is. One address may guess only so often.
func (a *API) holder(r *http.Request, token string) (door.Actor, []string, error) {
	person, scopes, err := "", []string(nil), error(access.ErrNoToken)
	if strings.HasPrefix(token, "brd_") && len(token) < 200 {
		person, scopes, err = a.Gate.Token(r.Context(), token)
	}
	if errors.Is(err, access.ErrNoToken) || errors.Is(err, rights.ErrNotAllowed) {
		return door.Actor{}, nil, cmp.Or(a.unknown.take(a.from(r)), unknown())
	}
	return door.Actor{Name: person, Via: person, Person: person, Assurance: "token"}, scopes, err
}

func (a *API) from(r *http.Request) string {
	if a.Reached != nil {
		return a.Reached(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// read takes the body of a request that acts, in that form and of that size alone.
func read(r *http.Request, forms ...string) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	form, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(forms, form) || r.Header.Get("Content-Encoding") != "" {
		return nil, refuse(http.StatusUnsupportedMediaType, "form", "The body is not in a form that this operation takes.", "Send it with Content-Type: "+strings.Join(forms, " or ")+", and not packed.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	switch {
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "wrong", "The body could not be read to its end.", "Send it again.")
	case len(body) > bodyLimit:
		return nil, refuse(http.StatusRequestEntityTooLarge, "large", "The body is greater than 64 KiB.", "Send less.")
	}
	return body, nil
}

// allow asks the matrix. A refusal has its line in the log.
func (a *API) allow(r *http.Request, c *caller, o operation) (err error) {
	if o.sees != "" {
		c.sees, err = a.sight(r.Context(), c, o)
		return err
	}
	if o.need.Permission == "" {
		return nil
	}
	on := rights.Object{}
	switch {
	case o.need.System != "":
		on, err = a.Objects.System(r.Context(), r.PathValue(o.need.System))
	case o.need.Run != "":
		on, err = a.Objects.Run(r.Context(), r.PathValue(o.need.Run))
	}
	if err != nil {
		return err
	}
	return a.admit(r.Context(), c, o, o.need.Permission, on)
}

func (a *API) admit(ctx context.Context, c *caller, o operation, p matrix.Permission, on rights.Object) error {
	return a.Door.Admit(ctx, c.Actor, "api.visit", o.pattern(), wish(p, on))
}

// wish is to read what that permission is about.
func wish(p matrix.Permission, on rights.Object) door.Wish {
	return door.Wish{Permission: p, Verb: matrix.Read, On: on}
}

// sight says which rows of a list somebody sees: all of them, or those about his
// own systems. Who would see none is refused.
func (a *API) sight(ctx context.Context, c *caller, o operation) (func(system string) bool, error) {
	if c.may(o.sees, matrix.Read, rights.Object{}) {
		return func(string) bool { return true }, nil
	}
	set, err := a.Register.Set(ctx)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, p := range set.Plans {
		if c.may(o.sees, matrix.Read, aboutPlan(p)) {
			own[p.ID] = true
		}
	}
	if len(own) == 0 {
		return nil, a.admit(ctx, c, o, o.sees, rights.Object{})
	}
	return func(system string) bool { return own[system] }, nil
}
