package frame

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// Problem is what went wrong, for whoever looks at the page: what happened and the
// next step in his language, and the program's own words beside them.
type Problem struct {
	Status             int
	Text, Next, Detail string
}

// Wrong says that something typed is wrong; Key is that of the sentence which says
// what to write instead, and Values are put into it.
type Wrong struct {
	Key    string
	Values []any
}

func (w Wrong) Error() string { return "wrong: " + w.Key }

// Again answers a form that was refused: the page that it stands on, as show makes
// it, with what was wrong and everything that was typed. What only we can mend is
// given back.
func (v *Visit) Again(show func(*Visit) error, err error) error {
	status, key := judge(err)
	if status == http.StatusInternalServerError {
		if errors.Is(err, context.Canceled) || v.frame.Broken != nil && v.frame.Broken(err) {
			return err
		}
		status, key = http.StatusUnprocessableEntity, "problem.not_so"
	}
	v.problem = v.problemOf(status, key, err)
	return show(v)
}

// judge sorts errors by what a visitor can do about them.
func judge(err error) (status int, key string) {
	var wrong Wrong
	var run *drill.Refusal
	var follow *followup.Refusal
	switch {
	case errors.As(err, &wrong):
		return http.StatusUnprocessableEntity, wrong.Key
	case errors.Is(err, rights.ErrNotAllowed):
		return http.StatusForbidden, "problem.not_allowed"
	case errors.Is(err, kept.ErrNotFound), errors.Is(err, drill.ErrNoDrill):
		return http.StatusNotFound, "problem.not_found"
	case errors.Is(err, door.ErrBusy):
		return http.StatusConflict, "problem.busy"
	case errors.Is(err, door.ErrNoRoom):
		return http.StatusServiceUnavailable, "problem.no_room"
	case errors.As(err, &run), errors.As(err, &follow), errors.Is(err, approval.ErrNotNow), errors.Is(err, yearly.ErrNotNow), errors.Is(err, kept.ErrConflict):
		return http.StatusConflict, "problem.not_now"
	}
	return http.StatusInternalServerError, "problem.ours"
}

// problemOf says it in the visitor's language. The program's own words stand beside
// it in English; what failed on our side is told in the log alone.
func (v *Visit) problemOf(status int, key string, err error) *Problem {
	p := &Problem{Status: status, Text: v.Texts.Say(key)}
	if v.Texts.Has(key + ".next") {
		p.Next = v.Texts.Say(key + ".next")
	}
	var wrong Wrong
	switch {
	case errors.As(err, &wrong):
		p.Text = v.Texts.Say(wrong.Key, wrong.Values...)
	case err != nil && status < http.StatusInternalServerError && status != http.StatusNotFound:
		p.Detail = err.Error()
	}
	return p
}

// fail answers with a page of its own for what went wrong.
func (v *Visit) fail(err error) error {
	status, key := judge(err)
	if status != http.StatusInternalServerError {
		return v.refuse(status, key, err)
	}
	if errors.Is(err, context.Canceled) {
		return errAnswered // nobody waits for it
	}
	number := rand.Text()[:8]
	if v.frame.Broken != nil && v.frame.Broken(err) {
		status, key = http.StatusServiceUnavailable, "problem.away"
	}
	v.frame.Log.Error("a page could not be answered", "number", number, "page", v.Request.Pattern, "error", err)
	return v.refuse(status, key, Wrong{key, []any{number}})
}

// refuse answers with the page for what went wrong, and ends the visit.
func (v *Visit) refuse(status int, key string, err error) error {
	v.problem = v.problemOf(status, key, err)
	if v.Book == nil {
		v.Book = rights.NewBook(nil, nil, nil)
	}
	if shown := v.Show("problem", nil); shown != nil {
		v.frame.Log.Error("the page for what went wrong cannot be shown", "error", shown)
		http.Error(v.out, fmt.Sprintf("%s\n%s", v.problem.Text, v.problem.Next), status)
	}
	return errAnswered
}
