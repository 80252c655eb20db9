package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"beredskab/internal/frame"
	"beredskab/internal/matrix"
)

// operation is one thing that programs can ask for.
type operation struct {
	id, method, path string
	summary          string
	scope            string            // of a token that may; empty: only somebody who is signed in
	need             frame.Need        // who may; without a permission, the act itself decides
	sees             matrix.Permission // of a list: whose rows are shown
	status           int               // of the answer; 0: 200
	tag              string
}

// pattern is the operation as http.ServeMux reads it.
func (o operation) pattern() string { return o.method + " " + o.path }

// add registers an operation under the guard. Its handler is given who asks.
func add[I, O any](a *API, h huma.API, o operation, handle func(ctx context.Context, c *caller, in *I) (*O, error)) {
	a.operations = append(a.operations, o)
	about := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag}, DefaultStatus: o.status,
		Description: o.says(), Security: []map[string][]string{{"token": {}}, {"session": {}}}, MaxBodyBytes: bodyLimit,
		Responses: map[string]*huma.Response{"default": problemResponse()},
	}
	if o.scope == "" {
		about.Security = about.Security[1:]
	}
	if o.method == http.MethodPost {
		about.Parameters = append(about.Parameters, header("Idempotency-Key", "A name of your own for this request. Sent again within 24 hours, it gives the first answer and does nothing."))
		if o.need.Run != "" {
			about.Parameters = append(about.Parameters, header("If-Match", "The ETag of the run as you saw it. When more has happened since, nothing is done and the answer is 412."))
		}
	}
	huma.Register(h, about, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, callerOf(ctx), in)
		if err != nil {
			return nil, a.problemOf(ctx, o.pattern(), err)
		}
		return out, nil
	})
}

func header(name, about string) *huma.Param {
	longest := 255
	return &huma.Param{Name: name, In: "header", Description: about, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest}}
}

// says tells who may.
func (o operation) says() string {
	who := "For whoever may by the permission matrix, decided by the act itself."
	if o.need.Permission != "" {
		who = "For whoever may do this by the permission matrix: " + string(o.need.Permission) + "."
	}
	if o.scope == "" {
		return who + " Not for tokens: only for somebody who is signed in."
	}
	return who + " A token needs the scope " + o.scope + "."
}

// settings are those of the library: JSON alone, nothing that it does not know, and
// no pages of its own, which would load scripts from elsewhere.
func settings(version string) huma.Config {
	c := huma.DefaultConfig("beredskab", version)
	c.Info.Description = "Plans, drills, figures and follow-up of one municipality. The same acts as on the pages, by the same rules."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{ours}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token, brd_…, made by a person for a program. It acts for that person, within its scopes."},
		"session": {Type: "apiKey", In: "cookie", Name: frame.Cookie},
	}
	return c
}

// tidy takes the library's own form of an error out of the description; ours takes
// its place.
func tidy(d *huma.OpenAPI) {
	schemas := d.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	schemas["Problem"] = problemSchema()
	for name, s := range schemas {
		if s.AdditionalProperties == false && !strings.HasSuffix(name, "Body") {
			s.AdditionalProperties = true // answers get more to say as time goes by
		}
	}
}

// adapter hands every operation of the library to the guard.
type adapter struct{ a *API }

func (m adapter) Handle(op *huma.Operation, handle func(huma.Context)) {
	o := m.a.operations[len(m.a.operations)-1] // add has just put it there
	m.a.mux.Handle(o.pattern(), m.a.guard(o, func(w http.ResponseWriter, r *http.Request) {
		handle(humago.NewContext(op, r, w))
	}))
}

func (m adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.a.mux.ServeHTTP(w, r) }
