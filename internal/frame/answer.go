package frame

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"beredskab/internal/rights"
)

// Sheet is what a page's template is given.
type Sheet struct {
	*Visit
	Data any // of the page

	Lang, Home, Logo, Here, Version string
	Demo                            bool
	Crisis                          *Crisis
	Done                            string // what was just done
	Problem                         *Problem
	Menu                            []Line
	Persons                         []rights.Person // whom a visitor of a demo may be
}

// Line is a line of the menu.
type Line struct {
	Path, Text string
	Here       bool
}

// Who is what a person is called, by the ID.
func (s Sheet) Who(id string) string { return s.Book.Name(id) }

// Show answers with a page, named PART/PAGE.
func (v *Visit) Show(page string, data any) error {
	status := http.StatusOK
	if v.problem != nil {
		status = v.problem.Status
	}
	var text bytes.Buffer
	if err := v.frame.sheets[v.Texts.Lang].write(&text, page, "layout", v.around(v.sheet(data))); err != nil {
		return err
	}
	v.write(status, "text/html; charset=utf-8", text.Bytes())
	return nil
}

// Part gives one named template of a page as text, for live pages.
func (v *Visit) Part(page, name string, data any) (string, error) {
	var text bytes.Buffer
	err := v.frame.sheets[v.Texts.Lang].write(&text, page, name, v.sheet(data))
	return text.String(), err
}

// Go sends the visitor on to a page of ours after an act; done is the key after
// "done." of what it says there, or empty.
func (v *Visit) Go(path, done string) error {
	if !local(path) {
		path = "/"
	}
	if done != "" {
		path += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "done=" + url.QueryEscape(done)
	}
	v.out.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.out, v.Request, path, http.StatusSeeOther)
	return errAnswered
}

// Leave sends the visitor to another site that the settings name, such as the one
// that knows who he is.
func (v *Visit) Leave(address string) error {
	v.out.Header().Set("Cache-Control", "no-store")
	http.Redirect(v.out, v.Request, address, http.StatusSeeOther)
	return errAnswered
}

// Send answers with a file to be kept, which no browser shows as a page of ours.
func (v *Visit) Send(name, contentType string, body []byte) error {
	v.out.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	v.out.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:")
	v.write(http.StatusOK, contentType, body)
	return nil
}

// Write answers with bytes of that type, such as a calendar.
func (v *Visit) Write(contentType string, body []byte) error {
	v.write(http.StatusOK, contentType, body)
	return nil
}

func (v *Visit) write(status int, contentType string, body []byte) {
	h := v.out.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	if packable(v.Request, contentType, len(body)) {
		h.Set("Content-Encoding", "gzip")
		body = pack(body)
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	v.out.WriteHeader(status)
	_, _ = v.out.Write(body) // whoever asked may be gone
}

// packable tells whether an answer is sent packed: a text of some length. No page
// holds a secret beside what a visitor sent in, so its length gives nothing away.
func packable(r *http.Request, contentType string, length int) bool {
	return length > 1<<10 && strings.HasPrefix(contentType, "text/") && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// sheet is a page's data with what its own templates may say.
func (v *Visit) sheet(data any) Sheet {
	f := v.frame
	s := Sheet{Visit: v, Data: data, Lang: v.Texts.Lang, Here: v.Request.URL.Path, Logo: f.Logo, Version: f.Version, Demo: f.Demo, Problem: v.problem}
	if done := v.Query("done"); done != "" && v.Texts.Has("done."+done) {
		s.Done = v.Texts.Say("done." + done)
	}
	return s
}

// around adds what stands around a whole page, for which the register is asked.
func (v *Visit) around(s Sheet) Sheet {
	f := v.frame
	s.Home = f.Name(v.Context())
	if f.Crisis != nil {
		s.Crisis = f.Crisis(v.Context())
	}
	for _, item := range f.Menu {
		if f.sees(v, item.Need) {
			here := v.Request.URL.Path == item.Path || item.Path != "/" && strings.HasPrefix(v.Request.URL.Path, item.Path+"/")
			s.Menu = append(s.Menu, Line{Path: item.Path, Text: v.Texts.Say(item.Key), Here: here})
		}
	}
	if f.Demo {
		s.Persons = v.Book.Persons()
	}
	return s
}

// end answers a visit that its handler gave up.
func (v *Visit) end(err error) {
	if err == nil || errors.Is(err, errAnswered) {
		return
	}
	_ = v.fail(err)
}

// rescue answers a visit in which a page broke down. The server lives on.
func (v *Visit) rescue() {
	if why := recover(); why != nil {
		if why == http.ErrAbortHandler {
			panic(why)
		}
		_ = v.fail(fmt.Errorf("the page broke down: %v", why))
	}
}
