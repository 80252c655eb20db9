package api

import (
	"net/http"

	"beredskab/internal/frame"
)

// line is one operation on the page that lists them.
type line struct{ Method, Path, Summary, Scope string }

// Routes is the page at /api: what programs can do, and what a problem means. It
// needs no script, as the description itself would to be read by people.
func (a *API) Routes() []frame.Route {
	return []frame.Route{{Method: http.MethodGet, Path: "/api", Handle: a.page}}
}

func (a *API) page(v *frame.Visit) error {
	data := struct {
		Operations []line
		Problems   []string
	}{Problems: words()}
	for _, o := range a.operations {
		data.Operations = append(data.Operations, line{o.method, o.path, o.summary, o.scope})
	}
	data.Operations = append(data.Operations,
		line{http.MethodPost, "/api/v1/signals/{token}?system=ID", "Say that something went well, such as a backup; kept as evidence", "signal:NAME"},
		line{http.MethodGet, "/feeds/{token}.ics", "A calendar of drills, at the address that was made for it", "–"})
	return v.Show("api/index", data)
}

// words are those of all problems, as their type names them.
func words() []string {
	return []string{
		"unknown", "scope", "not_allowed", "cross_site", "not_found", "method", "form", "large", "wrong", "key_used", "begun", "moved_on",
		"not_now", "busy", "too_many", "no_room", "away", "ours",
	}
}
