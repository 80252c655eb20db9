package approval

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// policies are the seed's policy and what came after it.
func policies() []Document {
	return []Document{
		{ID: "it-sikkerhedspolitik", Title: "It-sikkerhedspolitik", Version: "6.0", ApprovedBy: "Kommunalbestyrelsen", ApprovedAt: "2026-03-26", ValidFrom: "2026-04-01", Supersedes: "5.1"},
		{ID: "it-sikkerhedspolitik", Title: "It-sikkerhedspolitik", Version: "5.1", ApprovedBy: "Kommunalbestyrelsen", ApprovedAt: "2015-04-22", ValidFrom: "2015-04-22", Supersedes: "5.0"},
		{ID: "beredskabspolitik", Title: "Beredskabspolitik", Version: "2.0", ApprovedBy: "Kommunalbestyrelsen", ApprovedAt: "2026-02-25", ValidFrom: "2026-03-01", ReviewEvery: 4 * 365 * 24 * 60},
	}
}

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestValidOn(t *testing.T) {
	if err := CheckDocuments(policies()); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2015-04-21": "", "2015-04-22": "5.1", "2026-03-31": "5.1", "2026-04-01": "6.0", "2030-01-01": "6.0"} {
		if d, ok := ValidOn(policies(), "it-sikkerhedspolitik", date(day)); d.Version != want || ok != (want != "") {
			t.Errorf("%s: %q, %t", day, d.Version, ok)
		}
	}
	due := DocumentsDue(policies(), date("2026-05-01"))
	want := []Due{{What: "it-sikkerhedspolitik", At: date("2027-03-26")}, {What: "beredskabspolitik", At: date("2030-02-24")}}
	if !reflect.DeepEqual(due, want) || due[0].Overdue(date("2027-03-26")) || !due[0].Overdue(date("2027-03-27")) {
		t.Errorf("due %v", due)
	}
	reviewed := policies()
	reviewed[0].Reviewed = "2026-12-01"
	if due := DocumentsDue(reviewed[:1], date("2026-12-24")); !due[0].At.Equal(date("2027-12-01")) {
		t.Errorf("after a review without changes: %v", due)
	}
}

func TestCheckDocuments(t *testing.T) {
	for want, change := range map[string]func(list []Document){
		"both valid from 2015-04-22":           func(l []Document) { l[0].ValidFrom, l[0].ApprovedAt = l[1].ValidFrom, l[1].ApprovedAt },
		`supersedes "5.0", and the version be`: func(l []Document) { l[0].Supersedes = "5.0" },
		"stands there twice":                   func(l []Document) { l[0].Version = "5.1" },
		"write a title":                        func(l []Document) { l[2].Title = "" },
		"write the body that approved it":      func(l []Document) { l[2].ApprovedBy = "" },
		`approved_at is "22-04-2015"`:          func(l []Document) { l[1].ApprovedAt = "22-04-2015" },
		`reviewed is "soon"`:                   func(l []Document) { l[1].Reviewed = "soon" },
		"cannot be valid from 2026-03-25":      func(l []Document) { l[0].ValidFrom = "2026-03-25" },
	} {
		list := policies()
		change(list)
		if err := CheckDocuments(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestExactlyOneIsValid holds, over random lists that pass the check, that the next
// version comes into its own on its day, and that until then the past stays.
func TestExactlyOneIsValid(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 6))
		var list []Document
		day, version := date("2010-01-01"), ""
		for n := range 1 + r.IntN(6) {
			next := fmt.Sprint(n)
			text := day.Format(time.DateOnly)
			d := Document{ID: "p", Title: "P", Version: next, ApprovedBy: "K", ApprovedAt: text, ValidFrom: text, Supersedes: version}
			before, had := ValidOn(list, "p", day.AddDate(0, 0, -1))
			list = append(list, d)
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			if err := CheckDocuments(list); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if now, ok := ValidOn(list, "p", day); !ok || now.Version != next {
				t.Fatalf("seed %d: %v on its day", seed, now)
			}
			if past, ok := ValidOn(list, "p", day.AddDate(0, 0, -1)); ok != had || past != before {
				t.Fatalf("seed %d: the day before changed", seed)
			}
			version, day = next, day.AddDate(0, 0, 1+r.IntN(900))
		}
	}
}

