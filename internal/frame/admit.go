package frame

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Cookie is the name of the session's cookie. __Host- binds it to this host and to
// encryption; browsers count loopback as encrypted.
const Cookie = "__Host-beredskab"

// fresh is how long a proof of who somebody is holds for what asks for one.
const fresh = 10 * time.Minute

// admit decides whether the visit may go on; otherwise it answers it.
func (f *Frame) admit(v *Visit) error {
	v.language()
	if err := f.readable(v); err != nil {
		return err
	}
	if err := f.recognise(v); err != nil {
		return err
	}
	if v.route.Need.Open {
		return nil
	}
	if v.Person.ID == "" {
		if v.route.Method == http.MethodGet && !v.route.Stream {
			return v.Go("/sign-in?to="+url.QueryEscape(v.Request.URL.RequestURI()), "")
		}
		return v.refuse(http.StatusUnauthorized, "problem.signed_out", nil)
	}
	if err := f.allow(v); err != nil {
		return err
	}
	if v.route.Need.Fresh && v.Now.Sub(v.Session.Proved) > fresh && !f.Demo {
		return v.Go("/prove?to="+url.QueryEscape(v.origin()), "")
	}
	return nil
}

// readable refuses what comes from another site and what the route does not take,
// before anything is looked at.
func (f *Frame) readable(v *Visit) error {
	r := v.Request
	if err := errors.Join(f.cross.Check(r), f.disguised(r)); err != nil {
		return v.refuse(http.StatusForbidden, "problem.cross_site", err)
	}
	if r.Method != http.MethodPost {
		return nil
	}
	form := v.route.Form
	if !form.takes(r.Header.Get("Content-Type")) {
		return v.refuse(http.StatusUnsupportedMediaType, "problem.form", nil)
	}
	r.Body = http.MaxBytesReader(v.out, r.Body, form.limit())
	err := r.ParseForm()
	if form == Files {
		err = r.ParseMultipartForm(1 << 20)
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return v.refuse(http.StatusRequestEntityTooLarge, "problem.large", err)
	case err != nil:
		return v.refuse(http.StatusBadRequest, "problem.form", err)
	}
	return nil
}

// disguised refuses a form that comes from our own host without encryption, where
// somebody in between could have written it: the library looks at the host alone
// (GO-2025-3884). Browsers that say Sec-Fetch-Site have looked at the scheme themselves.
func (f *Frame) disguised(r *http.Request) error {
	from, ours := r.Header.Get("Origin"), strings.TrimPrefix(f.Origin, "https://")
	if r.Method == http.MethodPost && ours != f.Origin && r.Header.Get("Sec-Fetch-Site") == "" && from == "http://"+ours {
		return fmt.Errorf("the form comes from %s, which is not encrypted", from)
	}
	return nil
}

// recognise finds out who visits. A session that is over is none.
func (f *Frame) recognise(v *Visit) error {
	book, err := door.Read(v.Context(), f.Door, func(tx door.Tx) (*rights.Book, error) { return door.Book(v.Context(), tx) })
	if err != nil {
		return err
	}
	v.Book = book
	cookie, err := v.Request.Cookie(Cookie)
	if err != nil {
		return nil
	}
	s, err := f.Gate.Session(v.Context(), cookie.Value)
	if errors.Is(err, access.ErrNoSession) {
		return nil
	} else if err != nil {
		return err
	}
	if p, known := book.Person(s.Person); known && !p.DisabledAt(v.Now) {
		v.Person, v.Session = p, s
	}
	return nil
}

// allow asks the matrix. A refusal has its line in the log.
func (f *Frame) allow(v *Visit) error {
	need := v.route.Need
	on, err := f.object(v)
	if err != nil || need.Permission == "" {
		return err
	}
	w := door.Wish{Permission: need.Permission, Verb: cmp.Or(need.Verb, matrix.Read), On: on}
	return f.Door.Admit(v.Context(), v.Actor(), "page.visit", v.Request.Pattern, w)
}

// object is what the page is about. A page about nothing that there is, is none,
// whoever asks.
func (f *Frame) object(v *Visit) (rights.Object, error) {
	switch need := v.route.Need; {
	case need.System != "":
		return f.Objects.System(v.Context(), v.Request.PathValue(need.System))
	case need.Run != "":
		return f.Objects.Run(v.Context(), v.Request.PathValue(need.Run))
	}
	return rights.Object{}, nil
}

// sees tells whether there is anything of that need for the person to see: all of it,
// or what is his own.
func (f *Frame) sees(v *Visit, need Need) bool {
	if need.Open || v.Person.ID != "" && need.Permission == "" {
		return true
	}
	verb := cmp.Or(need.Verb, matrix.Read)
	return v.May(need.Permission, verb, rights.Object{}) || slices.ContainsFunc(v.Book.Grants(v.Person.ID), func(g rights.Grant) bool {
		return v.May(need.Permission, verb, rights.Object{Scope: g.Scope})
	})
}
