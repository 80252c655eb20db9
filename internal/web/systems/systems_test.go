package systems_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/phrase"
	"beredskab/internal/readiness"
)

func tabs() []string {
	return []string{"", "/steps", "/dependencies", "/drills", "/actions", "/history", "/readiness", "/review"}
}

// Every page can be read in both languages by whoever may read plans, of every
// system of the sample; nobody else sees any.
func TestEveryPage(t *testing.T) {
	w := newTown(t)
	w.held("esdh", "passed", w.wall.AddDate(0, -2, 0), 35)
	for _, lang := range []string{"da", "en"} {
		w.page("chef", lang, "/systems")
		for _, tab := range tabs() {
			w.page("chef", lang, "/systems/esdh"+tab)
			w.page("ejer", lang, "/systems/esdh"+tab)
		}
	}
	for _, p := range w.set.Plans {
		for _, tab := range []string{"", "/steps", "/dependencies"} {
			w.page("koordinator", "da", "/systems/"+p.ID+tab)
		}
	}
	for _, path := range []string{"/systems", "/systems/esdh", "/systems/esdh/review"} {
		if answer := w.get("", "da", path); answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/sign-in?to=") {
			t.Errorf("%s for nobody: %d", path, answer.Code)
		}
		if answer := w.get("admin", "da", path); answer.Code != http.StatusForbidden {
			t.Errorf("%s for an administrator: %d", path, answer.Code)
		}
	}
	for _, path := range []string{"/systems/ukendt", "/systems/esdh?version=" + strings.Repeat("0", 64)} {
		if answer := w.get("chef", "da", path); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

// Every reason that a point can have has its sentence.
func TestEveryReasonHasASentence(t *testing.T) {
	for _, lang := range phrase.Languages() {
		texts, err := phrase.New("web", lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range readiness.Codes() {
			if !texts.Has("systems.why." + code) {
				t.Errorf("%s has no sentence for %s", lang, code)
			}
		}
	}
}

// The list has the worst first, and shows what is asked for. What was not measured
// is never said to be kept.
func TestTheList(t *testing.T) {
	w := newTown(t)
	body := w.page("chef", "da", "/systems")
	w.wants(body, []string{"19 systemer", "ESDH/sagssystem", "ikke målt"}, "state-ok")
	states := regexp.MustCompile(`state-(breached|at_risk|unknown)"`).FindAllStringSubmatch(body, -1)
	if len(states) != 19 || states[0][1] != "breached" || states[18][1] == "breached" {
		t.Errorf("the worst does not come first: %v", states)
	}
	w.wants(w.page("chef", "da", "/systems?q=sagssystem"), []string{">1 system ", "/systems/esdh"}, `"/systems/gis"`)
	w.wants(w.page("chef", "da", "/systems?class=0"), []string{`"/systems/netvaerk-kerne"`}, `"/systems/esdh"`)
	w.wants(w.page("chef", "da", "/systems?state=ok"), []string{"Ingen systemer passer"})
	w.wants(w.page("ejer", "da", "/systems?mine=yes"), []string{">1 system ", `"/systems/esdh"`}, `"/systems/gis"`)
	w.wants(w.page("chef", "da", "/systems?page=9"), []string{`"/systems/esdh"`})
	w.wants(w.page("leder", "da", "/systems"), []string{`"/systems/esdh"`}, `"/systems/gis"`)
	w.held("esdh", "passed", w.wall.AddDate(0, -1, 0), 130)
	w.wants(w.page("chef", "da", "/systems?q=esdh"), []string{"2 t 10 min"})
	w.wants(open(t).emptied(), []string{"Her er ingen systemer endnu"})
}

// Telephone numbers, and what the plan says is confidential, are for those who may
// read it.
func TestWhatIsConfidential(t *testing.T) {
	w := newTown(t)
	const number, how = "00 00 00 10", "Gendan de to applikationsservere"
	spaced := strings.ReplaceAll("+45 "+number, " ", "\u00a0")
	for who, may := range map[string]bool{"chef": true, "ejer": true, "koordinator": true, "leder": false} {
		shown := strings.Contains(strings.ReplaceAll(w.page(who, "da", "/systems/esdh"), "&#43;", "+"), spaced)
		told := strings.Contains(w.page(who, "da", "/systems/esdh/steps"), how)
		if shown != may || told != may {
			t.Errorf("%s sees numbers: %v, and how steps are done: %v", who, shown, told)
		}
	}
	w.wants(w.page("leder", "da", "/systems/esdh"), []string{"Denne del af planen er fortrolig"}, "Forseglet kuvert")
	w.wants(w.page("leder", "da", "/systems/esdh/steps"), []string{"Gendan applikationsservere"})
	w.wants(w.page("leder", "da", "/systems/esdh"), []string{"Planfilen er en anden version"}, "/systems/esdh/review")
	if answer := w.get("leder", "da", "/systems/esdh/review"); answer.Code != http.StatusForbidden {
		t.Errorf("the review for a unit manager: %d", answer.Code)
	}
	if answer := w.get("leder", "da", "/systems/gis"); answer.Code != http.StatusForbidden {
		t.Errorf("another unit's system: %d", answer.Code)
	}
}

// The chain is drawn and told: what the system waits for, and what waits for it.
func TestTheDependencies(t *testing.T) {
	w := newTown(t)
	body := w.page("chef", "da", "/systems/esdh/dependencies")
	w.wants(body, []string{"<svg", `id="graph-table"`, `"/systems/sql-klynge"`, "Gennem et andet system", "Kæden, der bestemmer tiden"})
	w.wants(w.page("chef", "da", "/systems/sql-klynge/dependencies"), []string{"Det ventes på af", `"/systems/esdh"`})
}

// What a system is ready for is explained point by point, and falls by itself.
func TestReadiness(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("chef", "da", "/systems/esdh/readiness"), []string{"Systemet er ikke klar", "Tiden er aldrig målt", "højst få 40 point", "Ingen version er godkendt"})
	w.held("esdh", "passed", w.wall.AddDate(0, -2, 0), 35)
	w.wants(w.page("chef", "da", "/systems/esdh/readiness"), []string{"35 min af 24 t", "gendannelsestest"}, "Tiden er aldrig målt")
	w.wall = w.wall.AddDate(3, 0, 0)
	w.wants(w.page("chef", "da", "/systems/esdh/readiness"), []string{"tæller ikke længere"})
}

func (w *town) emptied() string {
	w.t.Helper()
	w.ids["somebody"] = w.somebody()
	return w.page("somebody", "da", "/systems")
}

// field reads a hidden value of a form.
func field(body, name string) string {
	found := regexp.MustCompile(`name="` + name + `" value="([0-9a-f]+)"`).FindStringSubmatch(body)
	if found == nil {
		return ""
	}
	return found[1]
}
