package api

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/register"
	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

// problem is an answer that is no answer (RFC 9457): what is wrong, and what to do
// next.
type problem struct {
	Type   string  `json:"type"` // /api# and a word for it, which the page at /api explains
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitempty"`
	Next   string  `json:"next,omitempty"`
	Errors []fault `json:"errors,omitempty"` // of the request, each at its place
}

type fault struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

func (p *problem) Error() string { return p.Detail }

// GetStatus is what the library asks an error for.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is that of problems.
func (p *problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

func refuse(status int, word, detail, next string) *problem {
	return &problem{Type: "/api#" + word, Title: http.StatusText(status), Status: status, Detail: detail, Next: next}
}

// problemOf sorts errors by what the one who asks can do about them. What only we
// can mend is told in the log, and here by a number that finds it there.
func (a *API) problemOf(ctx context.Context, pattern string, err error) *problem {
	var ours *problem
	var run *drill.Refusal
	var follow *followup.Refusal
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, rights.ErrNotAllowed):
		return refuse(http.StatusForbidden, "not_allowed", err.Error(), "Ask somebody who may, or for the role that it takes.")
	case errors.Is(err, kept.ErrNotFound), errors.Is(err, drill.ErrNoDrill):
		return refuse(http.StatusNotFound, "not_found", err.Error(), "The lists of the API name what there is.")
	case errors.Is(err, register.ErrPassed):
		return refuse(http.StatusPreconditionFailed, "moved_on", err.Error(), "Read the run again, and decide by what it says now.")
	case errors.Is(err, door.ErrBusy):
		return refuse(http.StatusConflict, "busy", err.Error(), "Wait until the other run has ended.")
	case errors.Is(err, door.ErrNoRoom):
		return refuse(http.StatusServiceUnavailable, "no_room", err.Error(), "An operator makes room on the disk.")
	case errors.As(err, &run), errors.As(err, &follow), errors.Is(err, approval.ErrNotNow), errors.Is(err, yearly.ErrNotNow), errors.Is(err, kept.ErrConflict):
		return refuse(http.StatusConflict, "not_now", err.Error(), "Read it again: it stands otherwise than the act wants.")
	case a.Broken != nil && a.Broken(err):
		return refuse(http.StatusServiceUnavailable, "away", "The register cannot be reached.", "Ask again in a while; nothing was done unless the register says so.")
	}
	number := rand.Text()[:8]
	if ctx.Err() == nil {
		a.Log.Error("a request could not be answered", "number", number, "operation", pattern, "error", err)
	}
	return refuse(http.StatusInternalServerError, "ours", "Something went wrong here. Its number in our log is "+number+".", "Tell an operator that number.")
}

// ours puts our own form in the place of the library's: what it found wrong with a
// request, without what was sent.
func ours(_ huma.Context, _ string, v any) (any, error) {
	theirs, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := refuse(theirs.Status, "wrong", theirs.Detail, "GET /api/v1/openapi.json says what the operation takes.")
	for _, e := range theirs.Errors {
		p.Errors = append(p.Errors, fault{e.Location, e.Message})
	}
	return p, nil
}

func problemResponse() *huma.Response {
	return &huma.Response{
		Description: "What is wrong, and what to do next",
		Content:     map[string]*huma.MediaType{problemType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}},
	}
}

// problemSchema is that of problem.
func problemSchema() *huma.Schema {
	text := func(about string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: about} }
	place := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"location": text("Where in the request"), "message": text("What is wrong there")}}
	return &huma.Schema{
		Type: huma.TypeObject, Required: []string{"type", "title", "status"},
		Properties: map[string]*huma.Schema{
			"type": text("A word for the problem, as an address"), "title": text("The meaning of the status"),
			"status": {Type: huma.TypeInteger}, "detail": text("What is wrong"), "next": text("What to do next"),
			"errors": {Type: huma.TypeArray, Items: place},
		},
	}
}
