package followup

import (
	"fmt"
	"testing"
	"time"
)

func draft() Dispensation {
	return Dispensation{
		ID: "D-3", Code: "C5", System: "esdh", Bound: 1500, Reason: "Ny backup leveres i marts", Risk: "Et døgns data",
		Measures: []string{"Ekstra kopi ved fyraften"}, From: morning(), To: morning().Add(90 * aDay),
	}
}

func TestADispensationIsDecidedBySomebodyElse(t *testing.T) {
	d := must(Apply(draft(), by("systemejer", 0), 0))(t)
	for _, own := range []By{by("systemejer", 1), {Person: "stedfortræder", For: "systemejer", At: morning()}} {
		after, err := d.Grant(own, "ja")
		denied(t, d, after, err, true, "somebody else than who asked for it, systemejer")
		after, err = d.Refuse(own, "nej")
		denied(t, d, after, err, true, "somebody else")
	}
	ok := must(d.Grant(by("it-chef", 1), ""))(t)
	after, err := ok.Refuse(by("it-chef", 2), "fortrudt")
	denied(t, ok, after, err, false, "it is granted already")
	no := must(d.Refuse(by("it-chef", 1), "for længe"))(t)
	after, err = no.Withdraw(by("systemejer", 2), "nå")
	denied(t, no, after, err, false, "it is refused")

	for days, want := range map[int]State{-1: "granted", 0: Running, 89: Running, 90: Expired} {
		if got := ok.State(morning().Add(time.Duration(days) * aDay)); got != want {
			t.Errorf("after %d days it is %s, not %s", days, got, want)
		}
	}
	gone := must(ok.Withdraw(by("it-chef", 5), "leveret"))(t)
	if gone.State(by("", 5).At) != Withdrawn || must(gone.Row(by("", 5).At))(t).State != "withdrawn" {
		t.Errorf("%+v", gone)
	}
}

func TestADispensationHasAnEndAndSaysWhatItCosts(t *testing.T) {
	for says, change := range map[string]func(*Dispensation){
		"the reason is missing":           func(d *Dispensation) { d.Reason = "" },
		"the risk is missing":             func(d *Dispensation) { d.Risk = " " },
		"compensating measure is missing": func(d *Dispensation) { d.Measures = nil },
		"an end date":                     func(d *Dispensation) { d.To = time.Time{} },
		"12 months is the most":           func(d *Dispensation) { d.To = d.From.AddDate(1, 0, 1) },
		"before it begins":                func(d *Dispensation) { d.To = d.From },
		"outside its time":                func(d *Dispensation) { d.Review = d.To.Add(1) },
		"below nothing":                   func(d *Dispensation) { d.Bound = -1 },
	} {
		d := draft()
		change(&d)
		after, err := Apply(d, by("systemejer", 0), 0)
		denied(t, d, after, err, false, says)
	}
	d := draft()
	d.To = d.From.AddDate(1, 0, 0)
	if _, err := Apply(d, by("systemejer", 0), 0); err != nil {
		t.Error(err)
	}
	after, err := Apply(d, by("systemejer", 0), 6)
	denied(t, d, after, err, false, "6 months is the most")
	late := must(Apply(draft(), by("systemejer", 0), 0))(t)
	_, err = late.Grant(by("it-chef", 90), "")
	denied(t, late, late, err, false, "its time is over")
}

func TestWarnBefore(t *testing.T) {
	d := must(must(Apply(draft(), by("systemejer", 0), 0))(t).Grant(by("it-chef", 1), ""))(t)
	short := d
	short.ID, short.To = "D-1", morning().Add(10*aDay)
	for day, want := range map[int]string{2: "", 3: "D-1/7", 10: "", 59: "", 60: "D-3/30", 82: "D-3/30", 83: "D-3/7", 90: ""} {
		got := ""
		for _, w := range WarnBefore([]Dispensation{d, short}, morning().Add(time.Duration(day)*aDay)) {
			got += fmt.Sprint(w.ID, "/", w.Days)
		}
		if got != want {
			t.Errorf("day %d: %q, not %q", day, got, want)
		}
	}
}