func TestReceipts(t *testing.T) {
	receipt := Receipt{Object: "plan/esdh", Version: hash("a"), By: owner(), Shown: Digest("planen"), At: hour(1), Assurance: "login"}
	if err := receipt.Check(); err != nil {
		t.Fatal(err)
	}
	owing := Owing([]string{"p-1", "p-2"}, []Receipt{receipt}, "plan/esdh", hash("a"))
	if fmt.Sprint(owing) != "[p-1]" {
		t.Errorf("owing %v", owing)
	}
	if owing := Owing([]string{"p-2"}, []Receipt{receipt}, "plan/esdh", hash("b")); len(owing) != 1 {
		t.Error("a receipt for another version counts")
	}
	forAnother := receipt
	forAnother.By = rights.Basis{Person: "p-3", OnBehalfOf: "p-2", Delegation: "d"}
	if err := forAnother.Check(); !errors.Is(err, rights.ErrNotAllowed) {
		t.Errorf("a receipt for somebody else: %v", err)
	}
	forAnother.By.Delegation = ""
	if err := forAnother.Check(); err != nil {
		t.Errorf("a deputy's own receipt: %v", err)
	}
	for name, change := range map[string]func(*Receipt){
		"no text": func(r *Receipt) { r.Shown = "" }, "no object": func(r *Receipt) { r.Object = "" },
		"no assurance": func(r *Receipt) { r.Assurance = "" }, "nobody": func(r *Receipt) { r.By.Person = "" },
	} {
		bad := receipt
		change(&bad)
		if bad.Check() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestContacts(t *testing.T) {
	call := func(at time.Time, reached bool) Verification {
		return Verification{System: "esdh", Whom: "vagt@x.dk", Channel: "phone", By: "p-3", At: at, Reached: reached, Note: "optaget"}
	}
	list := []Verification{call(hour(2), true), call(hour(1), true), call(hour(3), false)}
	due := ContactsDue("esdh", 1, 0, []string{"vagt@x.dk", "chef@x.dk"}, list)
	want := []Due{{What: "esdh", Who: "chef@x.dk"}, {What: "esdh", Who: "vagt@x.dk", At: hour(2).Add(91 * 24 * time.Hour)}}
	if !reflect.DeepEqual(due, want) || !due[0].Overdue(hour(0)) {
		t.Errorf("due %v", due)
	}
	if due := ContactsDue("esdh", 2, 0, []string{"vagt@x.dk"}, list); !due[0].At.Equal(hour(2).Add(182 * 24 * time.Hour)) {
		t.Errorf("class 2: %v", due)
	}
	if due := ContactsDue("esdh", 2, 60, []string{"vagt@x.dk"}, list); !due[0].At.Equal(hour(3)) {
		t.Errorf("the organisation's own: %v", due)
	}
	for want, change := range map[string]func(*Verification){
		"by which channel":           func(v *Verification) { v.Channel = "" },
		"let somebody else call":     func(v *Verification) { v.By = v.Whom },
		"was not reached: write wha": func(v *Verification) { v.Reached, v.Note = false, "" },
	} {
		bad := call(hour(1), true)
		change(&bad)
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestTraining(t *testing.T) {
	taught := func(person string, at, until time.Time) Training {
		return Training{Person: person, Subject: "kriseledelse", At: at, Until: until, By: "p-3"}
	}
	due := TrainingDue([]Training{
		taught("p-1", hour(1), hour(10)), taught("p-1", hour(2), hour(20)), taught("p-2", hour(1), hour(5)), taught("p-3", hour(1), time.Time{}),
	})
	want := []Due{{What: "kriseledelse", Who: "p-2", At: hour(5)}, {What: "kriseledelse", Who: "p-1", At: hour(20)}}
	if !reflect.DeepEqual(due, want) {
		t.Errorf("due %v", due)
	}
	for want, bad := range map[string]Training{
		"who was taught what": {Person: "p-1"},
		"without a slash":     {Person: "p-1", Subject: "a/b", At: hour(1), By: "p-3"},
		"a later end":         taught("p-1", hour(2), hour(1)),
	} {
		if err := bad.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestRows holds that each body comes back from its record as it was.
func TestRows(t *testing.T) {
	document := policies()[0]
	row, err := document.Row(hour(1))
	if back, err2 := record.Read[Document](row); err != nil || err2 != nil || back != document || row.Key != "it-sikkerhedspolitik/6.0" || !row.Due.Equal(date("2027-03-26")) {
		t.Errorf("%+v %v %v", row, err, err2)
	}
	receipt := Receipt{Object: "plan/esdh", Version: hash("a"), By: owner(), Shown: Digest("x"), At: hour(1), Assurance: "login"}
	row, err = receipt.Row()
	if back, err2 := record.Read[Receipt](row); err != nil || err2 != nil || back != receipt || row.System != "esdh" || row.Person != "p-2" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
	receipt.Object = "document/it-sikkerhedspolitik"
	if row, err := receipt.Row(); err != nil || row.System != "" {
		t.Errorf("%+v %v", row, err)
	}
	call := Verification{System: "esdh", Whom: "x@y.dk", Channel: "phone", By: "p-3", At: hour(1), Note: "optaget"}
	row, err = call.Row()
	if back, err2 := record.Read[Verification](row); err != nil || err2 != nil || back != call || row.State != "not_reached" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
	training := Training{Person: "p-1", Subject: "s", At: hour(1), Until: hour(2), By: "p-3"}
	row, err = training.Row()
	if back, err2 := record.Read[Training](row); err != nil || err2 != nil || back != training || row.Key != "p-1/s/20260301T010000" {
		t.Errorf("%+v %v %v", row, err, err2)
	}
}
