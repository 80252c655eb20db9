package systems_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"beredskab/internal/record"
)

const change = "/systems/esdh/change"

// A change is typed into a form, read as sentences, and then kept as the file that it
// makes, in which nothing else differs.
func TestAChangeIsSuggested(t *testing.T) {
	w := newTown(t)
	src, err := os.ReadFile("../../../plans/esdh.yaml")
	w.ok(err)
	body := w.page("ejer", "da", change)
	w.wants(body, []string{`name="rto"`, `value="24h"`, `name="estimate-0"`, `name="workaround"`, "papirjournalen", "Ingen har foreslået"}, "Det bliver ændret")
	fields := url.Values{"rto": {"12h"}, "contact-0-hours": {"Altid: dag & nat"}, "reason": {"Vi skal hurtigere op"}, "estimate-0": {"30m"}}
	answer := w.post("ejer", change, fields)
	w.wants(answer.Body.String(), []string{"Det bliver ændret", "24 timer → 12 timer", "Altid: dag &amp; nat", "Vi skal hurtigere op"}, "⟦")
	if list, err := w.office.Proposals(t.Context(), record.Filter{}); err != nil || len(list) != 0 {
		t.Fatalf("something was kept before it was read: %v, %v", list, err)
	}
	fields.Set("seen", field(answer.Body.String(), "seen"))
	if answer = w.post("ejer", change, fields); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != change+"?done=systems.proposed" {
		t.Fatalf("%d\n%s", answer.Code, answer.Body)
	}
	list, err := w.office.Proposals(t.Context(), record.Filter{System: "esdh"})
	if err != nil || len(list) != 1 || list[0].By.Person != w.ids["ejer"] || list[0].File != "esdh.yaml" {
		t.Fatalf("%+v: %v", list, err)
	}
	want := strings.Replace(strings.Replace(string(src), "rto: 24h", "rto: 12h", 1), "hours: Døgnet rundt", "hours: 'Altid: dag & nat'", 1)
	if list[0].Text != want {
		t.Errorf("the file became\n%s", list[0].Text)
	}
	w.wants(w.page("koordinator", "en", change+"?done=systems.proposed"), []string{"P-2026-1", "Rolle ejer", "waits for IT", "Thank you"})
	if answer := w.post("ejer", change+"/P-2026-1/withdraw", nil); answer.Code != http.StatusSeeOther {
		t.Errorf("withdrawn: %d", answer.Code)
	}
	w.wants(w.page("ejer", "da", change), []string{"trukket tilbage"}, change+"/P-2026-1/withdraw")
	for path, code := range map[string]int{change + "/P-1-1/withdraw": http.StatusNotFound, change + "/P-2026-1/withdraw": http.StatusUnprocessableEntity} {
		if answer := w.post("ejer", path, nil); answer.Code != code {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

// What is typed wrongly is told with what to write instead, and stays in the form.
func TestAChangeThatIsWrong(t *testing.T) {
	w := newTown(t)
	for _, c := range []struct {
		fields url.Values
		says   string
	}{
		{url.Values{"rto": {"fire timer"}, "reason": {"x"}}, "er ikke en længde"},
		{url.Values{"rto": {""}, "reason": {"x"}}, "er tom"},
		{url.Values{"rto": {"24h"}, "reason": {"x"}}, "ikke ændret noget"},
		{url.Values{"rto": {"12h"}}, "Skriv, hvorfor"},
		{url.Values{"rto": {"12h"}, "reason": {"x"}, "seen": {"00"}}, "er ændret, siden du så det"},
		{url.Values{"owner-deputy": {"ikke en postkasse: [}"}, "rto": {"10d"}, "reason": {"x"}}, "10d"},
	} {
		answer := w.post("ejer", change, c.fields)
		if body := answer.Body.String(); !strings.Contains(body, c.says) || strings.Contains(body, "⟦") {
			t.Errorf("%v: %d lacks %q", c.fields, answer.Code, c.says)
		}
	}
	for who, code := range map[string]int{"tekniker": http.StatusForbidden, "leder": http.StatusForbidden, "admin": http.StatusForbidden, "": http.StatusUnauthorized} {
		if answer := w.post(who, change, url.Values{"rto": {"12h"}, "reason": {"x"}}); answer.Code != code {
			t.Errorf("a change by %q: %d", who, answer.Code)
		}
	}
	w.wants(w.page("leder", "da", change), []string{"Du kan ikke foreslå ændringer"}, `name="rto"`, "00 00 10")
	if list, err := w.office.Proposals(t.Context(), record.Filter{}); err != nil || len(list) != 0 {
		t.Errorf("%d are kept: %v", len(list), err)
	}
	w.files = nil
	w.wants(w.page("ejer", "da", change), []string{"Planens fil kan ikke læses her"}, `name="rto"`)
}

// Every plan of the sample can be changed here.
func TestEveryPlanHasItsForm(t *testing.T) {
	w := newTown(t)
	for _, p := range w.set.Plans {
		body := w.page("koordinator", "da", "/systems/"+p.ID+"/change")
		w.wants(body, []string{`name="rto"`, `value="` + p.Objectives.RTO.String() + `"`})
	}
}
