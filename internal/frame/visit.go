package frame

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/phrase"
	"beredskab/internal/rights"
)

// Visit is one request, and everything that is known of it.
type Visit struct {
	Request *http.Request
	Person  rights.Person   // who is signed in; its ID is empty when nobody is
	Session access.Session  // of that person
	Book    *rights.Book    // the people as they stand
	Texts   *phrase.Phrases // in the person's language
	Now     time.Time

	frame   *Frame
	out     http.ResponseWriter
	route   Route
	problem *Problem
}

// Context is the request's.
func (v *Visit) Context() context.Context { return v.Request.Context() }

// Actor is the visitor as the register knows who acts.
func (v *Visit) Actor() door.Actor {
	return door.Actor{Name: v.Person.ID, Via: v.Person.ID, Person: v.Person.ID, Assurance: v.Session.Assurance}
}

// Header is that of the answer.
func (v *Visit) Header() http.Header { return v.out.Header() }

// Path is a value of the path, as the route names it.
func (v *Visit) Path(name string) string { return v.Request.PathValue(name) }

// Query is a value of the address, such as a filter.
func (v *Visit) Query(name string) string {
	return strings.TrimSpace(v.Request.URL.Query().Get(name))
}

// Field is a value of the form that was sent, without spaces around it.
func (v *Visit) Field(name string) string { return strings.TrimSpace(v.Request.PostFormValue(name)) }

// Fields are all values of that name in the form that was sent.
func (v *Visit) Fields(name string) []string { return slices.Clone(v.Request.PostForm[name]) }

// May tells whether the visitor may do that, for what a page offers. The register
// decides again at the act.
func (v *Visit) May(p matrix.Permission, verb matrix.Verb, on rights.Object) bool {
	if v.Person.ID == "" {
		return false
	}
	_, err := v.Book.Decide(v.Person.ID, p, verb, on, v.Now)
	return err == nil
}

// From is the address that the visitor comes from.
func (v *Visit) From() string {
	if v.frame.Reached != nil {
		return v.frame.Reached(v.Request)
	}
	host, _, err := net.SplitHostPort(v.Request.RemoteAddr)
	if err != nil {
		return v.Request.RemoteAddr
	}
	return host
}

// Token is the session's, from its cookie; empty when there is none.
func (v *Visit) Token() string {
	cookie, err := v.Request.Cookie(Cookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SignedIn gives the visitor's browser the token of a session; an empty one takes
// it away.
func (v *Visit) SignedIn(token string) {
	cookie := &http.Cookie{Name: Cookie, Value: token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(v.out, cookie)
}

// Keep gives the browser a small value to remember for that long, which it sends
// back to us alone; an empty value takes it away.
func (v *Visit) Keep(name, value string, long time.Duration) {
	cookie := &http.Cookie{
		Name: "__Host-" + name, Value: url.QueryEscape(value), Path: "/", MaxAge: int(long.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(v.out, cookie)
}

// Kept is such a value.
func (v *Visit) Kept(name string) string {
	cookie, err := v.Request.Cookie("__Host-" + name)
	if err != nil {
		return ""
	}
	value, _ := url.QueryUnescape(cookie.Value)
	return value
}

// language is the one that the visitor chose, or the first of his browser's that
// there is.
func (v *Visit) language() {
	lang := v.Kept("lang")
	if !slices.Contains(languages(), lang) {
		lang = preferred(v.Request.Header.Get("Accept-Language"))
	}
	v.Texts = v.frame.sheets[lang].texts
}

func languages() []string { return phrase.Languages() }

func preferred(accepted string) string {
	for item := range strings.SplitSeq(accepted, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(item), ";")
		short, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(languages(), short) {
			return short
		}
	}
	return languages()[0]
}

// origin is the page that a form stands on, so that a visitor comes back to it.
func (v *Visit) origin() string {
	if v.Request.Method == http.MethodGet {
		return v.Request.URL.RequestURI()
	}
	if from, err := url.Parse(v.Request.Referer()); err == nil && from.Path != "" && from.Host == v.Request.Host {
		return from.RequestURI()
	}
	return "/"
}
