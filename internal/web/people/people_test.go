package people_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// Every page can be read in both languages by who may, and by nobody else.
func TestEveryPage(t *testing.T) {
	w := newTown(t)
	for path, outside := range map[string]string{
		"/people": "ejer", "/people?q=ejer&role=system_owner&page=9": "koordinator", "/people?show=disabled": "ejer", "/people/" + w.ids["ejer"]: "koordinator",
		"/people/new": "chef", "/permissions": "", "/delegations": "", "/contacts": "", "/contacts?show=due&system=omsorg": "",
	} {
		who := "admin"
		if strings.HasPrefix(path, "/contacts") {
			who, outside = "koordinator", "admin"
		}
		w.page(who, "da", path)
		w.page(who, "en", path)
		if outside != "" {
			if answer := w.ask(outside, "da", http.MethodGet, path, nil); answer.Code != http.StatusForbidden {
				t.Errorf("%s for %s: %d", path, outside, answer.Code)
			}
		}
		if answer := w.ask("", "da", http.MethodGet, path, nil); answer.Code != http.StatusSeeOther {
			t.Errorf("%s for nobody: %d", path, answer.Code)
		}
	}
	w.wants(w.page("chef", "da", "/people?q=ejer"), []string{"Person ejer", "Systemejer for Omsorgssystem"}, "Person koordinator", "Ny person")
	w.wants(w.page("ejer", "da", "/permissions"), []string{"bekræfte: ejeren", "Kladden til en plan", "skrive (eget)"})
	if answer := w.ask("chef", "da", http.MethodGet, "/people/p-99", nil); answer.Code != http.StatusNotFound {
		t.Errorf("nobody's page: %d", answer.Code)
	}
}

// A person is added, gets an account more and an invitation, is disabled with a
// reason and enabled again.
func TestAPersonComesAndGoes(t *testing.T) {
	w := newTown(t)
	w.wants(w.fails("admin", "/people", 422, url.Values{"name": {"Ny medarbejder"}}), []string{"Skriv, hvad personen logger ind som", "Ny medarbejder"})
	w.wants(w.fails("admin", "/people", 422, url.Values{"name": {"Ny medarbejder"}, "account": {"med mellemrum"}}), []string{"brugernavn uden mellemrum"})
	to := w.does("admin", "/people", "person.add", url.Values{"name": {"Ny medarbejder"}, "account": {"nymed"}, "mail": {"ny@kommune.test"}, "unit": {"It"}})
	path := regexp.MustCompile(`^/people/p-\d+`).FindString(to)
	id := strings.TrimPrefix(path, "/people/")
	w.does("admin", path+"/link", "person.link", url.Values{"account": {"https://login.test|abc"}})
	w.wants(w.fails("admin", path+"/link", 422, url.Values{"account": {""}}), []string{"logger ind som"})
	w.wants(w.read(200, path, w.ask("admin", "da", http.MethodPost, path+"/invite", url.Values{})), []string{"https://plan.test/invitation/kode-til-" + id, "Den vises ikke igen"})
	w.wants(w.fails("admin", path+"/disable", 422, url.Values{}), []string{"Skriv, hvorfor personen spærres"})
	if answer := w.ask("chef", "da", http.MethodPost, path+"/disable", url.Values{"why": {"x"}}); answer.Code != http.StatusForbidden {
		t.Errorf("an IT manager carries it out: %d", answer.Code)
	}
	w.does("admin", path+"/disable", "person.disable", url.Values{"why": {"Fratrådt"}})
	w.wants(w.page("chef", "da", "/people?show=disabled"), []string{"Ny medarbejder", "Spærret"})
	w.wants(w.page("admin", "da", path), []string{"Fratrådt", "Ophæv spærringen"}, "Giv en rolle")
	w.does("admin", path+"/enable", "person.enable", url.Values{})
	book, err := w.office.Book(t.Context())
	w.ok(err)
	if p, _ := book.Person(id); len(p.Accounts) != 2 || !p.Disabled.IsZero() || p.Mail != "ny@kommune.test" {
		t.Errorf("the person: %+v", p)
	}
	w.fails("admin", "/people/"+w.ids["admin"]+"/disable", 403, url.Values{"why": {"den sidste"}})
}

