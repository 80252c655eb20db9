package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/register"
)

// feed makes an address as somebody who is signed in.
func (w *town) feed(role matrix.Role, body string) string {
	w.t.Helper()
	out := w.do(ask{http.MethodPost, "/api/v1/feeds", "", body, []string{"Cookie", w.session(role), "Sec-Fetch-Site", "same-origin"}})
	return want(w.t, out, http.StatusCreated)["path"].(string)
}

// events reads a calendar back, and holds its bytes against RFC 5545.
func (w *town) events(path string) (list []*ics.VEvent, text string) {
	w.t.Helper()
	out := w.do(ask{method: http.MethodGet, path: path})
	if out.Code != 200 || out.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
		w.t.Fatalf("%d %s", out.Code, out.Body)
	}
	text = out.Body.String()
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		w.t.Error("a line does not end as lines of calendars do")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			w.t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	if strings.Contains(text, "TZID") || strings.Contains(text, "BEGIN:VTIMEZONE") {
		w.t.Error("a time is not in UTC")
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(out.Body.Bytes()))
	w.ok(err)
	seen := map[string]bool{}
	for _, e := range cal.Events() {
		for _, name := range []ics.ComponentProperty{ics.ComponentPropertyUniqueId, ics.ComponentPropertyDtstamp, ics.ComponentPropertyDtStart, ics.ComponentPropertyDtEnd, ics.ComponentPropertySummary, ics.ComponentPropertyStatus} {
			if n := len(e.GetProperties(name)); n != 1 {
				w.t.Errorf("%d %s in %s", n, name, e.Id())
			}
		}
		if seen[e.Id()] {
			w.t.Errorf("%s stands there twice", e.Id())
		}
		seen[e.Id()] = true
	}
	return cal.Events(), text
}

