package frame

import "net/http"

// Frames lets this page show others of ours within it, such as a mail. They must be
// answered with Within.
func (v *Visit) Frames() { v.Header().Set("Content-Security-Policy", policy+"; frame-src 'self'") }

// Within answers with a page that was not made here, to be shown within one of ours. No
// script of it runs, it loads nothing, and what it links to opens in its place or beside.
func (v *Visit) Within(html []byte) error {
	h := v.Header()
	h.Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "+
		"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
	h.Set("Referrer-Policy", "no-referrer")
	v.write(http.StatusOK, "text/html; charset=utf-8", html)
	return nil
}