// Roles are given and ended by who has just shown who he is, and by nobody to himself.
func TestRoles(t *testing.T) {
	w := newTown(t)
	path := "/people/" + w.ids["sikkerhed"]
	form := url.Values{"role": {"system_owner"}, "system": {"gis"}, "to": {"2026-12-31"}, "deputy_of": {w.ids["ejer"]}}
	w.proved = time.Hour
	if answer := w.ask("chef", "da", http.MethodPost, path+"/give", form); !strings.HasPrefix(answer.Header().Get("Location"), "/prove") {
		t.Errorf("a session of long ago gives a role: %d %s", answer.Code, answer.Header().Get("Location"))
	}
	w.proved = 0
	w.wants(w.fails("chef", path+"/give", 422, url.Values{}), []string{"Vælg rollen"})
	w.wants(w.fails("chef", path+"/give", 422, url.Values{"role": {"system_owner"}, "system": {"gis"}, "unit": {"It"}}), []string{"Vælg ét system"})
	w.does("chef", path+"/give", "role.give", form)
	w.wants(w.page("chef", "da", path), []string{"Systemejer, som stedfortræder for Person ejer", "31.12.2026", "Afslut nu"})
	w.wants(w.page("chef", "da", "/people"), []string{"Person sikkerhed handler for Person ejer"})
	book, err := w.office.Book(t.Context())
	w.ok(err)
	var key string
	for _, g := range book.Grants(w.ids["sikkerhed"]) {
		if g.Role == matrix.SystemOwner && g.System == "gis" {
			key = g.Key()
		}
	}
	w.fails("chef", path+"/end", 404, url.Values{"key": {"x/y"}})
	w.does("chef", path+"/end", "role.end", url.Values{"key": {key}})
	w.wants(w.page("chef", "da", path), []string{"ophørt"})
	w.fails("chef", "/people/"+w.ids["chef"]+"/give", 403, url.Values{"role": {"auditor"}})
	w.wants(w.page("chef", "da", "/people/"+w.ids["chef"]), nil, "Giv en rolle")
}

// An owner passes on what is his for a time, and ends it himself.
func TestDelegations(t *testing.T) {
	w := newTown(t)
	w.wants(w.page("ejer", "da", "/delegations"), []string{"Giv fuldmagt"}, "På vegne af")
	w.wants(w.page("chef", "da", "/delegations"), []string{"På vegne af"})
	w.wants(w.page("koordinator", "da", "/delegations"), nil, "Giv fuldmagt")
	form := url.Values{"to": {w.ids["leder"]}, "until": {"2026-12-14"}, "reason": {"Ferie"}, "system": {"omsorg"}}
	w.wants(w.fails("ejer", "/delegations", 422, url.Values{"to": {w.ids["leder"]}, "until": {"2026-12-14"}}), []string{"Skriv, hvorfor", "2026-12-14"})
	w.fails("koordinator", "/delegations", 403, form)
	w.does("ejer", "/delegations", "role.delegate", form)
	w.wants(w.page("leder", "da", "/delegations"), []string{"Handler for Person ejer til og med 14. december 2026", "Omsorgssystem"})
	w.wants(w.page("chef", "da", "/people/"+w.ids["leder"]), []string{"Handler for Person ejer"})
	book, err := w.office.Book(t.Context())
	w.ok(err)
	list := book.Delegations(w.ids["leder"])
	if len(list) != 1 || list[0].Of != w.ids["ejer"] || !list[0].InForce(w.wall) {
		t.Fatalf("delegated: %+v", list)
	}
	w.fails("leder", "/delegations/end", 403, url.Values{"key": {list[0].Key()}})
	w.does("ejer", "/delegations/end", "role.end", url.Values{"key": {list[0].Key()}})
	if book, err = w.office.Book(t.Context()); err != nil || book.Delegations(w.ids["leder"])[0].InForce(w.wall.Add(time.Second)) {
		t.Errorf("it goes on: %v", err)
	}
}

// A contact is called; what happened is kept, and numbers are for who may read them.
func TestContacts(t *testing.T) {
	w := newTown(t)
	page := w.page("koordinator", "da", "/contacts?system=omsorg")
	link := regexp.MustCompile(`/contacts/one\?system=omsorg&amp;whom=([^"]+)`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("no contact of the system can be called\n%s", page)
	}
	whom, err := url.QueryUnescape(link[1])
	w.ok(err)
	one := "/contacts/one?" + url.Values{"system": {"omsorg"}, "whom": {whom}}.Encode()
	w.wants(w.page("koordinator", "da", one), []string{"Svarede nogen?"})
	w.page("koordinator", "en", one)
	form := url.Values{"system": {"omsorg"}, "whom": {whom}, "channel": {"phone"}, "reached": {"no"}}
	w.wants(w.fails("koordinator", "/contacts", 422, form), []string{"Skriv, hvad der skete"})
	form.Set("note", "Telefonsvarer")
	w.does("koordinator", "/contacts", "contact.verify", form)
	form.Set("reached", "yes")
	w.does("koordinator", "/contacts", "contact.verify", form)
	w.wants(w.page("koordinator", "da", one), []string{"23. november 2026"})
	w.fails("leder", "/contacts", 403, form)
	_, err = w.office.Give(t.Context(), w.as("chef"), rights.Grant{Person: w.ids["admin"], Role: matrix.Auditor})
	w.ok(err)
	w.wants(w.page("admin", "da", "/contacts?system=omsorg"), []string{whom}, "/contacts/one?system=omsorg")
}