func value(e *ics.VEvent, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

// A calendar has what is planned with an alarm an hour before, what was held, and
// for 30 days what was called off; the same bytes until something changes.
func TestACalendarOfASystem(t *testing.T) {
	w := newTown(t)
	path := w.feed(matrix.SystemOwner, `{"kind": "system", "id": "egen"}`)
	planned, text := w.events(path)
	if len(planned) != 12 {
		t.Fatalf("%d drills in a year: %s", len(planned), text)
	}
	first := planned[0]
	if value(first, "UID") != "egen/gendan@2026-11-24T09:00@beredskab" || value(first, "DTSTART") != "20261124T080000Z" || value(first, "DTEND") != "20261124T090000Z" || value(first, "DTSTAMP") != "20261123T090000Z" {
		t.Errorf("the first: %s", text[:800])
	}
	if value(first, "SUMMARY") != "Øvelse: System egen – Gendannelse; fra backup, hele vejen" || value(first, "STATUS") != "CONFIRMED" || value(first, "URL") != "https://beredskab.kommune.test/systems/egen" {
		t.Errorf("the first is %q, %s, %s", value(first, "SUMMARY"), value(first, "STATUS"), value(first, "URL"))
	}
	if alarms := first.Alarms(); len(alarms) != 1 || alarms[0].GetProperty("TRIGGER").Value != "-PT60M" || alarms[0].GetProperty("ACTION").Value != "DISPLAY" || alarms[0].GetProperty("DESCRIPTION") == nil {
		t.Errorf("its alarm: %v", alarms)
	}
	w.wall = w.wall.Add(10 * time.Minute)
	if _, again := w.events(path); again != text {
		t.Error("it says something else ten minutes later")
	}

	// The first is held by the clock; the second is missed, and 30 days later forgotten.
	w.wall = time.Date(2026, 11, 24, 8, 1, 0, 0, time.UTC)
	_, _, err := w.register.Tick(t.Context(), w.node)
	w.ok(err)
	runs, err := w.register.Runs(t.Context(), kept.RunFilter{System: own})
	w.ok(err)
	if len(runs) != 1 {
		t.Fatalf("%d runs", len(runs))
	}
	w.wall = w.wall.Add(90 * time.Minute)
	w.ok(w.register.Lead(t.Context(), w.as(matrix.ITManager), register.Lead{Run: runs[0].ID, Kind: event.RunAborted, Reason: "prøve"}))
	w.wall = time.Date(2026, 12, 28, 9, 0, 0, 0, time.UTC)
	_, _, err = w.register.Tick(t.Context(), w.node)
	w.ok(err)
	later, text := w.events(path)
	held, missed := later[0], later[1]
	if value(held, "UID") != value(first, "UID") || value(held, "DTSTART") != "20261124T080100Z" || len(held.Alarms()) > 0 || value(held, "URL") != "https://beredskab.kommune.test/drills/"+runs[0].ID {
		t.Errorf("held: %s", text[:900])
	}
	if value(missed, "UID") != "egen/gendan@2026-12-24T09:00@beredskab" || value(missed, "STATUS") != "CANCELLED" || len(missed.Alarms()) > 0 {
		t.Errorf("missed: %s %s\n%s", value(missed, "UID"), value(missed, "STATUS"), text[:1600])
	}
	w.wall = time.Date(2027, 1, 23, 9, 0, 0, 0, time.UTC)
	for _, e := range must(w.events(path)) {
		if value(e, "UID") == value(missed, "UID") && value(e, "STATUS") == "CANCELLED" && w.wall.Sub(time.Date(2026, 12, 24, 8, 0, 0, 0, time.UTC)) > 30*24*time.Hour {
			t.Error("what was missed still stands there")
		}
	}
}

func must(list []*ics.VEvent, _ string) []*ics.VEvent { return list }

// Whoever is asked in a drill has it in his own calendar, a team has its own, and
// English is spoken to who wants it; what somebody may not see is not in it.
func TestWhoseACalendarIs(t *testing.T) {
	w := newTown(t)
	owner := w.feed(matrix.SystemOwner, `{"kind": "person", "id": "`+w.ids[matrix.SystemOwner]+`", "language": "en"}`)
	mine, text := w.events(owner)
	if len(mine) != 12 || !strings.HasPrefix(value(mine[0], "SUMMARY"), "Drill: System egen") {
		t.Errorf("%d in the owner's: %s", len(mine), text[:min(len(text), 600)])
	}
	director, _ := w.events(w.feed(matrix.ITManager, `{"kind": "person", "id": "`+w.ids[matrix.ITManager]+`"}`))
	if len(director) <= 24 {
		t.Errorf("%d in that of the one who leads both and more", len(director))
	}
	team, text := w.events(w.feed(matrix.ITManager, `{"kind": "team", "id": "fagsystemer"}`))
	if len(team) == 0 || !strings.Contains(text, "X-WR-CALNAME:Øvelser: fagsystemer") {
		t.Errorf("%d in the team's", len(team))
	}
	for _, e := range team {
		if strings.HasPrefix(value(e, "UID"), "egen/") {
			t.Errorf("%s is no drill of that team", value(e, "UID"))
		}
	}
	cookie := []string{"Cookie", w.session(matrix.SystemOwner), "Sec-Fetch-Site", "same-origin"}
	for body, status := range map[string]int{
		`{"kind": "person", "id": "` + w.ids[matrix.ITManager] + `"}`: 403, `{"kind": "team", "id": "nej"}`: 404, `{"kind": "system", "id": "nej"}`: 404,
		`{"kind": "unit", "id": "x"}`: 422, `{"kind": "system", "id": "egen", "language": "de"}`: 422,
	} {
		if out := w.do(ask{http.MethodPost, "/api/v1/feeds", "", body, cookie}); out.Code != status {
			t.Errorf("%s: %d %s", body, out.Code, out.Body)
		}
	}
	// Who is no owner any more still has the address, and nothing stands in it.
	system := w.feed(matrix.SystemOwner, `{"kind": "system", "id": "egen"}`)
	if before, _ := w.events(system); len(before) != 12 {
		t.Errorf("%d in the system's", len(before))
	}
	book, err := w.office.Book(t.Context())
	w.ok(err)
	w.ok(w.office.End(t.Context(), w.as(matrix.Administrator), book.Grants(w.ids[matrix.SystemOwner])[0].Key()))
	w.wall = w.wall.Add(time.Minute)
	if after, _ := w.events(system); len(after) != 0 {
		t.Errorf("%d for who is no owner any more", len(after))
	}
	refused(t, w.post(matrix.SystemOwner, "read", "/api/v1/feeds", `{"kind": "system", "id": "egen"}`), http.StatusForbidden, "scope")
}

// An address is secret: it is kept as a hash, ends when a new one is made or its
// maker is disabled, and guessing it is slow.
func TestAnAddressIsSecret(t *testing.T) {
	w := newTown(t)
	body := `{"kind": "system", "id": "egen"}`
	first := w.feed(matrix.SystemOwner, body)
	token := strings.TrimSuffix(strings.TrimPrefix(first, "/feeds/"), ".ics")
	if e := w.newest(); e.Act != "feed.make" || e.Object != "system/egen" || e.Actor != w.ids[matrix.SystemOwner] || strings.Contains(string(e.Bytes), token) {
		t.Errorf("the log: %s", e.Bytes)
	}
	rows, err := door.Read(t.Context(), w.door, func(tx door.Tx) (string, error) {
		row, err := tx.Record(t.Context(), "feed", token)
		return string(row.Body), err
	})
	if err == nil || rows != "" {
		t.Errorf("it is kept as it is: %s", rows)
	}
	second := w.feed(matrix.SystemOwner, body)
	others := w.feed(matrix.ITManager, body)
	refused(t, w.do(ask{method: http.MethodGet, path: first}), http.StatusNotFound, "not_found")
	before := w.snapshot()
	w.events(second)
	w.events(others)
	for _, path := range []string{"/feeds/" + token, "/feeds/.ics", "/feeds/x.ics", second[:len(second)-6] + ".ics", strings.ToUpper(second), "/feeds/..%2Fx.ics"} {
		if out := w.do(ask{method: http.MethodGet, path: path}); out.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, out.Code)
		}
	}
	if out := w.do(ask{method: http.MethodPost, path: second}); out.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", out.Code)
	}
	if w.snapshot() != before {
		t.Error("reading wrote something")
	}
	w.ok(w.office.DisablePerson(t.Context(), w.as(matrix.Administrator), w.ids[matrix.SystemOwner], "rejst"))
	refused(t, w.do(ask{method: http.MethodGet, path: second}), http.StatusNotFound, "not_found")
	w.events(others)
	codes := map[int]int{}
	for range 40 {
		codes[w.do(ask{method: http.MethodGet, path: "/feeds/guess.ics"}).Code]++
	}
	if codes[404] > 20 || codes[429] < 20 {
		t.Errorf("40 guesses: %v", codes)
	}
}
