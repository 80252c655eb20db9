package yearly_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/rights"
	"beredskab/internal/yearly"
)

func by(person string, days int) yearly.By {
	return yearly.By{Basis: rights.Basis{Person: person}, At: time.Date(2027, 1, 10+days, 9, 0, 0, 0, time.UTC)}
}

// A report is frozen, frozen again, approved, and then never changed.
func TestAReportIsFrozenForGoodWhenItIsApproved(t *testing.T) {
	figures := []byte(strings.Repeat(`{"schema":1}`, 500))
	r, err := yearly.Freeze(nil, 2026, []byte("draft"), by("p-1", 0))
	if err != nil || r.State() != "frozen" {
		t.Fatal(r.State(), err)
	}
	draft := r.SHA256
	if r, err = yearly.Freeze(&r, 2026, figures, by("p-1", 1)); err != nil || r.SHA256 == draft || len(r.Packed) > len(figures)/2 {
		t.Fatal(err)
	}
	if _, err := r.Treat(yearly.Treatment{On: "2027-03-18", Committee: "ØU", Decision: "x"}, by("p-1", 100)); !errors.Is(err, yearly.ErrNotNow) || !strings.Contains(err.Error(), "report approve 2026") {
		t.Errorf("treated before it was approved: %v", err)
	}
	if _, err := r.Approve(draft, by("p-2", 2)); !errors.Is(err, yearly.ErrNotNow) {
		t.Errorf("approved other figures than those that were read: %v", err)
	}
	if r, err = r.Approve(r.SHA256, by("p-2", 2)); err != nil || r.State() != "approved" {
		t.Fatal(r.State(), err)
	}
	if _, err := yearly.Freeze(&r, 2026, []byte("later"), by("p-1", 3)); !errors.Is(err, yearly.ErrNotNow) {
		t.Errorf("frozen after it was approved: %v", err)
	}
	if got, err := r.Figures(); err != nil || !bytes.Equal(got, figures) {
		t.Errorf("the figures came back otherwise: %v", err)
	}
	for _, bad := range []yearly.Treatment{
		{On: "18/3", Committee: "ØU", Decision: "x"},
		{On: "2027-03-18", Committee: "ØU"},
		{On: "2028-03-18", Committee: "ØU", Decision: "x"},
	} {
		if _, err := r.Treat(bad, by("p-1", 100)); err == nil {
			t.Errorf("%+v was recorded", bad)
		}
	}
	if r, err = r.Treat(yearly.Treatment{On: "2027-03-18", Committee: "ØU", Decision: "Taget til efterretning"}, by("p-1", 100)); err != nil || r.State() != "treated" {
		t.Fatal(r.State(), err)
	}
}

// Figures that somebody has changed are never shown as if they had been frozen.
func TestChangedFiguresAreRefused(t *testing.T) {
	r, err := yearly.Freeze(nil, 2026, []byte("as they were"), by("p-1", 0))
	if err != nil {
		t.Fatal(err)
	}
	other, err := yearly.Freeze(nil, 2026, []byte("as they are"), by("p-1", 0))
	if err != nil {
		t.Fatal(err)
	}
	r.Packed = other.Packed
	if _, err := r.Figures(); err == nil || !strings.Contains(err.Error(), "2026") {
		t.Errorf("other figures: %v", err)
	}
	r.Packed = r.Packed[:8]
	if _, err := r.Figures(); err == nil {
		t.Error("half of the figures")
	}
}
