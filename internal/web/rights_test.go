package web_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/proof"
	"beredskab/internal/rights"
)

// visitors are one person of each kind; the empty name is nobody. All kinds come at the
// size of make torture.
func visitors() []string {
	list := []string{
		"", "It-chef", "Systemejer, Kommunaldirektørens stab", "Systemejer, Teknik og Miljø", "Vicechef, Økonomi", "Systemadministrator",
		"Direktionen", "Beredskabskoordinator", "Tekniker, Database", "Daglig it-sikkerhedsansvarlig", "Intern revision",
	}
	return list[:proof.Size(3, 3, len(list))]
}

// Each page and each act, for each kind of visitor, about something of his own, of
// others and that is not there, by each method: what the matrix does not give is
// refused, changes nothing and stands in the log (S1).
func (w *town) everyRoute() {
	t := w.t
	values := w.things()
	tried, wrong := 0, 0
	for _, route := range w.site.Routes() {
		for i, thing := range values {
			path, those := fill(route.Path, thing), visitors()
			if i == len(values)-1 && i > 0 {
				those = those[:3] // what is not there is not there for anybody
			}
			for _, name := range those {
				tried++
				if why := w.try(route, path, thing, name); why != "" {
					wrong++
					t.Errorf("%s %s as %q: %s", route.Method, path, name, why)
				}
			}
			if !strings.Contains(strings.TrimSuffix(route.Path, "{$}"), "{") {
				break
			}
		}
	}
	proof.Report(t, proof.Figure{ID: "S1", What: "every route as everybody", Count: tried, Unit: "visits", Failed: wrong})
}

// things are what paths are filled with: of one owner, of another, and nothing.
func (w *town) things() []map[string]string {
	w.t.Helper()
	list := []map[string]string{}
	for _, system := range []string{"esdh", "gis"} {
		rows, err := w.Register.Runs(w.t.Context(), kept.RunFilter{System: system, Limit: 1})
		if err != nil || len(rows) == 0 {
			w.t.Fatalf("no drill of %s: %v", system, err)
		}
		list = append(list, map[string]string{"system": system, "run": rows[0].ID})
	}
	return append(list, map[string]string{"system": "../../etc", "run": "2019-99"})
}

func fill(path string, thing map[string]string) string {
	return regexp.MustCompile(`\{([a-z]+)(\.\.\.)?\}`).ReplaceAllStringFunc(strings.TrimSuffix(path, "{$}"), func(part string) string {
		return url.PathEscape(cmp.Or(thing[strings.Trim(part, "{}.")], "1"))
	})
}

// try visits the route in every way and says what was unexpected.
func (w *town) try(route frame.Route, path string, thing map[string]string, name string) string {
	person := rights.Person{}
	if name != "" {
		person = w.named(name)
	}
	may, there := w.expected(route.Need, thing, person)
	_, before := w.done(0)
	once := name == "" || name == "It-chef" // what does not depend on who asks
	if once {
		if out := w.ask(person.ID, "DELETE", path, nil); out.Code != http.StatusMethodNotAllowed {
			return "DELETE: " + http.StatusText(out.Code)
		}
	}
	if route.Stream && may && there {
		return "" // goes on for as long as somebody looks; it has tests of its own
	}
	forged := url.Values{"user": {"p-2"}, "person": {"p-2"}, "role": {"it-chef"}, "approved_by": {"p-2"}, "by": {"p-2"}}
	out := w.send(person.ID, route.Method, path, route.Form, map[bool]url.Values{true: forged}[route.Method == http.MethodPost])
	if strings.HasSuffix(path, "sign-out") {
		delete(w.tokens, person.ID)
	}
	acts, newest := w.done(before)
	if why := judge(route, out, name == "", may, there, newest > before && len(acts) == 0); why != "" {
		return why
	}
	if (route.Method == http.MethodGet || !may) && len(acts) > 0 {
		return "it did " + strings.Join(acts, ", ")
	}
	if route.Method == http.MethodPost && once {
		return w.strange(path, person.ID)
	}
	return ""
}

// expected is what the matrix says, asked past the pages.
func (w *town) expected(need frame.Need, thing map[string]string, person rights.Person) (may, there bool) {
	if need.Open {
		return true, true
	}
	set, err := w.Register.Set(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	on := rights.Object{}
	if need.System != "" || need.Run != "" {
		p, ok := set.Plan(thing["system"])
		if !ok {
			return person.ID != "", false
		}
		on = rights.Object{Scope: rights.Scope{System: p.ID, Unit: p.Owner.Unit, Team: p.TechnicalTeam}, Class: p.RecoveryClass}
	}
	if need.Permission == "" || person.ID == "" {
		return person.ID != "", true
	}
	_, err = w.book.Decide(person.ID, need.Permission, cmp.Or(need.Verb, matrix.Read), on, time.Now())
	return err == nil, true
}

func judge(route frame.Route, out *httptest.ResponseRecorder, nobody, may, there, refused bool) string {
	unexpected := http.StatusText(out.Code)
	to := out.Header().Get("Location")
	switch {
	case out.Code >= http.StatusInternalServerError:
		return "it broke down: " + out.Body.String()
	case route.Need.Open:
		if out.Code == http.StatusForbidden || out.Code == http.StatusUnauthorized {
			return unexpected
		}
	case nobody && (route.Method == http.MethodPost || route.Stream):
		if out.Code != http.StatusUnauthorized {
			return unexpected
		}
	case nobody:
		if out.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/sign-in") {
			return unexpected
		}
	case !there:
		if out.Code != http.StatusNotFound {
			return unexpected
		}
	case !may:
		if out.Code != http.StatusForbidden {
			return unexpected
		}
	case route.Method == http.MethodGet && out.Code == http.StatusForbidden && !refused: // a page may ask for more, and then says so
		return unexpected
	}
	return ""
}

// strange sends what no page of ours sends: from another site, and in another form.
func (w *town) strange(path, person string) string {
	for want, headers := range map[int]map[string]string{
		http.StatusForbidden:            {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		http.StatusUnsupportedMediaType: {"Content-Type": "text/plain"},
	} {
		r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, path, strings.NewReader("answer=yes"))
		for name, value := range headers {
			r.Header.Set(name, value)
		}
		if person != "" {
			r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: w.token(person)})
		}
		out := httptest.NewRecorder()
		w.site.Handler().ServeHTTP(out, r)
		if out.Code != want {
			return "strange: " + http.StatusText(out.Code)
		}
	}
	return ""
}
